"""The clocks of a series: its columns of times, and whether the rows are in their order."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.formats.stacked import check_one_series
from throughtime.data.formats.table import Table
from throughtime.data.number import number
from throughtime.data.times import goes_back, times_of

ONWARD = ("year", "timestamp", "date", "datetime", "jahr", "datum")
"""Columns with these names are times whose numbers never start again, unlike months."""


def times(table: Table, column: str) -> list[Any]:
    """The time of each row, if all values of the column are dates or times; else an empty list.

    Example:
        >>> from pathlib import Path
        >>> table = Table(Path("a.csv"), {"year": ["1999", "2000"], "month": ["12", "1"]}, [2, 3])
        >>> times(table, "year"), times(table, "month")
        ([1999.0, 2000.0], [])
    """
    values = table.column(column)
    if (found := times_of(values, column)) is not None:
        return found
    numbers = [number(value) for value in values]
    onward = column.strip().lower() in ONWARD and None not in numbers
    return numbers if onward else []


def check_times(table: Table, modelled: list[str]) -> list[str]:
    """Refuse rows that are out of order by every column of times, or are of several series.

    Returns:
        What is to be said of the times: gaps, repeats, a clock that was set back.
    """
    clocks = _clocks(table, [name for name in table.columns if name not in modelled])
    check_one_series(table, clocks, modelled)
    said = [_steps(table, name, of_rows) for name, of_rows in clocks.items()]
    backwards = [name for name, note in zip(clocks, said, strict=True) if note is None]
    moving = [name for name, of_rows in clocks.items() if of_rows[0] != of_rows[-1]]
    if backwards and not set(moving) - set(backwards):
        check_order(table, backwards[0], clocks[backwards[0]])
    return [note for note in said if note]


DATED = ("date", "datetime", "timestamp", "time", "year", "period", "datum", "jahr", "zeit")
"""Columns with these names are times, whose values must be understood."""

OF_DAY = re.compile(
    r"\s*\d{1,2}(:\d{2}(:\d{2}([.]\d+)?)?|[.]\d{2}[.]\d{2})\s*([ap]\.?m\.?)?\s*", re.IGNORECASE
)
"""A time of day; 12.30 is a number."""


def _clocks(table: Table, names: list[str]) -> dict[str, list[Any]]:
    """The columns that are times, each parsed; a date with a time of day beside it as one.

    Raises:
        DataError: with file and line, if a column that is a time by its name, or by nearly all of
            its values, has a value that is none.
    """
    clocks: dict[str, list[Any]] = {}
    of_day = [n for n in names if all(OF_DAY.fullmatch(str(v)) for v in table.column(n))]
    for name in names:
        values = table.column(name)
        if name in of_day:
            continue
        found = times(table, name)
        for other in of_day:
            both = [f"{d} {t}" for d, t in zip(values, table.column(other), strict=True)]
            if found and (joined := times_of(both, name)) is not None:
                found = joined
        if not found:
            _check_understood(table, name)
        else:
            clocks[name] = found
    return clocks


def _check_understood(table: Table, name: str) -> None:
    """Refuse a column of times of which one value, or the form of all, is not known."""
    values = table.column(name)
    by_name = name.strip().lower() in DATED
    if all(number(value) is not None for value in values):
        return
    low, high = 0, len(values)  # so many rows can be read, and so many cannot
    while high - low > 1:
        middle = (low + high) // 2
        known = times_of(values[:middle], name) is not None or (
            by_name and all(number(value) is not None for value in values[:middle])
        )
        low, high = (middle, high) if known else (low, middle)
    if low >= NEARLY * len(values) or (by_name and low):
        raise DataError(
            f"{table.at(low)}: column {name!r} has {str(values[low])!r}, which is no time like "
            f"{values[0]} above it; mend it, or leave the row out"
        )
    if by_name and len(set(map(str, values))) > 1 and not all(map(_is_name, values)):
        raise DataError(
            f"{table.at(0)}: column {name!r} has {str(values[0])!r}, a time in a form that is not "
            "known; write it as 2020-01-31 or 2020-01-31 12:00, or leave the column out"
        )


def _is_name(value: Any) -> bool:
    """Whether a value has no digit, as Monday: such a column orders nothing."""
    return not any(c.isdigit() for c in str(value))


NEARLY = 0.9
"""If so many rows, from the first on, are times, the next one is a mistake."""

HOUR = timedelta(hours=1)


def _steps(table: Table, name: str, of_rows: list[Any]) -> str | None:
    """How a clock's steps differ from its usual one; None if it goes backwards."""
    if len(of_rows) < 3 or not isinstance(of_rows[0], datetime):
        return None if goes_back(of_rows) else ""
    steps = [b - a for a, b in pairwise(of_rows)]
    usual = Counter(step for step in steps if step > timedelta(0)).most_common(1)
    if not usual:
        return None if goes_back(of_rows) else f"every row has the same {name}"
    step = usual[0][0]
    back = [row for row, s in enumerate(steps, 1) if s < timedelta(0)]
    if any(steps[row - 1] + HOUR != step for row in back) or len(back) > 1 + len(steps) // 2000:
        return None
    notes = []
    if back:
        notes.append(
            f"{name} repeats an hour at {table.at(back[0])}, as a clock that is set back: rows are "
            "taken in the order of the file"
        )
    if still := sum(s == timedelta(0) for s in steps):
        notes.append(f"{still:,} times of {name} repeat the one before")
    other = [row for row, s in enumerate(steps, 1)
             if s > timedelta(0) and row not in back and not _alike(s, step)]  # fmt: skip
    if other:
        row = max(other, key=lambda row: steps[row - 1])
        notes.append(
            f"{len(other):,} steps of {name} differ from the usual {step}; the largest, "
            f"{steps[row - 1]}, ends at {table.at(row)}: steps are taken as equal"
        )
    return "; ".join(notes)


def _alike(step: timedelta, usual: timedelta) -> bool:
    """Whether two steps are equal, or both are a month, a quarter or a year."""
    calendar = ((28, 31), (90, 92), (365, 366))
    return step == usual or any(a <= step.days <= b and a <= usual.days <= b for a, b in calendar)


def check_order(table: Table, column: str, found: list[Any]) -> None:
    """Raise a ``DataError`` at the first row whose time is before that of the row above it."""
    if row := goes_back(found):
        values = table.column(column)
        raise DataError(
            f"{table.at(row)}: column {column!r} goes from {values[row - 1]} to {values[row]}; "
            "expected rows in the order of time: sort them"
        )
