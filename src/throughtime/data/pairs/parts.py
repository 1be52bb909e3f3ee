"""The division of a table into parts for training, validation and test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from throughtime.data.errors import DataError
from throughtime.data.pairs.stratified import stratified
from throughtime.data.splitting import FEWEST, NAMES, PARTS, shuffled
from throughtime.data.storage.stored import row_type
from throughtime.data.table.equal import hashes_of, in_common, numbered
from throughtime.data.table.table import Table

Divided = tuple[dict[str, Table], int]
"""The parts, and the number of rows that changed places for the sake of rare classes."""


@dataclass(frozen=True)
class Labels:
    """The labels of each row of a table, one or several, one row after the other.

    Args:
        classes: ``(n,)``, the labels, numbered from 0 in the order in which they come.
        counts: ``(rows,)``, how many each row has.
    """

    classes: NDArray[np.int32]
    counts: NDArray[np.int32]


def drawn(
    table: Table,
    separate: Mapping[str, Table],
    key: list[str],
    used: list[str],
    seed: int,
    labels: Labels | None,
) -> Divided:
    """Divide at random; rows that are equal in the ``key`` columns stay together.

    A tenth of the different rows is valid, and a tenth test; a part of a file of its own is all of
    that file, and the other one is then a ninth.

    Args:
        table: the rows.
        separate: valid or test, as far as they have files of their own.
        key: the columns by which rows are equal.
        used: the columns that every file must have, in any order.
        seed: decides which rows are held out.
        labels: the labels of each row; for rare ones, some rows change places, see
            :func:`~throughtime.data.pairs.stratified.stratified`.

    Raises:
        DataError: if a file lacks a column, or if a part is to be drawn from fewer than ten
            different rows.
    """
    for other in separate.values():
        if not set(used) <= set(other.columns):
            raise DataError(
                f"{other.path}: has the columns {', '.join(other.columns)}; expected those of "
                f"{table.path}: {', '.join(used)}"
            )
    held_out = [part for part in PARTS[1:] if part not in separate]
    group = numbered(hashes_of(table, key))  # rows that stay together
    count = int(group.max()) + 1
    if held_out and count < FEWEST:
        raise DataError(
            f"{table.path}: {count} different rows by {', '.join(key)}, of which no tenth can "
            f"be held out; expected at least {FEWEST}: say which column is x (--input), and which "
            "rows (--split) or files (--valid, --test) are held out"
        )
    fair = where = shuffled(count, seed, held_out)
    if labels is not None:
        where = stratified(fair, group.repeat(labels.counts), labels.classes)
    moved = int((where != fair)[group].sum())
    return {**_divided(table, where[group]), **separate}, moved


def by_column(table: Table, column: str) -> dict[str, Table]:
    """Divide by a column whose values are train, valid or test, or other names of the parts.

    Raises:
        DataError: at a row with another value, or if a part has no rows.

    Example:
        >>> from pathlib import Path
        >>> rows = {"part": ["train", "dev", "test"], "x": ["a", "b", "a"]}
        >>> parts = by_column(Table(Path("a.csv"), rows, [2, 3, 4]), "part")
        >>> parts["valid"].columns["x"], leaks(parts, ["x"])
        (['b'], 1)
    """
    where = np.empty(len(table), np.int8)
    for row, value in enumerate(table.column(column)):
        part = NAMES.get(str(value).strip().lower())
        if part is None:
            raise DataError(
                f"{table.at(row)}: column {column!r} says {value!r}; expected one of "
                f"{', '.join(NAMES)}"
            )
        where[row] = PARTS.index(part)
    parts = _divided(table, where)
    if missing := [part for part in PARTS if not len(parts[part])]:
        raise DataError(
            f"{table.path}: column {column!r} has no row of {' or '.join(missing)}; expected "
            "rows of every part"
        )
    return parts


def leaks(parts: dict[str, Table], key: list[str]) -> int:
    """The number of held-out rows that equal a training row in the ``key`` columns.

    Args:
        parts: the rows of each part, see :func:`drawn` and :func:`by_column`.
        key: the columns.
    """
    known = hashes_of(parts["train"], key)
    return sum(in_common(hashes_of(parts[part], key), known) for part in PARTS[1:])


def _divided(table: Table, where: NDArray[np.int8]) -> dict[str, Table]:
    kind = row_type(len(where))
    return {
        part: table[np.flatnonzero(where == number).astype(kind)]
        for number, part in enumerate(PARTS)
    }
