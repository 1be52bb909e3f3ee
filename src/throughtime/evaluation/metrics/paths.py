"""Metrics of forecasts by paths, against the values that came."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

COVERED = (0.5, 0.8, 0.95)
"""The probabilities of the central intervals whose coverage is measured."""

PINBALL = tuple(level / 10 for level in range(1, 10))
"""The levels of the weighted quantile loss."""

METRICS = ("CRPS", "weighted quantile loss", "MASE", "RMSSE",
           *(f"coverage of {p:.0%}" for p in COVERED))  # fmt: skip


def metrics(rows: NDArray[np.float64]) -> dict[str, float]:
    """The metrics, from the numbers of some values, ``(n, 8)``; NaN where there is none."""
    if not len(rows):
        return dict.fromkeys(METRICS, math.nan)
    crps, pinball, size = rows[:, :3].sum(0).tolist()
    unit = size or math.nan
    mase, squared = (_mean_of_known(v) for v in rows[:, 3:5].T)
    values = [crps / unit, pinball / unit, mase, squared**0.5, *rows[:, 5:].mean(0).tolist()]
    return dict(zip(METRICS, values, strict=True))


def scales_of(y: NDArray[np.float64], season: int) -> NDArray[np.float64]:
    """The mean absolute and squared error of the seasonal naive forecast, ``(2, D)``; NaN if there
    is none, or it makes no error."""
    found = np.full((2, y.shape[1]), np.nan)
    lag = season if len(y) > season else 1
    for d, column in enumerate(y.T):
        errors = column[lag:] - column[:-lag]
        errors = errors[~np.isnan(errors)]
        if errors.any():
            found[:, d] = np.abs(errors).mean(), (errors**2).mean()
    return found


def numbers_of(
    drawn: NDArray[np.float64], y: NDArray[np.float64], scales: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The numbers of each value, ``(T, D, 8)``, what :func:`metrics` is made of: CRPS,
    quantile loss, the absolute value, the absolute and squared error in units of their scales, and
    whether each interval covers the value."""
    levels = np.array(PINBALL)[:, None, None]
    above = y - np.quantile(drawn, PINBALL, axis=0)
    pinball = 2 * np.where(above >= 0, levels * above, (levels - 1) * above).mean(0)
    absolute, squared = np.abs(np.median(drawn, 0) - y), (drawn.mean(0) - y) ** 2
    covered = []
    for share in COVERED:
        low, high = np.quantile(drawn, [(1 - share) / 2, (1 + share) / 2], axis=0)
        covered.append(((low <= y) & (y <= high)).astype(np.float64))
    scaled = (absolute / scales[0], squared / scales[1])
    return np.stack([crps(drawn, y), pinball, np.abs(y), *scaled, *covered], -1)


def places_of(drawn: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Where each value lies among the draws: the probability integral transform, as an interval.

    .. math:: \Big[\frac{\#\{Y < y\}}{n + 1},\; \frac{\#\{Y \le y\} + 1}{n + 1}\Big]

    If y is another draw of the same distribution, a point that is drawn from the interval is
    uniform from 0 to 1, of counts too, which may be equal (Czado, Gneiting and Held 2009).

    Args:
        drawn: ``(n, *)``.
        y: ``(*)``, the values that came.

    Example:
        >>> places_of(np.array([1.0, 2.0, 2.0]), np.array(2.0)).tolist()
        [0.25, 1.0]
    """
    n = len(drawn)
    ends = ((drawn < y).sum(0) / (n + 1), ((drawn <= y).sum(0) + 1) / (n + 1))
    return np.stack(ends, -1)


def _mean_of_known(values: NDArray[np.float64]) -> float:
    """The mean of the values that are not NaN; NaN if there are none."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else math.nan


def crps(drawn: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""The continuous ranked probability score of draws, :math:`E|Y - y| - \tfrac12 E|Y - Y'|`,
    where Y' is another draw, without the bias of a draw met with itself (Ferro 2014).

    Args:
        drawn: ``(n, *)``.
        y: ``(*)``, the values that came.

    Example:
        >>> crps(np.array([1.0, 1.0]), np.array(3.0)).item()
        2.0
        >>> crps(np.array([[0.0, 0.0], [2.0, 2.0]]), np.array([1.0, 3.0])).tolist()
        [0.0, 1.0]
    """
    n = len(drawn)
    weights = 2 * np.arange(1, n + 1) - n - 1
    pairs = np.tensordot(weights, np.sort(drawn, 0), 1)  # the sum of |Y - Y'| over all pairs
    return np.asarray(np.abs(drawn - y).mean(0) - pairs / (n * max(n - 1, 1)))
