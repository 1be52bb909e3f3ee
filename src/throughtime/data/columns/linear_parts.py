"""What is linear in each series of a panel: learned in training, or seen in a later series."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from throughtime.data.columns.innovations import Innovations
from throughtime.data.columns.linear import SEASONS, Shape, chosen, enough, fitted
from throughtime.data.columns.panel import Series
from throughtime.data.columns.scale import Scale

OWN_SHAPES = 20
"""With more series than this, all have the shape in common that suits so many of them."""


class LinearParts:
    """What is linear in each series of a panel.

    A series that training has not seen has what its own values show.

    Args:
        season: m, the steps of a season; 1 without one.

    Example:
        >>> parts = LinearParts(1)
        >>> walk = np.random.default_rng(0).normal(size=(50, 1)).cumsum(0)
        >>> parts.learn({"a": walk}, {"a": Scale.of(torch.from_numpy(walk))})
        >>> (found,) = parts.known["a"]
        >>> round(float((found.into(walk[:, 0]) ** 2).mean()), 3)
        1.0
    """

    def __init__(self, season: int) -> None:
        self.season = season
        self.known: dict[str, tuple[Innovations, ...]] = {}
        self.shapes: list[Shape | None] = []

    def learn(self, series: Mapping[str, NDArray[np.float64]], scales: Mapping[str, Scale]) -> None:
        """Learn from the values of series, ``(T, D)`` each, of those that have a scale."""
        if len(series) > OWN_SHAPES:
            long = [values for values in series.values() if all(map(enough, values.T))]
            some = long[:: max(1, len(long) // OWN_SHAPES)][:OWN_SHAPES]
            size = next(iter(series.values())).shape[1]
            self.shapes = [chosen([v[:, d] for v in some], self.season) for d in range(size)]
        for name, scale in scales.items():
            self.known[name] = self._fitted(series[name], scale)

    def of(self, series: Series, scale: Scale) -> tuple[Innovations, ...]:
        """What is linear in a series, by its targets."""
        return self.known.get(series.name) or self._fitted(series.y, scale)

    def _fitted(self, values: NDArray[np.float64], scale: Scale) -> tuple[Innovations, ...]:
        found = []
        for d, y in enumerate(values.T):
            shape = self.shapes[d] if self.shapes else chosen([y], self.season)
            fits = shape is not None and enough(y) and SEASONS * shape.season <= len(y)
            plain = Innovations.plain(float(scale.mean[d]), float(scale.unit[d]))
            found.append(fitted(y, shape) if fits and shape is not None else plain)
        return tuple(found)

    def state(self) -> dict[str, Any]:
        """Its numbers, as JSON has them, which has no infinity."""
        return {
            "season": self.season,
            "known": {name: [of.state() for of in some] for name, some in self.known.items()},
            "shapes": [None if shape is None else _plain(shape) for shape in self.shapes],
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        """From what :meth:`state` gave.

        Raises:
            KeyError, TypeError, ValueError: if it is damaged.
        """
        found = cls(int(state["season"]))
        for name, some in state["known"].items():
            found.known[name] = tuple(map(Innovations.restored, some))
        for shape in state["shapes"]:
            found.shapes.append(None if shape is None else _shape(*shape))
        return found

    def alike(self, other: LinearParts | None) -> bool:
        """Whether both are equal up to rounding."""
        if other is None or self.known.keys() != other.known.keys():
            return False
        return all(
            len(mine) == len(other.known[name])
            and all(a.alike(b) for a, b in zip(mine, other.known[name], strict=True))
            for name, mine in self.known.items()
        )


def _plain(shape: Shape) -> list[float | None]:
    return [shape.bend if math.isfinite(shape.bend) else None, *shape[1:]]


def _shape(bend: float | None, season: int, alpha: float, gamma: float) -> Shape:
    return Shape(math.inf if bend is None else bend, season, alpha, gamma)
