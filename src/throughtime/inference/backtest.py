"""Backtests of series: forecasts from several origins in the past, against what came then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.columns.panel import Panel, Series
from throughtime.data.errors import DataError
from throughtime.inference.forecast import PATHS, column_of, forecast_panel
from throughtime.runs.folder import RunFolder
from throughtime.whole import whole

COVERED = (0.5, 0.8, 0.95)
"""The probabilities of the central intervals whose coverage is measured."""

PINBALL = tuple(np.arange(1, 10) / 10)
"""The levels of the weighted quantile loss."""

METRICS = ("CRPS", "weighted quantile loss", "MASE", "RMSSE",
           *(f"coverage of {p:.0%}" for p in COVERED))  # fmt: skip

Paths = Callable[[Panel, int], list[NDArray[np.float64]]]
"""A way to forecast: from histories and a number of steps to paths ``(paths, steps, D)`` of each
series."""


@dataclass(frozen=True, eq=False)
class Errors:
    """The errors of forecasts of one step of one series.

    Args:
        series: its name.
        step: how far from the origin, from 1 on.
        numbers: CRPS, quantile loss, the absolute value, the absolute and squared error in units
            of their scales, and whether each interval covers the value.
    """

    series: str
    step: int
    numbers: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Backtest:
    r"""Forecasts from several origins, against what came then.

    - CRPS: :math:`E|Y - y| - \tfrac12 E|Y - Y'|` over the paths, in units of the mean absolute
      value, so that series of all sizes count by their size (Gneiting and Raftery 2007);
    - weighted quantile loss: the pinball loss at 0.1 … 0.9, twice its sum over that of |y|;
    - MASE, RMSSE: the absolute error of the median and the squared error of the mean, relative to
      those of the seasonal naive forecast within the history before the first origin (Hyndman and
      Koehler 2006; of RMSSE the root of the mean);
    - coverage: how often the central intervals have the value in them.

    Args:
        horizon: steps of each forecast.
        origins: the time of the last step before each forecast, as texts.
        errors: those of each step of each series.
    """

    horizon: int
    origins: tuple[str, ...]
    errors: list[Errors]

    def numbers(self, of: Callable[[Errors], bool] = lambda _: True) -> dict[str, float]:
        """The metrics, of all errors or of some."""
        rows = np.array([e.numbers for e in self.errors if of(e)])
        if not len(rows):
            return dict.fromkeys(METRICS, float("nan"))
        crps, pinball, size = rows[:, :3].sum(0)
        mase, squared = (_mean_of_known(v) for v in rows[:, 3:5].T)
        values = [crps / size, pinball / size, mase, squared**0.5, *rows[:, 5:].mean(0)]
        return dict(zip(METRICS, map(float, values), strict=True))

    def by_step(self) -> dict[int, dict[str, float]]:
        """The metrics of each step after the origin."""
        return {
            step: self.numbers(lambda e, step=step: e.step == step)  # type: ignore[misc]
            for step in range(1, self.horizon + 1)
        }

    def by_series(self) -> dict[str, dict[str, float]]:
        """The metrics of each series."""
        names = dict.fromkeys(e.series for e in self.errors)
        return {
            name: self.numbers(lambda e, name=name: e.series == name)  # type: ignore[misc]
            for name in names
        }


def backtest(
    panel: Panel, forecast: Paths, *, horizon: int, origins: int, first: Any = None
) -> Backtest:
    """Forecast from several origins in the past.

    The last origin is ``horizon`` steps before the end of the longest series; the others are before
    it, evenly spread back to ``first``, or else ``horizon`` steps from each other. A series that
    has fewer than two steps before an origin is left out there.

    Args:
        panel: the series, with the inputs of all steps.
        forecast: the way to forecast.
        horizon: steps of each forecast.
        origins: how many.
        first: the time of the first step that may be forecast, such as the first of the test part.

    Raises:
        DataError: if the series are too short.
    """
    whole("horizon", horizon)
    whole("origins", origins)
    times = np.unique(np.concatenate([s.times for s in panel.series]))
    last = len(times) - horizon
    start = (
        max(2, last - (origins - 1) * horizon)
        if first is None
        else int(np.searchsorted(times, first))
    )
    if start > last or last < 2:
        raise DataError(
            f"{len(times)} steps, of which {max(len(times) - start, 0)} may be forecast: too few "
            f"for a horizon of {horizon}; expected a shorter one"
        )
    ends = sorted({round(v) for v in np.linspace(start, last, origins)})
    errors: list[Errors] = []
    for end in ends:
        errors += _errors_from(panel, forecast, times[end], horizon, times[ends[0]])
    said = panel.step.written(times[[end - 1 for end in ends]])
    return Backtest(horizon, tuple(said), errors)


def of_run(run: RunFolder, whole_panel: Panel, paths: int = PATHS) -> Paths:
    """A run's own way to forecast; inputs that are known in the future are those of the panel."""
    column_of(run)

    def forecast(history: Panel, steps: int) -> list[NDArray[np.float64]]:
        found = forecast_panel(run, history, steps=steps, paths=paths, future=whole_panel)
        return [one.paths for one in found]

    return forecast


