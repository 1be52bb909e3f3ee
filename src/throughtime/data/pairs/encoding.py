"""Encode the rows of a table as tensors, by columns that have learned from training."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from throughtime.data.columns import Column
from throughtime.data.errors import DataError
from throughtime.data.storage.flat import Flat, Spool, smallest, spooled
from throughtime.data.storage.stored import StoredColumn, mapped, pieces_of
from throughtime.data.table.nested import check_plain
from throughtime.data.table.table import Table
from throughtime.sequence import Sequence as Steps

LARGE = 2**28
"""The most numbers of a part, padding included, that lie side by side in memory."""

T = TypeVar("T")


def parsed(table: Table, column: Column) -> Sequence[Any]:
    """The parsed values of a column.

    Raises:
        DataError: if there is no such column; with file and line, if a value is not of its kind.

    Example:
        >>> from pathlib import Path
        >>> from throughtime.data.columns import Number
        >>> parsed(Table(Path("a.csv"), {"n": ["1", "2.5"]}, [2, 3]), Number("n"))
        [1.0, 2.5]
    """
    folder, row = table.path.parent, 0

    def of(piece: Any) -> list[Any]:
        nonlocal row
        piece = piece.tolist() if isinstance(piece, np.ndarray) else piece
        check_plain(table, column, piece, row)
        found = [_named(table, column, row + i, column.parse, value, folder)
                 for i, value in enumerate(piece)]  # fmt: skip
        row += len(found)
        return found

    return mapped(column.values_in(table), of)


def x_of(
    table: Table, columns: tuple[Column, ...], values: Mapping[str, Sequence[Any]] | None = None
) -> Steps | Tensor:
    """The x of the rows of a table: sequences; or vectors of all columns, concatenated.

    Args:
        table: the rows.
        columns: the columns of x.
        values: their parsed values, if these are known.

    Raises:
        DataError: with file and line, if a column is missing, or a value is not of its kind or
            cannot be encoded.
    """
    found = [_encoded(table, c, values, c.encode_all, c.encode) for c in columns]
    if columns[0].sequence:
        return found[0]
    return torch.cat([c.entries(v) for c, v in zip(columns, found, strict=True)], -1)  # type: ignore[arg-type]


def y_of(
    table: Table, column: Column, values: Mapping[str, Sequence[Any]] | None = None
) -> Steps | Tensor:
    """The y of the rows of a table; labels that training lacks are encoded too, see
    :mod:`throughtime.data.vocabularies.absent`.

    Args:
        table: the rows.
        column: the column of y.
        values: its parsed values, if these are known.

    Raises:
        DataError: as :func:`x_of`.
    """
    return _encoded(table, column, values, column.encode_all_y, column.encode_y)


def unknown(values: Steps | Tensor, column: Column) -> list[int]:
    """The number of unknown symbols in each row.

    Example:
        >>> from throughtime.data.columns import Words
        >>> column = Words("t").know(["a", "cat", "�"])
        >>> unknown(Steps.from_list([column.encode("a dog"), column.encode("cat")]), column)
        [1, 0]
    """
    number = None if column.vocabulary is None else column.vocabulary.unknown
    if not isinstance(values, Steps) or number is None:
        return [0] * len(values)
    return ((values.values == number) & values.mask).sum(-1).tolist()


def unknown_in(values: Steps | Tensor, column: Column) -> int:
    """The number of unknown symbols in all rows."""
    number = None if column.vocabulary is None else column.vocabulary.unknown
    if not isinstance(values, Flat) or number is None:
        return sum(unknown(values, column))
    # the rows of a table: each value is in one of them
    return sum(int((some == number).sum()) for some in values.pieces())


def _encoded(
    table: Table,
    column: Column,
    values: Mapping[str, Sequence[Any]] | None,
    encode_all: Callable[[list[Any]], Flat | Tensor],
    encode: Callable[[Any], Tensor],
) -> Steps | Tensor:
    """The values of a column as tensors, a piece of the column at a time."""
    cells = parsed(table, column) if values is None else values[column.name]
    row = 0

    def of(piece: Any) -> Flat | Tensor:
        nonlocal row
        try:
            found = encode_all(piece)
        except DataError:
            for i, value in enumerate(piece):
                _named(table, column, row + i, encode, value)
            raise
        row += len(piece)
        return found

    pieces = map(of, pieces_of(cells))
    if not column.sequence:
        return torch.cat([piece for piece in pieces if isinstance(piece, Tensor)])
    of_steps = (piece for piece in pieces if isinstance(piece, Flat))
    return (
        _spooled(column, of_steps) if isinstance(cells, StoredColumn) else _padded(list(of_steps))
    )


def _named(table: Table, column: Column, row: int, f: Callable[..., T], *values: Any) -> T:
    """What a function makes of a value; what is wrong with it, by the value's line."""
    try:
        return f(*values)
    except DataError as error:
        raise DataError(f"{table.at(row)}: column {column.name!r}: {error}") from None


def _padded(pieces: list[Flat]) -> Steps:
    """Sequences side by side in memory, if their padding leaves room for them."""
    flat = torch.cat([piece.flat for piece in pieces])
    lengths = torch.cat([piece.lengths for piece in pieces])
    steps = max(piece.steps for piece in pieces)
    if len(lengths) * steps > LARGE:
        return Flat(flat, lengths.cumsum(0) - lengths, lengths)
    values = flat.new_zeros(len(lengths), steps, *flat.shape[1:])
    values[torch.arange(steps) < lengths[:, None]] = flat
    return Steps(values, lengths)


def _spooled(column: Column, pieces: Iterable[Flat]) -> Flat:
    """Sequences one after another in a temporary file."""
    symbols = column.vocabulary is not None and not column.closed
    dtype = smallest(column.size) if symbols else np.int64 if column.closed else np.float32
    flat, lengths = Spool(dtype), Spool(np.int64)
    event: tuple[int, ...] = ()
    for piece in pieces:
        flat.write(piece.flat.numpy().reshape(-1))
        lengths.write(piece.lengths.numpy())
        event = tuple(piece.event_shape)
    return spooled(flat, lengths, event)
