"""The division of a series into parts by time: training comes first, later rows are held out."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np

from throughtime.data.errors import DataError
from throughtime.data.numbers.number import all_numbers, number
from throughtime.data.pairs.parts import by_column
from throughtime.data.reading import Reading
from throughtime.data.series.clocks import check_order, check_times
from throughtime.data.splitting import PARTS
from throughtime.data.table.table import Table
from throughtime.data.times.times import Timed, times_of

USES = {"train": ("train", 24), "valid": ("validate", 3), "test": ("test", 3)}
"""What each part is for, and its fewest rows: those of a series of thirty rows."""


def by_time(
    table: Table, read: Callable[[Path], Table], reading: Reading, modelled: list[str]
) -> tuple[dict[str, Table], list[str], list[str]]:
    """Divide a series by time.

    - by separate files: ``--valid``, ``--test``;
    - by a column whose values are train, valid or test: ``--split COLUMN``;
    - by a point in time, ``--split COLUMN:POINT``, a number or a date such as 1921-01-31 or
      1921-01-31 12:00: rows from this point on are for test, the last ninth of those before it for
      validation;
    - otherwise the last tenth is for test, and the tenth before it for validation.

    The rows of a file must be in the order of time: by the column of the point, or without a point
    by at least one of the columns of times that are not ``modelled``, if there are any.

    Args:
        table: the rows.
        read: reads a separate file for validation or test.
        reading: how the file is read, of which ``split``, ``valid`` and ``test`` matter here.
        modelled: the columns whose values the model is told to be of.

    Returns:
        The rows of each part, the columns that only divide them, and notes on the times.

    Raises:
        DataError: with file and line, if rows are not in the order of time; or if a part has too
            few rows.

    Example:
        >>> rows = {"year": [str(1950 + i) for i in range(50)], "x": ["0.5"] * 50}
        >>> table = Table(Path("a.csv"), rows, range(2, 52))
        >>> parts, by, _ = by_time(table, lambda path: table, Reading(split="year:1995"), ["x"])
        >>> {part: len(rows) for part, rows in parts.items()}, by
        ({'train': 40, 'valid': 5, 'test': 5}, ['year'])
    """
    parts, when, said = _parts(table, read, reading, modelled)
    for part, (use, least) in USES.items():
        rows = parts[part]
        if len(rows) < least:
            raise DataError(
                f"{rows.path}: {len(rows)} values to {use} on; expected at least {least}: cut "
                "elsewhere, or give more rows"
            )
    return parts, when, said


def cut_by(table: Table, split: str) -> tuple[str, str | None]:
    """The column that ``--split`` names, and the point in time, if there is one.

    Names and points may contain colons: the longest prefix that names a column is taken.

    Example:
        >>> table = Table(Path("a.csv"), {"a:b": ["1"]}, [2])
        >>> cut_by(table, "a:b:12:30"), cut_by(table, "a:b")
        (('a:b', '12:30'), ('a:b', None))
    """
    ends = [len(split), *(i for i in range(len(split) - 1, -1, -1) if split[i] == ":")]
    at = next((i for i in ends if split[:i] in table.columns), ends[-1])
    return split[:at], split[at + 1 :] if at < len(split) else None


LIKE_ISO = re.compile(r"\s*\d{4}-\d{2}(?!\d)")


def _parts(
    table: Table, read: Callable[[Path], Table], reading: Reading, modelled: list[str]
) -> tuple[dict[str, Table], list[str], list[str]]:
    reading.check_one_division()
    if reading.split is not None:
        column, point = cut_by(table, reading.split)
        try:
            table.column(column)
        except DataError as error:
            raise DataError(f"{error}; a point in one of them is COLUMN:POINT") from None
        if point is None:
            said = check_times(table, modelled)
            return _in_order(table, column), [column], said
        first = _first_not_before(table, column, point)
        return _cut(table, first * 8 // 9, first), [column], []
    said = check_times(table, modelled)
    if not reading.part_files:
        return _cut(table, len(table) * 8 // 10, len(table) * 9 // 10), [], said
    separate = {part: read(path) for part, path in reading.part_files.items()}
    for other in separate.values():
        if set(other.columns) != set(table.columns):
            raise DataError(
                f"{other.path}: has the columns {', '.join(other.columns)}; expected those of "
                f"{table.path}: {', '.join(table.columns)}"
            )
        check_times(other, modelled)
    last = len(table) * 8 // 9 if len(separate) == 1 else len(table)
    rest = table[range(last, len(table))]
    return {"train": table[range(last)], "valid": rest, "test": rest, **separate}, [], said


def _cut(table: Table, valid: int, test: int) -> dict[str, Table]:
    cuts = pairwise([0, valid, test, len(table)])
    return {part: table[range(a, b)] for part, (a, b) in zip(PARTS, cuts, strict=True)}


def _in_order(table: Table, column: str) -> dict[str, Table]:
    parts = by_column(table, column)
    for earlier, later in pairwise(PARTS):
        if parts[later].lines[0] < parts[earlier].lines[-1]:
            raise DataError(
                f"{parts[later].at(0)}: column {column!r} says {later} before {earlier} has ended; "
                "a series is cut by time: first train, then valid, then test"
            )
    return parts


def _first_not_before(table: Table, column: str, point: str) -> int:
    """The first row of the test part."""
    values, timed = table.column(column), table.times(column)
    found = all_numbers(values) if timed is None else timed.values
    if found is None:
        row = next(row for row, value in enumerate(values) if number(value) is None)
        raise DataError(
            f"{table.at(row)}: column {column!r}: {str(values[row])!r} is neither a number nor a "
            "date; expected dates as 2020-01-31, 2020-01-31 12:00 or 2020-01, all in one format"
        )
    check_order(table, (column,), found)
    at = _point(timed, column, point)
    if at is None:
        raise DataError(
            f"--split {column}:{point}: {point!r} is neither a number nor a date; expected a point "
            f"like those in the file, as {values[0]}, or a date as 2020-01-31 or 2020-01"
        )
    if isinstance(at, np.datetime64) != (timed is not None):
        raise DataError(
            f"--split {column}:{point}: expected a point like those in the file, as {values[0]}"
        )
    return int((found < at).sum())


def _point(timed: Timed | None, column: str, point: str) -> np.datetime64 | float | None:
    """A point in time in the form of the column, or in ISO's; a number; or None."""
    alike = None if timed is None else timed.form([point])
    if alike is not None and timed is not None and timed.other is not None:
        other = timed.other([point])
        if other is not None and other[0] != alike[0]:
            days = [str(found[0].astype("datetime64[D]")) for found in (alike, other)]
            raise DataError(
                f"--split {column}:{point}: {point!r} may be {' or '.join(days)}; expected one of "
                + ", ".join(f"--split {column}:{day}" for day in days)
            )
    if alike is None and LIKE_ISO.match(point):
        alike = times_of([point])
    return number(point) if alike is None else alike[0]
