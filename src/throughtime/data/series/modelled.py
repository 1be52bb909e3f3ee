"""Which columns of a table are the values of a series: those that are told, or all but times."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from throughtime.data.columns.measured import KINDS
from throughtime.data.numbers.number import all_numbers
from throughtime.data.series.calendar import is_time
from throughtime.data.series.clocks import times
from throughtime.data.table.row_numbers import is_id
from throughtime.data.table.table import Table


def values_in(table: Table) -> list[str]:
    """All numeric columns except times and ids.

    A column is a time by its name or its values, or as the first column if it counts the rows.

    Example:
        >>> from pathlib import Path
        >>> rows = {"year": ["1999", "2000"], "id": ["7", "9"], "x": ["0.5", "1.5"]}
        >>> values_in(Table(Path("a.csv"), rows, [2, 3]))
        ['x']
    """
    some = table.spread()
    names = [name for name in table.columns if has_numbers(some, name)]
    names = [name for name in names if not is_id(name, some.column(name))] or names
    others = [n for n in names
              if not is_time(some, n) and times(some, n) is None] or names  # fmt: skip
    if len(others) < len(names) or len(others) < 2:
        return others
    first = all_numbers(table.column(others[0]))
    named = table.header is not False
    return others[1:] if first is not None and _counts(first, named) else others


def targets_in(table: Table, target: str) -> list[str]:
    """The columns that ``--target`` names, separated by commas; without the kinds that some have.

    Raises:
        DataError: if one is not there.

    Example:
        >>> from pathlib import Path
        >>> targets_in(Table(Path("a.csv"), {"a": ["1"], "b": ["2"]}, [2]), "a:count, b")
        ['a', 'b']
    """
    names = names_of(table, target)
    for name in names:
        table.column(name)
    return names


def names_of(table: Table, target: str) -> list[str]:
    """The same names, whether they are there or not."""
    given = [target] if target in table.columns else target.split(",")
    return [without_kind(table, name.strip()) for name in given]


def without_kind(table: Table, name: str) -> str:
    """The name of a target without the kind that it may be given, as ``:count``.

    Example:
        >>> from pathlib import Path
        >>> table = Table(Path("a.csv"), {"a": ["1"]}, [2])
        >>> without_kind(table, "a:count"), without_kind(table, "a:words")
        ('a', 'a:words')
    """
    plain, _, kind = name.rpartition(":")
    return plain if name not in table.columns and kind in KINDS else name


def has_numbers(table: Table, name: str) -> bool:
    """Whether most values of a column, missing ones aside, are numbers; the rest are mistakes."""
    return table.numbers(name).are_numbers


def _counts(values: NDArray[np.float64], named: bool) -> bool:
    """Whether a column counts the rows: 1, 2, 3, …; or 0, 40, 80, …, if columns have no names."""
    steps = np.diff(values)
    return bool(len(steps) and steps[0] > 0 and (steps == (1 if named else steps[0])).all())
