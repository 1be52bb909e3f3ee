"""The sweeps of the engine in C, for the cells that it has."""

from __future__ import annotations

from torch.nn.utils.parametrize import is_parametrized

from throughtime.context.transforms import recorded
from throughtime.engine import sweep
from throughtime.engine.sweep import Ragged, Sweep
from throughtime.gradients.backends.by_hand import ByHand, Forward, Gradients, Wanted
from throughtime.gradients.recursion import Recursion


class Engine(ByHand):
    """Elman, GRU and LSTM, in float32 and float64 on the CPU: a whole sequence in one call."""

    @classmethod
    def of(cls, recursion: Recursion) -> Engine | None:
        return Engine() if has(recursion) and not recorded(recursion.tensors()) else None

    def forward(self, recursion: Recursion, *, keep: bool) -> Forward:
        rows = Ragged.of(recursion.alive)
        states, saved = sweep.forward(sweep_of(recursion, rows), keep=keep)
        return Forward(states, () if saved is None else (saved, *(rows or ())))

    def reverse(self, recursion: Recursion, done: Forward, wanted: Wanted) -> Gradients:
        saved, *rows = done.kept
        return sweep.reverse(
            sweep_of(recursion, Ragged(*rows) if rows else None),
            *(done.states, saved, wanted.grad_states, wanted.drive),
            learning=wanted.parameters,
        )


def has(recursion: Recursion) -> bool:
    """Whether the engine has this cell, in this dtype, on this device."""
    cell, edges = recursion.cell, recursion.drive.edges
    if cell.kernel is None or len(edges) > sweep.EDGES or is_parametrized(cell):
        return False
    return sweep.can_read(recursion.tensors(), recursion.state[0].dtype)


def sweep_of(recursion: Recursion, rows: Ragged | None) -> Sweep:
    """The recursion as the engine takes it."""
    name = recursion.cell.kernel
    assert name is not None
    return Sweep(
        name, recursion.parameters, recursion.drive, recursion.state, rows, recursion.recurrent
    )
