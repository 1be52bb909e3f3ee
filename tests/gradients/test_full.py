"""Back-propagation through time by hand is exact: it agrees with automatic differentiation of the
plain loop, with finite differences, and with the notes' section 3 written out."""

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

import throughtime as tt
from tests.helpers.calls import counted
from tests.helpers.models import (
    CELLS,
    RAGGED,
    WIRINGS,
    assert_gradient,
    assert_same,
    gradients,
    leaves,
    make,
    problem,
    quick,
)
from throughtime import Edge, RecurrentModel, Sequence, Wiring
from throughtime.gradients import Autograd, FullBPTT
from throughtime.lengths import EndOfSequence, Halt, PredictedLength, Unending

LENGTHS = {
    "end": (tt.outputs.Categorical(3), EndOfSequence()),
    "halt": (tt.outputs.Normal(2), Halt()),
    "predicted": (tt.outputs.Bernoulli(2), PredictedLength(5)),
    "unending": (tt.outputs.Mixture(2, 2), Unending()),
}


def assert_exact(model: RecurrentModel, lengths: tuple[int, ...] = RAGGED) -> None:
    """By hand = plain loop = finite differences, for every leaf."""
    task = problem(model, lengths)
    wanted = leaves(model, task)
    by_hand = gradients(task.loss(model), wanted)
    assert_gradient(lambda: task.loss(model), wanted, by_hand)
    model.gradient = Autograd()
    assert_same(by_hand, gradients(task.loss(model), wanted))


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("wiring", WIRINGS)
@pytest.mark.parametrize("cell", CELLS)
def test_gradients_are_exact_for_every_cell_and_wiring(cell: str, wiring: str, layers: int) -> None:
    assert_exact(make(cell, WIRINGS[wiring], layers=layers))


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("fed", [None, Edge.OBSERVED, Edge.EXPECTED, Edge.OUTPUT])
@pytest.mark.parametrize("entering", [Edge.VECTOR, Edge.HIDDEN])
def test_gradients_are_exact_for_every_length(
    length: str, fed: Edge | None, entering: Edge
) -> None:
    edges = {Edge.HIDDEN, Edge.EMIT, entering} | ({fed} if fed else set())
    assert_exact(make("GRU", Wiring(*edges), *LENGTHS[length]))


@quick
@given(
    lengths=st.lists(st.integers(0, 6), min_size=0, max_size=4).map(tuple),
    cell=st.sampled_from(list(CELLS)),
    wiring=st.sampled_from(list(WIRINGS)),
    hidden=st.integers(1, 4),
    layers=st.integers(1, 3),
    initial_state=st.sampled_from(["zeros", None]),
)
def test_gradients_are_exact_for_every_ragged_batch(
    lengths: tuple[int, ...],
    cell: str,
    wiring: str,
    hidden: int,
    layers: int,
    initial_state: Any,
) -> None:
    """Batches without rows and batches of empty sequences are among them."""
    torch.manual_seed(0)
    model = make(cell, WIRINGS[wiring], hidden=hidden, layers=layers, initial_state=initial_state)
    assert_exact(model, lengths)


@pytest.mark.parametrize("wiring", ["hidden-to-hidden", "sequence-to-vector", "bidirectional"])
def test_an_empty_batch_of_time_has_gradients_of_the_right_shape(wiring: str) -> None:
    model = make("LSTM", WIRINGS[wiring], layers=2)
    task = problem(model, (0, 0))
    task.loss(model).backward()
    assert all(p.grad is None or p.grad.shape == p.shape for p in model.parameters())


# ---- what differentiates what ----------------------------------------------------------------


