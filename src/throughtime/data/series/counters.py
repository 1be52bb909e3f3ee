"""Columns that may count the steps of a series, or be a value: the file does not say which."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.errors import DataError
from throughtime.data.numbers.number import all_numbers
from throughtime.data.series.calendar import LENGTH, cycle, is_whole_time, unit_of
from throughtime.data.table.table import Table

LEAST = 3
"""The fewest rows until a counter begins again, on average."""

NEARLY = 0.9
"""If so many steps of a column that begins again go back, the rows are in reverse order."""


def check_no_counter(table: Table, names: list[str]) -> None:
    """Refuse to guess whether a modelled column counts the steps, or a clock that counts says that
    there are several series.

    A column may count if it goes on by the same step, to the end or until it begins again; the
    first one also if it rises in every row or falls in every row.

    Args:
        table: the table, which has no dates.
        names: the columns that would be modelled.

    Raises:
        DataError: with file and line, and the options for both ways.
    """
    others = [name for name in table.columns if name not in names]
    every = {n: _counts(table, n, uneven=n not in names[1:]) for n in (*others, *names)}
    counts = {n: found for n, found in every.items() if found is not None}
    if any(what == RISES for name, (_, what) in counts.items() if name in others):
        return
    for name, (row, what) in counts.items():
        if name in others and not is_whole_time(name):
            continue
        rest = [other for other in names if other != name]
        if not rest:
            continue
        left_out = f"--target {shlex.quote(','.join(rest))}"
        too = f"--target {shlex.quote(','.join(names))} to model it too"
        ways = f"if so, sort them; if not, give {left_out}" if what == FALLS else f"give {left_out}"
        if what.startswith(AGAIN):
            ways = (
                f"if each is a series of its own, give a file for each; if all are one, {left_out}"
            )
        raise DataError(
            f"{table.at(row)}: column {name!r} {what}; {ways}"
            + (", or " + too if name in names else "")
        )


RISES = "rises in every row, as a time does, or is a value"
FALLS = "falls in every row, as if the last row came first"
AGAIN = "begins again"


def said_of_falling(table: Table, names: list[str]) -> Iterator[str]:
    """What is to be said of columns that fall in every row: the rows may be in reverse order.

    Args:
        table: the table, which has no dates.
        names: the columns that are modelled; the others are looked at.

    Example:
        >>> from pathlib import Path
        >>> rows = {"t": ["3", "2", "1"], "v": ["0.5", "1.5", "1"]}
        >>> next(said_of_falling(Table(Path("a.csv"), rows, [2, 3, 4]), ["v"]))
        't falls in every row, as if the last row came first: rows are taken in the order of the
        file'
    """
    others = {n: _counts(table, n) for n in table.columns if n not in names}
    does = {name: found[1] for name, found in others.items() if found is not None}
    if RISES not in does.values():
        for name, what in does.items():
            if what == FALLS:
                yield f"{name} {FALLS}: rows are taken in the order of the file"


def _counts(table: Table, name: str, uneven: bool = True) -> tuple[int, str] | None:
    """The row that shows how a column may count, and what it does; None if it is a value.

    Args:
        table: the table.
        name: the column.
        uneven: whether it may rise or fall by steps that differ.
    """
    values = all_numbers(table.numbers(name).values)
    if values is None or len(values) < LEAST:
        return None
    steps = np.diff(values)
    goes_on = np.isclose(steps, steps[0]) & (steps != 0)
    if uneven or goes_on.all():
        if (steps > 0).all():
            return 0, RISES
        if (steps < 0).all():
            return 1, FALLS
    again = np.flatnonzero(~goes_on) + 1
    if LEAST * len(again) < len(values) and (values[again] == values[0]).all():
        return int(again[0]), f"{AGAIN} at {values[0]:g}"
    return None


def check_not_backwards(
    table: Table, names: list[str], of_day: dict[str, NDArray[Any]]
) -> list[str]:
    """Refuse rows in reverse order by a month, an hour or a time of day, of which no date is known.

    Args:
        table: the table, which has no dates.
        names: the columns that may be parts of times.
        of_day: the times of day, by their columns.

    Returns:
        What is to be said of parts of times that go on by equal steps, or back by shorter ones, as
        seconds by 50 or by -10.

    Raises:
        DataError: with file and line of the first row that goes back.
    """
    found = {name: (times.astype(np.int64), MICROS) for name, times in of_day.items()}
    for name in names:
        unit, of_rows = unit_of(name), cycle(table, name)
        if unit is not None and of_rows is not None:
            found[name] = (of_rows, LENGTH[unit])
    said = []
    for name, (of_rows, length) in found.items():
        steps = np.diff(of_rows) % length
        back = (4 * steps > 3 * length) | (steps == length - 1)  # by less than a quarter, or one
        if back.any() and back.sum() >= NEARLY * (steps != 0).sum():
            row = int(back.argmax()) + 1
            before, now = (table.column(name)[at] for at in (row - 1, row))
            if name not in of_day and (steps == steps[0]).all() and steps[0] != length - 1:
                said.append(
                    f"{name} goes from {before} to {now}, on by {steps[0]} or back by "
                    f"{length - steps[0]}: rows are taken in the order of the file"
                )
                continue
            raise DataError(
                f"{table.at(row)}: column {name!r} goes from {before} to {now}, and back in nearly "
                "every row; expected rows in the order of time: sort them, or leave the column out"
            )
    return said


MICROS = 24 * 3600 * 1_000_000
