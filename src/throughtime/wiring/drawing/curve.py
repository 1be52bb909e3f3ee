"""The course of an arrow: cubic Bézier curves, joined."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

Point = tuple[float, float]
"""A place: to the right, and down, as SVG counts."""


@dataclass(frozen=True)
class Curve:
    """Cubic Bézier curves, joined: the first point, and three more for each.

    Example:
        >>> Curve.through((0, 0), (30, 0)).length
        30.0
    """

    points: tuple[Point, ...]

    @classmethod
    def through(cls, *corners: Point, radius: float = 0.0) -> Curve:
        """Straight lines from corner to corner, which are rounded."""
        points = [corners[0]]
        for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
            legs = [math.dist(before, corner), math.dist(corner, after)]
            cut = min(radius, legs[0] / 2, legs[1] / 2)
            start, end = (toward(corner, other, cut) for other in (before, after))
            _line(points, start)
            points += [toward(start, corner, 0.55 * cut), toward(end, corner, 0.55 * cut), end]
        _line(points, corners[-1])
        return cls(tuple(points))

    def moved(self, right: float, down: float) -> Curve:
        """The same curve elsewhere."""
        return Curve(tuple((x + right, y + down) for x, y in self.points))

    def shortened(self, by: float) -> Curve:
        """The curve without so much of its end."""
        *rest, (x, y), (end_x, end_y) = self.points
        right, down = self.heading
        last = (x - by * right, y - by * down), (end_x - by * right, end_y - by * down)
        return Curve((*rest, *last))

    @property
    def end(self) -> Point:
        """Where it ends."""
        return self.points[-1]

    @property
    def heading(self) -> Point:
        """The direction in which it ends, a vector of length one."""
        before = next(p for p in self.points[-2::-1] if math.dist(p, self.end) > 1e-6)
        return _direction(before, self.end)

    @cached_property
    def samples(self) -> tuple[Point, ...]:
        """Points on it, less than 5 apart."""
        found = [self.points[0]]
        for i in range(0, len(self.points) - 1, 3):
            a, b, c, d = self.points[i : i + 4]
            many = max(1, math.ceil((math.dist(a, b) + math.dist(b, c) + math.dist(c, d)) / 4))
            for k in range(1, many + 1):
                t = k / many
                weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
                near = [(w * x, w * y) for w, (x, y) in zip(weights, (a, b, c, d), strict=True)]
                found.append((sum(x for x, _ in near), sum(y for _, y in near)))
        return tuple(found)

    @cached_property
    def travelled(self) -> tuple[float, ...]:
        """How far each sample is from the start, along the curve."""
        steps = [math.dist(a, b) for a, b in pairwise(self.samples)]
        return tuple(accumulate(steps, initial=0.0))

    @property
    def length(self) -> float:
        """Its length, by its samples."""
        return self.travelled[-1]

    def at(self, share: float) -> tuple[Point, Point]:
        """The point after a share of its length, and the direction there."""
        far = share * self.length
        i = min(max(bisect_left(self.travelled, far), 1), len(self.samples) - 1)
        a, b = self.samples[i - 1], self.samples[i]
        return toward(a, b, far - self.travelled[i - 1]), _direction(a, b)


def toward(a: Point, b: Point, distance: float) -> Point:
    """The point so far from the first, on the way to the second."""
    right, down = _direction(a, b)
    return a[0] + distance * right, a[1] + distance * down


def around(center: Point, degrees: float, distance: float) -> Point:
    """The point so far from a centre, at an angle: 0 is to the right, 90 above."""
    angle = math.radians(degrees)
    return center[0] + distance * math.cos(angle), center[1] - distance * math.sin(angle)


def _direction(a: Point, b: Point) -> Point:
    distance = math.dist(a, b) or 1.0
    return (b[0] - a[0]) / distance, (b[1] - a[1]) / distance


def _line(points: list[Point], end: Point) -> None:
    start = points[-1]
    third = math.dist(start, end) / 3
    points += [toward(start, end, third), toward(start, end, 2 * third), end]
