"""Forecasts of series: paths drawn from the model, and what they say of each step to come."""

from __future__ import annotations

import math
from collections.abc import Iterator
from collections.abc import Sequence as ListOf
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from throughtime.data.columns.measured import Measured
from throughtime.data.columns.panel import Panel, Series
from throughtime.data.errors import DataError
from throughtime.data.panel.dataset import encoded
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import there, y_of
from throughtime.runs.errors import RunError
from throughtime.runs.folder import RunFolder
from throughtime.sequence import Sequence

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The levels of the quantiles that are given, if no others are asked for."""

PATHS = 500
"""The paths that are drawn of each series."""

STEPS = 10
"""The steps that are forecast."""

HISTORIES = 20
"""The most draws of what is missing in a history."""

AT_ONCE = 20_000
"""So many paths are drawn at once: enough that a step takes longer than to ask for it, and so few
that what it makes of them stays in a processor's last cache."""

SERIES = 200
"""So many series are forecast together."""


@dataclass(frozen=True, eq=False)
class Forecast:
    """What a model says of the next steps of one series.

    All of it is of whole paths, so that what depends on several steps, such as their sum, has the
    right distribution too: ``np.quantile(forecast.paths.sum(1), 0.9, axis=0)``.

    Args:
        series: its name.
        times: the times of the steps, as texts.
        targets: the names of the targets.
        paths: ``(paths, steps, targets)``, each a possible future, in the units of the file.
        whole: whether the values are counts.
    """

    series: str
    times: tuple[str, ...]
    targets: tuple[str, ...]
    paths: NDArray[np.float64]
    whole: bool = False

    @property
    def mean(self) -> NDArray[np.float64]:
        """The mean of the paths, ``(steps, targets)``."""
        return self.paths.mean(0)

    @property
    def median(self) -> NDArray[np.float64]:
        """The median of the paths, ``(steps, targets)``."""
        return self.quantile(0.5)

    def quantile(self, level: float) -> NDArray[np.float64]:
        """A quantile of the paths at each step, ``(steps, targets)``; of counts a count."""
        if self.whole:
            return np.quantile(self.paths, level, axis=0, method="inverted_cdf")
        return np.quantile(self.paths, level, axis=0)

    def rows(self, levels: ListOf[float] = LEVELS) -> Iterator[dict[str, Any]]:
        """A row for each step and target: series, time, target, mean, and each quantile."""
        quantiles = {f"q{level:.12g}": self.quantile(level) for level in levels}
        mean = self.mean
        for t, time in enumerate(self.times):
            for i, target in enumerate(self.targets):
                yield {
                    **({"series": self.series} if self.series else {}),
                    "time": time,
                    **({"target": target} if len(self.targets) > 1 else {}),
                    "mean": float(mean[t, i]),
                    **{name: float(q[t, i]) for name, q in quantiles.items()},
                }


class _After:
    """What is known of the steps to come: how many they are, and their inputs by series."""

    def __init__(self, future: Panel | None, steps: int, gaps: bool) -> None:
        self.given = {} if future is None else {series.name: series for series in future.series}
        self.steps, self.gaps = steps, gaps


