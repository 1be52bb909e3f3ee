"""The recursion of a cell over T steps, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from throughtime.cells.cell import Cell, State
from throughtime.cells.drive import Drive, Tensors


@dataclass(frozen=True, eq=False)
class Recursion:
    r"""All that the states at 1 … T depend on:

    .. math:: h^{(t)} = f(h^{(t-1)}, u^{(t)}; \theta), \qquad t = 1, \dots, T

    Args:
        cell: the transition f.
        drive: u(1) … u(T), not yet added up.
        state: the state before the first step.
        parameters: θ, in the order of ``cell.parameters()``.
        alive: ``(T, rows)``, where a row still has a step to take; elsewhere its state stays as it
            is. None if there is no padding.
        recurrent: whether there is the edge h(t-1) → h(t); without it every step starts from the
            zero state, so that all steps are independent of each other.
    """

    cell: Cell
    drive: Drive
    state: State
    parameters: Tensors
    alive: Tensor | None
    recurrent: bool

    @classmethod
    def of(
        cls,
        cell: Cell,
        drive: Tensor | Drive,
        state: State,
        alive: Tensor | None = None,
        *,
        recurrent: bool = True,
    ) -> Recursion:
        """The recursion of a cell with its present parameters; a tensor is an added up drive.

        Example:
            >>> from throughtime.cells import GRU
            >>> recursion = Recursion.of(GRU(4), torch.zeros(5, 2, 12), (torch.zeros(2, 4),))
            >>> recursion.drive.steps, [p.shape[0] for p in recursion.parameters]
            (5, [12, 12, 4])
        """
        return cls(cell, Drive.of(drive), state, tuple(cell.parameters()), alive, recurrent)

    @cached_property
    def added_up(self) -> Recursion:
        """The same with the drive added up, in the dtype of the state, which autocast may have
        narrowed."""
        return self._with(Drive.of(self.u.to(self.state[0].dtype)), self.state, self.parameters)

    @property
    def u(self) -> Tensor:
        """u(1) … u(T), ``(T, rows, drive_size)``."""
        return self.drive.sum()

    def tensors(self) -> Tensors:
        """The tensors that have gradients, in a row; :meth:`like` puts them back."""
        return (*self.drive.tensors(), *self.state, *self.parameters)

    def like(self, tensors: Tensors) -> Recursion:
        """A recursion of this one's structure with other tensors."""
        entering = len(self.drive.tensors())
        first = entering + len(self.state)
        drive = self.drive.like(tensors[:entering])
        return self._with(drive, tensors[entering:first], tensors[first:])

    def _with(self, drive: Drive, state: State, parameters: Tensors) -> Recursion:
        return Recursion(self.cell, drive, state, parameters, self.alive, self.recurrent)
