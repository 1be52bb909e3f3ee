"""A recurrent model is a probability distribution over sequences: what follows from that alone,
for every wiring, output and length that go together, with all sequences enumerated."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

import throughtime as tt
from tests.helpers import oracle
from tests.helpers.oracle import CASES, Case, Unfolded
from throughtime import Edge

LIMIT = 2


def test_there_are_35_wirings_that_emit_at_every_step_and_6_that_emit_last() -> None:
    # at every step: x(t), x and h(t-1) there or not, and four states of the output edge, less the
    # graph with nothing in it; or x(t) and h(t+1), with x and h(t-1) there or not.
    # at the end: x(t), with x there or not, and h(t-1), h(t+1) or both.
    assert len(oracle.EMIT_EVERY_STEP) == 2 * 2 * 2 * 4 - 1 + 2 * 2
    assert len(oracle.EMIT_LAST) == 2 * 3


# ---- normalisation -------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=str)
@torch.no_grad()
def test_the_probabilities_of_all_sequences_sum_to_one(case: Case) -> None:
    p = case.model()(**oracle.inputs(case.wiring))
    y, once = oracle.support(p, LIMIT)
    total = torch.where(once, p.log_prob(y).exp(), 0.0).sum(0)
    if case.length.stops:  # those that have not stopped after LIMIT values have one value more
        total = total + p.observe(oracle.beginnings(p, LIMIT + 1))[0].exp().sum(0)
    assert_close(total, torch.ones_like(total))


@pytest.mark.parametrize(
    ("case", "layers"),
    [*((c, 1) for c in CASES), *((c, 2) for c in oracle.one_for_each_wiring(CASES))],
    ids=str,
)
@torch.no_grad()
def test_log_prob_is_that_of_the_unfolded_graph(case: Case, layers: int) -> None:
    model = case.model(layers=layers, seed=layers)
    given = oracle.inputs(case.wiring)
    p = model(**given)
    y, _ = oracle.support(p, LIMIT)
    y = y[torch.linspace(0, len(y) - 1, 3).long()]  # a short, a middle and a long one
    rows = range(p.batch_shape.numel())
    expected = [
        Unfolded(model, y.flatten()[n].values, **oracle.row_of(given, n % len(rows))).log_prob()
        for n in range(y.lengths.numel())
    ]
    assert_close(p.log_prob(y), torch.stack(expected).view(y.batch_shape))


CONTINUOUS = [tt.outputs.Normal(), tt.outputs.Mixture(2)]


@pytest.mark.parametrize("output", CONTINUOUS, ids=repr)
@pytest.mark.parametrize(
    "wiring",
    [w for w in oracle.EMIT_EVERY_STEP if Edge.INPUT in w and Edge.VECTOR not in w],
    ids=repr,
)
@torch.no_grad()
def test_densities_integrate_to_one(wiring: tt.Wiring, output: tt.outputs.Output) -> None:
    model = Case(wiring, output, tt.lengths.SameAsInput()).model(scale=0.5)
    for steps in (1, 2):
        p = model(oracle.inputs(wiring, [steps])["x"])
        assert_close(_integral(p, steps), torch.ones(1, dtype=torch.float64))


@pytest.mark.parametrize("output", CONTINUOUS, ids=repr)
@torch.no_grad()
def test_densities_of_every_length_integrate_to_one(output: tt.outputs.Output) -> None:
    p = Case(tt.wirings.VECTOR_TO_SEQUENCE, output, tt.lengths.Halt()).model(scale=0.5)(
        **oracle.inputs(tt.wirings.VECTOR_TO_SEQUENCE, [1])
    )
    ended = _integral(p, 0) + _integral(p, 1)
    longer = _integral(p, 2, beginning=True)
    assert_close(ended + longer, torch.ones(1, dtype=torch.float64))


def _integral(p: tt.SequenceDistribution, steps: int, beginning: bool = False) -> torch.Tensor:
    """The integral of p's density over all y(1) … y(steps): sums over a grid converge faster than
    any power of its spacing."""
    spacing = 0.1
    axis = torch.arange(-12, 12, spacing, dtype=torch.float64)
    grid = torch.cartesian_prod(*[axis] * steps).reshape(-1, 1, steps, 1) if steps else None
    y = torch.zeros(1, 1, 0, 1, dtype=torch.float64) if grid is None else grid
    log_p = p.observe(y)[0] if beginning else p.log_prob(y)
    return log_p.exp().sum(0) * spacing**steps


# ---- independence --------------------------------------------------------------------------------


def _information(joint: torch.Tensor) -> torch.Tensor:
    """Mutual information of y(1) and y(2), in nats, from their joint table."""
    independent = joint.sum(0, keepdim=True) * joint.sum(1, keepdim=True)
    return (joint * (joint / independent).log()).sum()


def _joint(p: tt.SequenceDistribution) -> torch.Tensor:
    """p(y(1), y(2)) of a distribution over two steps, as a table."""
    y = oracle.beginnings(p, 2)
    k = len(oracle.every_value(p.output))
    return p.log_prob(y).exp().view(k, k)


@pytest.mark.parametrize(
    "case",
    [c for c in CASES if isinstance(c.length, tt.lengths.SameAsInput | tt.lengths.Unending)],
    ids=str,
)
@torch.no_grad()
def test_values_are_independent_given_x_unless_the_value_itself_is_fed_back(case: Case) -> None:
    p = case.model()(**oracle.inputs(case.wiring, [2]))
    information = _information(_joint(p))
    if Edge.OBSERVED in case.wiring:
        assert information > 1e-8
    else:
        assert information.abs() < 1e-13
    assert case.wiring.independent == (Edge.OBSERVED not in case.wiring)


@torch.no_grad()
def test_the_edge_from_the_observed_value_can_make_values_copies_of_each_other() -> None:
    """Notes, 2.5: no conditional independence. Here y(1) is a fair coin, and y(2) shows the same
    side: they share all of log 2 nats, which no model of wiring 2.1 can."""
    model = oracle.model(
        tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN, tt.outputs.Categorical(2), scale=0.0
    )
    r = model.graph.first
    r.S.weight[0] = torch.tensor([20.0, -20.0])  # h = ±1 says which side came
    model.graph.V[:, 0] = torch.tensor([20.0, -20.0])
    p = model(oracle.inputs(model.wiring, [2])["x"])
    assert_close(_information(_joint(p)), torch.tensor(math.log(2), dtype=torch.float64))


# ---- the chain rule ------------------------------------------------------------------------------

BEGINNINGS = [
    c
    for c in CASES
    if Edge.BACKWARD not in c.wiring and not isinstance(c.length, tt.lengths.PredictedLength)
]
CELLS = [tt.cells.Elman, tt.cells.GRU, tt.cells.LSTM]


def _ragged(p: tt.SequenceDistribution, lengths: list[int], seed: int = 0) -> tt.Sequence:
    """Values of these lengths, drawn from all that the output has."""
    values = oracle.every_value(p.output)
    which = torch.randint(
        len(values), (len(lengths), max(lengths)), generator=torch.Generator().manual_seed(seed)
    )
    return tt.Sequence(values[which], lengths)


@oracle.quick
@given(st.sampled_from(BEGINNINGS), st.data())
def test_log_prob_of_the_whole_is_that_of_a_beginning_and_of_the_rest(
    case: Case, data: st.DataObject
) -> None:
    lengths = data.draw(st.lists(st.integers(0, 4), min_size=3, max_size=3))
    cuts = torch.tensor([data.draw(st.integers(0, n)) for n in lengths])
    p = case.model(layers=2)(**oracle.inputs(case.wiring, lengths))
    p = p.expand((3,)) if not p.batch_shape else p
    y = _ragged(p, lengths)
    beginning, rest = p.observe(y.take(cuts))
    assert_close(beginning + rest.log_prob(y.drop(cuts)), p.log_prob(y))


@pytest.mark.parametrize("case", oracle.one_for_each_wiring(BEGINNINGS), ids=str)
@torch.no_grad()
def test_step_by_step_is_the_whole(case: Case) -> None:
    lengths = [4, 0, 2]
    p = case.model()(**oracle.inputs(case.wiring, lengths))
    p = p.expand((3,)) if not p.batch_shape else p
    y = _ragged(p, lengths)
    whole, log_p, one = p.log_prob(y), torch.zeros(3, dtype=torch.float64), torch.ones(3).long()
    while bool(y.lengths.any()):
        step, p = p.observe(y.take(one))
        log_p, y = log_p + step, y.drop(one)
    assert_close(log_p + p.log_prob(y), whole)


@pytest.mark.parametrize("cell", CELLS)
@torch.no_grad()
def test_a_state_of_several_tensors_is_carried_on_whole(cell: type[tt.cells.Cell]) -> None:
    wiring = tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN
    cells = [cell(3), cell(2)]
    model = tt.RecurrentModel(cells, wiring, tt.outputs.Categorical(3), input_size=2).double()
    p = model(oracle.inputs(wiring, [3])["x"])
    y, cut = tt.Sequence(torch.tensor([[2, 0, 1]])), torch.tensor([2])
    beginning, rest = p.observe(y.take(cut))
    assert_close(beginning + rest.log_prob(y.drop(cut)), p.log_prob(y))


@pytest.mark.parametrize("case", [c for c in CASES if c not in BEGINNINGS], ids=str)
def test_a_beginning_has_no_probability_where_the_future_reaches_back(case: Case) -> None:
    p = case.model()(**oracle.inputs(case.wiring, [2]))
    reason = "how many are left" if Edge.BACKWARD not in case.wiring else "see the steps after it"
    with pytest.raises(ValueError, match=reason):
        p.observe(oracle.beginnings(p, 1))


@pytest.mark.parametrize("case", [c for c in BEGINNINGS if c.length.stops], ids=str)
@torch.no_grad()
def test_to_begin_with_y_is_to_be_y_or_to_begin_with_y_and_one_value_more(case: Case) -> None:
    p = case.model()(**oracle.inputs(case.wiring, [1]))
    longer = oracle.beginnings(p, 2)
    k = len(oracle.every_value(p.output))
    shorter = longer[::k].take(torch.ones_like(longer.lengths[::k]))
    goes_on = p.observe(longer)[0].exp().view(k, k, -1).sum(1)
    begins, is_all = p.observe(shorter)[0].exp(), p.log_prob(shorter).exp()
    assert_close(begins.view(k, -1), is_all.view(k, -1) + goes_on)


@torch.no_grad()
def test_teacher_forcing_is_maximum_likelihood() -> None:
    """Notes, 2.2: log p(y(1), y(2) | x) = log p(y(2) | y(1), x) + log p(y(1) | x), where both
    conditionals come from enumeration and not from the model's own terms."""
    wiring = tt.wirings.OUTPUT_TO_HIDDEN
    model = oracle.model(wiring, tt.outputs.Categorical(3))
    p = model(oracle.inputs(wiring, [2])["x"])
    joint = _joint(p)
    first, second = joint.sum(1), joint / joint.sum(1, keepdim=True)
    for a, b in itertools.product(range(3), repeat=2):
        terms = p.terms(torch.tensor([[a, b]])).values[0]
        assert_close(terms, torch.stack([first[a], second[a, b]]).log())
