"""The plain loop, differentiated by torch's autograd."""

from __future__ import annotations

from throughtime.cells.cell import State
from throughtime.gradients.backends.backend import Backend
from throughtime.gradients.recursion import Recursion
from throughtime.gradients.unroll import unroll


class Unrolled(Backend):
    """Step by step in torch's own operations; without recurrence all steps at once.

    All of torch's transforms, and ``torch.compile``, understand it.
    """

    @classmethod
    def of(cls, recursion: Recursion) -> Unrolled:
        return cls()

    def states(self, recursion: Recursion) -> State:
        u, cell, state = recursion.added_up.u, recursion.cell, recursion.state
        if recursion.recurrent:
            return unroll(cell, u, state, recursion.alive)
        rows = u.flatten(0, 1)
        states = cell.step(rows, cell.initial_state(rows.shape[0], state[0]))
        return tuple(s.unflatten(0, u.shape[:2]) for s in states)
