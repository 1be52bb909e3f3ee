"""A process taken step by step, as generation does."""

from __future__ import annotations

from torch import Tensor

from throughtime.context.launches import Launched
from throughtime.distribution.process import Process
from throughtime.graph.folded import FoldedGraph
from throughtime.graph.prepared import PreparedStep, has_step
from throughtime.graph.state import GraphState


class Stepper:
    """Hypotheses of what is generated, each of which goes on from a row of the process.

    Args:
        process: the process.
        row: the row of each hypothesis, ``(hypotheses,)``; a row may have several.
    """

    def __init__(self, process: Process, row: Tensor) -> None:
        self.process, self.t, self.row = process, 0, row
        self.state = process.state.map(lambda s: s[row])
        self._step = Launched(process.graph, one_step)
        self._prepared = prepared_step(process)

    def step(self, lengths: Tensor | None) -> Tensor:
        """o(t) of each hypothesis, given its τ if that is decided already."""
        x = None if self.process.x is None else self.process.x.values[self.row, self.t]
        left = None if lengths is None else lengths - self.t
        o, self.state = self._step(self.state, x, left, self._prepared)
        self.t += 1
        return o

    def feed(self, o: Tensor, y: Tensor) -> None:
        """Give the output edge what it carries to the next step."""
        fed = self.process.graph.feed(o, y, self.state.scale)
        self.state = self.state._replace(fed=fed)

    def select(self, hypotheses: Tensor) -> None:
        """Go on with these of the hypotheses; one may stand there more than once."""
        self.row = self.row[hypotheses]
        self.state = self.state.map(lambda s: s[hypotheses])


def prepared_step(process: Process, distinct: int | None = None) -> PreparedStep | None:
    """The step of a process by the engine; None where it has not got it.

    Args:
        process: the process.
        distinct: how many rows have an x and a vector of their own, see :class:`PreparedStep`.
    """
    x = () if process.x is None else (process.x.values,)
    there = has_step(process.graph, (*process.state.tensors(), *x))
    return PreparedStep(process.graph, distinct) if there else None


def one_step(
    graph: FoldedGraph,
    state: GraphState,
    x: Tensor | None,
    left: Tensor | None,
    prepared: PreparedStep | None = None,
) -> tuple[Tensor, GraphState]:
    """o(t) of each row, and the state after it, in which ``fed`` is still that of the step before.

    Args:
        graph: the recurrence.
        state: the state before the step.
        x: x(t), if the wiring has one.
        left: how many values are left, τ - t + 1, where that is decided already.
        prepared: the same by the engine, if it has the graph.
    """
    length, countdown = graph.length, None
    if length is not None and length.features:
        assert left is not None
        countdown = length.countdown(left.clamp(min=1), graph.c.dtype)
    if prepared is not None:
        return prepared.step(state, x, countdown)
    return graph.step(graph.entering(state, x, countdown), state)
