"""Tables with one row for each series, whose columns are times; or one column for each series."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from throughtime.data.errors import DataError
from throughtime.data.panel.clock import clocks_in, names_in
from throughtime.data.panel.long import Long, free, made
from throughtime.data.reading import Reading
from throughtime.data.table.table import Table
from throughtime.data.times.times import times_of

COLUMNS = "columns"
"""What ``--series`` says where each column is a series."""

YEAR = re.compile(r"1[5-9]\d\d|20\d\d|2100")

LEAST = 3
"""The fewest columns that are times, by a guess."""


def times_among(names: Sequence[str]) -> list[str]:
    """The names of columns that are times, all in one form; none, if they are few.

    Example:
        >>> times_among(["country", "1960", "1961", "1962"]), times_among(["a", "1", "2", "3"])
        (['1960', '1961', '1962'], [])
        >>> times_among(["shop", "2024-01-01", "2024-01-02", "2024-01-03"])[0]
        '2024-01-01'
    """
    years = [name for name in names if YEAR.fullmatch(name.strip())]
    found = years or [name for name in names if times_of([name]) is not None]
    if len(found) < LEAST or (not years and times_of(found) is None):
        return []
    return found


def row_each(table: Table, reading: Reading) -> Long | None:
    """The steps of a table with a row for each series, whose columns are times; None if it is none.

    Raises:
        DataError: if the target is one of the times.

    Args:
        table: the rows.
        reading: how the file is read.

    Example:
        >>> from pathlib import Path
        >>> rows = {"land": ["a", "b"], "1960": ["1", "4"], "1961": ["2", "5"], "1962": ["3", "6"]}
        >>> row_each(Table(Path("a.csv"), rows, [2, 3]), Reading()).table.columns
        {'land': ['a', 'a', 'a', 'b', 'b', 'b'], 'year': ['1960', '1961', '1962', '1960', '1961',
        '1962'], 'value': ['1', '2', '3', '4', '5', '6']}
    """
    if reading.time is not None or not (names := times_among(list(table.columns))):
        return None
    others = [name for name in table.columns if name not in names]
    if reading.target is not None and reading.target not in others:
        raise DataError(
            f"{table.path}: --target {reading.target}: the columns {names[0]}, …, {names[-1]} are "
            "times, and their values are the series; leave --target out"
        )
    when = free("year" if YEAR.fullmatch(names[0].strip()) else "time", others)
    value = free("value", [*others, when])
    rows = np.repeat(np.arange(len(table)), len(names))
    cells = [table.columns[name] for name in names]
    columns: dict[str, Sequence[Any]] = {
        **{name: _repeated(table.columns[name], len(names)) for name in others},
        when: [name.strip() for name in names] * len(table),
        value: [v for row in zip(*cells, strict=True) for v in row],
    }
    series = reading.series
    if series is None and others:
        series = row_label(table, others)
    return Long(
        made(table, columns, rows),
        rows,
        replace(reading, time=when, series=series, target=value),
        (f"a row for each series, with its values in the columns {names[0]}, …, {names[-1]}",),
    )


def row_label(table: Table, columns: Sequence[str]) -> str:
    """The first column that has another text in each row; or all of them, if together they do.

    Raises:
        DataError: if there is none, with what to do.
    """
    for some in (*((name,) for name in columns), tuple(columns)):
        keys = set(zip(*(map(str, table.columns[name]) for name in some), strict=True))
        if len(keys) == len(table):
            return ",".join(some)
    raise DataError(
        f"{table.path}: a row is a series, but the columns {', '.join(columns)} have the same in "
        "two rows; expected a column that says which series a row is: --series NAME"
    )


def column_each(table: Table, reading: Reading) -> Long | None:
    """The steps of a table with a column for each series; None if it was not told to be one.

    Raises:
        DataError: if it is not known which columns are meant.

    Example:
        >>> from pathlib import Path
        >>> rows = {"day": ["2024-01-01", "2024-01-02"], "a": ["1", "2"], "b": ["3", "4"]}
        >>> reading = Reading(series="columns")
        >>> column_each(Table(Path("a.csv"), rows, [2, 3]), reading).table.columns
        {'day': ['2024-01-01', '2024-01-02', '2024-01-01', '2024-01-02'], 'series': ['a', 'a',
        'b', 'b'], 'value': ['1', '2', '3', '4']}
    """
    if reading.series != COLUMNS or COLUMNS in table.columns:
        return None
    when = _time(table, reading)
    given = [n.strip() for n in (reading.input or "").split(",") if n.strip()]
    inputs = [n if n in table.columns else n.rpartition(":")[0] for n in given]
    if reading.target is not None:
        names = list(names_in(table, reading.target))
    else:
        names = [n for n in table.columns
                 if n not in (*when, *inputs) and table.numbers(n).are_numbers]  # fmt: skip
    if not names:
        raise DataError(
            f"{table.path}: --series columns: no column is numeric beside {', '.join(when)}; "
            "expected one for each series: --target NAME,NAME"
        )
    kept = [*when, *(name for name in inputs if name not in when)]
    label, value = free("series", kept), free("value", kept)
    rows = np.tile(np.arange(len(table)), len(names))
    columns: dict[str, Sequence[Any]] = {
        **{name: list(table.column(name)) * len(names) for name in kept},
        label: _repeated(names, len(table)),
        value: [v for name in names for v in table.columns[name]],
    }
    told = replace(reading, time=",".join(when), series=label, target=value)
    return Long(made(table, columns, rows), rows, told, ("each column is a series",))


def _time(table: Table, reading: Reading) -> tuple[str, ...]:
    if reading.time is not None:
        return names_in(table, reading.time)
    clocks = clocks_in(table, list(table.columns))
    if len(clocks) != 1:
        raise DataError(
            f"{table.path}: --series columns: {len(clocks) or 'no'} columns are times; say which "
            f"has the time of the rows: --time NAME. The columns are: {', '.join(table.columns)}"
        )
    return clocks[0].columns


def _repeated(values: Sequence[Any], times: int) -> list[Any]:
    return [value for value in values for _ in range(times)]
