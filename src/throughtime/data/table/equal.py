"""Which rows of a table are equal in some columns; and the texts of y as the file has them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from throughtime.data.columns import Column
from throughtime.data.storage.stored import pieces_of, row_type
from throughtime.data.table.table import Table

SHARES = 16
"""Rows are compared in so many shares, each of which needs its part of the memory."""


def hashes_of(table: Table, columns: list[str]) -> NDArray[np.int64]:
    """``(rows,)``, a hash of what each row has in some columns.

    Of ten million different rows, two have the same hash in one table of three hundred thousand;
    they then share a part, which does no harm.

    Args:
        table: the rows.
        columns: the names of the columns.

    Raises:
        DataError: if there is no such column.

    Example:
        >>> from pathlib import Path
        >>> table = Table(Path("a.csv"), {"q": ["a", "b", "a"]}, [2, 3, 4])
        >>> first, second, third = hashes_of(table, ["q"])
        >>> bool(first == third), bool(first == second)
        (True, False)
    """
    found = np.zeros(len(table), np.int64)
    for name in columns:
        at = 0
        for piece in pieces_of(table.column(name)):
            some = found[at : at + len(piece)]
            keys = map(_key, piece)
            some[:] = [hash((a, key)) for a, key in zip(some.tolist(), keys, strict=True)]
            at += len(piece)
    return found


def _key(value: Any) -> Hashable:
    """What equal values have in common; a number as its text, since -1 and -2 have one hash."""
    if isinstance(value, str):
        return value
    if isinstance(value, np.ndarray):
        return value.shape, value.tobytes()
    if isinstance(value, dict):
        return frozenset((name, _key(v)) for name, v in value.items())
    if isinstance(value, list):
        return tuple(map(_key, value))
    return (value, str(value))


def numbered(hashes: NDArray[np.int64]) -> NDArray[np.signedinteger[Any]]:
    """``(rows,)``, equal numbers for equal hashes, from 0 on, in the order in which they come.

    Example:
        >>> numbered(np.array([7, 3, 7])).tolist()
        [0, 1, 0]
    """
    first = np.empty(len(hashes), row_type(len(hashes)))  # the first row with the same hash
    is_first = np.zeros(len(hashes), np.bool_)
    share = (hashes % SHARES).astype(np.uint8)  # the order of all rows would fill the memory
    for one in range(SHARES):
        rows = np.flatnonzero(share == one)
        some = hashes[rows]
        order = some.argsort(kind="stable")
        rows, some = rows[order], some[order]
        begins = np.ones(len(rows), np.bool_)  # where another hash begins
        begins[1:] = some[1:] != some[:-1]
        firsts = rows[begins]
        first[rows] = firsts[begins.cumsum() - 1]
        is_first[firsts] = True
    del hashes, share
    number = is_first.cumsum(dtype=first.dtype)
    number -= 1
    return number[first]


def in_common(some: NDArray[np.int64], others: NDArray[np.int64]) -> int:
    """How many of some hashes are among the others, which are sorted in place.

    Example:
        >>> in_common(np.array([1, 2, 2, 5]), np.array([3, 2, 1]))
        3
    """
    others.sort()
    where = others.searchsorted(some)
    inside = where < len(others)
    return int((others[where[inside]] == some[inside]).sum())


def groups_of(table: Table, x: tuple[Column, ...]) -> Tensor | None:
    """``(rows,)``, equal numbers for rows whose x are equal in the file; None without x.

    Example:
        >>> from pathlib import Path
        >>> from throughtime.data.columns import Words
        >>> table = Table(Path("a.csv"), {"q": ["what is a", "what is b", "what is a"]}, [2, 3, 4])
        >>> groups_of(table, (Words("q"),))
        tensor([0, 1, 0])
    """
    if not x:
        return None
    return torch.from_numpy(numbered(hashes_of(table, [column.name for column in x]))).long()


def written(y: Column, values: Sequence[Any]) -> NDArray[np.object_] | None:
    """``(rows,)``, the texts of parsed values of y; None if y is no text.

    Example:
        >>> from throughtime.data.columns import Words
        >>> written(Words("y"), ["a b", "c"])
        array(['a b', 'c'], dtype=object)
    """
    if not len(values) or y.written(values[0]) is None:
        return None
    texts = np.empty(len(values), dtype=object)
    for row, value in enumerate(values):
        texts[row] = y.written(value)
    return texts
