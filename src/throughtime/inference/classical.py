"""Forecasts by classical methods, each series by itself, which a model of all has to beat."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.columns.panel import Panel
from throughtime.extras import needed_for
from throughtime.inference.forecast import PATHS
from throughtime.inference.naive import Paths, filled

LEVELS = (10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99)
"""The probabilities of the central intervals that are asked for, in percent."""

SEASONS = 2
"""With fewer seasons than this in a history, a method goes without one."""

METHODS: dict[str, Callable[[Any, int], Any]] = {
    "seasonal naive, normal": lambda m, season: m.SeasonalNaive(season),
    "drift": lambda m, season: m.RandomWalkWithDrift(),
    "AR": lambda m, season: m.AutoRegressive(lags=max(season, 2)),
    "ETS": lambda m, season: m.AutoETS(season_length=season),
    "Theta": lambda m, season: m.AutoTheta(season_length=season),
}
"""From the models of statsforecast and a season to one of them, by name: the value a season before;
a random walk with drift; an autoregression over a season; exponential smoothing and Theta, of which
the kind is chosen (Hyndman et al. 2008; Assimakopoulos and Nikolopoulos 2000)."""


@dataclass
class Failures:
    """How often a method could not be fitted, by name."""

    counts: Counter[str]

    def said(self) -> tuple[str, ...]:
        """What is to be said of them."""
        return tuple(
            f"{name}: could not be fitted to {count:,} histories; there it repeats the last value"
            for name, count in self.counts.items()
        )


def models() -> Any:
    """The models of statsforecast.

    Raises:
        MissingPackage: if it is not installed.
    """
    with needed_for("comparing with drift, AR, ETS and Theta"):
        return import_module("statsforecast.models")


def classical(paths: int = PATHS) -> tuple[dict[str, Paths], Failures]:
    r"""Each method, and a count of what could not be fitted.

    What a method says of a step are central intervals, of which the ends are quantiles. Paths are
    drawn from them step by step: :math:`q(\Phi(z))` with a standard normal z, where q is linear in
    z between the quantiles that are given and beyond the outermost. For a normal this is exact. The
    steps of a path are independent, so that a path is no future; but all metrics are of single
    steps. The intervals are as wide as the library has them; those of Theta are simulated there.

    Missing values are those before them. Nothing is clipped: paths of counts may be below zero.

    Args:
        paths: how many are drawn of each series; always the same ones.

    Raises:
        MissingPackage: if statsforecast is not installed.
    """
    of, failures = models(), Failures(Counter())

    def way(name: str) -> Paths:
        def forecast(history: Panel, steps: int) -> list[NDArray[np.float64]]:
            generator, season = np.random.default_rng(0), history.step.season
            found = []
            for series in history.series:
                targets = []
                for y in filled(series.y).T:
                    fitting = season if len(y) >= SEASONS * season else 1
                    said = _said_by(METHODS[name], of, np.ascontiguousarray(y), fitting, steps)
                    if said is None:
                        failures.counts[name] += 1
                    z = generator.standard_normal((paths, steps))
                    drawn = np.tile(y[-1], (paths, steps)) if said is None else between(*said, z)
                    targets.append(drawn)
                found.append(np.stack(targets, -1))
            return found

        return forecast

    return {name: way(name) for name in METHODS}, failures


def _said_by(
    method: Callable[[Any, int], Any], of: Any, y: NDArray[np.float64], season: int, steps: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """The places of quantiles on the scale of a standard normal, ``(n,)``, and the quantiles,
    ``(n, steps)``; None if the method cannot be fitted."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            said = method(of, season).forecast(y=y, h=steps, level=list(LEVELS))
    except Exception:  # what a method finds wrong with a history has many names
        return None
    sides = [("lo", -1, level) for level in reversed(LEVELS)] + [("hi", 1, v) for v in LEVELS]
    z = [side * NormalDist().inv_cdf((1 + level / 100) / 2) for _, side, level in sides]
    quantiles = np.stack([np.asarray(said[f"{end}-{level}"], float) for end, _, level in sides])
    if not np.isfinite(quantiles).all():
        return None
    return np.array(z), np.sort(quantiles, 0)  # those that were simulated may cross


def between(
    places: NDArray[np.float64], quantiles: NDArray[np.float64], z: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Values at z ``(paths, steps)``, linear between quantiles ``(n, steps)`` at their places, and
    beyond the outermost two.

    Example:
        >>> places, quantiles = np.array([-1.0, 0.0, 1.0]), np.array([[0.0], [2.0], [6.0]])
        >>> between(places, quantiles, np.array([[-2.0], [0.5], [3.0]]))[:, 0].tolist()
        [-2.0, 4.0, 14.0]
    """
    at = np.clip(np.searchsorted(places, z), 1, len(places) - 1)
    step = np.arange(z.shape[1])
    low, high = quantiles[at - 1, step], quantiles[at, step]
    return low + (high - low) * (z - places[at - 1]) / (places[at] - places[at - 1])
