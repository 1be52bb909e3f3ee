"""The rows of a table as tensors, by columns that have learned from training's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from throughtime.data.columns import Field, Image, Label
from throughtime.data.errors import DataError
from throughtime.data.formats.table import Table
from throughtime.sequence import Sequence

LONGEST = 2**28
"""Most numbers of a part, padding included: one endless row must not fill the memory."""


def x_of(table: Table, fields: Iterable[Field]) -> Sequence | Tensor:
    """The x of other rows, by fields that have learned before.

    Paths of pictures are from the folder of the rows on.

    Raises:
        DataError: with file and line, if a column or a value is not what it should be.
    """
    fields = list(fields)
    return as_x(table, {field.name: _encoded(table, field) for field in fields}, fields)


def y_of(table: Table, field: Field) -> Sequence | Tensor:
    """The y of other rows, likewise."""
    return as_y(table, _encoded(table, field), field)


def unknown(values: Sequence | Tensor, field: Field) -> list[int]:
    """How many symbols of each row are none that training has shown."""
    if not isinstance(values, Sequence) or field.vocabulary is None:
        return [0] * len(values)
    number = field.vocabulary.unknown
    if number is None:
        return [0] * len(values)
    return ((values.values == number) & values.mask).sum(-1).tolist()


def parsed(table: Table, field: Field) -> list[Any]:
    """What a column's values say, without what training has to teach."""
    if isinstance(field, Image):
        field.folder = table.path.parent
    return each(table, field.name, field.parse)


def each(
    table: Table, name: str, f: Callable[[Any], Any], values: list[Any] | None = None
) -> list[Any]:
    """``f`` of each value of a column; what is wrong with one is said with its line."""
    found = []
    for row, value in enumerate(table.column(name) if values is None else values):
        try:
            found.append(f(value))
        except DataError as error:
            raise DataError(f"{table.at(row)}: column {name!r}: {error}") from None
    return found


def _encoded(table: Table, field: Field) -> list[Tensor]:
    return each(table, field.name, field.encode, parsed(table, field))


def as_x(table: Table, columns: dict[str, list[Tensor]], fields: list[Field]) -> Sequence | Tensor:
    """A sequence; or labels and numbers, side by side in a vector."""
    if fields[0].sequence:
        return _sequences(table, columns[fields[0].name], fields[0].name)
    return torch.cat([_vectors(columns[field.name], field) for field in fields], -1)


def as_y(table: Table, values: list[Tensor], field: Field) -> Sequence | Tensor:
    """A sequence, or one value, for each row."""
    return _sequences(table, values, field.name) if field.sequence else torch.stack(values)


def _sequences(table: Table, values: list[Tensor], name: str) -> Sequence:
    lengths = [len(value) for value in values]
    if len(values) * max(lengths, default=0) > LONGEST:
        row = lengths.index(max(lengths))
        raise DataError(
            f"{table.at(row)}: column {name!r} has {lengths[row]:,} steps; padding {len(table):,} "
            f"rows to it takes more than {LONGEST:,}: cut the long ones"
        )
    return Sequence.from_list(values)


def _vectors(values: list[Tensor], field: Field) -> Tensor:
    stacked = torch.stack(values)
    return F.one_hot(stacked, field.size).float() if isinstance(field, Label) else stacked
