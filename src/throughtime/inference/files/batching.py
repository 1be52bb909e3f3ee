"""Which rows of a table are in one batch: those of similar length, and fewer of them if long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from throughtime.data.batching import SYMBOLS
from throughtime.data.columns import Column
from throughtime.data.table.table import Table

POOL = 2**20
"""The most steps of the rows that are sorted by length together: their answers are in memory."""


def pools(lengths: Sequence[int], rows: int) -> Iterator[list[list[int]]]:
    """Rows that follow each other, divided into batches.

    A batch has at most ``rows`` rows, and with more than one of them at most
    :data:`~throughtime.data.batching.SYMBOLS` steps, padding included.

    Args:
        lengths: the steps of each row.
        rows: the most rows of a batch.

    Example:
        >>> list(pools([5, 1, 4, 2], 2))
        [[[1, 3], [2, 0]]]
    """
    pool, steps = list[int](), 0
    for row, length in enumerate(lengths):
        if pool and steps + length > POOL:
            yield _batches(pool, lengths, rows)
            pool, steps = [], 0
        pool.append(row)
        steps += length
    if pool:
        yield _batches(pool, lengths, rows)


def _batches(pool: list[int], lengths: Sequence[int], rows: int) -> list[list[int]]:
    found: list[list[int]] = []
    for row in sorted(pool, key=lengths.__getitem__):
        padded = (len(found[-1]) + 1) * lengths[row] if found else 0
        if not found or len(found[-1]) == rows or padded > SYMBOLS:
            found.append([])
        found[-1].append(row)
    return found


def lengths_of(table: Table, columns: tuple[Column, ...]) -> list[int]:
    """The steps of each row, about: as many as the longest of its texts and lists is long."""
    cells = [table.column(c.name) for c in columns if c.sequence]
    return [max(map(_length, row)) for row in zip(*cells, strict=True)] or [1] * len(table)


def _length(value: Any) -> int:
    return max(1, len(value)) if hasattr(value, "__len__") else 1
