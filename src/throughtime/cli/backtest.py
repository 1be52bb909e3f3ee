"""What ``throughtime evaluate --horizon`` prints: a backtest, beside forecasts to beat."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import click

from throughtime.cli.pictures import check_picture
from throughtime.evaluation.metrics.paths import METRICS
from throughtime.inference.backtests import OURS, Backtests, backtests
from throughtime.runs.folder import RunFolder

WORST = 10
"""So many series are shown, the worst first."""

HEADS = ("CRPS", "WQL", "MASE", "RMSSE", "in 50%", "in 80%", "in 95%")
"""The metrics as the heads of columns, in their order."""

LEGEND = (
    "CRPS, WQL: continuous ranked probability score and weighted quantile loss, in units of the\n"
    "mean absolute value; MASE, RMSSE: errors of median and mean in units of those of the\n"
    "seasonal naive forecast before; in 50%: how often the central 50 % interval has the value"
)


def of_series(
    run: RunFolder,
    on: object,
    *,
    horizon: int,
    origins: int,
    paths: int,
    picture: Path | None,
    as_json: bool,
) -> None:
    """Print a backtest of a run, and draw it if told to.

    Raises:
        ValueError: if the series cannot be read, or are too short.
    """
    if picture is not None:
        check_picture(picture)
    found = backtests(run, on, horizon=horizon, origins=origins, paths=paths)
    if picture is not None:
        from throughtime.report.backtests import draw

        draw(found.ours).savefig(picture)
    if as_json:
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False))
        return
    for note in found.notes:
        warnings.warn(note, stacklevel=1)
    click.echo(shown(found))


def shown(found: Backtests) -> str:
    """The tables of a backtest: of all ways to forecast; and of the run by step, target and
    series."""
    tables = [
        found.measured,
        table("", {name: one.numbers() for name, one in found.all.items()}),
        LEGEND,
    ]
    by_step = found.ours.by_step()
    if len(by_step) > 1:
        steps = {str(t): by_step[t] for t in some_of(found.ours.horizon)}
        tables.append(table(f"{OURS}, by step", steps))
    if len(found.ours.targets) > 1:
        tables.append(table(f"{OURS}, by target", found.ours.by_target()))
    by_series = found.ours.by_series()
    if len(by_series) > 1:
        worst = sorted(by_series, key=lambda name: _or(-math.inf, by_series[name][METRICS[0]]))
        chosen = {name: by_series[name] for name in worst[: -WORST - 1 : -1]}
        head = f"the worst {WORST} of {len(by_series):,} series" if (
            len(by_series) > WORST) else "by series, the worst first"  # fmt: skip
        tables.append(table(f"{OURS}, {head}", chosen))
    return "\n\n".join(tables)


def _or(other: float, value: float) -> float:
    return other if math.isnan(value) else value


def some_of(horizon: int) -> list[int]:
    """A few steps of a horizon: the first ones, whole weeks, and the last.

    Example:
        >>> some_of(14), some_of(2), some_of(100)
        ([1, 2, 3, 7, 14], [1, 2], [1, 2, 3, 7, 14, 28, 56, 100])
    """
    steps: list[int] = [1, 2, 3, 7]
    while steps[-1] * 2 < horizon:
        steps.append(steps[-1] * 2)
    return [*(t for t in steps if t < horizon), horizon]


def table(title: str, rows: Mapping[str, Mapping[str, float]]) -> str:
    """A line for each row, with its metrics in columns.

    Example:
        >>> print(table("a", {"b": dict.fromkeys(METRICS, 0.5)}))
        a    CRPS     WQL    MASE   RMSSE  in 50%  in 80%  in 95%
        b  0.5000  0.5000  0.5000  0.5000   50.0%   50.0%   50.0%
    """
    width = max(len(title), *map(len, rows))
    lines = [(title, HEADS), *((name, _cells(row.values())) for name, row in rows.items())]
    return "\n".join(
        f"{name:<{width}}  " + "  ".join(f"{cell:>6}" for cell in cells) for name, cells in lines
    )


def _cells(numbers: Iterable[float]) -> list[str]:
    forms: list[Callable[[float], str]] = [*["{:.4f}".format] * 4, *["{:.1%}".format] * 3]
    return [
        "-" if math.isnan(number) else form(number)
        for form, number in zip(forms, numbers, strict=True)
    ]
