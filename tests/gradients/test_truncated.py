"""Truncated back-propagation: exact values, and the gradient of the model in which what crosses
every k-th step is a constant."""

import pytest
import torch
from torch import Tensor

import throughtime as tt
from tests.helpers.models import (
    CELLS,
    RAGGED,
    VALID,
    WIRINGS,
    Problem,
    assert_same,
    gradients,
    leaves,
    make,
    problem,
)
from throughtime import Edge, RecurrentModel, Sequence, Wiring
from throughtime.gradients import Autograd, FullBPTT, TruncatedBPTT

STEPS = 7
LENGTHS = (STEPS, 0, 3, 1)


def found(
    model: RecurrentModel, task: Problem, gradient: tt.gradients.Gradient
) -> dict[str, Tensor]:
    """The gradient by this method."""
    model.gradient = gradient
    return gradients(task.loss(model), leaves(model, task))


@pytest.mark.parametrize("wiring", WIRINGS)
def test_with_no_cut_it_is_full_bptt_exactly(wiring: str) -> None:
    model = make("GRU", WIRINGS[wiring], layers=2)
    task = problem(model, LENGTHS)
    full = found(model, task, FullBPTT())
    for k in (STEPS + 1, STEPS + 5):  # one step more than values, where the end is a decision
        assert_same(found(model, task, TruncatedBPTT(k)), full, rtol=0)


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("wiring", WIRINGS)
def test_values_are_exact_however_often_it_cuts(wiring: str, k: int) -> None:
    model = make("LSTM", WIRINGS[wiring], layers=2)
    task = problem(model, LENGTHS)
    exact = task.log_prob(model)
    model.gradient = TruncatedBPTT(k)
    torch.testing.assert_close(task.log_prob(model), exact, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("wiring", [w for w in VALID if w.decoupled], ids=str)
def test_there_is_nothing_to_truncate_where_steps_are_decoupled(wiring: Wiring) -> None:
    """Notes, 2.2: teacher forcing avoids back-propagation through time, so a cut cuts nothing."""
    model = make("tanh", wiring, layers=2)
    task = problem(model, LENGTHS)
    assert_same(found(model, task, TruncatedBPTT(1)), found(model, task, FullBPTT()))


# ---- the model with constants, as a loop made by hand -----------------------------------------


def by_hand(model: RecurrentModel, task: Problem, k: int) -> Tensor:
    """log p(y given x) for one layer, x(t) and symbols; what crosses every k-th step is cut."""
    assert task.x is not None
    graph, r = model.graph, model.graph.first
    wiring, rows = model.wiring, len(task.y)
    state = r.initial_state(rows)
    carried = r.start.expand(rows, -1) if wiring.feedback else None
    log_prob = []
    for t in range(STEPS):
        if t and t % k == 0:
            state = tuple(s.detach() for s in state)
            carried = None if carried is None else carried.detach()
        drive = task.x[:, t] @ r.U.weight.T
        if carried is not None:
            drive = drive + carried @ r.S.weight.T
        state = r.cell.step(drive, state)
        o = state[0] @ graph.V.T + graph.c
        log_p = o.log_softmax(-1)
        log_prob.append(log_p.gather(1, task.y[:, t, None])[:, 0])
        if wiring.feedback is Edge.OBSERVED:
            carried = torch.eye(3, dtype=o.dtype)[task.y[:, t]]
        elif wiring.feedback is Edge.EXPECTED:
            carried = o.softmax(-1)
        elif wiring.feedback is Edge.OUTPUT:
            carried = o
    keep = torch.arange(STEPS)[:, None] < task.lengths
    return torch.where(keep, torch.stack(log_prob), 0.0).sum(0)


@pytest.mark.parametrize("k", [1, 3, 7])
@pytest.mark.parametrize("fed", [None, Edge.OBSERVED, Edge.EXPECTED, Edge.OUTPUT])
@pytest.mark.parametrize("cell", CELLS)
def test_it_is_the_loop_that_is_cut_by_hand_at_every_kth_step(
    cell: str, fed: Edge | None, k: int
) -> None:
    edges = {Edge.INPUT, Edge.HIDDEN, Edge.EMIT} | ({fed} if fed else set())
    model = make(cell, Wiring(*edges), gradient=TruncatedBPTT(k))
    task = problem(model, LENGTHS)
    wanted = leaves(model, task)
    weights = torch.tensor([1.0, 2.0, 3.0, 4.0], dtype=torch.float64)
    ours = gradients((weights * task.log_prob(model)).sum(), wanted)
    assert_same(ours, gradients((weights * by_hand(model, task, k)).sum(), wanted))
    if k < STEPS and cell != "relu":  # and a cut is felt (but by relu units that are off)
        model.gradient = FullBPTT()
        full = gradients((weights * task.log_prob(model)).sum(), wanted)
        assert not torch.allclose(full["x"], ours["x"], rtol=1e-6)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_with_both_directions_each_is_cut_in_its_own_time(k: int) -> None:
    """The forward one at steps k, 2k, … from the beginning, the backward one from each row's end:
    so x(s) reaches h(t) if no cut is between them, which the Jacobian shows."""
    model = make(
        "GRU", WIRINGS["bidirectional"], tt.outputs.Bernoulli(6), gradient=TruncatedBPTT(k)
    )
    model.graph.V.data.copy_(torch.eye(6))  # o(t) is h(t), forward and backward
    n = 5
    x = torch.randn(1, n, 2, dtype=torch.float64, requires_grad=True)
    p = model(Sequence(x))
    o = p.predictive(Sequence(torch.zeros(1, n, 6, dtype=torch.float64))).base_dist.logits[0]
    for t in range(n):
        for direction, units in (("forward", o[t, :3]), ("backward", o[t, 3:])):
            (grad,) = torch.autograd.grad(units.sum(), x, retain_graph=True)
            if direction == "forward":
                reached = [s for s in range(n) if s <= t and s // k == t // k]
            else:
                reached = [s for s in range(n) if s >= t and (n - 1 - s) // k == (n - 1 - t) // k]
            assert grad[0].any(-1).nonzero().flatten().tolist() == reached


# ---- running text -----------------------------------------------------------------------------


@pytest.mark.parametrize("k", [1, 3, STEPS])
@pytest.mark.parametrize(
    "wiring", ["output-to-hidden", "hidden-and-output-to-hidden", "expected", "generator"]
)
def test_training_chunk_by_chunk_is_truncated_bptt(wiring: str, k: int) -> None:
    length = tt.lengths.Unending() if wiring == "generator" else None
    model = make("LSTM", WIRINGS[wiring], length=length, layers=2)
    task = problem(model, LENGTHS)
    task = task._replace(x=None if task.x is None else task.x.detach())
    wanted = dict(model.named_parameters())
    model.gradient = TruncatedBPTT(k)
    expected = gradients(task.loss(model), wanted)

    model.gradient = FullBPTT()
    total = task.log_prob(model)
    weights = torch.linspace(0.5, 1.5, len(LENGTHS), dtype=torch.float64)
    p = model(None if task.x is None else Sequence(task.x, task.lengths))
    left = Sequence(task.y, task.lengths)
    log_prob = torch.zeros(len(LENGTHS), dtype=torch.float64)
    chunked = {name: torch.zeros_like(v) for name, v in wanted.items()}
    while left.steps:
        log_p, p = p.observe(left.take(torch.full_like(left.lengths, k)))
        left = left.drop(torch.full_like(left.lengths, k))
        p = p.detach()
        for name, g in gradients(-(weights * log_p).sum(), wanted).items():
            chunked[name] += g
        log_prob = log_prob + log_p.detach()
    torch.testing.assert_close(log_prob, total.detach())
    assert_same(chunked, expected)


def test_with_a_vector_each_chunk_starts_from_the_state_that_the_last_one_left() -> None:
    """R's gradient needs the vector to enter each chunk anew; ``detach`` alone would lose it."""
    wiring = Wiring(Edge.INPUT, Edge.VECTOR, Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT)
    model = make("GRU", wiring)
    task = problem(model, (6, 6))
    assert task.x is not None
    assert task.vector is not None
    expected = found(model, task, TruncatedBPTT(2))
    model.gradient = FullBPTT()
    weights = torch.tensor([0.5, 1.5], dtype=torch.float64)
    state, loss = None, torch.zeros((), dtype=torch.float64)
    for x, y in zip(task.x.split(2, 1), task.y.split(2, 1), strict=True):
        log_p, rest = model(Sequence(x), task.vector, state).observe(y)
        state, loss = rest.detach().state, loss - (weights * log_p).sum()
    assert_same(gradients(loss, leaves(model, task)), expected)


def test_detach_lets_no_gradient_through() -> None:
    model = make("LSTM", WIRINGS["vector-to-sequence"])
    task = problem(model, (3, 3))
    log_p, rest = model(task.vector).observe(task.y)
    assert log_p.requires_grad
    assert all(s.requires_grad for s in rest.state.tensors()[:2])
    assert not any(s.requires_grad for s in rest.detach().state.tensors())


class PlainTruncated(TruncatedBPTT):
    """The same cuts, each stretch differentiated by autograd."""

    scan = Autograd.scan


@pytest.mark.parametrize("wiring", WIRINGS)
@pytest.mark.parametrize("cell", CELLS)
def test_each_stretch_is_differentiated_exactly(cell: str, wiring: str) -> None:
    model = make(cell, WIRINGS[wiring], layers=2)
    task = problem(model, RAGGED)
    assert_same(found(model, task, TruncatedBPTT(2)), found(model, task, PlainTruncated(2)))


@pytest.mark.parametrize("k", [0, -1])
def test_a_stretch_without_steps_is_refused(k: int) -> None:
    with pytest.raises(ValueError, match=f"k must be a whole number, at least 1; got {k}"):
        TruncatedBPTT(k)