@pytest.mark.parametrize("wiring", ["hidden-to-hidden", "expected and hidden", "bidirectional"])
def test_the_plain_loop_is_not_differentiated_by_full_bptt(
    wiring: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the comparisons above would compare a thing with itself."""
    calls = counted(monkeypatch, tt.cells.GRU, "reverse_step")
    monkeypatch.setattr(tt.cells.GRU, "kernel", None)
    model = make("GRU", WIRINGS[wiring])
    task = problem(model)
    loss = task.loss(model)
    nodes, seen = [loss.grad_fn], set()
    while nodes:
        node = nodes.pop()
        seen.add(node)
        nodes += [n for n, _ in node.next_functions if n is not None and n not in seen]
    assert not any("Tanh" in node.name() or "Stack" in node.name() for node in seen)
    assert any("BPTT" in node.name() for node in seen)
    loss.backward()
    closed_loop = Edge.EXPECTED in WIRINGS[wiring]  # is a cell of its own, with the generic vjp
    assert len(calls) == (0 if closed_loop else 4 * len(model.wiring.directions))


# ---- section 3 of the notes, literally -------------------------------------------------------


def test_section_three_of_the_notes() -> None:
    """Wiring 2.1 with tanh units and softmax, one sequence: every equation in a plain loop."""
    model = make("tanh", tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Categorical(4), hidden=5)
    steps = 6
    x, y = torch.randn(steps, 2, dtype=torch.float64), torch.randint(4, (steps,))
    model(Sequence(x[None])).log_prob(Sequence(y[None])).neg().sum().backward()

    graph, recurrence = model.graph, model.graph.first
    U, W, b = recurrence.U.weight.detach(), recurrence.cell.W.detach(), recurrence.cell.b.detach()
    V, c, h0 = graph.V.detach(), graph.c.detach(), recurrence.initial[0].detach()

    # equation 1
    h, o, y_hat = {0: h0}, {}, {}
    for t in range(1, steps + 1):
        a = b + W @ h[t - 1] + U @ x[t - 1]
        h[t] = torch.tanh(a)
        o[t] = c + V @ h[t]
        y_hat[t] = torch.softmax(o[t], 0)
    # 2. ∇o(t)_i = ŷ_i(t) - 1[i = y(t)]
    grad_o = {}
    for t in range(1, steps + 1):
        grad_o[t] = y_hat[t].clone()
        grad_o[t][y[t - 1]] -= 1
    # 3. ∇h(τ) = Vᵀ ∇o(τ), and back from there
    grad_h = {steps: V.T @ grad_o[steps]}
    for t in reversed(range(1, steps)):
        slope = torch.diag(1 - h[t + 1] ** 2)
        grad_h[t] = W.T @ slope @ grad_h[t + 1] + V.T @ grad_o[t]
    # 4. the parameters
    times = range(1, steps + 1)
    grad_a = {t: torch.diag(1 - h[t] ** 2) @ grad_h[t] for t in times}
    expected: dict[str, Any] = {
        "c": sum(grad_o[t] for t in times),
        "b": sum(grad_a[t] for t in times),
        "V": sum(torch.outer(grad_o[t], h[t]) for t in times),
        "W": sum(torch.outer(grad_a[t], h[t - 1]) for t in times),
        "U": sum(torch.outer(grad_a[t], x[t - 1]) for t in times),
        "h(0)": W.T @ grad_a[1],
    }
    actual: dict[str, Any] = {
        "c": graph.c.grad,
        "b": recurrence.cell.b.grad,
        "V": graph.V.grad,
        "W": recurrence.cell.W.grad,
        "U": recurrence.U.weight.grad,
        "h(0)": recurrence.initial[0].grad,
    }
    assert_same(actual, expected, rtol=1e-12)


# ---- 2.3: the gradient on o(τ) comes from further downstream ----------------------------------


class Downstream(nn.Module):
    """A summary of a sequence, used by a module that knows nothing of sequences."""

    def __init__(self, wiring: Wiring, gradient: tt.gradients.Gradient) -> None:
        super().__init__()
        self.reader = make("LSTM", wiring, None, gradient=gradient)
        size = self.reader.graph.hidden_size
        self.later = nn.Sequential(nn.Linear(size, 4), nn.Tanh(), nn.Linear(4, 1)).double()

    def forward(self, x: Sequence) -> Tensor:
        return self.later(self.reader(x)).pow(2).sum()


@pytest.mark.parametrize("wiring", ["sequence-to-vector", "bidirectional summary"])
def test_the_gradient_of_a_later_module_reaches_the_reader(wiring: str) -> None:
    module = Downstream(WIRINGS[wiring], FullBPTT())
    task = problem(module.reader)
    x, wanted = task.x, leaves(module, task)
    assert x is not None

    def loss() -> Tensor:
        return module(Sequence(x, task.lengths))

    by_hand = gradients(loss(), wanted)
    assert_gradient(loss, wanted, by_hand)
    module.reader.gradient = Autograd()
    assert_same(by_hand, gradients(loss(), wanted))
    assert all(float(by_hand["x"][row, :n].abs().sum()) > 0 for row, n in enumerate(RAGGED) if n)


def test_an_empty_sequence_is_summed_up_by_the_initial_state() -> None:
    model = make("GRU", tt.wirings.SEQUENCE_TO_VECTOR, None)
    summary = model(Sequence(torch.randn(2, 3, 2, dtype=torch.float64), [0, 3]))
    (h0,) = model.graph.first.initial
    assert torch.equal(summary[0], h0)
    (grad,) = torch.autograd.grad(summary[0].sum(), h0)
    assert torch.equal(grad, torch.ones_like(h0))


# ---- given states ----------------------------------------------------------------------------


@pytest.mark.parametrize("wiring", ["hidden-and-output-to-hidden", "expected and hidden"])
def test_a_given_state_gets_its_gradient(wiring: str) -> None:
    """What is carried in from elsewhere: h(0), c(0), and what the output edge brings at first."""
    model = make("LSTM", WIRINGS[wiring], tt.outputs.Normal(2), layers=2)
    task = problem(model)
    x = task.x
    assert x is not None
    zero = model.graph.initial_state(len(RAGGED)).detach()
    given = [torch.randn_like(s).requires_grad_() for s in zero.tensors()]
    wanted = {str(i): s for i, s in enumerate(given)}

    def loss() -> Tensor:
        p = model(Sequence(x, task.lengths), state=zero.like(tuple(given)))
        return p.log_prob(Sequence(task.y, task.lengths)).sum()

    by_hand = gradients(loss(), wanted)
    assert_gradient(loss, wanted, by_hand)
    for gradient in by_hand.values():
        assert not gradient[1].any()  # the row of length zero
        assert all(float(gradient[row].abs().sum()) > 0 for row in (0, 2, 3))
