"""Parquet as a table."""

from __future__ import annotations

from collections.abc import Collection
from importlib import import_module
from pathlib import Path
from typing import Any

from throughtime.data.formats.arrow.row_groups import tables_of
from throughtime.data.formats.arrow.values import POINTER, check_values, readable, table_of_batches
from throughtime.data.table.table import Table, check_width


def read_parquet(
    path: Path, groups: range | None = None, names: Collection[str] | None = None
) -> Table:
    """Read a Parquet file, or some of it.

    The values are as :func:`~throughtime.data.formats.arrow.values.plain_columns` has them.

    Args:
        path: the file.
        groups: the row groups that are read, which follow each other; None for all.
        names: the columns that are read, with what is inside of them; None for all, which are also
            read if there is none of such a name.

    Raises:
        DataError: if the file is damaged or has no rows, or a table that is far larger than it.
    """
    with readable(path, "Parquet", "pyarrow.parquet") as (_, parquet):
        metadata = parquet.read_metadata(path)
        known = parquet.read_schema(path).names
        check_width(str(path), len(known))
        check_values(path, _least_bytes(metadata))
        sizes = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
        chosen = range(len(sizes)) if groups is None else groups
        tables = tables_of(path, chosen, _named(known, names))
        return table_of_batches(path, map(_without_index, tables), 1 + sum(sizes[: chosen.start]))


def row_groups(path: Path) -> tuple[list[int], set[str]]:
    """The bytes of each row group, unpacked, and the columns of numbers; no value is read.

    Raises:
        DataError: if the file is damaged.
    """
    with readable(path, "Parquet", "pyarrow.parquet") as (arrow, parquet):
        metadata, schema = parquet.read_metadata(path), parquet.read_schema(path)
        groups = map(metadata.row_group, range(metadata.num_row_groups))
        kinds = (arrow.types.is_integer, arrow.types.is_floating, arrow.types.is_decimal)
        numbers = {f.name for f in schema if any(is_a(f.type) for is_a in kinds)}
        return [group.total_byte_size for group in groups], numbers


def _named(all_: list[str], names: Collection[str] | None) -> list[str] | None:
    """The columns of a file that have these values, which may be inside of them: ``user.name``.

    Example:
        >>> _named(["user", "n", "k"], ["user.name", "k"]), _named(["n"], ["m"])
        (['user', 'k'], None)
    """
    if names is None:
        return None
    found = {wanted: [name for name in all_ if f"{wanted}.".startswith(f"{name}.")]
             for wanted in names}  # fmt: skip
    if not all(found.values()):
        return None
    return [name for name in all_ if any(name in of for of in found.values())]


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
