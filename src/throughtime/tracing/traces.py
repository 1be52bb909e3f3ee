"""Which cells the engine takes by a trace of their step, and for how long it holds."""

from __future__ import annotations

from threading import RLock
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from throughtime.cells.cell import Cell, State
from throughtime.context.autocast import Autocast
from throughtime.context.transforms import recorded
from throughtime.engine import sweep
from throughtime.tracing.trace import NotTraced
from throughtime.tracing.traced import Traced

ENOUGH = 400
"""Steps that a cell takes one by one, before its step is worth tracing."""

SHORT = 8
"""Steps from which on a call is longer than the trial."""

MOST = 8
"""Of how many of a cell's appearances (in training or not, for one) the traces are kept."""


class _Known:
    """What is known of a cell.

    ``steps`` have been taken since the last trace; so many are ``needed`` for the next, each time
    twice as many: a cell that changes all the time is not traced all the time.
    """

    def __init__(self) -> None:
        self.steps, self.needed = 0, ENOUGH
        self.traced: dict[Any, Traced | None] = {}


_cells: WeakKeyDictionary[Cell, _Known] = WeakKeyDictionary()

_lock = RLock()


def of(cell: Cell, drive: Tensor, state: State) -> Traced | None:
    """A cell's programs; None, as long as they are not worth it or where there can be none.

    Args:
        cell: the cell.
        drive: u(1) … u(T), ``(T, rows, size)``.
        state: the state before them.
    """
    tensors = (drive, *state, *cell.parameters())
    if type(cell).reverse_step is not Cell.reverse_step or not sweep.suit(tensors, drive.dtype):
        return None
    # what somebody saves of a graph, to make it again later, must then be the same graph
    saved_elsewhere = torch._C._autograd._top_saved_tensors_default_hooks(True) is not None
    if recorded(tensors) or Autocast.now(drive).enabled or saved_elsewhere or not drive.numel():
        return None
    if any(getattr(module, hooks) for module in cell.modules() for hooks in HOOKS):
        return None  # they are to be called at every step
    with _lock:
        return _of(cell, drive, state)


def _of(cell: Cell, drive: Tensor, state: State) -> Traced | None:
    known = _cells.setdefault(cell, _Known())
    known.steps += len(drive)
    if len(drive) < SHORT:
        return None
    kind = (drive.dtype, *(v.shape[-1:] for v in (drive, *state)), _appearance(cell))
    if kind not in known.traced:
        if known.steps < known.needed:
            return None
        known.steps, known.needed = 0, 2 * known.needed
        while len(known.traced) >= MOST:
            del known.traced[next(iter(known.traced))]
        try:
            traced: Traced | None = Traced(cell, drive[0], state)
        except NotTraced:
            traced = None
        known.traced[kind] = traced if traced is not None and traced.still_right(cell) else None
        return known.traced[kind]
    traced = known.traced[kind]
    if traced is None or traced.still_right(cell):
        return traced
    known.traced.pop(kind, None)
    return None


def _appearance(cell: Cell) -> tuple[Any, ...]:
    """All of a module that can be seen to change, but for the values of its tensors."""
    seen: list[Any] = []
    for module in cell.modules():
        seen.append(type(module))
        for name, value in vars(module).items():
            if name in ("_parameters", "_buffers"):
                seen += [(n, v if v is None else (v.shape, v.stride(), v.dtype, v.device))
                         for n, v in value.items()]  # fmt: skip
            elif isinstance(value, PLAIN):
                seen.append((name, value))
            elif name != "_modules" and not (isinstance(value, dict) and not value):
                seen.append((name, id(value)))
    return tuple(seen)


HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")

PLAIN = (bool, int, float, str, torch.dtype, torch.device)
