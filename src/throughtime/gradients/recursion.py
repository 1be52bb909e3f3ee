"""The recursion of a cell over T steps, as one value."""

from __future__ import annotations

from itertools import islice

import torch
from torch import Tensor

from throughtime.cells.cell import Cell, State
from throughtime.cells.drive import Drive, Tensors
from throughtime.context.transforms import exporting


class Recursion:
    r"""All that the states at 1 … T depend on:

    .. math:: h^{(t)} = f(h^{(t-1)}, u^{(t)}; \theta), \qquad t = 1, \dots, T

    Args:
        cell: the transition f, with its present parameters θ.
        drive: u(1) … u(T): a :class:`Drive`, or a tensor ``(T, rows, drive_size)``.
        state: the state before the first step.
        alive: ``(T, rows)``, where a row still has a step to take; elsewhere its state stays as it
            is. None if there is no padding.
        recurrent: whether there is the edge h(t-1) → h(t); without it every step starts from the
            zero state, so that all steps are independent of each other.

    Example:
        >>> from throughtime.cells import GRU
        >>> recursion = Recursion(GRU(4), torch.zeros(5, 2, 12), (torch.zeros(2, 4),))
        >>> recursion.drive.steps, [p.shape[0] for p in recursion.parameters]
        (5, [12, 12, 4])
    """

    def __init__(
        self,
        cell: Cell,
        drive: Tensor | Drive,
        state: State,
        alive: Tensor | None = None,
        *,
        recurrent: bool = True,
    ) -> None:
        self.cell, self.drive, self.state = cell, Drive.of(drive), state
        self.alive, self.recurrent = alive, recurrent
        # computed when first asked for, and kept: torch.compile does not know cached_property
        self._parameters: Tensors | None = None
        self._tensors: Tensors | None = None
        self._added_up: Recursion | None = None

    @property
    def parameters(self) -> Tensors:
        """θ, in the order of ``cell.parameters()``."""
        if self._parameters is None:
            self._parameters = tuple(self.cell.parameters())
        return self._parameters

    @property
    def u(self) -> Tensor:
        """u(1) … u(T), ``(T, rows, drive_size)``."""
        return self.drive.sum()

    @property
    def added_up(self) -> Recursion:
        """The same with the drive added up, in the dtype of the state, which autocast may have
        narrowed."""
        if self._added_up is None:
            drive = Drive.of(self.u.to(self.state[0].dtype))
            self._added_up = self._with(drive, self.state, self._parameters)
        return self._added_up

    def tensors(self) -> Tensors:
        """The tensors that have gradients, in a row; :meth:`like` puts them back."""
        if self._tensors is None:
            self._tensors = (*self.drive.tensors(), *self.state, *self.parameters)
        return self._tensors

    def like(self, tensors: Tensors) -> Recursion:
        """A recursion of this one's structure with other tensors."""
        rest = iter(tensors)
        drive, state = self.drive.like(rest), tuple(islice(rest, len(self.state)))
        return self._with(drive, state, tuple(rest))

    def _with(self, drive: Drive, state: State, parameters: Tensors | None) -> Recursion:
        other = Recursion(self.cell, drive, state, self.alive, recurrent=self.recurrent)
        other._parameters = parameters
        return other


def last(states: State, before: State) -> State:
    """The state after the last of T steps, and the one before the first if there is none.

    Example:
        >>> last((torch.ones(3, 2, 4),), (torch.zeros(2, 4),))[0].mean()
        tensor(1.)
        >>> last((torch.ones(0, 2, 4),), (torch.zeros(2, 4),))[0].mean()
        tensor(0.)
    """
    if exporting():  # whether there is a step is not known yet
        return tuple(torch.cat([b[None], s])[-1] for b, s in zip(before, states, strict=True))
    return tuple(s[-1] if len(s) else b for b, s in zip(before, states, strict=True))
