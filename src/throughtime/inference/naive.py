"""The seasonal naive forecast: what any model has to beat."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from throughtime.data.columns.panel import Panel
from throughtime.inference.forecast import PATHS

Paths = Callable[[Panel, int], list[NDArray[np.float64]]]
"""A way to forecast: from histories and a number of steps to paths ``(paths, steps, D)`` of each
series."""


def seasonal_naive(paths: int = PATHS) -> Paths:
    """The value of a season before, with the errors of that rule within the history, drawn anew for
    each season ahead: what any model has to beat.

    Missing values are those before them. Paths of counts may be below zero, and are left so.

    Args:
        paths: how many are drawn of each series; always the same ones.
    """

    def forecast(history: Panel, steps: int) -> list[NDArray[np.float64]]:
        generator, season = np.random.default_rng(0), history.step.season
        found = []
        for series in history.series:
            y = filled(series.y)
            lag = season if len(y) > season else 1
            base = np.stack([y[len(y) - lag + t % lag] for t in range(steps)])
            errors = y[lag:] - y[:-lag] if len(y) > lag else np.zeros((1, y.shape[1]))
            drawn = errors[generator.integers(0, len(errors), (paths, steps // lag + 1, steps))]
            seasons = np.arange(steps) // lag
            found.append(base + drawn.cumsum(1)[:, seasons, np.arange(steps)])
        return found

    return forecast


def filled(y: NDArray[np.float64]) -> NDArray[np.float64]:
    """y with the last value before in place of each missing one; before the first, that one.

    Example:
        >>> nan = np.nan
        >>> filled(np.array([[nan], [1.0], [nan], [3.0]]))[:, 0].tolist()
        [1.0, 1.0, 1.0, 3.0]
    """
    found = y.copy()
    for column in found.T:
        seen = ~np.isnan(column)
        if not seen.any():
            column[:] = 0.0
            continue
        at = np.maximum.accumulate(np.where(seen, np.arange(len(column)), seen.argmax()))
        column[:] = column[at]
    return found
