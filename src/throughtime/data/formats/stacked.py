"""Several series in one table, one below the other or side by side in time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.formats.table import Table
from throughtime.data.number import number

CYCLES = ("quarter", "month", "week", "weekday", "day", "hour", "minute", "second")
"""Columns with these names begin again in one series."""

LEAST = 3
"""The fewest rows of a series, on average."""


def check_one_series(
    table: Table, clocks: Mapping[str, Sequence[Any]], modelled: Sequence[str]
) -> None:
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
    others = {name: table.columns[name] for name in table.columns if name not in modelled}
    counts = {name: found for name, values in others.items()
              if name not in clocks and name.strip().lower() not in CYCLES
              and (found := _whole(values)) is not None}  # fmt: skip
    groups = {name: values for name, values in others.items()
              if name not in clocks and name.strip().lower() not in (*CYCLES, "year")
              and 1 < len(set(map(str, values))) <= len(table) // LEAST}  # fmt: skip
    for name, values in {**clocks, **counts}.items():
        if name.strip().lower() in CYCLES:
            continue
        again = {row for row, (a, b) in enumerate(pairwise(values), 1) if not a < b}
        if not again:
            continue
        below = LEAST * len(again) < len(table)
        by = {g: v for g, v in groups.items() if g != name}
        changes = {g: _changes(v) for g, v in by.items()}
        within = [g for g, rows in changes.items() if rows and rows <= again]
        if below and within and set().union(*(changes[g] for g in within)) == again:
            _refuse(table, name, within, min(again), "begins again")
        together = name in clocks and all(not b < a for a, b in pairwise(values))
        if together and 4 * len(again) >= len(table):
            for g, v in by.items():
                if _goes_on(values, v):
                    _refuse(table, name, [g], min(again), "stands still")


def _refuse(table: Table, clock: str, groups: list[str], row: int, what: str) -> None:
    by = " and ".join(map(repr, groups))
    name = groups[0]
    raise DataError(
        f"{table.at(row)}: column {clock!r} {what}, and {by} say"
        f"{'s' if len(groups) == 1 else ''} of which series a row is: a table of several series, "
        f"which is not read yet; give a file for each, such as the rows where {name} is "
        f"{table.columns[name][0]}"
    )


def _whole(values: Sequence[Any]) -> list[float] | None:
    """Whole numbers; None if there are other values."""
    found = [number(value) for value in values]
    return [n for n in found if n is not None] if all(
        n is not None and n.is_integer() for n in found
    ) else None  # fmt: skip


def _changes(values: Sequence[Any]) -> set[int]:
    return {row for row, (a, b) in enumerate(pairwise(values), 1) if a != b}


def _goes_on(clock: Sequence[Any], groups: Sequence[Any]) -> bool:
    """Whether a clock goes on in the rows of each group, and most times have the same groups."""
    of_group: dict[str, list[Any]] = defaultdict(list)
    of_time: dict[Any, list[str]] = defaultdict(list)
    for when, group in zip(clock, groups, strict=True):
        of_group[str(group)].append(when)
        of_time[when].append(str(group))
    usual = Counter(tuple(sorted(names)) for names in of_time.values()).most_common(1)[0][1]
    return 2 * usual > len(of_time) and all(
        all(a < b for a, b in pairwise(times)) for times in of_group.values()
    )
