"""Rows in memory as a table: dicts, values of one column, or a data frame."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from throughtime.data.errors import DataError
from throughtime.data.formats.parquet import plain_columns
from throughtime.data.formats.table import Table
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
        DataError: if the rows are of another type, are empty, or differ in their keys.

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
        values = [{column: value} for value in values]
    names = list(values[0])
    for number, row in enumerate(values, 1):
        if not isinstance(row, Mapping) or set(row) != set(names):
            has = ", ".join(map(str, row)) if isinstance(row, Mapping) else repr(row)
            raise DataError(
                f"row {number} has {has}; expected {', '.join(map(str, names))}, as row 1"
            )
    if odd := [name for name in names if not isinstance(name, str)]:
        raise DataError(f"a column is called {odd[0]!r}; expected a text")
    if column != "":  # the name of lines of text
        check_names(names)
    columns = {name: [_plain(row[name]) for row in values] for name in names}
    return RowsInMemory(HERE, columns, list(range(1, len(values) + 1)))


def check_names(names: list[str]) -> None:
    """Raise a ``DataError`` if a column has no name, or two have the same."""
    if "" in names:
        raise DataError("a column has no name; give it one")
    for name, count in Counter(names).items():
        if count > 1:
            raise DataError(f"two columns are called {name!r}; rename one")


def _of_arrow(rows: Any) -> Table:
    with needed_for("reading a data frame"):
        arrow = import_module("pyarrow")
    table = arrow.table(rows)
    check_names(table.column_names)
    columns = plain_columns(table, "the rows")
    count = len(next(iter(columns.values()), []))
    if not count:
        raise DataError("there are no rows; expected some")
    return RowsInMemory(HERE, columns, list(range(1, count + 1)))


def _plain(value: Any) -> Any:
    """A value as a file could have it: a NumPy scalar becomes a Python number."""
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and math.isnan(plain) else plain
