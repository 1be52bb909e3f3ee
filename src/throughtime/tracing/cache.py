"""The programs of each cell, kept until its step changes."""

from __future__ import annotations

from threading import RLock
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from throughtime.cells.cell import Cell, State
from throughtime.context.appearance import appearance
from throughtime.context.autocast import Autocast
from throughtime.context.transforms import recorded
from throughtime.engine import sweep
from throughtime.tracing.capture import NotTraced
from throughtime.tracing.programs import Programs

ENOUGH = 400
"""Steps that a cell takes one by one before its step is traced."""

SHORT = 8
"""Steps of the shortest call that runs by programs; the trial takes as long as a few steps."""

MOST = 8
"""How many appearances of a cell (in training or not, for one) have programs kept."""


class _Known:
    """What is known of a cell.

    ``steps`` have been taken since the last trace; so many are ``needed`` for the next, each time
    twice as many: a cell that changes all the time is not traced all the time.
    """

    def __init__(self) -> None:
        self.steps, self.needed = 0, ENOUGH
        self.programs: dict[Any, Programs | None] = {}


_cells: WeakKeyDictionary[Cell, _Known] = WeakKeyDictionary()

_lock = RLock()


def programs_of(cell: Cell, drive: Tensor, state: State) -> Programs | None:
    """A cell's programs; None if its step cannot be traced, or has taken too few steps so far.

    Args:
        cell: the cell.
        drive: u(1) … u(T), ``(T, rows, size)``.
        state: the state before them.
    """
    tensors = (drive, *state, *cell.parameters())
    if type(cell).reverse_step is not Cell.reverse_step or not sweep.can_read(tensors, drive.dtype):
        return None
    # what somebody saves of a graph, to make it again later, must then be the same graph
    saved_elsewhere = torch._C._autograd._top_saved_tensors_default_hooks(True) is not None
    if recorded(tensors) or Autocast.now(drive).enabled or saved_elsewhere or not drive.numel():
        return None
    if any(getattr(module, hooks) for module in cell.modules() for hooks in HOOKS):
        return None  # they are to be called at every step
    with _lock:
        return _programs_of(cell, drive, state)


def _programs_of(cell: Cell, drive: Tensor, state: State) -> Programs | None:
    known = _cells.setdefault(cell, _Known())
    known.steps += len(drive)
    if len(drive) < SHORT:
        return None
    kind = (drive.dtype, *(v.shape[-1:] for v in (drive, *state)), appearance(cell))
    if kind not in known.programs:
        if known.steps < known.needed:
            return None
        known.steps, known.needed = 0, 2 * known.needed
        while len(known.programs) >= MOST:
            del known.programs[next(iter(known.programs))]
        try:
            found: Programs | None = Programs(cell, drive[0], state)
        except NotTraced:
            found = None
        known.programs[kind] = found if found is not None and found.still_right(cell) else None
        return known.programs[kind]
    found = known.programs[kind]
    if found is None or cell.pure or found.still_right(cell):
        return found
    known.programs.pop(kind, None)
    return None


HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