@contextmanager
def same_draws() -> Iterator[None]:
    """Draw the same each time, and leave torch's generator as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


@torch.no_grad()
def forecast_panel(
    run: RunFolder,
    history: Panel,
    *,
    steps: int = STEPS,
    paths: int = PATHS,
    future: Panel | None = None,
    gaps: bool = False,
) -> list[Forecast]:
    """Draw paths of the next steps of each series, each value given all before it.

    What is missing in the history is drawn too, given what came before it: ``HISTORIES`` times,
    each of which has as many of the paths.

    Args:
        run: a model of series.
        history: the series so far, with a y that may be missing here and there.
        steps: how many steps.
        paths: how many paths of each series.
        future: the inputs that are known of those steps.
        gaps: whether they may be missing at a step, as they may within a history.

    Raises:
        RunError: if the model is none of series.
        DataError: if a series is empty, or a known input is not given at a step.
    """
    y = column_of(run)
    run.model.eval()
    found: list[Forecast] = []
    for at in range(0, len(history.series), SERIES):
        some = history.series[at : at + SERIES]
        found += _drawn(run, y, some, history, _After(future, steps, gaps), paths)
    return found


def _drawn(
    run: RunFolder,
    y: Measured,
    series: ListOf[Series],
    history: Panel,
    after: _After,
    paths: int,
) -> Iterator[Forecast]:
    steps = after.steps
    extended = [_extended(one, history, after) for one in series]
    rows = there(run.model, encoded(run.schema, [one for one, _ in extended]))
    assert isinstance(rows.y, Sequence)
    past = Sequence(rows.y.values, rows.y.lengths - steps)
    seen = ~past.values.isnan()
    p = y_of(run.model, rows)
    assert isinstance(p, SequenceDistribution)
    if not p.output.independent:
        seen = seen.all(-1)
    missing = past.values.isnan().any(-1) & past.mask
    few = min(paths, HISTORIES) if bool(missing.any()) else 1
    following = p.following(past, seen, few)
    of_each = math.ceil(paths / few)
    at_once = max(1, AT_ONCE // (few * len(series)))
    parts = [
        following.sample((min(at_once, of_each - begun),), max_length=steps).values
        for begun in range(0, of_each, at_once)
    ]
    values = torch.cat(parts).flatten(0, 1)[:paths]
    for i, (one, times) in enumerate(extended):
        yield Forecast(
            one.name,
            tuple(history.step.written(times)),
            history.targets,
            y.back(series[i], values[:, i]),
            y.what == "count",
        )


def column_of(run: RunFolder) -> Measured:
    """The y of a model of series.

    Raises:
        RunError: if the model is none of series.
    """
    if not isinstance(run.schema.y, Measured):
        kind = run.schema.y.kind
        raise RunError(f"{run.path}: this model is of {kind}, not of series to forecast")
    return run.schema.y


def _extended(series: Series, history: Panel, after: _After) -> tuple[Series, NDArray[Any]]:
    """The series with so many steps after it, whose y are missing, and their times."""
    if not len(series):
        raise DataError(f"series {series.name!r} has no step to forecast from")
    times = history.step.after(series.times[-1], after.steps)
    known = {name: _known(series, name, times, history, after) for name in history.known}
    return series.followed_by(times, known), times


def _known(
    series: Series, name: str, times: NDArray[Any], history: Panel, after: _After
) -> NDArray[Any]:
    """The values of a known input at the times to come.

    Raises:
        DataError: if they are not given, with the series and the first time.
    """
    given = after.given.get(series.name)
    values = np.array([], series.x[name].dtype) if given is None else given.x[name]
    places = np.full(len(times), -1) if given is None else _places(given.times, times, history)
    for time, place in zip(times, places.tolist(), strict=True):
        value = values[place] if place >= 0 else None
        if place < 0 or (not after.gaps and (value is None or value != value)):
            of = f"series {series.name!r}: " if series.name else ""
            raise DataError(
                f"{of}{name!r} is known in the future, and not given at "
                f"{history.step.written(np.array([time]))[0]}; expected it for all {len(times)} "
                "steps: in a file, by --future"
            )
    return values[places]


def _places(given: NDArray[Any], times: NDArray[Any], history: Panel) -> NDArray[np.int64]:
    """Where in the given times each of some times is, ``(n,)``; -1 where it is not. Numbers are
    equal that a thousandth of a step does not tell apart."""
    if given.dtype.kind != "M" and history.step.by is not None:
        unit = history.step.by / 1000
        given, times = (np.round(t / unit).astype(np.int64) for t in (given, times))
    at = {time: i for i, time in enumerate(given.tolist())}
    return np.array([at.get(time, -1) for time in times.tolist()], np.int64)
