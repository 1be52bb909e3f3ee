"""Where the letters of the matrices stand: beside their arrows, and on nothing else."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product

from throughtime.wiring.drawing.curve import Point
from throughtime.wiring.drawing.diagram import Arrow, Diagram, Mark, box

CELL = 48.0
"""The side of the squares by which what is near is found."""

SHARES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82)
"""Where along an arrow a letter may stand, the best first."""

NEAR = (0.0, 5.0, -5.0, 10.0, 15.0, 20.0, 30.0)
"""How much further before the end than it should be, the best first."""

AWAY = (5.0, 8.0, 12.0, 16.0, 22.0)
"""How far from the arrow, the best first."""

Obstacle = tuple[Point, float, float]
"""A point, how near to it nothing may stand, and how bad it is."""


def with_marks(diagram: Diagram) -> Diagram:
    """The same picture with each mark in its place.

    Arrows of one kind and course, as those of all steps, have their marks at the same place.
    """
    near = _Near(diagram)
    alike: dict[object, list[int]] = defaultdict(list)
    for i, arrow in enumerate(diagram.arrows):
        for mark in arrow.marks:
            if mark.at is not None:
                near.add(_filled(mark.at, mark))
        if any(mark.at is None for mark in arrow.marks):
            alike[_kind(arrow)].append(i)
    arrows = list(diagram.arrows)
    for indices in alike.values():
        for k in range(len(arrows[indices[0]].marks)):
            _place(arrows, indices, k, near)
    return replace(diagram, arrows=tuple(arrows))


def _place(arrows: list[Arrow], indices: list[int], k: int, near: _Near) -> None:
    """Put the k-th mark of some arrows where it is in the way least."""
    best, least = None, math.inf
    mark, length = arrows[indices[0]].marks[k], arrows[indices[0]].curve.length
    shares = SHARES if mark.near is None else [1 - (mark.near + more) / length for more in NEAR]
    for away, side, (order, share) in product(AWAY, (1, -1), enumerate(shares)):
        liked = 0.3 * order + 0.12 * away + (side < 0) * 0.5
        if liked >= least:
            continue
        spots = [_spot(arrows[i], k, share, side, away) for i in indices]
        cost = liked + sum(near.cost(spot, mark.half) for spot in spots) / len(spots)
        if cost < least:
            best, least = spots, cost
    assert best is not None
    for spot, i in zip(best, indices, strict=True):
        marks = list(arrows[i].marks)
        marks[k] = replace(marks[k], at=spot)
        arrows[i] = replace(arrows[i], marks=tuple(marks))
        near.add(_filled(spot, marks[k]))


def _spot(arrow: Arrow, k: int, share: float, side: int, away: float) -> Point:
    (x, y), (right, down) = arrow.curve.at(share)
    normal = (down * side, -right * side)  # the left of an arrow to the right is above it
    half = arrow.marks[k].half
    distance = away + abs(normal[0]) * half[0] + abs(normal[1]) * half[1]
    return x + distance * normal[0], y + distance * normal[1]


def _kind(arrow: Arrow) -> object:
    first = arrow.curve.points[0]
    course = tuple((round(x - first[0]), round(y - first[1])) for x, y in arrow.curve.points)
    return arrow.edge, arrow.marks, course, first[1]


def _filled(spot: Point, mark: Mark) -> Iterator[Obstacle]:
    for x, y in product((-1, -0.5, 0, 0.5, 1), (-1, 0, 1)):
        yield (spot[0] + x * mark.half[0], spot[1] + y * mark.half[1]), 3.0, 8.0


class _Near:
    """What stands near a place."""

    def __init__(self, diagram: Diagram) -> None:
        self.cells: dict[tuple[int, int], list[Obstacle]] = defaultdict(list)
        for node in diagram.nodes:
            wide, high = node.half
            many = max(1, round(wide / high))
            for k in range(many):
                x = node.at[0] + (k - (many - 1) / 2) * 2 * wide / many
                self.add([((x, node.at[1]), high + 1.5, 30.0)])
        self.add((s.at, max(s.half) + 3, 30.0) for s in diagram.squares)
        self.add((p, 2.5, 3.0) for arrow in diagram.arrows for p in arrow.curve.samples)
        for words in diagram.words:
            left, top, right, bottom = words.box
            for k in range(round((right - left) / 6) + 1):
                self.add([((left + 6 * k, (top + bottom) / 2), 8.0, 8.0)])

    def add(self, obstacles: Iterable[Obstacle]) -> None:
        for point, reach, badness in obstacles:
            self.cells[_cell(point)].append((point, reach, badness))

    def cost(self, spot: Point, half: Point) -> float:
        (left, top, right, bottom), (column, row) = box(spot, half), _cell(spot)
        found = 0.0
        for i, j in product(range(column - 1, column + 2), range(row - 1, row + 2)):
            for (x, y), reach, badness in self.cells.get((i, j), ()):
                if left - reach < x < right + reach and top - reach < y < bottom + reach:
                    found += badness
        return found


def _cell(point: Point) -> tuple[int, int]:
    return math.floor(point[0] / CELL), math.floor(point[1] / CELL)
