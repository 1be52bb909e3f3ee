"""Parquet as a table."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from throughtime.data.formats.arrow.values import POINTER, check_values, readable, table_of_batches
from throughtime.data.storage.stored import ROWS
from throughtime.data.table.table import Table, check_width

BUFFER = 2**16
"""Bytes of each column that are read at once."""


def read_parquet(path: Path) -> Table:
    """Read a Parquet file.

    The values are as :func:`~throughtime.data.formats.arrow.values.plain_columns` has them.

    Raises:
        DataError: if the file is damaged or has no rows, or a table that is far larger than it.
    """
    with readable(path, "Parquet", "pyarrow.parquet") as (arrow, parquet):
        with parquet.ParquetFile(path) as file:
            check_width(str(path), len(file.schema_arrow.names))
            check_values(path, _least_bytes(file.metadata))
            is_text = (arrow.types.is_string, arrow.types.is_large_string, arrow.types.is_binary)
            texts = [f.name for f in file.schema_arrow if any(is_a(f.type) for is_a in is_text)]
        # a text that repeats is kept once, until it is known how large all of them are; and no more
        # of the file is read than the next rows need
        some = {"read_dictionary": texts, "pre_buffer": False, "buffer_size": BUFFER}
        with parquet.ParquetFile(path, **some) as file:
            batches = file.iter_batches(ROWS, use_threads=False)
            tables = (arrow.Table.from_batches([batch]) for batch in batches)
            return table_of_batches(path, map(_without_index, tables))


def _least_bytes(metadata: Any) -> int:
    """The fewest bytes that the values take, by what the file says of itself: runs of equal values
    take none in it."""
    total = 0
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        for column in map(group.column, range(group.num_columns)):
            total += max(POINTER * column.num_values, column.total_uncompressed_size)
    return total


def _without_index(table: Any) -> Any:
    """A table of pandas without an index that counts or names the rows; times are kept."""
    arrow = import_module("pyarrow")
    counts = [
        name
        for name, column in zip(table.column_names, table.columns, strict=True)
        if name.startswith("__index_level_") and not arrow.types.is_temporal(column.type)
    ]
    return table.drop_columns(counts)
