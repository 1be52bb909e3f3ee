"""Rows in memory as a table: dicts, values of one column, or a data frame."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from throughtime.data.errors import DataError
from throughtime.data.formats.arrow.values import plain_columns, zones_of
from throughtime.data.table.nested import Records, flat
from throughtime.data.table.table import Table, check_names
from throughtime.extras import needed_for

Rows = Iterable[Mapping[str, Any]] | Iterable[Any]
"""A list of dicts, a list of values of one column, or a table of pandas, polars or Arrow."""

HERE = Path("the rows")
"""Stands for the file's name in messages."""


class RowsInMemory(Table):
    """Rows in memory; messages count them from 1."""

    def at(self, row: int) -> str:
        """The row in a message: ``row 3``."""
        return f"row {self.lines[row]}"


def table_of(rows: object, column: str | None = None) -> Table:
    """Make a table of rows in memory.

    Args:
        rows: a list of dicts, a list of the values of one column, or a table of pandas, polars or
            Arrow (anything with an Arrow stream).
        column: the name of the one column, if the rows are its values.

    Raises:
        DataError: if the rows are of another type, or are empty.

    Example:
        >>> table_of([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]).columns
        {'a': [1, 2], 'b': ['x', 'y']}
        >>> table_of(["x", "y"], column="b").columns
        {'b': ['x', 'y']}
    """
    if hasattr(rows, "__arrow_c_stream__"):
        return _of_arrow(rows)
    if isinstance(rows, str | bytes | Mapping) or not isinstance(rows, Iterable):
        raise DataError(
            f"rows are a {type(rows).__name__}; expected a list of dicts, a list of values, a "
            "path, or a table of pandas, polars or Arrow"
        )
    values = [_plain(row) for row in rows]
    if not values:
        raise DataError("there are no rows; expected some")
    if not isinstance(values[0], Mapping):
        if column is None:
            raise DataError(
                f"row 1 is {values[0]!r}; expected a dict with the columns' names, since there "
                "is more than one column"
            )
        return RowsInMemory(HERE, {column: values}, list(range(1, len(values) + 1)))
    records = Records()
    records.write([_flat(number, row) for number, row in enumerate(values, 1)])
    columns = records.columns()
    if odd := [name for name in columns if not isinstance(name, str)]:
        raise DataError(f"a column is called {odd[0]!r}; expected a text")
    check_names(str(HERE), columns)
    columns = {name: [_plain(value) for value in found] for name, found in columns.items()}
    notes = () if records.lacking is None else (records.lacking,)
    return RowsInMemory(HERE, columns, list(range(1, len(values) + 1)), notes=notes)


def _flat(number: int, row: Any) -> Mapping[Any, Any]:
    if not isinstance(row, Mapping):
        raise DataError(f"row {number} is {row!r}; expected a dict, as row 1")
    try:
        return flat(row)
    except ValueError as error:
        raise DataError(f"row {number}: {error}") from None


def _of_arrow(rows: Any) -> Table:
    with needed_for("reading a data frame"):
        arrow = import_module("pyarrow")
    table = arrow.table(rows)
    check_names(str(HERE), table.column_names)
    columns = plain_columns(table, "the rows")
    count = len(next(iter(columns.values()), []))
    if not count:
        raise DataError("there are no rows; expected some")
    return RowsInMemory(HERE, columns, list(range(1, count + 1)), zones=zones_of(table))


def _plain(value: Any) -> Any:
    """A value as a file could have it: a NumPy scalar becomes a Python number."""
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and math.isnan(plain) else plain
