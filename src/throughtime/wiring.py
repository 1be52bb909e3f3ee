"""Wirings: which edges the unfolded graph has, and which sets of edges make a model.

The notes' taxonomy (sections 2.1 to 2.5; Goodfellow, Bengio & Courville, *Deep Learning*, 10.2) is
a choice of edges and nothing else, so here a wiring *is* a set of edges:

    =====  ===========================  =========================================================
    2.1    HIDDEN_TO_HIDDEN             x(t)→h(t), h(t-1)→h(t), h(t)→o(t)
    2.2    OUTPUT_TO_HIDDEN             x(t)→h(t), y(t-1)→h(t), h(t)→o(t)
    2.3    SEQUENCE_TO_VECTOR           x(t)→h(t), h(t-1)→h(t), h(τ)→o
    2.4    VECTOR_TO_SEQUENCE           x→h(t), h(t-1)→h(t), y(t-1)→h(t), h(t)→o(t)
    2.5    HIDDEN_AND_OUTPUT_TO_HIDDEN  x(t)→h(t), h(t-1)→h(t), y(t-1)→h(t), h(t)→o(t)
    =====  ===========================  =========================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from functools import cached_property


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


class Wiring:
    """A set of edges that makes a model; a set that cannot is refused with the reason.

    Args:
        edges: members of :class:`Edge`, or their text, such as ``"h(t-1) -> h(t)"``.

    Raises:
        ValueError: if the edges contradict each other, or an edge is unknown.

    Example:
        >>> jordan = Wiring(Edge.INPUT, Edge.EXPECTED, Edge.EMIT)
        >>> jordan == Wiring("x(t) -> h(t)", "E[y(t-1)] -> h(t)", "h(t) -> o(t)")
        True
        >>> Wiring(Edge.INPUT, Edge.OBSERVED, Edge.EMIT_LAST)
        Traceback (most recent call last):
        ...
        ValueError: y(t-1) -> h(t) needs an output at every step, but h(τ) -> o gives one only ...
    """

    edges: frozenset[Edge]

    def __init__(self, *edges: Edge | str) -> None:
        self.edges = frozenset(_edge(e) for e in edges)
        if reason := _contradiction(self.edges):
            raise ValueError(reason)

    # ---- what the rest of the library asks -----------------------------------------------------

    @cached_property
    def feedback(self) -> Edge | None:
        """The edge from the previous output, or None."""
        return next(iter(self.edges & FEEDBACK), None)

    @property
    def emits_last(self) -> bool:
        """One output after the last step instead of one at every step."""
        return Edge.EMIT_LAST in self.edges

    @cached_property
    def directions(self) -> tuple[int, ...]:
        """The delay of each set of hidden units: 1 forward, -1 backward, 0 without recurrence."""
        return tuple(e.delay for e in (Edge.HIDDEN, Edge.BACKWARD) if e in self) or (0,)

    @property
    def decoupled(self) -> bool:
        """No path from step to step once y is observed: all steps run as one batched call."""
        return not self.edges & (RECURRENCE | {Edge.EXPECTED, Edge.OUTPUT})

    @property
    def independent(self) -> bool:
        """Given x (and τ), the y(t) are independent of each other: no y enters the recurrence."""
        return Edge.OBSERVED not in self.edges

    # ---- a value -------------------------------------------------------------------------------

    def __contains__(self, edge: Edge | str) -> bool:
        return _edge(edge) in self.edges

    def __iter__(self) -> Iterator[Edge]:
        return (edge for edge in Edge if edge in self.edges)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Wiring) and self.edges == other.edges

    def __hash__(self) -> int:
        return hash(self.edges)

    def __or__(self, edge: Edge | str) -> Wiring:
        return Wiring(*self.edges, edge)

    def __sub__(self, edge: Edge | str) -> Wiring:
        return Wiring(*(self.edges - {_edge(edge)}))

    def __repr__(self) -> str:
        return f"Wiring({', '.join(repr(e.value) for e in self)})"


def _edge(text: Edge | str) -> Edge:
    if isinstance(text, Edge):
        return text
    if not isinstance(text, str):
        raise TypeError(f"an edge is {text!r}; expected an Edge, or its text")
    wanted = text.replace("→", "->").replace(" ", "").replace("tau", "τ")
    for edge in Edge:
        if edge.value.replace(" ", "") == wanted:
            return edge
    raise ValueError(f"no edge {text!r}; the edges are: {', '.join(e.spelled for e in Edge)}")


def _contradiction(edges: frozenset[Edge]) -> str | None:
    """Why these edges make no model, or None. Each reason is one line of the theory."""
    feedback = edges & FEEDBACK
    fed = next(iter(feedback)).value if feedback else ""
    back, last, every = Edge.BACKWARD.value, Edge.EMIT_LAST.value, Edge.EMIT.value
    x = Edge.INPUT.value
    if Edge.EMIT not in edges and Edge.EMIT_LAST not in edges:
        either = Edge.EMIT_LAST.spelled
        return f"no output: add {every} (one a step) or {either} (one at the end)"
    if Edge.EMIT in edges and Edge.EMIT_LAST in edges:
        return f"{every} and {last} are both there; a model emits at every step or at the last one"
    if len(feedback) > 1:
        names = " and ".join(sorted(e.value for e in feedback))
        return f"{names} are the same edge carrying different things; choose one"
    if feedback and Edge.EMIT_LAST in edges:
        return f"{fed} needs an output at every step, but {last} gives one only after the last step"
    if feedback and Edge.BACKWARD in edges:
        return (
            f"{back} makes every output depend on the whole future, and {fed} makes the future "
            "depend on every output: a cycle in the unfolded graph, with no order to compute in"
        )
    if Edge.BACKWARD in edges and Edge.INPUT not in edges:
        return f"{back} reads the input from its end, so it needs {x}; there is no x(t)"
    if Edge.EMIT_LAST in edges and Edge.INPUT not in edges:
        return f"{last} sums up an input sequence, so it needs {x}; there is no x(t) to read"
    if Edge.EMIT_LAST in edges and not edges & RECURRENCE:
        return (
            f"{last} without {Edge.HIDDEN.value} would see the last x(t) alone and forget the "
            "others; add the recurrence"
        )
    if edges == {Edge.EMIT}:
        return "nothing enters h(t): every step would be the same constant; add an edge into h(t)"
    return None


HIDDEN_TO_HIDDEN = Wiring(Edge.INPUT, Edge.HIDDEN, Edge.EMIT)
"""2.1: an output at each step, recurrence between hidden units; y(t) independent given x."""

OUTPUT_TO_HIDDEN = Wiring(Edge.INPUT, Edge.OBSERVED, Edge.EMIT)
"""2.2: recurrence only through the output (Jordan); teacher forcing decouples all steps."""

SEQUENCE_TO_VECTOR = Wiring(Edge.INPUT, Edge.HIDDEN, Edge.EMIT_LAST)
"""2.3: reads a whole sequence, then gives one output or one fixed-size summary."""

VECTOR_TO_SEQUENCE = Wiring(Edge.VECTOR, Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT)
"""2.4: one vector, as a new bias x^T R at every step, becomes a sequence (image captioning)."""

HIDDEN_AND_OUTPUT_TO_HIDDEN = Wiring(Edge.INPUT, Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT)
"""2.5: 2.1 plus the edge from y(t-1): any distribution over y of the length of x."""

NAMED: dict[str, Wiring] = {
    "hidden-to-hidden": HIDDEN_TO_HIDDEN,
    "output-to-hidden": OUTPUT_TO_HIDDEN,
    "sequence-to-vector": SEQUENCE_TO_VECTOR,
    "vector-to-sequence": VECTOR_TO_SEQUENCE,
    "hidden-and-output-to-hidden": HIDDEN_AND_OUTPUT_TO_HIDDEN,
}
"""The five of Goodfellow et al. 2016, 10.2, by name, for configurations and the command line."""
