"""Sunspots of 1921 to 1955, one step ahead, beside AR(9): both in one unit, on one split."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.series.ours import planned, table, trained
from throughtime.data.columns.panel import Panel
from throughtime.inference.backtest import backtest, of_run
from throughtime.inference.forecast import same_draws
from throughtime.inference.run import Run

UNIT = 1535.0
"""The variance in which the errors of others are given."""

FIRST, LAST = 1921, 1955
"""The years that are forecast."""

SEEDS = 8
"""Fewer seeds say little of so few years, and one takes seconds."""

LAGS = 9
PATHS = 2_000

Floats = NDArray[np.float64]


def years() -> tuple[NDArray[np.int64], Floats]:
    """The years from 1700 to 1955, and their sunspots, as statsmodels brings them."""
    data = import_module("statsmodels.datasets.sunspots").load_pandas().data
    year, count = data["YEAR"].to_numpy(int), data["SUNACTIVITY"].to_numpy(float)
    return year[year <= LAST], count[year <= LAST]


def autoregression(year: NDArray[np.int64], y: Floats, until: int) -> dict[str, float]:
    """AR(9) by least squares on the years before ``until``: the error of its mean in the test
    years, and how often its central 90 % have the value in them.

    Example:
        >>> t = np.arange(1700, 1956)
        >>> autoregression(t, np.sin(t / 3.0), 1921)["error"] < 1e-9
        True
    """
    past = np.stack([np.ones(len(y) - LAGS),
                     *(y[LAGS - k : len(y) - k] for k in range(1, LAGS + 1))], 1)  # fmt: skip
    now, when = y[LAGS:], year[LAGS:]
    known, test = when < until, when >= FIRST
    weights = np.linalg.lstsq(past[known], now[known], rcond=None)[0]
    errors = now - past @ weights
    deviation = float(np.sqrt(errors[known] @ errors[known] / (known.sum() - LAGS - 1)))
    covered = np.abs(errors[test]) <= 1.6449 * deviation
    return {"error": float((errors[test] ** 2).mean()) / UNIT, "coverage": float(covered.mean())}


def ours(
    year: NDArray[np.int64], y: Floats, folder: Path, seed: int, **options: Any
) -> dict[str, float]:
    """The same of one run: of each year, given all before it."""
    file = table(folder / "sunspots.csv", {"YEAR": year.tolist(), "SUNACTIVITY": y.tolist()})
    run = trained(
        file, folder / f"run-{seed}", seed=seed, time="YEAR", target="SUNACTIVITY:number",
        split=f"YEAR:{FIRST}", **options,
    )  # fmt: skip
    return measured(run)


def measured(run: Run) -> dict[str, float]:
    """The error and the coverage of a run, of each year given all before it, by paths."""
    plan = planned(run, 1, LAST - FIRST + 1)
    own, y = of_run(run.folder, plan.panel, PATHS), plan.panel.series[0].y[:, 0]
    drawn: list[Floats] = []

    def way(history: Panel, steps: int) -> list[Floats]:
        found = own(history, steps)
        drawn.append(found[0][:, 0, 0])
        return found

    with same_draws():
        backtest(plan.panel, way, horizon=1, origins=plan.origins, first=plan.first)
    paths, truth = np.stack(drawn, 1), y[-len(drawn) :]
    low, high = np.quantile(paths, [0.05, 0.95], axis=0)
    return {
        "error": float(((paths.mean(0) - truth) ** 2).mean()) / UNIT,
        "coverage": float(((low <= truth) & (truth <= high)).mean()),
    }
