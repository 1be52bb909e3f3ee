"""Backtests of a run, beside forecasts that any model has to beat."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from throughtime.data.columns.panel import Panel
from throughtime.data.errors import DataError
from throughtime.data.times.aliases import several
from throughtime.extras import MissingPackage
from throughtime.inference.backtest import Backtest, backtest, first_of, of_run
from throughtime.inference.classical import classical
from throughtime.inference.forecast import PATHS, column_of, same_draws
from throughtime.inference.naive import Paths, seasonal_naive
from throughtime.inference.panel import later_panel, own_cuts
from throughtime.runs.errors import RunError
from throughtime.runs.folder import RunFolder
from throughtime.whole import whole

OURS = "this run"
"""The name of the run's own forecasts."""

ORIGINS = 8
"""The origins of a backtest, if no other number is asked for."""


@dataclass(frozen=True, eq=False)
class Backtests:
    """A backtest of a run, and of other ways to forecast the same steps.

    Args:
        ours: that of the run.
        others: the other ones, by name.
        notes: what is to be said of them.
    """

    ours: Backtest
    others: Mapping[str, Backtest]
    notes: tuple[str, ...] = ()

    @property
    def all(self) -> dict[str, Backtest]:
        """All by name, the run's own first."""
        return {OURS: self.ours, **self.others}

    @property
    def measured(self) -> str:
        """How many series, origins and steps were measured, in words."""
        found = self.ours
        begins = found.origins[0] + (f" to {found.origins[-1]}" if len(found.origins) > 1 else "")
        return (
            f"{several(len(found.errors), 'value')} of {len(found.series):,} series, "
            f"{several(found.horizon, 'step')} from each of "
            f"{several(len(found.origins), 'origin')} ({begins})"
        )

    def to_dict(self) -> dict[str, Any]:
        """All numbers, as JSON has them: those of nothing are None."""
        return {
            "horizon": self.ours.horizon,
            "origins": list(self.ours.origins),
            "series": len(self.ours.series),
            "values": len(self.ours.errors),
            "notes": list(self.notes),
            "forecasts": {
                name: {
                    "all": _plain(found.numbers()),
                    "by step": {str(k): _plain(v) for k, v in found.by_step().items()},
                    "by series": {k: _plain(v) for k, v in found.by_series().items()},
                    "by target": {k: _plain(v) for k, v in found.by_target().items()},
                }
                for name, found in self.all.items()
            },
        }


def _plain(numbers: Mapping[str, float]) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in numbers.items()}


def backtests(
    run: RunFolder,
    on: object = None,
    *,
    horizon: int,
    origins: int = ORIGINS,
    paths: int = PATHS,
) -> Backtests:
    """Forecast from several origins in the past, with the run and with what it has to beat.

    Of the run's own data, the origins are in the test part, the first of them at its first time. In
    a later file they are ``horizon`` steps from each other, the last ``horizon`` steps before its
    end.

    Args:
        run: a model of series.
        on: the rows of a later file; None for the data that the run was trained on.
        horizon: steps of each forecast.
        origins: how many forecasts of each series.
        paths: how many paths are drawn for each; always the same ones.

    Raises:
        RunError: if the model is none of series, or its data are not there or have changed.
        DataError: if the series cannot be read, or are too short for the horizon.
    """
    column_of(run)
    whole("horizon", horizon)
    whole("origins", origins)
    whole("paths", paths, least=2)
    if on is None:
        panel, cuts = own_cuts(run)
        first, notes = cuts.test, tuple[str, ...]()
    else:
        panel = later_panel(run, on)
        cut = _cut_of(run, panel)
        first = first_of(panel, horizon, origins, cut)
        notes = _said_of_training(panel, first, cut)
    ways: dict[str, Paths] = {"seasonal naive": seasonal_naive(paths)}
    failures = None
    try:
        more, failures = classical(paths)
        ways |= more
    except MissingPackage as missing:
        notes += (str(missing),)
    options = {"horizon": horizon, "origins": origins, "first": first}
    with same_draws():
        ours = backtest(panel, of_run(run, panel, paths), **options)
    others = {name: backtest(panel, way, **options) for name, way in ways.items()}
    notes += () if failures is None else failures.said()
    if len(ours.origins) < origins:
        notes += (f"there are but {len(ours.origins)} different origins, not {origins}",)
    return Backtests(ours, others, notes)


def _cut_of(run: RunFolder, panel: Panel) -> Any:
    """Where the test part of the run's own data begins; None if that is not known any more, or
    their times are no times of the panel."""
    try:
        own, cuts = own_cuts(run)
    except (DataError, RunError, OSError):
        return None
    return cuts.test if own.step.in_zone(None, False) == panel.step.in_zone(None, False) else None


def _said_of_training(panel: Panel, first: Any, cut: Any) -> tuple[str, ...]:
    if cut is None:
        return ("the run's own data are not there: whether it was trained on these is not known",)
    if first is None or first >= cut:
        return ()
    (until,) = panel.step.written(np.array([cut]))
    return (f"origins before {until} are in the time that the run was trained or chosen on",)
