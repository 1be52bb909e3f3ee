"""The division of a series into parts by time: training comes first, later rows are held out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.formats.parts import by_column
from throughtime.data.formats.table import Table
from throughtime.data.number import number
from throughtime.data.reading import Reading
from throughtime.data.splitting import PARTS

USES = {"train": ("train", 24), "valid": ("validate", 3), "test": ("test", 3)}
"""What each part is for, and its fewest rows: those of a series of thirty rows."""

ONWARD = ("year", "timestamp")
"""Columns with these names are times whose numbers never start again, unlike months."""


def by_time(
    table: Table, read: Callable[[Path], Table], reading: Reading, modelled: list[str]
) -> tuple[dict[str, Table], list[str]]:
    """Divide a series by time; the rows of each part, and the columns that only divide them.

    - by separate files: ``--valid``, ``--test``;
    - by a column whose values are train, valid or test: ``--split COLUMN``;
    - by a point in time, ``--split COLUMN:POINT``, a number or a date such as 1921-01-31 or
      1921-01-31 12:00: rows from this point on are for test, the last ninth of those before it for
      validation;
    - otherwise the last tenth is for test, and the tenth before it for validation.

    The rows of a file must be in the order of time: by the column of the point, or without a point
    by at least one of the columns of times that are not ``modelled``, if there are any.

    Raises:
        DataError: with file and line, if rows are not in the order of time; or if a part has too
            few rows.
    """
    parts, when = _parts(table, read, reading, modelled)
    for part, (use, least) in USES.items():
        rows = parts[part]
        if len(rows) < least:
            raise DataError(
                f"{rows.path}: {len(rows)} values to {use} on; expected at least {least}: cut "
                "elsewhere, or give more rows"
            )
    return parts, when


def cut_by(table: Table, split: str) -> tuple[str, str | None]:
    """The column that ``--split`` names, and the point in time, if there is one.

    Names and points may contain colons: the longest prefix that names a column is taken.
    """
    ends = [len(split), *(i for i in range(len(split) - 1, -1, -1) if split[i] == ":")]
    at = next((i for i in ends if split[:i] in table.columns), ends[-1])
    return split[:at], split[at + 1 :] if at < len(split) else None


def times(table: Table, column: str) -> list[Any]:
    """The time of each row, if all values of the column are dates or times; else an empty list.

    Example:
        >>> table = Table(Path("a.csv"), {"year": ["1999", "2000"], "month": ["12", "1"]}, [2, 3])
        >>> times(table, "year"), times(table, "month")
        ([1999.0, 2000.0], [])
    """
    try:
        found = [_when(value, table.at(row)) for row, value in enumerate(table.column(column))]
    except DataError:
        return []
    kinds = set(map(type, found))
    onward = kinds == {float} and column.strip().lower() in ONWARD
    return found if onward or kinds == {datetime} else []


LIKE_A_DATE = re.compile(r"\s*\d{1,4}([./-])\d{1,2}\1\d{1,4}\b.*")
"""Dates such as 31.1.2020 or 1/31/2020, whose order of day and month is not known."""


def says_when(table: Table, column: str) -> bool:
    """Whether all values of a column are dates or times, in any notation."""
    return bool(times(table, column)) or all(
        LIKE_A_DATE.fullmatch(str(value)) for value in table.column(column)
    )


def _parts(
    table: Table, read: Callable[[Path], Table], reading: Reading, modelled: list[str]
) -> tuple[dict[str, Table], list[str]]:
    if reading.split is not None:
        if reading.part_files:
            raise DataError(
                "--split and files for --valid or --test exclude each other; leave one out"
            )
        column, point = cut_by(table, reading.split)
        try:
            table.column(column)
        except DataError as error:
            raise DataError(f"{error}; a point in one of them is COLUMN:POINT") from None
        if point is None:
            _check_times(table, modelled)
            return _in_order(table, column), [column]
        first = _first_not_before(table, column, point)
        return _cut(table, first * 8 // 9, first), [column]
    _check_times(table, modelled)
    if not reading.part_files:
        return _cut(table, len(table) * 8 // 10, len(table) * 9 // 10), []
    separate = {part: read(path) for part, path in reading.part_files.items()}
    for other in separate.values():
        if list(other.columns) != list(table.columns):
            raise DataError(
                f"{other.path}: has the columns {', '.join(other.columns)}; expected those of "
                f"{table.path}: {', '.join(table.columns)}"
            )
        _check_times(other, modelled)
    last = len(table) * 8 // 9 if len(separate) == 1 else len(table)
    rest = table[range(last, len(table))]
    return {"train": table[range(last)], "valid": rest, "test": rest, **separate}, []


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
    values = table.column(column)
    at = _when(point, f"--split {column}:{point}:")
    found = [_when(v, f"{table.at(row)}: column {column!r}:") for row, v in enumerate(values)]
    _check_order(table, column, found)
    if type(at) is not type(found[0]):
        raise DataError(
            f"--split {column}:{point}: expected a point like those in the file, as {values[0]}"
        )
    return sum(time < at for time in found)


def _check_times(table: Table, modelled: list[str]) -> None:
    """Refuse rows that are out of order by every column of times, if there are such columns."""
    said = {name: times(table, name) for name in table.columns if name not in modelled}
    said = {name: found for name, found in said.items() if found}
    if all(_goes_back(found) for found in said.values()):
        for name, found in said.items():
            _check_order(table, name, found)


def _check_order(table: Table, column: str, found: list[Any]) -> None:
    if row := _goes_back(found):
        values = table.column(column)
        raise DataError(
            f"{table.at(row)}: column {column!r} goes from {values[row - 1]} to {values[row]}; "
            "expected rows in the order of time: sort them"
        )


def _goes_back(found: list[Any]) -> int:
    """The first row whose time is before the time of the previous row; 0 if there is none."""
    pairs = enumerate(pairwise(found), 1)
    return next((row for row, (a, b) in pairs if type(a) is not type(b) or b < a), 0)


def _when(value: object, where: str) -> Any:
    """A number or a date; a month means its first day, and a time without a zone is in UTC."""
    found = number(value)
    if found is not None:
        return found
    text = str(value).strip()
    try:
        when = datetime.fromisoformat(text + "-01" * (len(text) == len("2020-01")))
    except ValueError:
        raise DataError(
            f"{where} {text!r} is neither a number nor a date; expected dates as 2020-01-31, "
            "2020-01-31 12:00 or 2020-01"
        ) from None
    return when if when.tzinfo is not None else when.replace(tzinfo=UTC)
