"""What a series brings that its level, its season and its last values do not say."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HIGHEST = 50.0
"""u/c is at most this on the way back, so that no path is infinite."""


@dataclass(frozen=True, eq=False)
class Innovations:
    r"""What a series brings that its level, its season and its last values do not say.

    .. math::
        u(t) &= c \log(1 + y(t)/c) \quad\text{where } y(t) > 0 \text{, and else } y(t), \\
        d(t) &= u(t) - l(t-1) - s(t-m), \\
        z(t) &= \Big(d(t) - \phi_0 - \sum_k \phi_k\, d(t-k)\Big) / \sigma, \\
        l(t) &= l(t-1) + \alpha\, d(t), \qquad s(t) = s(t-m) + \gamma\, d(t)

    Level and season are smoothed exponentially (Hyndman, Koehler, Ord and Snyder 2008), and what
    they leave is linear in its last values. Given the past, z(t) is an increasing function of y(t):
    so a model of z is one of y, its paths are paths of y, and a recurrent net has to learn only
    what is not linear, how uncertain it is, and what series have in common (as ES-RNN, Smyl 2020).

    Where a value is missing, all goes on as if z were 0.

    Args:
        bend: c; infinite where u is y.
        alpha: α.
        gamma: γ.
        level: l(0).
        season: s(1-m) … s(0), ``(m,)``.
        weights: φ₀ … φ_p, ``(1 + p,)``.
        unit: σ.

    Example:
        >>> walk = Innovations(math.inf, 1.0, 0.0, 5.0, np.zeros(1), np.zeros(1), 2.0)
        >>> walk.into(np.array([7.0, np.nan, 3.0]))
        array([ 1., nan, -2.])
        >>> walk.back(np.array([7.0, np.nan, 3.0]), np.array([[1.0, 1.0]]))
        array([[5., 7.]])
    """

    bend: float
    alpha: float
    gamma: float
    level: float
    season: Floats
    weights: Floats
    unit: float

    @classmethod
    def plain(cls, mean: float, unit: float) -> Innovations:
        """Values measured by their mean and deviation, with nothing taken out."""
        return cls(math.inf, 0.0, 0.0, mean, np.zeros(1), np.zeros(1), unit)

    def into(self, y: Floats) -> Floats:
        """z(1) … z(T) of y(1) … y(T), NaN where one is missing."""
        return self._along(y)[0]

    def back(self, y: Floats, z: Floats) -> Floats:
        """The values that follow y if z does, ``(paths, steps)``."""
        _, level, season, last = self._along(y)
        paths, steps = z.shape
        levels, seasons = np.full(paths, level), np.tile(season, (paths, 1))
        lasts, found = np.tile(last, (paths, 1)), np.empty((paths, steps))
        for h in range(steps):
            d = self.weights[0] + lasts @ self.weights[1:] + self.unit * z[:, h]
            at = (len(y) + h) % len(season)
            found[:, h] = levels + seasons[:, at] + d
            levels = levels + self.alpha * d
            seasons[:, at] += self.gamma * d
            lasts = np.concatenate([d[:, None], lasts], 1)[:, : lasts.shape[1]]
        return unbent(found, self.bend)

    def _along(self, y: Floats) -> tuple[Floats, float, Floats, Floats]:
        """z of a series; and after it the level, the season, and d of the last steps, the latest
        first."""
        level, season, z = self.level, self.season.copy(), np.full(len(y), np.nan)
        last = np.zeros(len(self.weights) - 1)
        for t, u in enumerate(bent(y, self.bend).tolist()):
            at = t % len(season)
            usual = float(self.weights[0] + last @ self.weights[1:])
            d = u - level - float(season[at])
            if math.isnan(d):
                d = usual
            else:
                z[t] = (d - usual) / self.unit
            level += self.alpha * d
            season[at] += self.gamma * d
            last = np.concatenate([[d], last])[: len(last)]
        return z, level, season, last

    def state(self) -> dict[str, Any]:
        """Its numbers, as JSON has them."""
        arrays = {"season": self.season.tolist(), "weights": self.weights.tolist()}
        return {**asdict(self), **arrays, "bend": self.bend if math.isfinite(self.bend) else None}

    @classmethod
    def restored(cls, state: dict[str, Any]) -> Innovations:
        """From what :meth:`state` gave.

        Raises:
            TypeError: if something is missing, or no number.
            ValueError: if a unit or c is not above zero, or something is not finite.
        """
        bend = math.inf if state["bend"] is None else float(state["bend"])
        season, weights = (np.array(state[k], np.float64) for k in ("season", "weights"))
        numbers = [float(state[name]) for name in ("alpha", "gamma", "level", "unit")]
        alpha, gamma, level, unit = numbers
        found = cls(bend, alpha, gamma, level, season, weights, unit)
        finite = all(np.isfinite(v).all() for v in (numbers, season, weights))
        if not (finite and unit > 0 and bend > 0 and len(season) and len(weights)):
            raise ValueError(f"a linear part of {state}")
        return found

    def alike(self, other: Innovations) -> bool:
        """Whether both are equal up to rounding, which differs between machines."""
        mine, its = self.state(), other.state()
        if (self.bend == math.inf) != (other.bend == math.inf):
            return False
        return all(
            np.shape(mine[k]) == np.shape(its[k])
            and np.allclose(mine[k], its[k], rtol=1e-5, atol=1e-6 * self.unit)
            for k in mine
            if mine[k] is not None
        )


def bent(y: Floats, c: float) -> Floats:
    """c log(1 + y/c) above zero, and y below it: what varies in proportion to its size from about c
    on varies alike everywhere.

    Example:
        >>> bent(np.array([-1.0, 0.0, 1.0, 100.0]), 1.0).round(3)
        array([-1.   ,  0.   ,  0.693,  4.615])
    """
    if c == math.inf:
        return y
    return np.where(y > 0, c * np.log1p(np.maximum(y, 0) / c), y)


def unbent(u: Floats, c: float) -> Floats:
    """The inverse of :func:`bent`.

    Example:
        >>> unbent(bent(np.array([-1.0, 7.0]), 2.0), 2.0).round(6)
        array([-1.,  7.])
    """
    if c == math.inf:
        return u
    return np.where(u > 0, c * np.expm1(np.clip(u / c, 0, HIGHEST)), u)
