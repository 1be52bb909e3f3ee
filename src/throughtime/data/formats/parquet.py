"""Parquet and Arrow as a table."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.formats.table import Table, check_width
from throughtime.extras import needed_for

LARGE = 2**28
"""Bytes of a table that are never refused."""

TIMES = 100
"""A larger table may have so many bytes for each byte of its file: what is packed more densely is
made to fill the memory."""


def read_parquet(path: Path) -> Table:
    """Read a Parquet file: decimals as numbers, dates and times as texts in ISO's notation.

    Raises:
        DataError: if the file is damaged or has no rows, or a table that is far larger than it.
    """
    with needed_for(f"{path}: reading Parquet"):
        arrow = import_module("pyarrow")
        parquet = import_module("pyarrow.parquet")
    try:
        with parquet.ParquetFile(path) as file:
            names = file.schema_arrow.names
            check_width(str(path), len(names))
            is_text = (arrow.types.is_string, arrow.types.is_large_string, arrow.types.is_binary)
            texts = [f.name for f in file.schema_arrow if any(is_a(f.type) for is_a in is_text)]
        # a text that repeats is kept once, until it is known how large all of them are
        table = parquet.read_table(path, read_dictionary=texts)
        columns = plain_columns(table, str(path), path.stat().st_size)
    except (OSError, arrow.ArrowException, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{path}: cannot be read as a Parquet file ({reason})") from None
    if not len(table):
        raise DataError(f"{path}: no rows; expected some")
    return Table(path, columns, range(1, len(table) + 1))


def plain_columns(table: Any, where: str, size: int | None = None) -> dict[str, list[Any]]:
    """The columns of an Arrow table as lists of Python's values.

    Args:
        table: a ``pyarrow.Table``.
        where: the file, for messages.
        size: the bytes of the file, if the table comes from one.

    Raises:
        DataError: if the table is far larger than its file.
    """
    if size is not None and (total := _bytes(table)) > max(LARGE, TIMES * size):
        raise DataError(
            f"{where}: {total:,} bytes from a file of {size:,}; expected a table that is less than "
            f"{TIMES} times as large as its file"
        )
    return {name: _plain(table.column(name)) for name in table.column_names}


def _bytes(table: Any) -> int:
    """The bytes of all values, each counted as often as it occurs."""
    arrow, compute = import_module("pyarrow"), import_module("pyarrow.compute")
    total = 0
    for column in table.columns:
        for chunk in column.chunks:
            if arrow.types.is_dictionary(chunk.type):
                lengths = compute.binary_length(chunk.dictionary)
                total += compute.sum(lengths.take(chunk.indices)).as_py() or 0
            else:
                total += chunk.nbytes
    return total


def _plain(column: Any) -> list[Any]:
    arrow = import_module("pyarrow")
    kind = column.type
    if arrow.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if arrow.types.is_decimal(kind):
        column = column.cast(arrow.float64())
    elif arrow.types.is_timestamp(kind) or arrow.types.is_date(kind) or arrow.types.is_time(kind):
        if arrow.types.is_timestamp(kind) and kind.unit == "ns":
            column = column.cast(arrow.timestamp("us", tz=kind.tz), safe=False)
        return [None if v is None else v.isoformat() for v in column.to_pylist()]
    values: list[Any] = column.to_pylist()
    return values
