"""The future of a series: it begins just after the past, and nothing that is known is missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from throughtime.data.columns.panel import Panel, Series
from throughtime.data.errors import DataError
from throughtime.data.panel.grid import in_words
from throughtime.data.panel.long import Long
from throughtime.data.panel.values import missing


def with_static(series: Series, before: Series | None, names: tuple[str, ...]) -> Series:
    """The series with what did not change within it before.

    Raises:
        DataError: if it has changed.

    Args:
        series: the series.
        before: the same one before; None if there is none.
        names: the columns that do not change.
    """
    if before is None:
        return series
    for name in names:
        now, then = series.static[name], before.static[name]
        if now is not None and now == now and now != then:
            raise DataError(
                f"{in_words(series.name)} has {now} as its {name}, and had {then} before, where it "
                f"never changed; expected the same: train anew with --input {name}:known, if it "
                "changes"
            )
    return replace(series, static={name: before.static[name] for name in names})


def check_future(long: Long, panel: Panel, before: Series | None, series: Series) -> None:
    """Refuse a future that does not begin just after the past, or in which something is missing.

    Raises:
        DataError: with file and line and series.

    Args:
        long: the rows.
        panel: the panel that the future follows.
        before: the series until then; None if it is new.
        series: its future.
    """
    step, name = panel.step, in_words(series.name)
    if before is not None:
        last, here = step.written(before.times[-1:])[0], step.written(series.times[:1])[0]
        if series.times[0] <= before.times[-1]:
            raise DataError(
                f"{_at(long, series, 0)}: {name} begins at {here}, but is known until {last}; "
                "expected times after that: leave the earlier rows out"
            )
        follows = step.after(before.times[-1], 1) if step.regular else series.times
        near = 1e-3 * step.by if step.by is not None else np.timedelta64(0, "us")
        if abs(series.times[0] - follows[0]) > near:
            raise DataError(
                f"{_at(long, series, 0)}: {name} goes on at {here}, but is known until {last}; "
                f"expected {step.written(follows)[0]} first: add the rows that are missing"
            )
    if bool((series.rows < 0).any()):
        gap = int((series.rows < 0).argmax())
        raise DataError(
            f"{_at(long, series, gap - 1)}: {name} has no row for "
            f"{step.written(series.times[gap : gap + 1])[0]} after this one; expected one for each "
            "time of the future"
        )
    for known in panel.known:
        if (lacking := missing(series.x[known])).any():
            row = int(lacking.argmax())
            raise DataError(
                f"{_at(long, series, row)}: {name} has no {known} at "
                f"{step.written(series.times[row : row + 1])[0]}; expected it, as it is known in "
                "the future: fill it in"
            )


def _at(long: Long, series: Series, step: int) -> str:
    """The file and line of a step."""
    row = int(series.rows[step])
    return long.table.at(int((long.rows == row).argmax()))
