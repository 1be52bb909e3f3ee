"""The plain loop over time: the reference for all faster ways."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from throughtime.cells.cell import Cell, State
from throughtime.context.autocast import full_precision


def unroll(
    cell: Cell,
    drive: Float[Tensor, "T rows drive"],
    state: State,
    alive: Bool[Tensor, "T rows"] | None = None,
) -> State:
    r"""The unfolded graph: f applied T times, h(t) = f(h(t-1), u(t); θ).

    Args:
        cell: the transition f.
        drive: u(1) … u(T), time first.
        state: the state at 0.
        alive: where a row still has a step to take; elsewhere its state stays as it is, so the
            last step of the result holds each row's state at its own τ. None if there is no
            padding.

    Returns:
        The states at 1 … T: for each tensor of the state, one of shape ``(T, rows, size)``.

    Example:
        >>> from throughtime.cells import Elman
        >>> cell = Elman(3)
        >>> (h,) = unroll(cell, torch.zeros(4, 2, 3), cell.initial_state(2))
        >>> h.shape
        torch.Size([4, 2, 3])
    """
    if drive.shape[0] == 0:
        return tuple(s.new_zeros(0, *s.shape) for s in state)
    with full_precision(drive):
        return _loop(cell, drive.to(state[0].dtype), state, alive)


def _loop(cell: Cell, drive: Tensor, state: State, alive: Tensor | None) -> State:
    states: list[State] = []
    # taken apart once: each drive[t] would have a gradient of the size of all
    for t, u in enumerate(drive.unbind(0)):
        new = cell.step(u, state)
        if t == 0:
            _check(cell, new, state)
        if alive is not None:
            new = tuple(
                torch.where(alive[t, :, None], n, s) for n, s in zip(new, state, strict=True)
            )
        states.append(new)
        state = new
    return tuple(torch.stack(s) for s in zip(*states, strict=True))


def _check(cell: Cell, new: object, state: State) -> None:
    """Refuse a step whose new state has other shapes than the old one."""
    expected = [tuple(s.shape) for s in state]
    parts = new if isinstance(new, tuple) else None
    if parts is None or [tuple(getattr(s, "shape", ())) for s in parts] != expected:
        got = type(new).__name__ if parts is None else [tuple(s.shape) for s in parts]
        raise TypeError(
            f"{type(cell).__name__}.step returned {got}; expected a tuple of tensors of shapes "
            f"{expected}, as the state has: `return (h,)`"
        )
