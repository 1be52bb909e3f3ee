"""Users' cells in the engine, by programs made of a trace of the cell's step."""

from __future__ import annotations

from throughtime.cells.cell import State
from throughtime.context.autocast import full_precision
from throughtime.context.transforms import values_hidden
from throughtime.engine.sweep import Ragged
from throughtime.gradients.backends.by_hand import ByHand, Forward, Gradients, Wanted
from throughtime.gradients.recursion import Recursion
from throughtime.tracing import cache
from throughtime.tracing.programs import Programs


class Traced(ByHand):
    """Cells whose step can be traced, once they have taken enough steps for it to be worth it."""

    def __init__(self, programs: Programs) -> None:
        self.programs = programs

    @classmethod
    def of(cls, recursion: Recursion) -> Traced | None:
        if not recursion.recurrent or values_hidden():
            return None
        same = recursion.added_up
        programs = cache.programs_of(same.cell, same.u, same.state)
        return None if programs is None else cls(programs)

    def states(self, recursion: Recursion) -> State:
        return super().states(recursion.added_up)

    def forward(self, recursion: Recursion, *, keep: bool) -> Forward:
        rows = Ragged.of(recursion.alive)
        found = self.programs.forward(recursion.u, recursion.state, rows, keep=keep)
        states, saved, constants = found
        return Forward(states, (*(rows or ()), saved, *constants))

    def reverse(self, recursion: Recursion, done: Forward, wanted: Wanted) -> Gradients:
        rows, states, kept = None, done.states, done.kept
        if recursion.alive is not None:
            rows, kept = Ragged(*kept[:2]), kept[2:]
        saved, *constants = kept
        with full_precision(states[0]):
            return self.programs.reverse(
                *(tuple(constants), recursion.u, recursion.state, states, saved, rows),
                wanted.grad_states,
                learning=wanted.parameters,
            )
