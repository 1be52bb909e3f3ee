"""The states of a recursion by back-propagation through time, called as ``tt.unroll`` is."""

from __future__ import annotations

from torch import Tensor

from throughtime.cells.cell import Cell, State
from throughtime.cells.drive import Drive
from throughtime.gradients import bptt as by_hand
from throughtime.gradients.recursion import Recursion


def bptt(cell: Cell, drive: Tensor | Drive, state: State, alive: Tensor | None = None) -> State:
    """The states at 1 … T."""
    return by_hand.bptt(Recursion(cell, drive, state, alive))
