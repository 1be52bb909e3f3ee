"""The nine edges that a wiring can have."""

from __future__ import annotations

from enum import Enum


class Edge(Enum):
    """An edge of the unfolded graph, written as a textbook draws it.

    ``INPUT``, ``VECTOR`` and the three that leave the output bring something *into* h(t);
    ``HIDDEN`` and ``BACKWARD`` are the recurrence itself; ``EMIT`` and ``EMIT_LAST`` lead out.

    The edge from the output of the last step can carry three things. Only the observed value
    decouples the steps under teacher forcing, and only it lets y(t) depend on y(t-1) given x:

    - ``OBSERVED``: the value y(t-1) itself, given in training and drawn in generation;
    - ``EXPECTED``: its expectation under the model (softmax, mean);
    - ``OUTPUT``: the vector o(t-1) that the distribution of y(t-1) is made from.

    Where an edge is given as text, ``tau`` is τ: ``"h(tau) -> o"`` is ``EMIT_LAST``.

    Example:
        >>> Edge("h(t-1) -> h(t)"), Edge.HIDDEN.delay, Edge.BACKWARD.delay
        (<Edge.HIDDEN: 'h(t-1) -> h(t)'>, 1, -1)
        >>> Edge.EMIT_LAST.spelled
        'h(τ) -> o (or h(tau) -> o)'
    """

    INPUT = "x(t) -> h(t)"
    VECTOR = "x -> h(t)"
    HIDDEN = "h(t-1) -> h(t)"
    BACKWARD = "h(t+1) -> h(t)"
    OBSERVED = "y(t-1) -> h(t)"
    EXPECTED = "E[y(t-1)] -> h(t)"
    OUTPUT = "o(t-1) -> h(t)"
    EMIT = "h(t) -> o(t)"
    EMIT_LAST = "h(τ) -> o"

    @property
    def delay(self) -> int:
        """Steps of time that the edge spans: the black square of the folded graph."""
        return 1 if "(t-1)" in self.value else -1 if "(t+1)" in self.value else 0

    @property
    def spelled(self) -> str:
        """The edge's text as someone can type it: with ``tau`` beside τ, which keyboards lack."""
        typed = self.value.replace("τ", "tau")
        return self.value if typed == self.value else f"{self.value} (or {typed})"


FEEDBACK = frozenset({Edge.OBSERVED, Edge.EXPECTED, Edge.OUTPUT})
"""The edges from the previous output to the hidden units; a wiring has at most one."""

RECURRENCE = frozenset({Edge.HIDDEN, Edge.BACKWARD})
"""The edges from hidden units to hidden units of another step."""
