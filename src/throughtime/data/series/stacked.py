"""Refuse several series in one table, one below the other or side by side in time."""

from __future__ import annotations

from functools import cache
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from throughtime.data.errors import DataError
from throughtime.data.numbers.number import all_numbers
from throughtime.data.series.calendar import Clocks, columns_do, cycle, unit_of
from throughtime.data.table.equal import hashes_of, numbered
from throughtime.data.table.table import Table
from throughtime.data.times.times import goes_back

RARE = 20
"""In so many rows at least, a time of a series may be there twice, by mistake."""

LEAST = 3
"""The fewest rows of a series, on average."""


def check_one_series(table: Table, clocks: Clocks, modelled: list[str]) -> None:
    """Refuse a table of several series: a column says which one each row belongs to.

    They stand one below the other if a clock, or a column that counts, begins again just where the
    columns of the series change; or together, if the clock stands still, and goes on in the rows of
    each value of the column.

    Args:
        table: the table.
        clocks: the times of the rows, by the columns that they are in.
        modelled: the columns whose values the model is told to be of.

    Raises:
        DataError: if there are several series; the message names the column.
    """
    used = {*(name for columns in clocks for name in columns), *modelled}
    others = [n for n in table.columns if n not in used and cycle(table, n) is None]
    counts: dict[tuple[str, ...], NDArray[Any]] = {
        (n,): found for n in others if (found := _whole(table, n)) is not None
    }

    @cache
    def groups() -> dict[str, NDArray[np.int64]]:  # few tables need them
        return {n: found for n in others if (found := _groups(table, n)) is not None}

    for columns, values in {**clocks, **counts}.items():
        again, back = ~(values[:-1] < values[1:]), values[1:] < values[:-1]
        if not again.any():
            continue
        first = back if back.any() else again  # a time that is there twice begins nothing
        row, count = int(first.argmax()) + 1, int(again.sum())
        below = LEAST * count < len(table)
        together = columns in clocks and not goes_back(values) and 4 * count >= len(table)
        if not below and not together:
            continue
        by = {g: v for g, v in groups().items() if g not in columns}
        if below:
            changes = {g: v[1:] != v[:-1] for g, v in by.items()}
            within = [g for g, rows in changes.items() if rows.any() and not (rows & ~again).any()]
            if within and bool(np.any([changes[g] for g in within], 0)[first].all()):
                _refuse(table, columns, within, row, ("begins again", "begin again"))
        if together:
            for g, v in by.items():
                if _goes_on(values, v):
                    _refuse(table, columns, [g], row, ("stands still", "stand still"))


def _refuse(
    table: Table, clock: tuple[str, ...], groups: list[str], row: int, what: tuple[str, str]
) -> NoReturn:
    name, by = groups[0], " and ".join(map(repr, groups))
    value = table.columns[name][0]
    shown = int(value) if isinstance(value, float) and value.is_integer() else value
    raise DataError(
        f"{table.at(row)}: {columns_do(clock, *what)}, and {by} "
        f"say{'s' if len(groups) == 1 else ''} of which series a row is: a table of several "
        "series: say so by --time and --series, or give a file for each, such as the rows where "
        f"{name} is {shown}"
    )


def _whole(table: Table, name: str) -> NDArray[np.float64] | None:
    """A column of whole numbers; None if there are other values."""
    found = all_numbers(table.column(name))
    return None if found is None or bool((found % 1 != 0).any()) else found


def _groups(table: Table, name: str) -> NDArray[np.signedinteger[Any]] | None:
    """The number of each row's group, by a column; None if the groups are too many or one."""
    if unit_of(name) == "year":
        return None
    found = numbered(hashes_of(table, [name]))
    return found if 1 < int(found.max()) + 1 <= len(table) // LEAST else None


def _goes_on(clock: NDArray[Any], groups: NDArray[np.signedinteger[Any]]) -> bool:
    """Whether a clock goes on in the rows of each group, and half the groups have one time."""
    order = groups.argsort(kind="stable")
    times, of = clock[order], groups[order]
    inside = of[1:] == of[:-1]
    twice = inside & (times[1:] == times[:-1])
    if bool((inside & (times[1:] < times[:-1])).any()) or RARE * int(twice.sum()) > len(times):
        return False
    begins = np.flatnonzero(np.r_[True, clock[1:] != clock[:-1], True])  # of each time
    return bool(2 * np.diff(begins).max() > groups.max())
