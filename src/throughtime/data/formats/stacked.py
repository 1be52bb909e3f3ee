"""Several series in one table, one below the other or side by side in time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.errors import DataError
from throughtime.data.formats.equal import hashes_of, numbered
from throughtime.data.formats.table import Table
from throughtime.data.number import all_numbers
from throughtime.data.times import goes_back

CYCLES = ("quarter", "month", "week", "weekday", "day", "hour", "minute", "second")
"""Columns with these names begin again in one series."""

LEAST = 3
"""The fewest rows of a series, on average."""


def check_one_series(table: Table, clocks: Mapping[str, NDArray[Any]], modelled: list[str]) -> None:
    """Refuse a table of several series: a column says which one each row belongs to.

    They stand one below the other if a clock, or a column that counts, begins again just where the
    columns of the series change; or together, if the clock stands still, and goes on in the rows of
    each value of the column.

    Args:
        table: the table.
        clocks: the columns that are times, parsed.
        modelled: the columns whose values the model is told to be of.

    Raises:
        DataError: if there are several series; the message names the column.
    """
    used = {*clocks, *modelled}
    others = [n for n in table.columns if n not in used and n.strip().lower() not in CYCLES]
    counts = {n: found for n in others if (found := _whole(table, n)) is not None}

    @cache
    def groups() -> dict[str, NDArray[np.int64]]:  # few tables need them
        return {n: found for n in others if (found := _groups(table, n)) is not None}

    for name, values in {**clocks, **counts}.items():
        if name.strip().lower() in CYCLES:
            continue
        again = ~(values[:-1] < values[1:])
        if not again.any():
            continue
        row, count = int(again.argmax()) + 1, int(again.sum())
        below = LEAST * count < len(table)
        together = name in clocks and not goes_back(values) and 4 * count >= len(table)
        if not below and not together:
            continue
        by = {g: v for g, v in groups().items() if g != name}
        if below:
            changes = {g: v[1:] != v[:-1] for g, v in by.items()}
            within = [g for g, rows in changes.items() if rows.any() and not (rows & ~again).any()]
            if within and np.array_equal(np.any([changes[g] for g in within], 0), again):
                _refuse(table, name, within, row, "begins again")
        if together:
            for g, v in by.items():
                if _goes_on(values, v):
                    _refuse(table, name, [g], row, "stands still")


def _refuse(table: Table, clock: str, groups: list[str], row: int, what: str) -> None:
    by = " and ".join(map(repr, groups))
    name = groups[0]
    first = table.columns[name][0]
    first = int(first) if isinstance(first, float) and first.is_integer() else first  # no 4.0
    raise DataError(
        f"{table.at(row)}: column {clock!r} {what}, and {by} say"
        f"{'s' if len(groups) == 1 else ''} of which series a row is: a table of several series, "
        f"which is not read yet; give a file for each, such as the rows where {name} is "
        f"{first}"
    )


def _whole(table: Table, name: str) -> NDArray[np.float64] | None:
    """A column of whole numbers; None if there are other values."""
    found = all_numbers(table.column(name))
    return None if found is None or bool((found % 1 != 0).any()) else found


def _groups(table: Table, name: str) -> NDArray[np.int64] | None:
    """The number of each row's group, by a column; None if the groups are too many or one."""
    if name.strip().lower() == "year":
        return None
    found = numbered(hashes_of(table, [name]))
    return found if 1 < int(found.max()) + 1 <= len(table) // LEAST else None


def _goes_on(clock: NDArray[Any], groups: NDArray[np.int64]) -> bool:
    """Whether a clock goes on in the rows of each group, and most times have the same groups."""
    order = groups.argsort(kind="stable")
    times, of = clock[order], groups[order]
    if bool(((of[1:] == of[:-1]) & ~(times[:-1] < times[1:])).any()):
        return False
    begins = np.flatnonzero(np.r_[True, clock[1:] != clock[:-1]])  # of each time
    random = np.random.default_rng(0).integers(2**62, size=int(groups.max()) + 1)
    hashes = np.add.reduceat(random[groups], begins)  # equal for the same groups in any order
    usual = np.unique(hashes, return_counts=True)[1].max()
    return bool(2 * usual > len(begins))
