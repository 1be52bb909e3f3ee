"""A table with a row for each step of each series, whatever the shape of the table it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.reading import Reading
from throughtime.data.table.table import Table


@dataclass(frozen=True, eq=False)
class Long:
    """Rows of which each is one step of one series, and the rows of the file that they are from.

    Args:
        table: the rows.
        rows: ``(rows,)``, the number of each row's row in the table of the file.
        reading: the options, by the columns that the rows have.
        notes: what is to be said of how they came about.
    """

    table: Table
    rows: NDArray[np.int64]
    reading: Reading
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: Table, reading: Reading) -> Long:
        """A table that is long already."""
        return cls(table, np.arange(len(table)), reading)


@dataclass(frozen=True, eq=False)
class MadeRows(Table):
    """Rows that were made of those of other tables.

    Args:
        places: the tables and rows that they were made of.

    Example:
        >>> table = Table(Path("a.csv"), {"v": ["1", "2"]}, [2, 3])
        >>> made(table, {"v": ["x", "y", "z"]}, np.array([1, 1, 0])).at(0)
        'a.csv:3'
    """

    places: tuple[Sequence[Table], Sequence[int], Sequence[int]] = field(default=((), (), ()))

    def at(self, row: int) -> str:
        """The file and line that a row came from."""
        tables, of, rows = self.places
        return tables[of[row]].at(rows[row])


def made(table: Table, columns: Mapping[str, Sequence[Any]], rows: NDArray[np.int64]) -> Table:
    """A table made of rows of another one.

    Args:
        table: the table that they were made of.
        columns: the values.
        rows: the row that each came from.
    """
    lines = [table.lines[row] for row in rows.tolist()]
    places = ([table], np.zeros(len(rows), np.int64).tolist(), rows.tolist())
    return MadeRows(
        table.path,
        columns,
        lines,
        table.decimal,
        notes=table.notes,
        zones=table.zones,
        places=places,
    )


def joined_tables(path: Path, tables: Sequence[Table], columns: Sequence[str]) -> Table:
    """The rows of several tables with the same columns, one below the other."""
    values = {name: [v for table in tables for v in table.column(name)] for name in columns}
    lines = [line for table in tables for line in table.lines]
    of = [i for i, table in enumerate(tables) for _ in range(len(table))]
    rows = [row for table in tables for row in range(len(table))]
    notes = tuple(dict.fromkeys(note for table in tables for note in table.notes))
    decimal = next((table.decimal for table in tables if table.decimal), None)
    zones = tables[0].zones if all(table.zones == tables[0].zones for table in tables) else {}
    places = (tables, of, rows)
    return MadeRows(path, values, lines, decimal, notes=notes, zones=zones, places=places)


def with_column(table: Table, name: str, values: Sequence[Any]) -> Table:
    """The table with one more column, as the first."""
    return replace(table, columns={name: values, **table.columns})


def free(name: str, names: Iterable[str]) -> str:
    """A name that no column has: this one, or with a number behind it.

    Example:
        >>> free("value", ["a"]), free("value", ["value"])
        ('value', 'value 2')
    """
    taken, count, found = set(names), 1, name
    while found in taken:
        count += 1
        found = f"{name} {count}"
    return found
