"""Which rows of a series are trained on: the first ones. What comes later is held out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.files.parts import by_column
from throughtime.data.files.reading import Reading
from throughtime.data.files.table import Table, number
from throughtime.data.splitting import PARTS


def by_time(
    table: Table, read: Callable[[Path], Table], reading: Reading
) -> tuple[dict[str, Table], list[str]]:
    """The rows of each part, and the columns that only say when, or of which part, a row is.

    By files of their own (``--valid``, ``--test``); by a column that says train, valid or test; or
    by a point in time: ``--split COLUMN:POINT`` holds out for test what is not before it, numbers
    or dates as 1921-01-31. Where nothing says otherwise, the last ninth of what is left is for
    validation, and the last tenth of all for test.

    Raises:
        DataError: with file and line, if rows do not come in the order of time.
    """
    if reading.split is not None:
        if reading.valid is not None or reading.test is not None:
            raise DataError(
                "--split and files of their own for --valid and --test exclude each other"
            )
        column, colon, point = reading.split.rpartition(":")
        if reading.split in table.columns or not colon:
            return _in_order(table, reading.split), [reading.split]
        first = _first_not_before(table, column, point)
        return _cut(table, first * 8 // 9, first), [column]
    if reading.valid is None and reading.test is None:
        return _cut(table, len(table) * 8 // 10, len(table) * 9 // 10), []
    valid, test = (
        None if name is None else read(Path(name)) for name in (reading.valid, reading.test)
    )
    for other in (valid, test):
        if other is not None and list(other.columns) != list(table.columns):
            raise DataError(
                f"{other.path}: has the columns {', '.join(other.columns)}; expected those of "
                f"{table.path}: {', '.join(table.columns)}"
            )
    last = len(table) * 8 // 9 if valid is None or test is None else len(table)
    rest = table[range(last, len(table))]
    return {
        "train": table[range(last)],
        "valid": rest if valid is None else valid,
        "test": rest if test is None else test,
    }, []


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
    times = [_when(value, point) for value in table.column(column)]
    for row, (before, now) in enumerate(pairwise(times), 1):
        if type(before) is not type(now) or now < before:
            raise DataError(
                f"{table.at(row)}: column {column!r} goes from {before} to {now}; expected rows in "
                "the order of time"
            )
    at = _when(point, point)
    if type(at) is not type(times[0]):
        raise DataError(
            f"--split {column}:{point}: expected a point like those in the file, as {times[0]}"
        )
    first = sum(time < at for time in times)
    if not 0 < first < len(times):
        raise DataError(
            f"--split {column}:{point}: the rows are from {times[0]} to {times[-1]}, so one part "
            "would be empty; expected a point between"
        )
    return first


def _when(value: Any, like: str) -> Any:
    """A number, where the point is one; else the text, which sorts as dates from the year on do."""
    found = number(value) if number(like) is not None else None
    return str(value).strip() if found is None else found