def seasonal_naive(history: Panel, steps: int) -> list[NDArray[np.float64]]:
    """The value of a season before, with the errors of that rule within the history, drawn with
    their seasons apart: what any model has to beat."""
    generator, season = np.random.default_rng(0), history.step.season
    found = []
    for series in history.series:
        y = filled(series.y)
        lag = season if len(y) > season else 1
        base = np.stack([y[len(y) - lag + t % lag] for t in range(steps)])
        errors = y[lag:] - y[:-lag] if len(y) > lag else np.zeros((1, y.shape[1]))
        drawn = errors[generator.integers(0, len(errors), (PATHS, steps // lag + 1, steps))]
        seasons = np.arange(steps) // lag + 1
        total = drawn.cumsum(1)[:, seasons - 1, np.arange(steps)]
        found.append(base + total)
    return found


def filled(y: NDArray[np.float64]) -> NDArray[np.float64]:
    """y with the last value before in place of each missing one; before the first, that one."""
    found = y.copy()
    for column in found.T:
        seen = ~np.isnan(column)
        if not seen.any():
            column[:] = 0.0
            continue
        at = np.maximum.accumulate(np.where(seen, np.arange(len(column)), 0))
        column[:] = column[at]
        column[: seen.argmax()] = column[seen.argmax()]
    return found


def _errors_from(
    panel: Panel, forecast: Paths, origin: Any, horizon: int, first: Any
) -> Iterator[Errors]:
    """The errors of the forecasts of the steps from a time on."""
    ends = [int(np.searchsorted(s.times, origin)) for s in panel.series]
    some = [
        (s, end)
        for s, end in zip(panel.series, ends, strict=True)
        if end >= 2 and end < len(s) and not np.isnan(s.y[:end]).all()
    ]
    if not some:
        return
    paths = forecast(replace(panel, series=tuple(s.upto(end) for s, end in some)), horizon)
    for (series, end), drawn in zip(some, paths, strict=True):
        scales = _scales(series, int(np.searchsorted(series.times, first)), panel.step.season)
        truth = series.y[end : end + horizon]
        for t, values in enumerate(truth):
            for d, y in enumerate(values):
                if not np.isnan(y):
                    numbers = _numbers(drawn[:, t, d], float(y), scales[d])
                    yield Errors(series.name, t + 1, numbers)


def _scales(series: Series, end: int, season: int) -> list[tuple[float, float]]:
    """The mean absolute and squared error of the seasonal naive forecast before a step, of each
    target; NaN if there is none, or it makes no error."""
    found = []
    lag = season if end > season else 1
    for y in series.y[:end].T:
        errors = y[lag:] - y[:-lag]
        errors = errors[~np.isnan(errors)]
        sizes = (float(np.abs(errors).mean()), float((errors**2).mean())) if len(errors) else (0, 0)
        found.append(tuple(size or float("nan") for size in sizes))
    return found  # type: ignore[return-value]


def _numbers(
    drawn: NDArray[np.float64], y: float, scales: tuple[float, float]
) -> NDArray[np.float64]:
    """The numbers of one step, in the order of :class:`Errors`."""
    quantiles = np.quantile(drawn, PINBALL)
    levels = np.array(PINBALL)
    pinball = 2 * np.mean(np.where(y >= quantiles, levels, levels - 1) * (y - quantiles))
    absolute, squared = abs(float(np.median(drawn)) - y), (float(drawn.mean()) - y) ** 2
    covered = []
    for share in COVERED:
        low, high = np.quantile(drawn, [(1 - share) / 2, (1 + share) / 2])
        covered.append(float(low <= y <= high))
    scaled = (absolute / scales[0], squared / scales[1])
    return np.array([crps(drawn, y), pinball, abs(y), *scaled, *covered])


def _mean_of_known(values: NDArray[np.float64]) -> float:
    """The mean of the values that are not NaN; NaN if there are none."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def crps(drawn: NDArray[np.float64], y: float) -> float:
    r"""The continuous ranked probability score of draws, :math:`E|Y - y| - \tfrac12 E|Y - Y'|`,
    where Y' is another draw, without the bias of a draw met with itself.

    Example:
        >>> crps(np.array([1.0, 1.0]), 3.0), crps(np.array([0.0, 2.0]), 1.0)
        (2.0, 0.0)
    """
    n = len(drawn)
    ordered = np.sort(drawn)
    weights = 2 * np.arange(1, n + 1) - n - 1
    spread = 2 * float(ordered @ weights) / (n * max(n - 1, 1))  # E|Y - Y'| of different draws
    return float(np.abs(drawn - y).mean()) - spread / 2
