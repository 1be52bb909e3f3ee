"""A wiring: the set of edges that the unfolded graph has."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from throughtime.wiring.drawing import Drawn, Net
from throughtime.wiring.edge import FEEDBACK, RECURRENCE, Edge


class Wiring(Drawn):
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

        In a notebook it shows its graph; ``jordan.draw().save("jordan.svg")`` writes it.
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

    def _net(self) -> Net:
        return Net(self.edges)

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
