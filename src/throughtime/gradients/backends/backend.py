"""The protocol of a backend."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor

from throughtime.cells.cell import State
from throughtime.gradients.recursion import Recursion, last


class Backend(ABC):
    """One way to compute the states of a recursion."""

    @classmethod
    @abstractmethod
    def of(cls, recursion: Recursion) -> Backend | None:
        """The backend for this recursion; None if it cannot compute it."""

    @abstractmethod
    def states(self, recursion: Recursion) -> State:
        """The states at 1 … T, ``(T, rows, size)`` for each part; torch can differentiate them."""

    def unfold(self, recursion: Recursion) -> tuple[Tensor, State]:
        """h(1) … h(T), and the state of each row at its own end."""
        states = self.states(recursion)
        return states[0], last(states, recursion.state)
