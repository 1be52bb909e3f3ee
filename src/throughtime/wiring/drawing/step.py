"""The nodes of one step and the edges between them, in rows from x below to y above."""

from __future__ import annotations

from collections.abc import Iterator

from throughtime.wiring.drawing.curve import Curve, Point, around, toward
from throughtime.wiring.drawing.diagram import (
    GAP,
    RADIUS,
    Arrow,
    Diagram,
    Inner,
    Key,
    Mark,
    Node,
    Symbol,
    Unit,
)
from throughtime.wiring.drawing.net import Mode, Net
from throughtime.wiring.edge import Edge

ROW, CLOSE, APART = 80.0, 66.0, 30.0
"""From row to row; between the two directions of a layer; and how far these are from the middle."""

AFTER_H = (Unit.O, Unit.L, Unit.Y, Unit.SUMMARY)
"""What follows h(t), and may be there only once."""

Place = tuple[Unit, int]
"""A row: of which units, and of which layer."""


class Step:
    """The rows of a net, and what stands in them at one step.

    The two directions of a layer have a row each, one left and one right of the middle, so that no
    edge between layers passes through a node.

    Args:
        net: what is drawn.
        mode: whether y is given or drawn.
        fan: how high the edges from the vector must rise, to pass through no node.
        of: 0, or 1 for an encoder.
    """

    def __init__(self, net: Net, mode: Mode, fan: float = 0.0, of: int = 0) -> None:
        self.net, self.mode, self.of = net, mode, of
        self.rows: dict[Place, float] = {}
        for place, rise in self._places(fan):
            self.rows[place] = min(self.rows.values(), default=rise) - rise

    def _places(self, fan: float) -> Iterator[tuple[Place, float]]:
        """The rows from below, and how far each lies above the one before."""
        net = self.net
        if net.every_step_reads:
            yield (Unit.COUNTDOWN if net.countdown else Unit.X, 0), 0.0
        elif Edge.VECTOR in net.edges:
            yield (Unit.VECTOR, 0), 0.0
        lowest = ROW * 1.25 if net.rail else ROW if net.every_step_reads else max(ROW, fan)
        for layer in range(len(net.layers)):
            yield (Unit.H, layer), ROW if layer else lowest
            if net.both:
                yield (Unit.G, layer), CLOSE
        if net.output is not None:
            yield (Unit.O, 0), ROW
            if self.mode == "training":
                yield (Unit.L, 0), CLOSE
            yield (Unit.Y, 0), CLOSE if self.mode == "training" else ROW
        elif not self.of:
            yield (Unit.SUMMARY, 0), ROW

    def at(self, unit: Unit, layer: int = 0, middle: float = 0.0) -> Point:
        """The place of a node of the step whose middle is there."""
        shift = {Unit.H: -APART, Unit.G: APART}.get(unit, 0.0) if self.net.both else 0.0
        return middle + shift, self.rows[unit, layer]

    @property
    def directions(self) -> tuple[Unit, ...]:
        """The sets of hidden units of a layer."""
        return (Unit.H, Unit.G) if self.net.both else (Unit.H,)

    @property
    def top(self) -> int:
        """The uppermost layer."""
        return len(self.net.layers) - 1

    def key(self, unit: Unit, layer: int = 0, step: int | None = None) -> Key:
        """The name of a node."""
        return Key(unit, layer, step, self.of)

    def letter(
        self, letter: str, unit: Unit, layer: int = 0, near: float | None = None
    ) -> tuple[Mark, ...]:
        """The letter of a matrix of a layer; that of the backward units has a prime."""
        prime = "′" if unit is Unit.G else ""
        below = str(layer + 1) if self.top and letter in "UW" else ""
        return (Mark(Symbol(letter + prime, below=below), near=near),)

    def nodes(self, middle: float, step: int | None, time: str, emits: bool) -> list[Node]:
        """The nodes of a step; what follows h(t) only if it emits."""
        found = []
        for unit, layer in self.rows:
            if unit is Unit.VECTOR or (unit in AFTER_H and not emits):
                continue
            below = str(layer + 1) if self.top and unit in (Unit.H, Unit.G) else ""
            once = self.net.emits_last and unit in AFTER_H
            symbol = Symbol(unit.value, "" if once else time, below)
            found.append(Node(self.key(unit, layer, step), self.at(unit, layer, middle), symbol))
        return found

    def column(self, middle: float, step: int | None, time: str, emits: bool = True) -> Diagram:
        """The nodes of a step, and the edges between them."""
        nodes = self.nodes(middle, step, time, emits)
        known = {n.key: n for n in nodes}

        def arrow(edge: Edge | Inner, a: Place, b: Place, marks: tuple[Mark, ...] = ()) -> Arrow:
            return straight(edge, known[self.key(*a, step)], known[self.key(*b, step)], marks)

        arrows = []
        for unit in self.directions:
            if self.net.every_step_reads:
                counted = self.net.countdown
                edge = Inner.COUNTDOWN if counted else Edge.INPUT
                below: Place = (Unit.COUNTDOWN if counted else Unit.X, 0)
                near = 22 if unit is Unit.G else None
                letter = self.letter("C" if counted else "U", unit, near=near)
                arrows.append(arrow(edge, below, (unit, 0), letter))
            for layer in range(self.top):
                for lower in self.directions:
                    near = 16 if (lower, unit) == (Unit.H, Unit.G) else None
                    letter = self.letter("U", unit, layer + 1, near)
                    arrows.append(arrow(Inner.BETWEEN, (lower, layer), (unit, layer + 1), letter))
            if self.net.output is not None and emits and not self.net.emits_last:
                letter = self.letter("V", Unit.H)
                arrows.append(arrow(Edge.EMIT, (unit, self.top), (Unit.O, 0), letter))
        if self.net.output is not None and emits:
            if self.mode == "training":
                arrows.append(arrow(Inner.COMPARED, (Unit.O, 0), (Unit.L, 0)))
                arrows.append(arrow(Inner.TARGET, (Unit.Y, 0), (Unit.L, 0)))
            else:
                arrows.append(arrow(Inner.DRAWN, (Unit.O, 0), (Unit.Y, 0), (Mark(Symbol("~")),)))
        return Diagram(tuple(nodes), tuple(arrows))

    def vector(self, at: Point) -> Node:
        """The vector x, or the summary s that an encoder makes."""
        symbol = Symbol("x" if self.net.encoder is None else "s")
        return Node(self.key(Unit.VECTOR), at, symbol)

    def rail(self, vector: Node, hidden: list[Node]) -> list[Arrow]:
        """The edges from a vector beside what the steps read: one line below all hidden units,
        from which each has a branch of its own."""
        found = []
        for node in hidden:
            x, y = node.at
            side = 1 if node.key.unit is Unit.G else -1
            over = self.rows[next(iter(self.rows))] - 0.5 * ROW
            course = Curve.through(
                around(vector.at, 90, RADIUS + GAP),
                (vector.at[0], over),
                (x + side * 24, over),
                (x + side * 24, y + 41.6),
                around(node.at, -60 if side > 0 else 240, RADIUS + GAP),
                radius=14,
            )
            marks = self.letter("R", node.key.unit, near=24)
            found.append(Arrow(Edge.VECTOR, vector.key, node.key, course, marks))
        return found

    def backward(self, unit: Unit) -> bool:
        """Whether some hidden units read time from its end."""
        return unit is Unit.G or Edge.HIDDEN not in self.net.edges

    @property
    def once(self) -> tuple[Edge | Inner, Unit, tuple[Mark, ...]] | None:
        """The edge that leads out only once, what it leads to, and its letter; None if the net
        emits at every step, or is an encoder whose summary is the decoder's vector."""
        if not self.net.emits_last:
            return None
        if self.net.output is not None:
            return Edge.EMIT_LAST, Unit.O, self.letter("V", Unit.H)
        return None if self.of else (Inner.SUMMARY, Unit.SUMMARY, ())

    def when(self, unit: Unit, near: float | None = None) -> Mark:
        """When such units have read all, in the folded graph."""
        return Mark(Symbol("t = 1" if self.backward(unit) else "t = τ"), near=near, size=12)

    def carried(self) -> tuple[Mark, ...]:
        """The letter of the edge from the output, and what it carries, if that has no node."""
        letter = self.letter("S", Unit.H)
        if self.net.feedback is Edge.EXPECTED:
            return (*letter, Mark(Symbol("E[y]")))
        return letter

    @property
    def fed(self) -> Unit:
        """What the edge from the output leaves."""
        return Unit.Y if self.net.feedback is Edge.OBSERVED else Unit.O


def straight(
    edge: Edge | Inner, a: Node, b: Node, marks: tuple[Mark, ...] = (), ahead: int = 0
) -> Arrow:
    """A straight arrow from node to node."""
    start, end = toward(a.at, b.at, RADIUS + GAP), toward(b.at, a.at, RADIUS + GAP)
    return Arrow(edge, a.key, b.key, Curve.through(start, end), marks, ahead)
