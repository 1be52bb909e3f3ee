"""The folded graph: one step, and a square for each delay."""

from __future__ import annotations

from dataclasses import replace

from throughtime.wiring.drawing.curve import Curve, around
from throughtime.wiring.drawing.diagram import (
    GAP,
    RADIUS,
    SQUARE,
    Arrow,
    Diagram,
    Key,
    Node,
    Square,
    Unit,
    Words,
)
from throughtime.wiring.drawing.step import Step, straight
from throughtime.wiring.edge import Edge

LOOP, ASIDE = 92.0, 62.0
"""How far the loops of the hidden units, and of the output, lie beside their nodes."""


def folded(step: Step, *, captions: bool = True) -> Diagram:
    """The folded graph of a net: a black square is a delay by one step, a white one the reverse."""
    net = step.net
    found = step.column(0.0, None, "(t)")
    nodes = {n.key: n for n in found.nodes}
    found += _loops(step, nodes) + _summed(step, nodes) + _vector(step, nodes)
    if net.feedback:
        source, target = (nodes[step.key(unit)] for unit in (step.fed, Unit.H))
        left = min(target.at[0], source.at[0]) - ASIDE
        course = Curve.through(
            around(source.at, 180, RADIUS + GAP),
            (left, source.at[1]),
            (left, target.at[1]),
            around(target.at, 180, RADIUS + GAP),
            radius=26,
        )
        found += _delayed(Arrow(net.feedback, source.key, target.key, course, step.carried(), 1))
    if captions:
        left = found.box[0] - 16
        found += Diagram(words=tuple(_captions(step, left)))
    return found


def _loops(step: Step, nodes: dict[Key, Node]) -> Diagram:
    found = Diagram()
    for edge, ahead in ((Edge.HIDDEN, 1), (Edge.BACKWARD, -1)):
        if edge not in step.net.edges:
            continue
        unit = Unit.G if ahead < 0 and step.net.both else Unit.H
        for layer in range(len(step.net.layers)):
            node = nodes[step.key(unit, layer)]
            mirrored = step.net.both and ahead > 0
            points = ((35, RADIUS + GAP), (30, LOOP), (-30, LOOP), (-35, RADIUS + GAP))
            angles = [(180 - a if mirrored else a, far) for a, far in points]
            curve = Curve(tuple(around(node.at, a, far) for a, far in angles))
            letter = step.letter("W", unit, layer)
            found += _delayed(Arrow(edge, node.key, node.key, curve, letter, ahead))
    return found


def _delayed(arrow: Arrow) -> Diagram:
    """An edge with its square, and its letters beside the square, away from the nodes."""
    x, y = arrow.curve.at(0.5)[0]
    side = 1 if x > arrow.curve.end[0] else -1
    marks = []
    for i, mark in enumerate(arrow.marks):
        right = side * (SQUARE + 7 + mark.half[0])
        down = 18 * ((len(arrow.marks) - 1) / 2 - i)
        marks.append(replace(mark, at=(x + right, y + down)))
    arrow = replace(arrow, marks=tuple(marks))
    return Diagram(arrows=(arrow,), squares=(Square((x, y), arrow.ahead),))


def _summed(step: Step, nodes: dict[Key, Node]) -> Diagram:
    """The edges that lead out only once: after the last step, or at the first one."""
    if step.once is None:
        return Diagram()
    edge, above, letter = step.once
    arrows = []
    for unit in step.directions:
        ends = nodes[step.key(unit, step.top)], nodes[step.key(above)]
        arrows.append(straight(edge, *ends, (*letter, step.when(unit))))
    return Diagram(arrows=tuple(arrows))


def _vector(step: Step, nodes: dict[Key, Node]) -> Diagram:
    net = step.net
    if Edge.VECTOR not in net.edges:
        return Diagram()
    hidden = [nodes[step.key(unit)] for unit in step.directions]
    if net.rail:
        vector = step.vector((hidden[0].at[0] - 78, 0.0))
        return Diagram((vector,), tuple(step.rail(vector, hidden)))
    vector = step.vector((0.0, 0.0))
    letters = [step.letter("R", node.key.unit) for node in hidden]
    arrows = [
        straight(Edge.VECTOR, vector, node, r) for node, r in zip(hidden, letters, strict=True)
    ]
    return Diagram((vector,), tuple(arrows))


def _captions(step: Step, right: float) -> list[Words]:
    """What is said of the rows, beside them."""
    net = step.net
    lines: dict[tuple[Unit, int], list[str]] = {
        (Unit.X, 0): [net.x, net.vector and f"x: {net.vector}"],
        (Unit.COUNTDOWN, 0): [net.length, net.vector],
        (Unit.VECTOR, 0): [
            f"{'summary, ' if net.encoder else ''}{net.vector}" if net.vector else ""
        ],
        (Unit.O, 0): [net.output or "", "" if net.countdown else net.length],
    }
    lines |= {(Unit.H, layer): [said] for layer, said in enumerate(net.layers)}
    found = []
    for place, y in step.rows.items():
        said = [line for line in lines.get(place, []) if line]
        for i, line in enumerate(said):
            down = 4.5 + 17 * (i - (len(said) - 1) / 2)
            found.append(Words((right, y + down), line, anchor="end"))
    return found
