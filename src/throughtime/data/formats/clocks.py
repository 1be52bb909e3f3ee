"""The clocks of a series: its columns of times, and whether the rows are in their order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.cells import picked, pieces_of
from throughtime.data.errors import DataError
from throughtime.data.formats.calendar import Clocks, in_words, joined
from throughtime.data.formats.stacked import check_one_series
from throughtime.data.formats.table import Table
from throughtime.data.number import all_numbers
from throughtime.data.times import goes_back, times_of
from throughtime.data.written_times import clocks_like

ONWARD = ("year", "timestamp", "date", "datetime", "jahr", "datum")
"""Columns with these names are times whose numbers never start again, unlike months."""


def times(table: Table, column: str) -> NDArray[Any] | None:
    """The time of each row, if all values of the column are dates or times; else None.

    Example:
        >>> from pathlib import Path
        >>> table = Table(Path("a.csv"), {"year": ["1999", "2000"], "month": ["12", "1"]}, [2, 3])
        >>> times(table, "year"), times(table, "month")
        (array([1999., 2000.]), None)
    """
    if (found := table.times(column)) is not None:
        return found.values
    return all_numbers(table.column(column)) if column.strip().lower() in ONWARD else None


def check_times(table: Table, modelled: list[str]) -> list[str]:
    """Refuse rows that are out of order by every column of times, or are of several series.

    Returns:
        What is to be said of the times: gaps, repeats, a clock that was set back.
    """
    clocks = _clocks(table, [name for name in table.columns if name not in modelled])
    check_one_series(table, clocks, modelled)
    said = [_steps(table, " and ".join(names), times) for names, times in clocks.items()]
    backwards = [names for names, note in zip(clocks, said, strict=True) if note is None]
    moving = [names for names, of_rows in clocks.items() if of_rows[0] != of_rows[-1]]
    if backwards and not set(moving) - set(backwards):
        check_order(table, backwards[0], clocks[backwards[0]])
    return [note for note in said if note]


DATED = ("date", "datetime", "timestamp", "time", "year", "period", "datum", "jahr", "zeit")
"""Columns with these names are times, whose values must be understood."""

OF_DAY = re.compile(
    r"\s*\d{1,2}(:\d{2}(:\d{2}([.]\d+)?)?|[.]\d{2}[.]\d{2})\s*([ap]\.?m\.?)?\s*", re.IGNORECASE
)
"""A time of day; 12.30 is a number."""


def _clocks(table: Table, names: list[str]) -> Clocks:
    """The columns that are times, each parsed; those of a date and a time of day, or of a year and
    a month, as one.

    Raises:
        DataError: with file and line, if a column that is a time by its name, or by nearly all of
            its values, has a value that is none.
    """
    clocks: Clocks = {}
    of_day = {n: found for n in names if (found := _of_day(table.column(n))) is not None}
    for name in names:
        if name in of_day:
            continue
        found = times(table, name)
        if found is None:
            _check_understood(table, name)
            continue
        columns: tuple[str, ...] = (name,)
        if of_day and found.dtype.kind == "M" and bool((found == found.astype(DAYS)).all()):
            columns = (name, next(iter(of_day)))
            found = found + of_day[columns[1]]
        clocks[columns] = found
    return joined(table, names, clocks)


DAYS = "datetime64[D]"


def _of_day(values: Sequence[Any]) -> NDArray[Any] | None:
    """The time since midnight of each row, if all values are times of day."""
    for form in clocks_like(str(values[0])) if OF_DAY.fullmatch(str(values[0])) else ():
        pieces = list(map(form, pieces_of(values)))
        found = [piece for piece in pieces if piece is not None]
        if len(found) == len(pieces):
            return np.concatenate(found)
    return None


def _check_understood(table: Table, name: str) -> None:
    """Refuse a column of times of which one value, or the form of all, is not known."""
    values = table.column(name)
    by_name = name.strip().lower() in DATED
    if all_numbers(values) is not None:
        return
    low, high = 0, len(values)  # so many rows can be read, and so many cannot
    while high - low > 1:
        middle = (low + high) // 2
        some = picked(values, range(middle))
        known = times_of(some, name) is not None or (by_name and all_numbers(some) is not None)
        low, high = (middle, high) if known else (low, middle)
    if low >= NEARLY * len(values) or (by_name and low):
        raise DataError(
            f"{table.at(low)}: column {name!r} has {str(values[low])!r}, which is no time like "
            f"{values[0]} above it; mend it, or leave the row out"
        )
    if by_name and any(v != values[0] for v in values) and not all(map(_is_name, values)):
        raise DataError(
            f"{table.at(0)}: column {name!r} has {str(values[0])!r}, a time in a form that is not "
            "known; write it as 2020-01-31 or 2020-01-31 12:00, or leave the column out"
        )


def _is_name(value: Any) -> bool:
    """Whether a value has no digit, as Monday: such a column orders nothing."""
    return not any(c.isdigit() for c in str(value))


NEARLY = 0.9
"""If so many rows, from the first on, are times, the next one is a mistake."""

HOUR = np.timedelta64(1, "h")

SEVERAL = 2**20
"""So many steps show which is the usual one."""


def _steps(table: Table, name: str, of_rows: NDArray[Any]) -> str | None:
    """How a clock's steps differ from its usual one; None if it goes backwards."""
    if len(of_rows) < 3 or of_rows.dtype.kind != "M":
        return None if goes_back(of_rows) else ""
    steps = np.diff(of_rows)
    step = _usual(steps[:: 1 + len(steps) // SEVERAL])
    if step is None:
        return None if goes_back(of_rows) else f"every row has the same {name}"
    back = np.flatnonzero(steps < NO_TIME)
    if bool((steps[back] + HOUR != step).any()) or len(back) > 1 + len(steps) // 2000:
        return None
    notes = []
    if len(back):
        notes.append(
            f"{name} repeats an hour at {table.at(int(back[0]) + 1)}, as a clock that is set back: "
            "rows are taken in the order of the file"
        )
    if still := int((steps == NO_TIME).sum()):
        notes.append(f"{still:,} times of {name} repeat the one before")
    other = (steps > NO_TIME) & ~_alike(steps, step)
    if count := int(other.sum()):
        row = int(np.where(other, steps, NO_TIME).argmax())
        notes.append(
            f"{count:,} steps of {name} differ from the usual {step.item()}; the largest, "
            f"{steps[row].item()}, ends at {table.at(row + 1)}: steps are taken as equal"
        )
    return "; ".join(notes)


NO_TIME = np.timedelta64(0, "us")


def _usual(steps: NDArray[Any]) -> Any:
    """The most frequent step ahead, of several the first; None if there is none."""
    ahead = steps[steps > NO_TIME]
    if not len(ahead):
        return None
    found, counts = np.unique(ahead, return_counts=True)
    return ahead[np.isin(ahead, found[counts == counts.max()]).argmax()]


def _alike(steps: NDArray[Any], usual: Any) -> NDArray[np.bool_]:
    """Which steps are equal to the usual one, or are a month, a quarter or a year as it is."""
    alike = steps == usual
    for least, most in ((28, 31), (90, 92), (365, 366)):
        if least <= usual.item().days <= most:
            days = steps // np.timedelta64(1, "D")
            alike |= (days >= least) & (days <= most)
    return alike


def check_order(table: Table, columns: tuple[str, ...], found: NDArray[Any]) -> None:
    """Raise a ``DataError`` at the first row whose time is before that of the row above it."""
    if row := goes_back(found):
        before, now = (
            " ".join(str(table.column(name)[at]) for name in columns) for at in (row - 1, row)
        )
        raise DataError(
            f"{table.at(row)}: {in_words(columns, 'goes', 'go')} from {before} to {now}; expected "
            "rows in the order of time: sort them"
        )
