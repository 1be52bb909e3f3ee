"""∂L(t)/∂h(s): finite differences, zero where there is no path, and what linear nets say."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor

import throughtime as tt
from tests.analysis.helpers import GENERATOR, linear, make, rotation, rows_for
from tests.helpers.models import AS_STEPS, CELLS, VALID, WIRINGS
from throughtime.analysis import Reach, reach
from throughtime.analysis.nodes import Nodes, differentiated, losses_of, unfolded
from throughtime.data import Examples
from throughtime.gradients.recursion import Recursion
from throughtime.wiring import Edge

OF_SERIES = tt.Wiring("h(t-1) -> h(t)", "x(t) -> h(t)", "y(t-1) -> h(t)", "h(t) -> o(t)")


UNUSED = {Edge.VECTOR, Edge.INPUT, Edge.EMIT_LAST}
"""No data have both a vector and an input for one output."""


class Nudged(Nodes):
    """The same loop, with something added to one number of a state after one step."""

    def __init__(self, line: int, t: int, row: int, part: int, unit: int, by: float) -> None:
        super().__init__()
        self.where, self.by = (line, t, row, part, unit), by

    def scan(self, recursion: Recursion) -> Any:
        line, t, row, part, unit = self.where
        if len(self.lines) != line:
            return super().scan(recursion)
        cell, taken, by = recursion.cell, [0], self.by

        class Step(type(cell)):  # type: ignore[misc]
            def step(self, drive: Tensor, state: Any) -> Any:
                new = [s.clone() for s in cell.step(drive, state)]
                if taken[0] == t:
                    new[part][row, unit] += by
                taken[0] += 1
                return tuple(new)

        step = object.__new__(Step)
        step.__dict__ = cell.__dict__
        same = recursion.like(recursion.tensors())
        same.cell = step
        return super().scan(same)


def losses(model: tt.RecurrentModel, rows: Examples, gradient: Nodes) -> Tensor:
    with differentiated(model, gradient), torch.no_grad():
        return losses_of(model, rows)[0]


@pytest.mark.parametrize(
    ("cell", "wiring", "layers"),
    [
        ("tanh", tt.wirings.HIDDEN_TO_HIDDEN, 1),
        ("LSTM", GENERATOR, 1),
        ("own", tt.wirings.VECTOR_TO_SEQUENCE, 2),
        ("GRU", WIRINGS["bidirectional"], 2),
        ("GRU", WIRINGS["expected"], 1),
    ],
)
def test_it_is_what_finite_differences_say(cell: str, wiring: tt.Wiring, layers: int) -> None:
    model = make(cell, wiring, layers=layers, hidden=2)
    rows = rows_for(model, (4, 3))
    graph = unfolded(model, rows)
    found = reach(model, rows).norms
    row, s, e = 1, 1, 1e-5
    squares = torch.zeros(found.shape[1], dtype=torch.float64)
    for i, (line, direction) in enumerate(zip(graph.lines, graph.directions, strict=True)):
        step = int(graph.alive[row].sum()) - 1 - s if direction < 0 else s
        for part, size in enumerate(line.cell.state_sizes):
            for unit in range(size):
                up, down = (
                    losses(model, rows, Nudged(i, step, row, part, unit, by))[row] for by in (e, -e)
                )
                slope = (up - down) / (2 * e)
                squares[: len(slope)] += slope[: len(squares)].square()
    torch.testing.assert_close(found[row, :, s], squares.sqrt(), rtol=1e-5, atol=1e-8)
    assert bool(found[row, 2, s] > 0) != bool(wiring.decoupled)


@pytest.mark.parametrize("wiring", [w for w in VALID if not w.edges >= UNUSED], ids=str)
def test_it_is_zero_exactly_where_there_is_no_path(wiring: tt.Wiring) -> None:
    length = None if Edge.INPUT in wiring else tt.lengths.Unending()
    model = make("GRU", wiring, tt.outputs.Normal(1), length)
    rows = rows_for(model, (4, 2))
    norms = reach(model, rows).norms
    last = wiring.emits_last
    forward = Edge.HIDDEN in wiring or wiring.feedback in (Edge.EXPECTED, Edge.OUTPUT)
    for row, own in enumerate((4, 2)):
        for t in range(4):
            for s in range(4):
                path = s == t or (s < t and forward) or (s > t and Edge.BACKWARD in wiring)
                if last and not forward:  # the summary is the backward h(1)
                    path = True
                is_there = max(s, t) < own and (not last or t == own - 1)
                felt = bool(norms[row, t, s] > 0)
                assert felt == (is_there and path), (row, t, s)


def test_in_2_2_a_loss_feels_its_own_step_alone() -> None:
    model = make("GRU", tt.wirings.OUTPUT_TO_HIDDEN)
    found = reach(model, rows_for(model, (5, 5)))
    assert torch.equal(found.norms, torch.diag_embed(found.norms.diagonal(dim1=1, dim2=2)))
    decay = found.decay()
    assert decay.rate == -math.inf
    assert decay.length == 1
    assert decay.share.tolist() == [1, 0, 0, 0, 0]


@pytest.mark.parametrize("scale", [1.0, 0.5, 1.25])
def test_a_linear_net_decays_as_its_matrix_says(scale: float) -> None:
    model = linear(rotation(3, scale))
    decay = reach(model, rows_for(model, (7, 7, 3, 5, 6))).decay()
    lags = torch.arange(7.0, dtype=torch.float64)
    torch.testing.assert_close(decay.share, scale**lags)
    assert decay.rate == pytest.approx(math.log(scale))
    assert decay.rates is not None
    assert decay.rates == pytest.approx((decay.rate, decay.rate))
    assert decay.low is not None
    torch.testing.assert_close(decay.low, decay.share)
    assert decay.length == (7 if scale < 0.5 else None)


def test_the_length_is_the_lag_where_one_per_cent_is_left() -> None:
    model = linear(rotation(3, 0.3))
    assert reach(model, rows_for(model, (7, 7))).decay().length == 4  # 0.3⁴ = 0.8 %


def test_a_backward_net_remembers_what_is_to_come() -> None:
    model = linear(rotation(2, 0.6))
    backward = tt.RecurrentModel(
        model.graph.layers[0][0].cell, WIRINGS["backward only"], model.output, input_size=2
    ).double()
    found = reach(backward, rows_for(backward, (6, 4)))
    assert not found.past
    assert bool(found.norms[0, 1, 4] > 0)
    assert found.decay().rate == pytest.approx(math.log(0.6))


@pytest.mark.parametrize("cell", [*CELLS, *AS_STEPS])
def test_a_row_of_a_ragged_batch_is_as_if_it_were_alone(cell: str) -> None:
    model = make(cell, GENERATOR, tt.outputs.Normal(1), layers=2)
    rows = rows_for(model, (5, 0, 3))
    together = reach(model, rows)
    alone = reach(model, rows[2:])
    torch.testing.assert_close(together.norms[2:, :4, :4], alone.norms)
    assert not together.norms[2, 4:].any()  # after its end, which is a step of its own
    assert bool((together.norms[1, 0, 0] > 0) == together.there[1, 0])


def test_values_that_are_given_or_missing_are_no_loss() -> None:
    model = make("GRU", OF_SERIES, tt.outputs.Normal(1))
    rows = rows_for(model, (5, 5))
    assert isinstance(rows.y, tt.Sequence)
    rows.y.values[0, 3] = torch.nan
    series = Examples(rows.x, rows.y, start=torch.tensor([1, 2]))
    assert reach(model, series).there.tolist() == [
        [False, True, True, False, True],
        [False, False, True, True, True],
    ]


def test_an_encoder_leaves_the_decoder_as_it_is() -> None:
    decoder = make("GRU", tt.wirings.VECTOR_TO_SEQUENCE)
    encoder = make("GRU", tt.wirings.SEQUENCE_TO_VECTOR, None, hidden=2)
    both = tt.EncoderDecoder(encoder, decoder)
    x, y = tt.Sequence(torch.randn(2, 3, 2).double()), tt.Sequence(torch.randint(3, (2, 4)))
    whole, alone = reach(both, Examples(x, y)), reach(decoder, Examples(encoder(x).detach(), y))
    torch.testing.assert_close(whole.norms, alone.norms)


def test_the_mean_is_over_the_rows_that_are_there() -> None:
    norms = torch.tensor([[[2.0, 0.0], [1.0, 3.0]], [[4.0, 0.0], [0.0, 0.0]]])
    there = torch.tensor([[True, True], [True, False]])
    assert Reach(norms, there, there).mean().tolist() == [[3, 0], [1, 3]]
    assert math.isnan(Reach(norms * 0, there & False, there).mean()[0, 0])


def test_what_has_no_step_is_refused() -> None:
    model = make("GRU", GENERATOR, length=tt.lengths.Unending())
    with pytest.raises(ValueError, match="no step to look at"):
        reach(model, rows_for(model, (0, 0)))


def test_the_model_is_as_it_was() -> None:
    model = make("GRU", GENERATOR)
    kept = model.gradient
    rows, state = rows_for(model, (2,)), torch.get_rng_state()
    reach(model.train(), rows)
    assert model.gradient is kept
    assert model.training
    assert all(p.grad is None for p in model.parameters())
    assert torch.equal(torch.get_rng_state(), state)
