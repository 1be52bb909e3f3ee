"""A process taken step by step, as generation does."""

from __future__ import annotations

from torch import Tensor

from throughtime.distribution.process import Process


class Stepper:
    """Hypotheses of what is generated, each of which goes on from a row of the process.

    Args:
        process: the process.
        row: the row of each hypothesis, ``(hypotheses,)``; a row may have several.
    """

    def __init__(self, process: Process, row: Tensor) -> None:
        self.process, self.t, self.row = process, 0, row
        self.state = process.state.map(lambda s: s[row])

    def step(self, lengths: Tensor | None) -> Tensor:
        """o(t) of each hypothesis, given its τ if that is decided already."""
        process, graph = self.process, self.process.graph
        x = countdown = None
        if process.x is not None:
            x = process.x.values[self.row, self.t]
        if process.length.features:
            assert lengths is not None
            remaining = (lengths - self.t).clamp(min=1)
            countdown = process.length.countdown(remaining, process.dtype)
        o, self.state = graph.step(graph.entering(self.state, x, countdown), self.state)
        self.t += 1
        return o

    def feed(self, o: Tensor, y: Tensor) -> None:
        """Give the output edge what it carries to the next step."""
        self.state = self.state._replace(fed=self.process.graph.feed(o, y))

    def select(self, hypotheses: Tensor) -> None:
        """Go on with these of the hypotheses; one may stand there more than once."""
        self.row = self.row[hypotheses]
        self.state = self.state.map(lambda s: s[hypotheses])
