"""An encoder before a decoder: its summary is the decoder's vector."""

from __future__ import annotations

from throughtime.wiring.drawing.curve import Curve, around
from throughtime.wiring.drawing.diagram import (
    GAP,
    RADIUS,
    Arrow,
    Diagram,
    Inner,
    Key,
    Node,
    Symbol,
    Unit,
)
from throughtime.wiring.drawing.step import CLOSE, Step

BETWEEN = 70.0
"""From the encoder to the decoder."""


def with_encoder(encoder: Diagram, step: Step, decoder: Diagram) -> Diagram:
    """The encoder left of the decoder, and the edges from its h(τ) to the vector.

    Args:
        encoder: its graph, folded or not.
        step: its step.
        decoder: the graph that it is put before, folded or not.
    """
    shift = decoder.box[0] - encoder.box[2] - BETWEEN
    encoder = encoder.moved(shift, 0.0)
    vector = next(n for n in decoder.nodes if n.key.unit is Unit.VECTOR)
    return Diagram(arrows=tuple(handed_over(encoder, step, vector))) + encoder + decoder


def handed_over(encoder: Diagram, step: Step, vector: Node) -> list[Arrow]:
    """The edges from the last hidden units of an encoder, in its order of time, to the vector."""
    last = max((n.key.step for n in encoder.nodes if n.key.step is not None), default=None)
    first = None if last is None else 0
    right, below = encoder.box[2] + 24, vector.at[1] + RADIUS + 32
    found = []
    for unit in step.directions:
        backward = step.backward(unit)
        key = step.key(unit, step.top, first if backward else last)
        source = next(n for n in encoder.nodes if n.key == key)
        above = min(n.at[1] for n in encoder.nodes) - 44
        over = [(source.at[0], above), (right, above)]
        start = around(source.at, 90 if backward or last is None else 0, RADIUS + GAP)
        course = Curve.through(
            start,
            *(over if backward or last is None else [(right, source.at[1])]),
            (right, below),
            (vector.at[0], below),
            around(vector.at, -90, RADIUS + GAP),
            radius=20,
        )
        marks = (step.when(unit, course.length - 24),) if last is None else ()
        found.append(Arrow(Inner.SUMMARY, source.key, vector.key, course, marks))
    return found


def with_box(name: str, decoder: Diagram) -> Diagram:
    """An encoder that is no recurrent net: a box with its name, below the vector."""
    vector = next(n for n in decoder.nodes if n.key.unit is Unit.VECTOR)
    x, y = vector.at
    box = Node(Key(Unit.ENCODER, net=1), (x, y + CLOSE), Symbol(name))
    seen = Node(Key(Unit.X, net=1), (x, y + 2 * CLOSE), Symbol("x"))
    arrows = []
    for below, above in ((seen, box), (box, vector)):
        start, end = around(below.at, 90, RADIUS + GAP), around(above.at, -90, RADIUS + GAP)
        arrows.append(Arrow(Inner.SUMMARY, below.key, above.key, Curve.through(start, end)))
    return Diagram((box, seen), tuple(arrows)) + decoder
