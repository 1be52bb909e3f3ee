"""Which linear model suits series: how they bend, how fast level and season follow, which lags."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from throughtime.data.columns.innovations import Floats, Innovations, bent

ALPHAS = (0.0, 0.03, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 1.0)
"""How fast the level may follow: from a constant to the last value."""

GAMMAS = (0.0, 0.05, 0.1, 0.2, 0.4)
"""How fast the season may follow."""

BENDS = (math.inf, 1.0, 0.25, 0.1, 0.02)
"""c, in units of the mean: from a straight line to almost a logarithm."""

LAGS = 9
"""The most values before that are looked at: fewer than a year of months, for which there is the
season."""

LEAST = 24
"""With fewer values there is nothing to choose by."""

SEASONS = 3
"""So many seasons have to be there for one."""

LONGEST = 60
"""A longer season has too many values of its own."""

SMALLEST = 1e-6
"""σ is at least this in deviations of u, of a series without any noise."""


class Shape(NamedTuple):
    """What series may have in common.

    Args:
        bend: c in units of the mean.
        season: m, or 1 without a season.
        alpha: α.
        gamma: γ.
    """

    bend: float
    season: int
    alpha: float
    gamma: float


def chosen(series: Iterable[Floats], season: int) -> Shape | None:
    r"""The shape of some series ``(T,)``, NaN where a value is missing: the one with the lowest sum
    of

    .. math:: \min_p\; n \log \hat\sigma_p^2 + k_p \log n - 2 \sum_t \log \frac{du}{dy}(t),

    BIC, where lags stand for whatever a model makes of the past. None if no series is long enough.

    Args:
        series: some series.
        season: m in steps; 1 if there is none.

    Example:
        >>> noise, quarters = np.random.default_rng(0).normal(size=80), np.tile([0, 5, 0, 9], 20)
        >>> chosen([noise], 4).season, chosen([noise + quarters], 4).season
        (1, 4)
    """
    scores = [_scores(y, season) for y in series if enough(y)]
    if not scores:
        return None
    common = [shape for shape in scores[0] if all(shape in others for others in scores)]
    return min(common, key=lambda shape: sum(some[shape] for some in scores))


def enough(y: Floats) -> bool:
    """Whether a series has enough values to choose by, not all of them equal."""
    seen = y[~np.isnan(y)]
    return len(seen) >= LEAST and bool(seen.std() > 0)


def fitted(y: Floats, shape: Shape) -> Innovations:
    """The linear model of a shape that fits a series ``(T,)`` best: its start and its weights by
    least squares, as many lags as AICc finds, and σ so that the mean square of z is 1. None that is
    worse than a constant, and none whose paths explode."""
    c = _bend(y, shape.bend)
    seen = ~np.isnan(y)
    d, effects = _filtered(bent(y, c)[None], np.array([shape[2:]]), shape.season)
    start, left = _started(d[0], effects[0], seen)
    (lags,) = _Lags.of(left, seen)
    p = lags.best(_free(shape))
    weights = np.linalg.lstsq(lags.past[:, : p + 1], lags.now, rcond=None)[0].astype(np.float64)
    season = start[1:, 0] if shape.season > 1 else np.zeros(1)
    level, weights = float(start[0, 0]), stable(weights)
    found = Innovations(c, shape.alpha, shape.gamma, level, season, weights, 1.0)
    unit = math.sqrt(float(np.nanmean(found.into(y) ** 2)))
    u = bent(y, c)
    mean, deviation = float(np.nanmean(u)), float(np.nanstd(u))
    if unit < deviation:
        return replace(found, unit=max(unit, SMALLEST * deviation))
    return Innovations(
        c, 0.0, 0.0, mean, np.zeros(1), np.zeros(1), deviation
    )  # it explains nothing


def stable(weights: Floats) -> Floats:
    r"""Weights whose paths do not explode: those of few values may. If the largest root ρ of

    .. math:: x^p = \sum_k \phi_k x^{p-k}

    is beyond 1, all are drawn in by it, φₖ/ρᵏ.

    Args:
        weights: φ₀ … φ_p, ``(1 + p,)``.

    Example:
        >>> stable(np.array([1.0, 0.5])), stable(np.array([1.0, 2.0]))
        (array([1. , 0.5]), array([1., 1.]))
    """
    p = len(weights) - 1
    if not p:
        return weights
    step = np.eye(p, k=-1)
    step[0] = weights[1:]
    largest = float(np.abs(np.linalg.eigvals(step)).max())
    return weights / np.concatenate([[1.0], max(1.0, largest) ** np.arange(1, p + 1)])


def _bend(y: Floats, share: float) -> float:
    return share * float(np.nanmean(np.abs(y)))


def _scores(y: Floats, season: int) -> dict[Shape, float]:
    """BIC of each shape that is possible."""
    seen = ~np.isnan(y)
    bends = BENDS if bool((y[seen] >= 0).all()) else BENDS[:1]
    cs = [_bend(y, bend) for bend in bends]
    us = np.stack([bent(y, c) for c in cs])
    logs = [0.0 if c == math.inf else float(np.log1p(y[seen] / c).sum()) for c in cs]  # of dy/du
    found = {}
    for m in {1, season} if SEASONS * season <= len(y) and season <= LONGEST else {1}:
        grid = list(product(ALPHAS, GAMMAS if m > 1 else (0.0,)))
        for (alpha, gamma), d, effects in zip(grid, *_filtered(us, np.array(grid), m), strict=True):
            left = _started(d, effects, seen)[1]
            for bend, log, lags in zip(bends, logs, _Lags.of(left, seen), strict=True):
                shape = Shape(bend, m, alpha, gamma)
                found[shape] = lags.bic(_free(shape)) + 2 * log
    return found


def _free(shape: Shape) -> int:
    """How many numbers a shape chooses: level or season of the start, α, γ, c, φ₀ and σ."""
    return shape.season + (shape.alpha > 0) + (shape.gamma > 0) + (shape.bend < math.inf) + 2


def _filtered(us: Floats, grid: Floats, m: int) -> tuple[Floats, Floats]:
    """d of series ``(C, T)`` that start from zeros, ``(G, C, T)``, for each α and γ of the grid;
    and by how much each number of the start lowers it, ``(G, T, 1 + m)``, or without a season
    ``(G, T, 1)``: d is linear in u and in the start."""
    count, steps = us.shape
    columns = count + 1 + (m if m > 1 else 0)
    alpha, gamma = grid.T[..., None]
    level, season = np.zeros((len(grid), columns)), np.zeros((m, len(grid), columns))
    level[:, count] = 1.0
    for j in range(m if m > 1 else 0):
        season[j, :, count + 1 + j] = 1.0
    seen = ~np.isnan(us[0])
    found: Floats = np.empty((steps, len(grid), columns))
    values = np.zeros((steps, columns))
    values[:, :count] = np.nan_to_num(us.T)
    for t in range(steps):
        found[t] = d = values[t] - level - season[t % m]
        if seen[t]:
            level += alpha * d
            season[t % m] += gamma * d * (m > 1)
    return found[..., :count].transpose(1, 2, 0), -found[..., count:].transpose(1, 0, 2)


def _started(d: Floats, effects: Floats, seen: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The starts of series ``(C, T)`` by least squares, ``(1 + m, C)``, and d with them, 0 where a
    value is missing."""
    start = np.asarray(np.linalg.lstsq(effects[seen], d.T[seen], rcond=1e-8)[0], np.float64)
    return start, np.where(seen, d - (effects @ start).T, 0.0)


