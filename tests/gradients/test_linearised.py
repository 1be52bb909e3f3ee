"""The reverse of a user's step by its trace is the step's own, or is not used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from models import CELLS
from throughtime.cells.cell import Cell, State
from throughtime.gradients import linearised
from throughtime.gradients.bptt import bptt
from throughtime.unroll import unroll


class LayerNormGRU(Cell):
    """As a user would write it."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size, gates=3)
        self.W = nn.Linear(hidden_size, 3 * hidden_size, bias=False)
        self.of_drive = nn.LayerNorm(3 * hidden_size)
        self.of_state = nn.LayerNorm(3 * hidden_size)
        self.gain = 1.0

    def step(self, drive: Tensor, state: State) -> State:
        (h,) = state
        u_r, u_z, u_n = self.of_drive(drive).chunk(3, -1)
        v_r, v_z, v_n = self.of_state(self.W(h)).chunk(3, -1)
        z = torch.sigmoid(u_z + v_z)
        n = torch.tanh(self.gain * u_n + torch.sigmoid(u_r + v_r) * v_n)
        return ((1 - z) * n + z * h,)


class Peephole(Cell):
    """LSTM whose gates see c (Gers and Schmidhuber 2000)."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size, gates=4, state_sizes=(hidden_size, hidden_size))
        self.W = nn.Linear(hidden_size, 4 * hidden_size)
        self.p = nn.Parameter(torch.randn(3, hidden_size))

    def step(self, drive: Tensor, state: State) -> State:
        h, c = state
        i, f, g, o = (drive + self.W(h)).chunk(4, -1)
        c = torch.sigmoid(f + self.p[1] * c) * c + torch.sigmoid(i + self.p[0] * c) * g.tanh()
        return torch.sigmoid(o + self.p[2] * c) * c.tanh(), c


class Heads(LayerNormGRU):
    """Says how many rows there are."""

    def step(self, drive: Tensor, state: State) -> State:
        (h,) = super().step(drive, state)
        return (h.view(len(h), 2, -1).softmax(-1).reshape(len(h), -1),)


class Choosing(LayerNormGRU):
    """Looks at its values."""

    def step(self, drive: Tensor, state: State) -> State:
        (h,) = super().step(drive, state)
        return (h if float(h.detach().sum()) > 0.1 else 0.5 * h,)


class Turned(LayerNormGRU):
    """Has its rows as columns in between."""

    def step(self, drive: Tensor, state: State) -> State:
        (h,) = super().step(drive, state)
        return (h.T.tanh().exp().T,)


class Masked(LayerNormGRU):
    """Has a tensor that is no parameter."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size)
        self.register_buffer("mask", torch.arange(hidden_size) / hidden_size)

    def step(self, drive: Tensor, state: State) -> State:
        (h,) = super().step(drive, state)
        return (h * self.mask,)


class Leaky(Cell):
    """What it takes of the drive is not seen in what h(t) has of h(t-1)."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size)
        self.W = nn.Parameter(torch.randn(hidden_size, hidden_size) / hidden_size)
        self.gain = 1.0

    def step(self, drive: Tensor, state: State) -> State:
        return (0.9 * state[0] + self.gain * drive + 0.1 * state[0] @ self.W.T,)


MADE: dict[str, Callable[[int], Cell]] = {
    "own": CELLS["own"],
    "layer-norm GRU": LayerNormGRU,
    "peephole LSTM": Peephole,
    "heads": Heads,
    "choosing": Choosing,
    "turned": Turned,
    "masked": Masked,
}
TRACED = ("own", "layer-norm GRU", "peephole LSTM")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linearised, "ENOUGH", 0)


def assert_exact(cell: Cell, steps: int = 40, rows: int = 12, *, ragged: bool = True) -> None:
    """States and all gradients are those of the plain loop."""
    cell.double()
    options: dict[str, Any] = {"dtype": torch.float64, "requires_grad": True}
    drive = torch.randn(steps, rows, cell.drive_size, **options)
    state = tuple(torch.randn(rows, n, **options) for n in cell.state_sizes)
    alive = torch.arange(steps)[:, None] < torch.randint(0, steps + 1, (rows,))
    wanted = [drive, *state, *cell.parameters()]
    expected, actual = (
        run(cell, drive, state, alive if ragged else None) for run in (unroll, bptt)
    )
    arriving = tuple(torch.randn_like(s) for s in expected)
    a, b = (
        torch.autograd.grad(s, wanted, arriving, allow_unused=True, materialize_grads=True)
        for s in (actual, expected)
    )
    for x, y in zip((*actual, *a), (*expected, *b), strict=True):
        torch.testing.assert_close(x, y, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("ragged", [True, False])
@pytest.mark.parametrize("name", MADE)
def test_gradients_are_exact_and_by_the_trace_where_there_can_be_one(
    name: str, ragged: bool
) -> None:
    torch.manual_seed(0)
    cell = MADE[name](5 if name == "turned" else 4)  # as many as there are rows in a trace
    assert_exact(cell, ragged=ragged)
    (traced,) = linearised._cells[cell].traced.values()
    assert (traced is not None) == (name in TRACED)
    assert_exact(cell, steps=3, rows=1)  # other sizes, by the same trace
    assert_exact(cell, steps=70, rows=20)


def test_changed_parameters_are_the_traces_too() -> None:
    cell = LayerNormGRU(3)
    assert_exact(cell)
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.add_(0.3)
    assert_exact(cell)
    assert len(linearised._cells[cell].traced) == 1


def test_a_step_that_python_has_changed_is_traced_again() -> None:
    cell = LayerNormGRU(3)
    assert_exact(cell)
    cell.gain = 2.0
    assert_exact(cell)  # one by one, since the trace did not fit
    assert not linearised._cells[cell].traced
    assert_exact(cell)
    assert linearised._cells[cell].traced


def test_a_change_that_h_does_not_carry_on_is_noticed_too() -> None:
    cell = Leaky(3)
    assert_exact(cell)
    cell.gain = 3.0
    assert_exact(cell)


def test_a_trace_is_made_when_it_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linearised, "ENOUGH", 100)
    cell = Peephole(3)
    for i in range(4):
        assert_exact(cell, steps=30)
        assert bool(linearised._cells[cell].traced) == (i == 3)


def test_tracing_draws_no_random_numbers() -> None:
    cell = Peephole(3)
    before = torch.random.get_rng_state()
    linearised.Linearised(cell, torch.zeros(2, 12), cell.initial_state(2))
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_cell_that_is_gone_is_forgotten() -> None:
    cell = LayerNormGRU(3)
    assert_exact(cell)
    count = len(linearised._cells)
    del cell
    assert len(linearised._cells) < count
