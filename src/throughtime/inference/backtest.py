"""Backtests of series: forecasts from several origins in the past, against what came then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.columns.panel import Panel, Series
from throughtime.data.errors import DataError
from throughtime.evaluation.metrics.paths import metrics, numbers_of, places_of, scales_of
from throughtime.inference.forecast import PATHS, column_of, forecast_panel
from throughtime.inference.naive import Paths
from throughtime.runs.folder import RunFolder
from throughtime.whole import whole

FEWEST = 2
"""The fewest steps that a series has before it is forecast."""


@dataclass(frozen=True, eq=False)
class Errors:
    """The errors of forecasts, a row for each value that came: of a series, from an origin, at a
    step, of a target.

    Args:
        series: ``(n,)``, the names.
        origin: ``(n,)``, the number of the origin, from 0 on.
        step: ``(n,)``, how far after the origin, from 1 on.
        target: ``(n,)``, the number of the target.
        numbers: ``(n, 8)``: CRPS, quantile loss, the absolute value, the absolute and squared error
            in units of their scales, and whether each interval covers the value.
        places: ``(n, 2)``, between which shares of the paths the value lies, see
            :func:`~throughtime.evaluation.metrics.paths.places_of`.
        residuals: ``(n,)``, the value less the median of the paths, in units of the mean absolute
            error of the seasonal naive forecast before; NaN where there is none.
    """

    series: NDArray[np.object_]
    origin: NDArray[np.int64]
    step: NDArray[np.int64]
    target: NDArray[np.int64]
    numbers: NDArray[np.float64]
    places: NDArray[np.float64]
    residuals: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, eq=False)
class Backtest:
    r"""Forecasts from several origins, against what came then.

    - CRPS: :math:`E|Y - y| - \tfrac12 E|Y - Y'|` over the paths, in units of the mean absolute
      value, so that series of all sizes count by their size (Gneiting and Raftery 2007);
    - weighted quantile loss: twice the pinball loss, as the mean of those at 0.1 … 0.9, in the same
      unit;
    - MASE, RMSSE: the absolute error of the median and the squared error of the mean, relative to
      those of the seasonal naive forecast within the history before the first origin (Hyndman and
      Koehler 2006; of RMSSE the root of the mean); a series without such a history is not in them;
    - coverage: how often the central intervals have the value in them, ends included.

    Args:
        horizon: steps of each forecast.
        origins: the times of the first steps that are forecast, as texts.
        targets: the names of the targets.
        errors: those of each value.
    """

    horizon: int
    origins: tuple[str, ...]
    targets: tuple[str, ...]
    errors: Errors

    @property
    def series(self) -> tuple[str, ...]:
        """The names of the series that were measured."""
        return tuple(dict.fromkeys(self.errors.series.tolist()))

    def numbers(self, some: NDArray[np.bool_] | None = None) -> dict[str, float]:
        """The metrics, of all errors or of some; NaN where there is nothing to measure."""
        return metrics(self.errors.numbers if some is None else self.errors.numbers[some])

    def by_step(self) -> dict[int, dict[str, float]]:
        """The metrics of each step after the origin."""
        return {t: self.numbers(self.errors.step == t) for t in range(1, self.horizon + 1)}

    def by_series(self) -> dict[str, dict[str, float]]:
        """The metrics of each series."""
        return {name: self.numbers(self.errors.series == name) for name in self.series}

    def by_target(self) -> dict[str, dict[str, float]]:
        """The metrics of each target."""
        return {n: self.numbers(self.errors.target == d) for d, n in enumerate(self.targets)}


def backtest(
    panel: Panel, forecast: Paths, *, horizon: int, origins: int, first: Any = None
) -> Backtest:
    """Forecast from several origins in the past.

    The first origin is ``first``, and the last one such that the horizon ends with the last value
    of any series; the others are evenly between them. A series is left out at an origin before
    which it has fewer than two steps, or no value; or after which it has none.

    Args:
        panel: the series, with the inputs of all steps.
        forecast: the way to forecast.
        horizon: steps of each forecast.
        origins: how many; fewer, if there are not so many different ones.
        first: the time of the first step that is forecast, such as the first of the test part. If
            None, the origins are ``horizon`` steps from each other.

    Raises:
        DataError: if the series are too short.

    Example:
        >>> from throughtime.data.times.step import Step
        >>> one = Series("a", np.arange(9), np.arange(9.0)[:, None], {}, {}, np.arange(9))
        >>> panel = Panel(("v",), (), (), (), Step.of_numbers(1), (one,), ())
        >>> def last(history, steps):
        ...     return [np.repeat(s.y[-1:], steps, 0)[None] for s in history.series]
        >>> found = backtest(panel, last, horizon=2, origins=3)
        >>> found.origins, [step["MASE"] for step in found.by_step().values()]
        (('3', '5', '7'), [1.0, 2.0])
    """
    times, ends = _ends(panel, whole("horizon", horizon), whole("origins", origins), first)
    found: list[Errors] = []
    for number, end in enumerate(ends):
        found += _errors_from(panel, forecast, number, times[end], horizon, times[ends[0]])
    if not found:
        raise DataError(f"no series has a value before and after {_named(panel, times[ends])}")
    columns = [np.concatenate([getattr(e, f.name) for e in found]) for f in fields(Errors)]
    said = panel.step.written(times[ends])
    return Backtest(horizon, tuple(said), panel.targets, Errors(*columns))


def times_of(panel: Panel) -> NDArray[Any]:
    """The times of all series until the last one at which any has a value."""
    times = np.unique(np.concatenate([s.times for s in panel.series]))
    seen = [s.times[~np.isnan(s.y).all(1)] for s in panel.series]
    last = max((s[-1] for s in seen if len(s)), default=None)
    return times[:0] if last is None else times[times <= last]


def first_of(panel: Panel, horizon: int, origins: int, cut: Any = None) -> Any:
    """The first origin of a later file: such that the origins are ``horizon`` steps from each
    other; but not before ``cut``, if it has so many steps from there on."""
    times = times_of(panel)
    last = len(times) - horizon
    start = max(FEWEST, last - (origins - 1) * horizon)
    after = 0 if cut is None else int(np.searchsorted(times, cut))
    start = max(start, after if after <= last else 0)
    return times[start] if start < len(times) else None


def _ends(
    panel: Panel, horizon: int, origins: int, first: Any
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """All times, and the places of the first ones that are forecast.

    Raises:
        DataError: if there are too few.
    """
    times = times_of(panel)
    if not len(times):
        raise DataError(f"no series has a value of {' or '.join(panel.targets)}; expected some")
    last = len(times) - horizon
    start = max(FEWEST, last - (origins - 1) * horizon)
    if first is not None:
        start = max(FEWEST, int(np.searchsorted(times, first)))
    if start > last:
        may = max(len(times) - (FEWEST if first is None else start), 0)
        raise DataError(
            f"a horizon of {horizon} is too long: {panel.step.lasting(may) if may else 'no step'} "
            "may be forecast"
            + (f" from {_named(panel, times[start:][:1])} on" if may else "")
            + (f"; expected at most {may}" if may else "")
        )
    return times, np.unique(np.linspace(start, last, origins).round().astype(np.int64))


def _named(panel: Panel, times: NDArray[Any]) -> str:
    return " or ".join(panel.step.written(times[:3]))


def of_run(run: RunFolder, panel: Panel, paths: int = PATHS) -> Paths:
    """A run's own way to forecast; inputs that are known in the future are those of the panel.

    After the end of a series, where nothing is measured, they stay as they were last.
    """
    column_of(run)
    longer: dict[int, Panel] = {}

    def forecast(history: Panel, steps: int) -> list[NDArray[np.float64]]:
        if steps not in longer:
            longer[steps] = held(panel, steps)
        found = forecast_panel(
            run, history, steps=steps, paths=paths, future=longer[steps], gaps=True
        )
        return [one.paths for one in found]

    return forecast


def held(panel: Panel, steps: int) -> Panel:
    """The panel with so many steps after the end of each series, whose known inputs stay as they
    were last."""

    def longer(series: Series) -> Series:
        last = {name: np.repeat(series.x[name][-1:], steps) for name in panel.known}
        return series.followed_by(panel.step.after(series.times[-1], steps), last)

    return replace(panel, series=tuple(map(longer, panel.series)))


def _errors_from(
    panel: Panel, forecast: Paths, number: int, origin: Any, horizon: int, first: Any
) -> Iterator[Errors]:
    """The errors of the forecasts of the steps from a time on."""
    ends = [int(np.searchsorted(s.times, origin)) for s in panel.series]
    some = [
        (s, end)
        for s, end in zip(panel.series, ends, strict=True)
        if end >= FEWEST
        and not np.isnan(s.y[:end]).all()
        and not np.isnan(s.y[end : end + horizon]).all()
    ]
    if not some:
        return
    histories = tuple(series.upto(end) for series, end in some)
    paths = forecast(replace(panel, series=histories), horizon)
    for (series, end), drawn in zip(some, paths, strict=True):
        truth = series.y[end : end + horizon]
        before = series.y[: int(np.searchsorted(series.times, first))]
        scales, drawn = scales_of(before, panel.step.season), drawn[:, : len(truth)]
        numbers, places = numbers_of(drawn, truth, scales), places_of(drawn, truth)
        residuals = (truth - np.median(drawn, 0)) / scales[0]
        steps, targets = np.nonzero(~np.isnan(truth))
        yield Errors(
            np.full(len(steps), series.name, object),
            np.full(len(steps), number),
            steps + 1,
            targets,
            numbers[steps, targets],
            places[steps, targets],
            residuals[steps, targets],
        )
