"""The graph unfolded in time: each step with nodes of its own, and no cycle."""

from __future__ import annotations

from itertools import pairwise

from throughtime.wiring.drawing.curve import Curve, Point, around
from throughtime.wiring.drawing.diagram import (
    GAP,
    RADIUS,
    Arrow,
    Diagram,
    Key,
    Node,
    Unit,
    Words,
)
from throughtime.wiring.drawing.net import Net
from throughtime.wiring.drawing.step import Step, straight
from throughtime.wiring.edge import Edge

ENTRY = 50.0
"""How far left of h(t), and above it, the edge from the output turns towards it."""


def unfolded(step: Step, steps: int) -> Diagram:
    """So many steps of the unfolded graph. It goes on where there are dots."""
    net, apart = step.net, spacing(step.net)
    last = net.emits_last
    found = Diagram()
    for i, time in enumerate(times(net, steps)):
        found += step.column(i * apart, i, time, emits=i == steps - 1 or not last)
    nodes = {n.key: n for n in found.nodes}
    if Edge.HIDDEN in net.edges:
        for layer in range(len(net.layers)):
            row = [nodes[step.key(Unit.H, layer, i)] for i in range(steps)]
            found += _chain(step, Edge.HIDDEN, row, not net.from_the_first, not last)
    if Edge.BACKWARD in net.edges:
        unit = step.directions[-1]
        for layer in range(len(net.layers)):
            row = [nodes[step.key(unit, layer, i)] for i in reversed(range(steps))]
            found += _chain(step, Edge.BACKWARD, row, not last, not last)
    return (
        found
        + _feedback(step, steps, nodes)
        + _vector(step, steps, nodes)
        + _out(step, steps, nodes)
    )


def spacing(net: Net) -> float:
    """From step to step."""
    if net.both:
        return 172.0 if net.rail else 152.0
    return 112.0 if net.feedback or net.rail else 100.0


def fan(net: Net, steps: int) -> float:
    """How high edges from one vector rise to all steps, if they pass through no node."""
    return 0.0 if net.rail else 34.0 * ((steps - 1) / 2) * (1 + 0.18)


def times(net: Net, steps: int) -> list[str]:
    """What the steps are called: around t, or up to τ, or from 1 on."""
    if net.from_the_first:
        return [f"({i + 1})" for i in range(steps)]
    ends = steps - 1 if net.emits_last else (steps - 1) // 2
    letter = "τ" if net.emits_last else "t"
    return [f"({letter}{_signed(i - ends)})" for i in range(steps)]


def _signed(number: int) -> str:
    return "" if not number else f"+{number}" if number > 0 else f"−{-number}"


def _chain(step: Step, edge: Edge, row: list[Node], comes: bool, goes: bool) -> Diagram:
    """The edge from each node to the next, in the order of the recurrence."""
    unit, layer = row[0].key.unit, row[0].key.layer
    letter = step.letter("W", unit, layer)
    arrows = [straight(edge, a, b, letter) for a, b in pairwise(row)]
    side = 1 if edge is Edge.HIDDEN else -1
    words = []
    if comes:
        at = row[0].at[0] - side * _reach(step.net), row[0].at[1]
        end = around(row[0].at, 180 if side > 0 else 0, RADIUS + GAP)
        arrows.append(Arrow(edge, None, row[0].key, Curve.through(at, end)))
        words.append(_dots(at, -side))
    if goes:
        at = row[-1].at[0] + side * _reach(step.net), row[-1].at[1]
        start = around(row[-1].at, 0 if side > 0 else 180, RADIUS + GAP)
        arrows.append(Arrow(edge, row[-1].key, None, Curve.through(start, at)))
        words.append(_dots(at, side))
    return Diagram(arrows=tuple(arrows), words=tuple(words))


def _reach(net: Net) -> float:
    return 0.5 * spacing(net) + (22 if net.feedback else 10)


def _dots(at: Point, side: int) -> Words:
    return Words((at[0] + side * 11, at[1] + 4), "⋯", "dots", "middle")


def _feedback(step: Step, steps: int, nodes: dict[Key, Node]) -> Diagram:
    """The edges from each step's output to the next step's lowest hidden units."""
    edge = step.net.feedback
    if edge is None:
        return Diagram()
    arrows, words = [], []
    for i in range(-1, steps):
        source = nodes.get(step.key(step.fed, 0, i))
        target = nodes.get(step.key(Unit.H, 0, i + 1))
        reach = _reach(step.net)
        if target is None:
            assert source is not None
            end = source.at[0] + reach, source.at[1]
            course = Curve.through(around(source.at, 0, RADIUS + GAP), end)
            words.append(_dots(end, 1))
        else:
            x, y = target.at
            high = step.rows[step.fed, 0]
            start = (x - reach, high) if source is None else around(source.at, 0, RADIUS + GAP)
            if source is None:
                words.append(_dots(start, -1))
            course = Curve.through(
                start,
                (x - ENTRY, high),
                (x - ENTRY, y - ENTRY),
                around(target.at, 135, RADIUS + GAP),
                radius=18,
            )
        marks = step.carried() if source and target else ()
        keys = source.key if source else None, target.key if target else None
        arrows.append(Arrow(edge, *keys, course, marks))
    return Diagram(arrows=tuple(arrows), words=tuple(words))


def _vector(step: Step, steps: int, nodes: dict[Key, Node]) -> Diagram:
    """The vector x, and its edge into the lowest hidden units of each step."""
    net = step.net
    if Edge.VECTOR not in net.edges:
        return Diagram()
    hidden = [nodes[step.key(u, 0, i)] for i in range(steps) for u in step.directions]
    if net.rail:
        vector = step.vector((hidden[0].at[0] - 88, 0.0))
        return Diagram((vector,), tuple(step.rail(vector, hidden)))
    vector = step.vector((spacing(net) * (steps - 1) / 2, 0.0))
    arrows = [straight(Edge.VECTOR, vector, h, step.letter("R", h.key.unit)) for h in hidden]
    return Diagram((vector,), tuple(arrows))


def _out(step: Step, steps: int, nodes: dict[Key, Node]) -> Diagram:
    """The edges to the one output: from the last step forward, and from the first one backward."""
    if step.once is None:
        return Diagram()
    edge, above, letter = step.once
    o = nodes[step.key(above, 0, steps - 1)]
    arrows = []
    for unit in step.directions:
        backward = step.backward(unit)
        source = nodes[step.key(unit, step.top, 0 if backward else steps - 1)]
        if backward and steps > 1:
            course = Curve.through(
                around(source.at, 90, RADIUS + GAP),
                (source.at[0], o.at[1]),
                around(o.at, 180, RADIUS + GAP),
                radius=26,
            )
            arrows.append(Arrow(edge, source.key, o.key, course, letter))
        else:
            arrows.append(straight(edge, source, o, letter))
    return Diagram(arrows=tuple(arrows))
