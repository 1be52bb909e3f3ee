"""Tables of which each row is a series, with lists of the values of all its steps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from throughtime.data.errors import DataError
from throughtime.data.numbers.number import number
from throughtime.data.numbers.survey import is_empty
from throughtime.data.panel.long import Long, free, made
from throughtime.data.panel.wide import row_label
from throughtime.data.reading import Reading
from throughtime.data.table.table import Table
from throughtime.data.times.aliases import ALIAS
from throughtime.data.times.step import Step
from throughtime.data.times.times import times_of
from throughtime.data.times.zones import pandas

START, FREQ = ("start", "begin", "from"), ("freq", "frequency", "step")
"""Names of columns with the time of the first step, and with the step."""

UNITS = {"second": "s", "minute": "min", "hour": "h", "day": "D", "week": "7D", "month": "MS",
         "quarter": "3MS", "year": "12MS", "business day": "B", "month end": "ME", "T": "min",
         "H": "h", "S": "s", "W": "7D", "M": "ME", "Q": "3ME", "A": "12ME", "Y": "12ME",
         "QE": "3ME", "YE": "12ME", "QS": "3MS", "YS": "12MS"}  # fmt: skip
"""Other names of steps, as files have them."""


def lists_in(table: Table) -> list[str]:
    """The columns whose values are lists."""
    return [name for name, values in table.columns.items()
            if len(values) and all(isinstance(v, list) or v is None for v in values)
            and any(isinstance(v, list) for v in values)]  # fmt: skip


def list_each(table: Table, reading: Reading) -> Long | None:
    """The steps of a table whose rows have lists of values; None if none has.

    Raises:
        DataError: with file and line, if the lists of a row are not as long, or it is not known
            what times they are of.

    Args:
        table: the rows.
        reading: how the file is read.

    Example:
        >>> from pathlib import Path
        >>> row = {"shop": ["a"], "start": ["2024-01-31"], "freq": ["ME"], "sales": [[1, 2]]}
        >>> list_each(Table(Path("a.jsonl"), row, [1]), Reading()).table.columns
        {'time': ['2024-01-31T00:00:00', '2024-02-29T00:00:00'], 'shop': ['a', 'a'],
        'sales': [1, 2]}
    """
    if not (names := lists_in(table)):
        return None
    counts = [_length(table, names, row) for row in range(len(table))]
    timed = reading.time is not None and reading.time in names
    start = next((n for n in table.columns if n.lower() in START), None)
    freq = next((n for n in table.columns if n.lower() in FREQ and n not in names), None)
    used = {name for name in (start, freq) if name is not None}
    others = [n for n in table.columns if n not in names and n not in used]
    rows = np.repeat(np.arange(len(table)), counts)
    columns: dict[str, Sequence[Any]] = {
        name: [table.columns[name][row] for row in rows.tolist()] for name in others
    }
    for name in names:
        cells = zip(table.columns[name], counts, strict=True)
        columns[name] = [v for cell, n in cells for v in (cell if cell is not None else [None] * n)]
    series = reading.series
    if series is None and len(table) > 1:
        if not others:
            name = free("row", columns)
            columns = {name: (rows + 1).tolist(), **columns}
            series = name
        else:
            series = row_label(table, others)
    when = reading.time
    if not timed:
        when = free("time", columns)
        times = [t for row, n in enumerate(counts) for t in _times(table, row, n, start, freq)]
        columns = {when: times, **columns}
    told = replace(reading, time=when, series=series)
    return Long(made(table, columns, rows), rows, told, ("a row for each series, with lists",))


def _length(table: Table, names: list[str], row: int) -> int:
    found = {n: len(v) for n in names if (v := table.columns[n][row]) is not None}
    if len(set(found.values())) != 1:
        said = ", ".join(f"{name} has {count}" for name, count in found.items())
        raise DataError(
            f"{table.at(row)}: {said or 'no list'}; expected lists of the same length in a row, "
            "with null where a value is missing"
        )
    return next(iter(found.values()))


def _times(table: Table, row: int, count: int, start: str | None, freq: str | None) -> list[Any]:
    """The times of a row's steps."""
    first = table.columns[start][row] if start is not None else None
    if is_empty(first):
        return list(range(count))
    if (begin := number(first)) is not None:
        return [begin + i for i in range(count)]
    found = times_of([str(first)])
    if found is None:
        raise DataError(
            f"{table.at(row)}: column {start!r} has {str(first)!r}; expected a time, as 2024-01-31 "
            "or 2024-01-31T12:00"
        )
    alias = table.columns[freq][row] if freq is not None else None
    if is_empty(alias):
        raise DataError(
            f"{table.at(row)}: the series begins at {first}, but its step is not known; give it in "
            'each row, such as "freq": "D" for days, or h, min, B, W, MS, ME, QE or YE'
        )
    step = _step(str(alias).strip(), found[0])
    if step is None:
        raise DataError(
            f"{table.at(row)}: column {freq!r} has {str(alias)!r}, which is no step; expected such "
            "as D for days, h, 15min, B, W, MS, ME, QE or YE"
        )
    if not count:
        return []
    begin_at = found[0]
    if step.length is None:  # to the first time that the step has
        stamp = pandas().Timestamp(begin_at)
        index = pandas().date_range(stamp, periods=1, freq=step.offset, unit="us")
        if index.to_numpy()[0] != begin_at:
            raise DataError(
                f"{table.at(row)}: the series begins at {first}, which is none of the {step.text} "
                f"that column {freq!r} says; expected such a time, or another step"
            )
    return [t.isoformat() for t in [begin_at.item(), *step.after(begin_at, count - 1).tolist()]]


def _step(text: str, begin: Any) -> Step | None:
    """The step of a text, as pandas calls it, or in words."""
    found = re.fullmatch(r"(\d*) ?([A-Za-z]+(?: [a-z]+)?)(?:-[A-Z]{3})?", text)
    if found is None:
        return None
    count, unit = int(found[1] or 1), found[2]
    alias = UNITS.get(unit) or UNITS.get(unit.lower().removesuffix("s")) or unit
    if unit in ("M", "Q", "A", "Y") and begin == begin.astype("datetime64[M]"):
        alias = alias.replace("ME", "MS")  # a month that is named by its first day
    parsed = ALIAS.fullmatch(alias)
    if parsed is None or not count:
        return None
    count *= int(parsed[1] or 1)
    return Step.of(f"{count}{parsed[2]}" if count > 1 else parsed[2])
