"""Encode the rows of a table as tensors, by columns that have learned from training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from throughtime.data.columns import Column
from throughtime.data.errors import DataError
from throughtime.data.formats.nested import check_plain
from throughtime.data.formats.table import Table
from throughtime.sequence import Sequence

LONGEST = 2**28
"""The most numbers in one part, padding included: one very long row must not fill the memory."""


def parsed(table: Table, column: Column) -> list[Any]:
    """The parsed values of a column.

    Raises:
        DataError: if there is no such column; with file and line, if a value is not of its kind.
    """
    folder = table.path.parent
    values = column.values_in(table)
    check_plain(table, column, values)
    return _each(table, column, lambda value: column.parse(value, folder), values)


def encoded(
    table: Table, column: Column, values: list[Any] | None = None, *, as_y: bool = False
) -> list[Tensor]:
    """The values of a column as tensors; pass ``values`` if they are already parsed.

    As y, labels that training lacks are encoded too, see :mod:`throughtime.data.absent`.

    Raises:
        DataError: with file and line, if a value is not of the column's kind or cannot be encoded.
    """
    values = parsed(table, column) if values is None else values
    return _each(table, column, column.encode_y if as_y else column.encode, values)


def x_of(table: Table, columns: tuple[Column, ...]) -> Sequence | Tensor:
    """The x of the rows of a table.

    Raises:
        DataError: with file and line, if a column is missing or a value is not of its kind.
    """
    return as_x(table, {column.name: encoded(table, column) for column in columns}, columns)


def y_of(table: Table, column: Column) -> Sequence | Tensor:
    """The y of the rows of a table.

    Raises:
        DataError: with file and line, if a column is missing or a value is not of its kind.
    """
    return as_y(table, encoded(table, column, as_y=True), column)


def as_x(
    table: Table, values: dict[str, list[Tensor]], columns: tuple[Column, ...]
) -> Sequence | Tensor:
    """x from encoded values: sequences; or vectors of all columns, concatenated."""
    if columns[0].sequence:
        return _sequences(table, values[columns[0].name], columns[0].name)
    return torch.cat([c.entries(torch.stack(values[c.name])) for c in columns], -1)


def as_y(table: Table, values: list[Tensor], column: Column) -> Sequence | Tensor:
    """y from encoded values: a sequence, or one value, for each row."""
    return _sequences(table, values, column.name) if column.sequence else torch.stack(values)


def unknown(values: Sequence | Tensor, column: Column) -> list[int]:
    """The number of unknown symbols in each row."""
    if not isinstance(values, Sequence) or column.vocabulary is None:
        return [0] * len(values)
    number = column.vocabulary.unknown
    if number is None:
        return [0] * len(values)
    return ((values.values == number) & values.mask).sum(-1).tolist()


def _each(table: Table, column: Column, f: Callable[[Any], Any], values: list[Any]) -> list[Any]:
    found = []
    for row, value in enumerate(values):
        try:
            found.append(f(value))
        except DataError as error:
            raise DataError(f"{table.at(row)}: column {column.name!r}: {error}") from None
    return found


def _sequences(table: Table, values: list[Tensor], name: str) -> Sequence:
    lengths = [len(value) for value in values]
    if len(values) * max(lengths, default=0) > LONGEST:
        row = lengths.index(max(lengths))
        raise DataError(
            f"{table.at(row)}: column {name!r} has {lengths[row]:,} steps; padding {len(table):,} "
            f"rows to that length takes more than {LONGEST:,} values: cut the long rows"
        )
    return Sequence.from_list(values)
