"""Our forecasts, by `throughtime train` at its defaults; and one measure for all forecasts."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import throughtime as tt
from throughtime.data.columns.panel import Panel
from throughtime.inference.backtest import backtest, of_run
from throughtime.inference.forecast import same_draws
from throughtime.inference.naive import Paths
from throughtime.inference.panel import own_cuts
from throughtime.inference.run import Run

PATHS = 500
"""The paths of each forecast, of all ways alike."""


class Plan(NamedTuple):
    """What is forecast, by all ways alike.

    Args:
        panel: the series with their inputs, until their end.
        first: the first time of the test part.
        horizon: steps of each forecast.
        origins: how many forecasts.
    """

    panel: Panel
    first: Any
    horizon: int
    origins: int

    @property
    def training(self) -> Panel:
        """The series until the test."""
        ends = [int(np.searchsorted(s.times, self.first)) for s in self.panel.series]
        some = (s.upto(end) for s, end in zip(self.panel.series, ends, strict=True))
        return replace(self.panel, series=tuple(some))

    def measured(self, way: Paths) -> dict[str, dict[str, float]]:
        """The metrics of a way to forecast, of each series."""
        with same_draws():
            found = backtest(
                self.panel, way, horizon=self.horizon, origins=self.origins, first=self.first
            )
        return {**found.by_series(), "all": found.numbers()}


def table(path: Path, columns: Mapping[str, Sequence[Any]]) -> Path:
    """A file of columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path


def trained(file: Path, out: Path, **options: Any) -> Run:
    """One run, or the one that is there already."""
    if (out / "best.safetensors").exists():
        return tt.load(out)
    return tt.train(file, out=out, say=None, threads=1, **options)


def planned(run: Run, horizon: int, origins: int) -> Plan:
    """What is forecast of the data of a run."""
    panel, cuts = own_cuts(run.folder)
    return Plan(panel, cuts.test, horizon, origins)


def way_of(run: Run, panel: Panel, paths: int = PATHS) -> Paths:
    """The run's own forecasts."""
    return of_run(run.folder, panel, paths)
