"""Free running: by enumeration of all histories, and none where no y is fed back."""

from __future__ import annotations

import itertools

import pytest
import torch

import throughtime as tt
from tests.analysis.helpers import GENERATOR, make, rows_for
from tests.helpers.models import WIRINGS
from throughtime.analysis import drift, gap
from throughtime.data import Examples
from throughtime.distribution import SequenceDistribution


def by_enumeration(model: tt.RecurrentModel, y: torch.Tensor, prefix: int) -> list[float]:
    """-log p(y(t) | y(1) … y(n), τ ≥ t) for t = n+1 … T, as sums over all sequences.

    p(y(t) = v and τ ≥ t) is the sum of P(the sequence begins with …, v) over all histories.
    """
    p = model()
    assert isinstance(p, SequenceDistribution)
    found = []
    for t in range(prefix + 1, len(y) + 1):
        own = torch.tensor(list(itertools.product(range(2), repeat=t - prefix)))
        begins = torch.cat([y[:prefix].expand(len(own), -1), own], 1)
        probability = p.observe(tt.Sequence(begins))[0].exp()
        hit = probability[begins[:, -1] == y[t - 1]].sum()
        found.append(-float(torch.log(hit / probability.sum())))
    return found


@torch.no_grad()
@pytest.mark.parametrize("length", [tt.lengths.Unending(), tt.lengths.EndOfSequence()], ids=str)
@pytest.mark.parametrize("prefix", [0, 2])
def test_it_is_the_loss_of_a_forecast(length: tt.lengths.Length, prefix: int) -> None:
    model = make("tanh", GENERATOR, tt.outputs.Categorical(2), length)
    model.graph.first.S.weight.mul_(3)
    if length.stops:  # on what came before, so that histories differ in their weight
        model.graph.V.copy_(torch.tensor([[1.0, -1, 0], [-1, 1, 0], [3, 3, 3]]))
        model.graph.first.S.weight.copy_(torch.tensor([[2.0, -2], [0, 0], [1, -2]]))
    y = torch.tensor([0, 1, 1, 0, 1])
    rows = Examples(None, tt.Sequence(y[None]))
    found = gap(model, rows, prefix, draws=20_000)
    expected = by_enumeration(model, y, prefix)
    assert found.closed[prefix:].tolist() == pytest.approx(expected, abs=0.02)
    torch.testing.assert_close(found.closed[: prefix + 1], found.forced[: prefix + 1])
    apart = (found.closed - found.forced)[prefix + 1 :]
    assert bool((apart.abs() > 0.03).any())
    mean = (found.closed - found.forced)[prefix:].mean()
    assert found.difference[0] == pytest.approx(float(mean))


def test_the_forced_loss_is_the_log_probability() -> None:
    model = make("GRU", GENERATOR, tt.outputs.Categorical(2), tt.lengths.Unending())
    rows = rows_for(model, (4, 2, 0))
    found = gap(model, rows, draws=2)
    assert found.rows.tolist() == [2, 2, 1, 1]
    assert isinstance(rows.y, tt.Sequence)
    total = float(-model().log_prob(rows.y).sum().detach())
    assert float((found.forced * found.rows).sum()) == pytest.approx(total)


@pytest.mark.parametrize("wiring", ["hidden-to-hidden", "bidirectional", "expected"])
def test_there_is_none_where_no_y_is_fed_back(wiring: str) -> None:
    model = make("GRU", WIRINGS[wiring])
    rows = rows_for(model, (4, 4, 3))
    found = gap(model, rows, draws=3)
    assert torch.equal(found.closed, found.forced)
    assert found.difference[0] == 0
    assert drift(model, rows, draws=3).distance.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("output", "cell"),
    [
        (tt.outputs.Normal(2), "LSTM"),
        (tt.outputs.Bernoulli(2), "GRU"),
        (tt.outputs.Mixture(3, 1), "tanh"),
    ],
    ids=str,
)
def test_outputs_of_every_kind_have_one(output: tt.outputs.Output, cell: str) -> None:
    model = make(cell, tt.wirings.VECTOR_TO_SEQUENCE, output)
    rows = rows_for(model, (4, 3, 3, 4, 2, 4))
    found = gap(model, rows, draws=5)
    assert bool(found.closed.isfinite().all())
    assert not torch.equal(found.closed[1:], found.forced[1:])
    assert found.low is not None
    assert bool((found.low[0] <= found.forced).all())


def test_a_net_that_forgets_at_once_drifts_by_its_last_value_alone() -> None:
    """h(t) = tanh(S y(t-1)): a draw is the true value in half of the cases, as is another row's."""
    model = make("tanh", GENERATOR, tt.outputs.Categorical(2), tt.lengths.Unending(), hidden=1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.graph.first.S.weight.copy_(torch.tensor([[1.0, -1.0]]))
    rows = Examples(None, tt.Sequence(torch.arange(32)[:, None] >> torch.arange(5) & 1))
    found = drift(model, rows, prefix=1, draws=400)
    # E‖h̃ - h‖² = ½ (2 tanh 1)², and of two of the 32 rows 16/31 of them differ
    expected = (0.5 / (16 / 31)) ** 0.5
    assert found.distance.tolist() == pytest.approx([0, 0, *[expected] * 3], abs=0.01)
    assert found.half == 1
    assert found.low is not None
    assert bool((found.low <= found.distance).all())


def test_of_one_row_there_is_no_distance() -> None:
    model = make("GRU", GENERATOR, length=tt.lengths.Unending())
    found = drift(model, rows_for(model, (4, 2)), draws=2)
    assert found.distance.isnan().tolist() == [False, False, True, True]


def test_what_has_no_loop_is_refused() -> None:
    model = make("GRU", tt.wirings.SEQUENCE_TO_VECTOR)
    for function in (gap, drift):
        with pytest.raises(ValueError, match="there is no loop to close"):
            function(model, rows_for(model, (4, 2)))