class _Lags(NamedTuple):
    """The regression of d on a constant and d of the steps before."""

    past: Floats
    now: Floats
    errors: Floats
    """The sums of squared errors with 0, 1, … lags."""
    values: int

    @classmethod
    def of(cls, d: Floats, seen: NDArray[np.bool_]) -> list[_Lags]:
        """Of series ``(C, T)``, each by itself."""
        most = min(LAGS, d.shape[1] // 8)
        rows = np.flatnonzero(seen[most:]) + most
        ones = np.ones((len(d), len(rows)))
        past = np.stack([ones, *(d[:, rows - k] for k in range(1, most + 1))], -1)
        now = d[:, rows]
        along = (np.linalg.qr(past)[0] * now[..., None]).sum(1)
        errors = (now**2).sum(1, keepdims=True) - np.cumsum(along**2, 1)
        least = 1e-12 * (now**2).sum(1, keepdims=True) + 1e-300
        some = zip(past, now, np.maximum(errors, least), strict=True)
        return [cls(*one, int(seen.sum())) for one in some]

    def bic(self, free: int) -> float:
        """BIC of the best number of lags, for all values."""
        n = len(self.now)
        k = free + np.arange(len(self.errors))
        return float((self._fit + k * math.log(n)).min()) * self.values / n

    def best(self, free: int) -> int:
        """How many lags AICc finds."""
        n, k = len(self.now), free + np.arange(len(self.errors))
        more = np.where(n - k > 1, 2 * k * n / np.maximum(n - k - 1, 1), np.inf)
        return int(np.argmin(self._fit + more))

    @property
    def _fit(self) -> Floats:
        n = len(self.now)
        return np.asarray(n * np.log(self.errors / n))
