"""Refuse a column of dates or times as x or y by a guess: rows with times are mostly a series."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from datetime import date
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.table.table import Table
from throughtime.data.times.times import times_of

CLOCK = re.compile(
    r"\s*(?:-?\d+(?::[0-5]\d){1,2}(?:[.,]\d+)?"
    r"|P(?=T?\d)(?:\d+[YMWD])*(?:T(?:\d+[HM])*(?:\d+(?:\.\d+)?S)?)?"
    r"|\d+ ?(?:d|days?|h|hrs?|hours?|Std\.?) ?\d+ ?(?:h|hours?|m|mins?|minutes?)\.?(?: ?\d+ ?s)?"
    r")\s*"
)
"""A time of day, or a duration: 1:05:00, PT5S or 1h 5m."""

BEHIND = re.compile(
    r"(?<=\d)Z?(?:\[[\w/+-]+\]|/\S+"
    r"|\s*(?:[+-]\d\d:?\d\d\s*)?\(?[A-Z]{1,5}(?:[+-]\d{1,2}(?::?\d\d)?)?\)?)$"
)
"""What may stand behind a time: a zone, as IST, UTC+1 or [Europe/Berlin], or how long it lasts."""

YEAR = r"(?:1[5-9]|20)\d\d"

PERIOD = re.compile(
    rf"(?:[QHT][1-4]|[1-4][QHT])[ /-]?(?:FY|CY)? ?['’]?\d\d(?:\d\d)?|'?\d\d(?:\d\d)? ?[QH][1-4]"
    rf"|[FCA]Y ?['’]?\d\d(?:\d\d)?(?: ?[/-] ?\d\d(?:\d\d)?)?|{YEAR} ?(?:[/–—-]|to) ?{YEAR}"
)
"""A quarter, a fiscal year or a span of years: Q1'20, FY01 or 2001-2005."""


def check_no_times(
    table: Table, inputs: Sequence[tuple[str, str | None]], target: tuple[str, str | None]
) -> None:
    """Refuse to guess a kind for times: they are seldom meant as texts.

    Args:
        table: the rows.
        inputs: the names of the columns of x, and their kinds as far as they are given.
        target: the same of y.

    Raises:
        DataError: with the options for a series in their order, and for their text.

    Example:
        >>> from pathlib import Path
        >>> rows = {"when": ["2020-01-31", "2020-02-01"], "y": ["a", "b"]}
        >>> check_no_times(Table(Path("a.csv"), rows, [2, 3]), [("when", None)], ("y", None))
        Traceback (most recent call last):
        ...
        throughtime.data.errors.DataError: a.csv:2: column 'when' has '2020-01-31', a time, ...
    """
    name = next((n for n, kind in inputs if kind is None and are_times(table, n)), None)
    y = target[0]
    if name is not None:
        what = f"--input {shlex.quote(name + ':characters')} --target {shlex.quote(y)} for its text"
        if target[1] is None and any(c.isdigit() for c in str(table.column(y)[0])):
            what = f"--format series --target {shlex.quote(y)} for a series of {y}, or {what}"
        raise DataError(
            f"{table.at(0)}: column {name!r} has {str(table.column(name)[0])!r}, a time, and the "
            f"order of rows is lost where it is x; give {what}"
        )
    if target[1] is None and are_times(table, y) and hardly_repeats(table.column(y)):
        given = "".join(f"--input {shlex.quote(n)} " for n, _ in inputs)
        lasts = CLOCK.fullmatch(str(table.column(y)[0]))
        as_number = "write it as a number of seconds, " if lasts else ""
        raise DataError(
            f"{table.at(0)}: column {y!r} has {str(table.column(y)[0])!r}, a time; expected what "
            f"a model predicts: {as_number}name another column by --target, or give "
            f"{given}--target {shlex.quote(y + ':characters')} for its text"
        )


def hardly_repeats(values: Sequence[Any]) -> bool:
    """Whether values are too many to be labels: more than half as many as rows are different.

    Example:
        >>> hardly_repeats(["a", "b", "c"]), hardly_repeats(["a", "b", "a", "b"])
        (True, False)
    """
    return 2 * len(set(map(str, values))) > len(values)


def are_times(table: Table, name: str) -> bool:
    """Whether all values of a column are times, even in a form that cannot be put in order; or
    durations as 1:05:00 or 1h 5m.

    Example:
        >>> from pathlib import Path
        >>> rows = {"a": ["1:05:00", "59:30"], "b": ["1", "x"], "c": ["2020-01-01 12:00 IST"] * 2}
        >>> table = Table(Path("a.csv"), rows, [2, 3])
        >>> are_times(table, "a"), are_times(table, "b"), are_times(table, "c")
        (True, False, True)
    """
    values = table.column(name)
    if not all(isinstance(value, str | int | float | date) for value in values[:1]):
        return False
    if table.times(name) is not None:
        return True
    texts = [value.strip() for value in values if isinstance(value, str)]
    if len(texts) < len(values):
        return False
    for form in (CLOCK, PERIOD):
        if all(map(form.fullmatch, texts)):
            return True
    return times_of([BEHIND.sub("", text) for text in texts]) is not None
