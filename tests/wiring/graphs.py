"""What of a drawing is a graph: its nodes, its edges, and the paths along them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import throughtime as tt
from throughtime import Edge, Wiring
from throughtime.wiring.drawing.diagram import Arrow, Diagram, Key, Unit
from throughtime.wiring.drawing.folded import folded
from throughtime.wiring.drawing.net import Mode, Net
from throughtime.wiring.drawing.sheet import graph
from throughtime.wiring.drawing.step import Step
from throughtime.wiring.drawing.unfolded import fan, unfolded

BOTH_LAST = tt.wirings.SEQUENCE_TO_VECTOR | Edge.BACKWARD


@cache
def drawn(wiring: Wiring, mode: Mode, steps: int | None = None, layers: int = 1) -> Diagram:
    """The graph unfolded for so many steps, or folded; its letters are in no place yet."""
    net = Net(wiring.edges, ("",) * layers)
    step = Step(net, mode, fan(net, steps or 1))
    return folded(step) if steps is None else unfolded(step, steps)


def encoded(encoder: Wiring, *, folds: bool = False, steps: int = 3) -> Diagram:
    """An encoder of this wiring, and a decoder."""
    decoder = Net(tt.wirings.VECTOR_TO_SEQUENCE.edges)
    net = replace(decoder, encoder=Net(encoder.edges, output=None))
    return graph(net, steps, "training", folds=folds)


def whole(diagram: Diagram) -> list[Arrow]:
    """The arrows that have both ends in the picture."""
    return [arrow for arrow in diagram.arrows if arrow.source and arrow.target]


def parents(diagram: Diagram) -> dict[Key, set[Key]]:
    """For each node those with an arrow to it."""
    found: dict[Key, set[Key]] = {node.key: set() for node in diagram.nodes}
    for arrow in whole(diagram):
        assert arrow.source is not None
        assert arrow.target is not None
        found[arrow.target].add(arrow.source)
    return found


def before(diagram: Diagram, key: Key) -> set[Key]:
    """All nodes with a path to one."""
    direct = parents(diagram)
    found: set[Key] = set()
    rest = [key]
    while rest:
        new = direct[rest.pop()] - found
        found |= new
        rest += new
    return found


def steps_of(keys: set[Key], unit: Unit) -> set[int]:
    """The steps of nodes of a kind."""
    return {key.step for key in keys if key.unit is unit and key.step is not None}
