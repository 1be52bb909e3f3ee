"""What ``throughtime predict`` prints of series: a row for each step to come."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import click

from throughtime.cli.pictures import check_folder, check_picture
from throughtime.inference.forecast import (
    LEVELS,
    PATHS,
    STEPS,
    Forecast,
    forecast_panel,
    same_draws,
)
from throughtime.inference.panel import later_panel
from throughtime.runs.folder import RunFolder


def of_series(
    run: RunFolder,
    file: BufferedIOBase | Path,
    *,
    steps: int | None,
    paths: int | None,
    future: Path | None,
    levels: str | None,
    paths_out: Path | None,
    picture: Path | None,
    as_json: bool,
) -> None:
    """Print a forecast of each series of a file, as CSV or JSON lines, and draw it if told to.

    Raises:
        ValueError: if the file cannot be read, or a known input of the future is not given.
    """
    if picture is not None:
        check_picture(picture)
    if paths_out is not None:
        check_folder(paths_out)
        if paths_out.exists():
            raise ValueError(f"--paths-out {paths_out}: is there already; nothing is overwritten")
    quantiles = LEVELS if levels is None else _levels(levels)
    history = later_panel(run, file)
    after = None if future is None else later_panel(run, future, history)
    with same_draws():  # the same command has the same answer
        found = forecast_panel(
            run,
            history,
            steps=STEPS if steps is None else steps,
            paths=PATHS if paths is None else paths,
            future=after,
        )
    for note in (*history.notes, *(() if after is None else after.notes)):
        click.echo(note, err=True)
    if picture is not None:
        from throughtime.report.forecasts import page

        page(history, found).savefig(picture)
    if paths_out is not None:
        with paths_out.open("w", newline="", encoding="utf-8") as opened:
            _write(opened, (row for one in found for row in rows_of_paths(one)), as_json)
    _write(sys.stdout, (row for one in found for row in one.rows(quantiles)), as_json)


def rows_of_paths(forecast: Forecast) -> Iterator[dict[str, Any]]:
    """A row for each value of each path."""
    for number, path in enumerate(forecast.paths.tolist()):
        for time, values in zip(forecast.times, path, strict=True):
            for target, value in zip(forecast.targets, values, strict=True):
                yield {
                    **({"series": forecast.series} if forecast.series else {}),
                    "path": number,
                    "time": time,
                    **({"target": target} if len(forecast.targets) > 1 else {}),
                    "value": value,
                }


def _write(stream: Any, rows: Iterator[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
        return
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(stream, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow({k: _digits(v) if isinstance(v, float) else v for k, v in row.items()})


def _digits(value: float) -> str:
    """A number with all digits that it has in single precision; a whole one as such.

    Example:
        >>> _digits(4286570.0), _digits(0.123456789012), _digits(1e20)
        ('4286570', '0.123456789', '1e+20')
    """
    whole = value.is_integer() and abs(value) < 1e15
    return str(int(value)) if whole else f"{value:.9g}"


def _levels(text: str) -> tuple[float, ...]:
    """Levels of quantiles, from a text.

    Raises:
        click.BadParameter: if they are not between 0 and 1.

    Example:
        >>> _levels("0.1,0.9")
        (0.1, 0.9)
    """
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = (-1.0,)
    if not all(0 < level < 1 for level in found) or len(set(found)) < len(found):
        raise click.BadParameter(
            f"{text!r}; expected levels between 0 and 1, each once, as 0.1,0.5,0.9"
        )
    return found
