"""Draws have the model's probabilities, also of what follows a beginning."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor

import throughtime as tt
from tests.helpers import oracle
from tests.helpers.oracle import CASES, Case
from throughtime import Edge

pytestmark = pytest.mark.usefixtures("each_way")

LIMIT = 2
END = -1
"""Stands for the decision to stop, among the values of a step."""
SYMBOLS = tt.outputs.Categorical(4)


def _by_row(v: Tensor, p: tt.SequenceDistribution) -> Tensor:
    """``(N, *batch)`` as ``(rows, N)``."""
    return v.reshape(len(v), p.batch_shape.numel()).T


# ---- exact draws ---------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:.*were cut")
@pytest.mark.parametrize("case", CASES, ids=str)
@torch.no_grad()
def test_draws_have_the_probabilities_of_the_model(case: Case) -> None:
    torch.manual_seed(0)
    p = case.model(scale=0.7)(**oracle.inputs(case.wiring, [2, 0, 1]))
    y, once = oracle.support(p, LIMIT)
    probabilities = torch.where(once, p.log_prob(y).exp(), 0.0)
    outcomes = torch.where(once, oracle.codes(case.output, y), END)
    # sequences of more than LIMIT values are all the same here, whether they were cut or not
    draws = p.sample((2000,), max_length=LIMIT + case.length.stops)
    drawn = oracle.codes(case.output, draws)
    for row in zip(*(_by_row(v, p) for v in (drawn, outcomes, probabilities)), strict=True):
        oracle.assert_drawn_from(*row)


@pytest.mark.parametrize("output", [tt.outputs.Normal(), tt.outputs.Mixture(2)], ids=repr)
@torch.no_grad()
def test_real_draws_have_the_density_of_the_model(output: tt.outputs.Output) -> None:
    """Where p(y ≤ v) is the share of draws below v, at every v: Kolmogorov and Smirnov."""
    torch.manual_seed(0)
    wiring = tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN
    p = oracle.model(wiring, output, scale=0.5)(**oracle.inputs(wiring, [2]))
    axis = torch.arange(-12, 12, 0.1, dtype=torch.float64)
    grid = torch.cartesian_prod(axis, axis).view(-1, 1, 2, 1)
    density = p.log_prob(grid).exp().view(len(axis), len(axis)) * 0.1**2
    draws = p.sample((4000,)).values[:, 0, :, 0]
    for at, marginal in ((0, density.sum(1)), (1, density.sum(0))):
        below = (draws[:, at, None] < axis + 0.05).double().mean(0)
        # the largest distance is above 2.6/√n once in 10⁶ times
        assert (below - marginal.cumsum(0)).abs().max() < 2.6 / math.sqrt(4000) + 1e-3


@pytest.mark.parametrize("options", [{}, {"temperature": 0.5}, {"top_k": 1}, {"top_p": 0.5}])
def test_the_same_seed_gives_the_same_draws_and_no_gradient(options: dict[str, Any]) -> None:
    case = Case(tt.wirings.VECTOR_TO_SEQUENCE, tt.outputs.Categorical(4), tt.lengths.Unending())
    p = case.model()(**oracle.inputs(case.wiring))
    draws = []
    for _ in range(2):
        torch.manual_seed(0)
        draws.append(p.sample((3,), max_length=5, **options).values)
    assert torch.equal(*draws)
    assert not draws[0].requires_grad


# ---- after a beginning ---------------------------------------------------------------------------

CONTINUED = oracle.one_for_each_wiring(
    c
    for c in CASES
    if Edge.BACKWARD not in c.wiring and not isinstance(c.length, tt.lengths.PredictedLength)
)


@pytest.mark.filterwarnings("ignore:.*were cut")
@pytest.mark.parametrize("case", CONTINUED, ids=str)
@torch.no_grad()
def test_what_follows_a_beginning_is_drawn_and_decoded_given_the_beginning(case: Case) -> None:
    torch.manual_seed(0)
    p = case.model()(**oracle.inputs(case.wiring, [3]))
    beginning = oracle.beginnings(p, 1)[-1]
    log_p, rest = p.observe(beginning)
    y, _ = oracle.support(rest, LIMIT)
    whole = torch.cat(
        [beginning.values.expand(len(y), *beginning.values.shape), y.values],
        -1 - len(p.event_shape),
    )
    conditional = p.log_prob(tt.Sequence(whole, y.lengths + 1)) - log_p
    drawn = rest.sample((2000,), max_length=LIMIT + case.length.stops)
    outcomes = oracle.codes(case.output, y)
    oracle.assert_drawn_from(
        oracle.codes(case.output, drawn), outcomes.flatten(), conditional.exp().flatten()
    )
    best = conditional.flatten().argmax()
    mode = oracle.codes(case.output, rest.mode(beam=100, max_length=LIMIT))
    assert mode.flatten().tolist() == [int(outcomes.flatten()[best])]


def test_sequences_that_have_not_ended_are_cut_and_counted() -> None:
    model = Case(tt.wirings.VECTOR_TO_SEQUENCE, SYMBOLS, tt.lengths.Halt()).model(scale=0.0)
    with torch.no_grad():
        model.graph.c[-1] = -40.0  # never halts
    p = model(**oracle.inputs(model.wiring, [1, 1]))
    with pytest.warns(UserWarning, match="6 of 6 sequences had not ended after max_length=4"):
        y = p.sample((3,), max_length=4)
    assert y.lengths.unique().tolist() == [4]
    with torch.no_grad():
        model.graph.c[-1] = 40.0  # halts at once
    assert model(**oracle.inputs(model.wiring, [1])).sample(max_length=0).lengths.tolist() == [0]
