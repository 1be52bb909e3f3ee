"""What a picture of a graph consists of: nodes, arrows, squares and words, each in its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from typing import NamedTuple

from throughtime.wiring.drawing.curve import Curve, Point
from throughtime.wiring.edge import Edge

RADIUS = 21.0
"""Of a node."""

GAP = 2.5
"""Between a node and an arrow."""

SQUARE = 6.0
"""Half the side of a square."""

SIZE = 17.0
"""Of the letters of nodes; those on arrows, and words, are smaller."""

SMALLER = 0.66
"""How large an index is, beside its letter."""


class Unit(Enum):
    """What a node is, by the letter that it has in the notes."""

    X = "x"
    VECTOR = "x of all steps"
    COUNTDOWN = "φ"
    H = "h"
    G = "g"
    O = "o"  # noqa: E741
    L = "L"
    Y = "y"
    SUMMARY = "s"
    ENCODER = "encoder"


class Inner(Enum):
    """The edges that every model of its kind has: no choice of the wiring, so no :class:`Edge`."""

    BETWEEN = "h(t) -> h(t) of the next layer"
    COUNTDOWN = "φ(t) -> h(t)"
    COMPARED = "o(t) -> L(t)"
    TARGET = "y(t) -> L(t)"
    DRAWN = "o(t) -> y(t)"
    SUMMARY = "h(τ) -> s"


class Key(NamedTuple):
    """The name of a node: what it is, in which layer (the lowest is 0), and at which step.

    The step is None in the folded graph, and of what all steps share. ``net`` is 1 for an encoder.
    """

    unit: Unit
    layer: int = 0
    step: int | None = None
    net: int = 0


@dataclass(frozen=True)
class Symbol:
    """A letter with what stands above and below behind it: h⁽ᵗ⁾ of layer 2."""

    letter: str
    above: str = ""
    below: str = ""

    def width(self, size: float) -> float:
        """About how wide it is."""
        small = max(wide(self.above, size * SMALLER), wide(self.below, size * SMALLER))
        return wide(self.letter, size) + small


@dataclass(frozen=True)
class Node:
    """A circle with a symbol; or a box with a word, as wide as it needs."""

    key: Key
    at: Point
    symbol: Symbol

    @property
    def half(self) -> Point:
        """Half its width and height."""
        if self.key.unit is Unit.ENCODER:
            return wide(self.symbol.letter, 13) / 2 + 12, RADIUS
        return RADIUS, RADIUS


@dataclass(frozen=True)
class Mark:
    """A symbol beside an arrow: the letter of a matrix, or what the arrow carries.

    Args:
        symbol: what stands there.
        at: where its middle is, once it has a place.
        near: how far before the arrow's end it should stand; by default, at the arrow's middle.
        size: of its letter.
    """

    symbol: Symbol
    at: Point | None = None
    near: float | None = None
    size: float = 14.0

    @property
    def half(self) -> Point:
        """Half its width and height."""
        high = 0.74 + 0.22 * bool(self.symbol.above) + 0.2 * bool(self.symbol.below)
        return self.symbol.width(self.size) / 2 + 1, high * self.size / 2 + 1


@dataclass(frozen=True)
class Arrow:
    """An edge in a picture. Where a ``source`` or ``target`` is None, the graph goes on there.

    Args:
        edge: which edge it is.
        source: the node that it leaves.
        target: the node that it enters.
        curve: its course.
        marks: the letter of its matrix, if it has one, and then what else is said of it.
        ahead: so many steps lie between its ends, in the folded graph.
    """

    edge: Edge | Inner
    source: Key | None
    target: Key | None
    curve: Curve
    marks: tuple[Mark, ...] = ()
    ahead: int = 0

    @property
    def whole(self) -> bool:
        """Whether both of its nodes are in the picture."""
        return self.source is not None and self.target is not None


@dataclass(frozen=True)
class Square:
    """A delay in the folded graph: black by one step, white one step back in time."""

    at: Point
    steps: int
    half: Point = (SQUARE, SQUARE)


@dataclass(frozen=True)
class Words:
    """A line of text that starts, ends or has its middle at a place."""

    at: Point
    text: str
    kind: str = "caption"
    anchor: str = "start"

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom."""
        width = wide(self.text, 15 if self.kind == "title" else 13)
        left = self.at[0] - {"start": 0, "middle": 0.5, "end": 1}[self.anchor] * width
        return left, self.at[1] - 11, left + width, self.at[1] + 5


@dataclass(frozen=True)
class Diagram:
    """A picture as data: what is drawn, and where."""

    nodes: tuple[Node, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    squares: tuple[Square, ...] = ()
    words: tuple[Words, ...] = ()

    def __add__(self, other: Diagram) -> Diagram:
        return Diagram(
            self.nodes + other.nodes,
            self.arrows + other.arrows,
            self.squares + other.squares,
            self.words + other.words,
        )

    def moved(self, right: float, down: float) -> Diagram:
        """The same picture elsewhere."""

        def there(at: Point) -> Point:
            return at[0] + right, at[1] + down

        return Diagram(
            tuple(replace(n, at=there(n.at)) for n in self.nodes),
            tuple(
                replace(
                    a,
                    curve=a.curve.moved(right, down),
                    marks=tuple(replace(m, at=m.at and there(m.at)) for m in a.marks),
                )
                for a in self.arrows
            ),
            tuple(replace(s, at=there(s.at)) for s in self.squares),
            tuple(replace(w, at=there(w.at)) for w in self.words),
        )

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of all that is drawn."""
        boxes = [box(n.at, n.half) for n in self.nodes]
        boxes += [box(s.at, s.half) for s in self.squares]
        boxes += [box(m.at, m.half) for a in self.arrows for m in a.marks if m.at]
        boxes += [(x, y, x, y) for a in self.arrows for x, y in a.curve.samples]
        boxes += [w.box for w in self.words]
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return min(lefts), min(tops), max(rights), max(bottoms)


def box(at: Point, half: Point) -> tuple[float, float, float, float]:
    """Left, top, right and bottom around a centre."""
    return at[0] - half[0], at[1] - half[1], at[0] + half[0], at[1] + half[1]


def union(diagrams: Iterable[Diagram]) -> Diagram:
    """All of some pictures in one."""
    found = Diagram()
    for diagram in diagrams:
        found += diagram
    return found


@cache
def wide(text: str, size: float) -> float:
    """About how wide a text is: no font is asked, so that a picture is the same everywhere."""
    narrow = sum(c in "()[]{}.,:;'′|!ijlt1 −-" for c in text)
    broad = sum(c in "mwMW…@%" for c in text)
    return size * (0.54 * len(text) - 0.16 * narrow + 0.3 * broad)
