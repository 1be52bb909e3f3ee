"""The columns of times in a series: how they are read, and whether the rows are in their order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.errors import DataError
from throughtime.data.numbers.number import all_numbers
from throughtime.data.numbers.survey import texts_in
from throughtime.data.series.calendar import (
    Clocks,
    columns_do,
    goes_onward,
    is_whole_time,
    joined,
    unit_of,
)
from throughtime.data.series.counters import check_not_backwards
from throughtime.data.series.stacked import check_one_series
from throughtime.data.storage.stored import picked, pieces_of
from throughtime.data.table.table import Table
from throughtime.data.table.times_as_values import are_times
from throughtime.data.times.steps import NO_TIME, alike, usual
from throughtime.data.times.times import are_days, goes_back, like_unix, times_of
from throughtime.data.times.written_times import clocks_like


def times(table: Table, column: str) -> NDArray[Any] | None:
    """The time of each row, if all values of the column are dates or times; else None.

    Example:
        >>> from pathlib import Path
        >>> table = Table(Path("a.csv"), {"year": ["1999", "2000"], "month": ["12", "1"]}, [2, 3])
        >>> times(table, "year"), times(table, "month")
        (array([1999., 2000.]), None)
    """
    found = table.times(column)
    return _onward(table, column) if found is None else found.values


def _onward(table: Table, column: str) -> NDArray[Any] | None:
    """Numbers of a column that is a time by its name."""
    return all_numbers(table.numbers(column).values) if goes_onward(column) else None


def check_times(table: Table, modelled: list[str]) -> list[str]:
    """Refuse rows that are out of order by every column of times, or are of several series.

    Args:
        table: the rows.
        modelled: the columns whose values the model is told to be of; none of them is a clock.

    Returns:
        What is to be said of the times: how they were read where they may be others, gaps, repeats,
        a clock that was set back.

    Raises:
        DataError: with file and line, at a time that is before the one above it, or is no time as
            the others are; or if the rows are of several series.

    Example:
        >>> from pathlib import Path
        >>> days = [f"2020-01-{day}" for day in ("01", "02", "05", "06")]
        >>> check_times(Table(Path("a.csv"), {"day": days}, [2, 3, 4, 5]), modelled=[])
        ['1 steps of day differ from the usual 1 day, 0:00:00; the largest, 3 days, 0:00:00, ...
    """
    names = [name for name in table.columns if name not in modelled]
    clocks, said = clocks_of(table, names)
    if not clocks:
        of_day = {n: found for n in names if (found := _of_day(table.column(n))) is not None}
        said += check_not_backwards(table, names, of_day)
    check_one_series(table, clocks, modelled)
    steps = {names: _steps(table, " and ".join(names), times) for names, times in clocks.items()}
    backwards = [names for names, note in steps.items() if note is None]
    moving = [names for names, of_rows in clocks.items() if of_rows[0] != of_rows[-1]]
    if backwards and not set(moving) - set(backwards):
        check_order(table, backwards[0], clocks[backwards[0]])
    return [*said, *(note for note in steps.values() if note)]


TIME_OF_DAY = re.compile(
    r"\s*\d{1,2}(:\d{2}(:\d{2}([.]\d+)?)?|[.]\d{2}[.]\d{2})\s*([ap]\.?m\.?)?\s*", re.IGNORECASE
)
"""A time of day; 12.30 is a number."""


def clocks_of(table: Table, names: list[str]) -> tuple[Clocks, list[str]]:
    """The columns that are times, each parsed; those of a date and a time of day, or of a year and
    a month, as one. With what is to be said of how they were read.

    Args:
        table: the rows.
        names: the columns that may be times, or parts of times.

    Raises:
        DataError: with file and line, if a column that is a time by its name, or by nearly all of
            its values, has a value that is none.
    """
    clocks: Clocks = {}
    said = []
    of_day = {n: found for n in names if (found := _of_day(table.column(n))) is not None}
    for name in names:
        if name in of_day:
            continue
        timed = table.times(name)
        found = _onward(table, name) if timed is None else timed.values
        if found is None and like_unix(table.spread().column(name)) is not None:
            found = like_unix(table.column(name))
        if found is None:
            said.extend(_check_understood(table, name))
            continue
        _check_zones(table, name)
        if timed is not None and timed.other is not None:
            said.append(f"{name} as {timed.form}, which goes on more evenly than {timed.other}")
        columns: tuple[str, ...] = (name,)
        if of_day and found.dtype.kind == "M" and are_days(found):
            columns = (name, next(iter(of_day)))
            found = found + of_day[columns[1]]
        clocks[columns] = found
    return joined(table, names, clocks), said


def is_time_of_day(table: Table, name: str) -> bool:
    """Whether all values of a column are times of day, such as 14:30."""
    return _of_day(table.column(name)) is not None


def _of_day(values: Sequence[Any]) -> NDArray[Any] | None:
    """The time since midnight of each row, if all values are times of day."""
    for form in clocks_like(str(values[0])) if TIME_OF_DAY.fullmatch(str(values[0])) else ():
        pieces = list(map(form, pieces_of(values)))
        found = [piece for piece in pieces if piece is not None]
        if len(found) == len(pieces):
            return np.concatenate(found)
    return None


def _check_understood(table: Table, name: str) -> list[str]:
    """Refuse a column of times of which one value, or the form of all, is not known.

    Returns:
        What is to be said of a column that is a part of a time by its name alone, or a time in a
        form that cannot be put in order.
    """
    values = table.column(name)
    by_name = is_whole_time(name)
    if all_numbers(table.numbers(name).values) is not None:
        return []
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
    if all(map(_is_name, values)):
        return []
    if unit_of(name) is None and not are_times(table.spread(), name):
        return []
    return [f"{name} has {str(values[0])!r}, a time in a form that is not known: the order of the "
            "rows is not checked"]  # fmt: skip


ZONED = re.compile(r":\d\d(?:[.,]\d+)?\s*(?:Z|UTC|GMT|[+-]\d\d:?\d\d)\s*$", re.MULTILINE)
"""Times with a zone."""


def _check_zones(table: Table, name: str) -> None:
    """Refuse times of which some have a zone and others have none."""
    rows, zoned = 0, 0
    for piece in pieces_of(table.column(name)):
        texts = texts_in(piece)
        rows, zoned = rows + len(texts), zoned + len(ZONED.findall("\n".join(texts)))
    if not 0 < zoned < rows:
        return
    first, *others = ((str(v), ZONED.search(str(v)) is not None) for v in table.column(name))
    row, text = next((row, v) for row, (v, zone) in enumerate(others, 1) if zone != first[1])
    raise DataError(
        f"{table.at(row)}: column {name!r} has {text!r} below {first[0]!r}; expected times that "
        "all have a zone, or none"
    )


def _is_name(value: Any) -> bool:
    """Whether a value has no digit, as Monday: such a column orders nothing."""
    return not any(c.isdigit() for c in str(value))


NEARLY = 0.9
"""If so many rows, from the first on, are times, the next one is a mistake."""

HOUR = np.timedelta64(1, "h")


def _steps(table: Table, name: str, of_rows: NDArray[Any]) -> str | None:
    """How a clock's steps differ from its usual one; None if it goes backwards."""
    if len(of_rows) < 3 or of_rows.dtype.kind != "M":
        return None if goes_back(of_rows) else ""
    steps = np.diff(of_rows)
    step = usual(steps)
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
        notes.append(
            f"{still:,} times of {name} repeat the one before: rows are taken in the order of the "
            "file"
        )
    other = (steps > NO_TIME) & ~alike(steps, step)
    if count := int(other.sum()):
        row = int(np.where(other, steps, NO_TIME).argmax())
        notes.append(
            f"{count:,} steps of {name} differ from the usual {step.item()}; the largest, "
            f"{steps[row].item()}, ends at {table.at(row + 1)}: steps are taken as equal"
        )
    return "; ".join(notes)


def check_order(table: Table, columns: tuple[str, ...], found: NDArray[Any]) -> None:
    """Refuse rows that are not in the order of a clock.

    Args:
        table: the rows.
        columns: the columns that the clock is in.
        found: ``(rows,)``, its times.

    Raises:
        DataError: with file and line of the first row whose time is before that of the one above.

    Example:
        >>> from pathlib import Path
        >>> table = Table(Path("a.csv"), {"year": ["2001", "2000"]}, [2, 3])
        >>> check_order(table, ("year",), np.array([2001, 2000]))
        Traceback (most recent call last):
        ...
        throughtime.data.errors.DataError: a.csv:3: column 'year' goes from 2001 to 2000; expected
        rows in the order of time: sort them
    """
    if row := goes_back(found):
        before, now = (
            " ".join(str(table.column(name)[at]) for name in columns) for at in (row - 1, row)
        )
        raise DataError(
            f"{table.at(row)}: {columns_do(columns, 'goes', 'go')} from {before} to {now}; "
            "expected rows in the order of time: sort them"
        )
