"""The division of a table into parts for training, validation and test."""

from __future__ import annotations

import random
from collections.abc import Hashable

from throughtime.data.errors import DataError
from throughtime.data.formats.equal import keys_of
from throughtime.data.formats.table import Table
from throughtime.data.splitting import FEWEST, PARTS, shuffled, stratified

NAMES = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("valid", "validation", "val", "dev", "devel", "development"), "valid"),
    **dict.fromkeys(("test", "testing", "eval", "evaluation"), "test"),
}
"""Names of the parts that are in use, and the part that each means."""


Divided = tuple[dict[str, Table], int]
"""The parts, and the number of rows that were moved for the sake of rare classes."""


def by_seed(
    table: Table, key: list[str], seed: int, classes: list[list[str]] | None = None
) -> Divided:
    """Divide 80/10/10 at random; rows that are equal in the ``key`` columns stay together.

    Args:
        table: the rows.
        key: the columns by which rows are equal.
        seed: decides which rows are held out.
        classes: the labels of each row; of rare ones, some rows are moved, see
            :func:`~throughtime.data.splitting.stratified`.

    Raises:
        DataError: if there are fewer than ten different rows.
    """
    keys = keys_of(table, key)
    where = shuffled(keys, seed)
    _enough(table, key, len(where))
    return _stratified(table, keys, where, classes)


def by_column(table: Table, column: str) -> dict[str, Table]:
    """Divide by a column whose values are train, valid or test, or other names of the parts.

    Raises:
        DataError: at a row with another value, or if a part has no rows.
    """
    where = []
    for row, value in enumerate(table.column(column)):
        part = NAMES.get(str(value).strip().lower())
        if part is None:
            raise DataError(
                f"{table.at(row)}: column {column!r} says {value!r}; expected one of "
                f"{', '.join(NAMES)}"
            )
        where.append(part)
    parts = _divided(table, where)
    if missing := [part for part in PARTS if not len(parts[part])]:
        raise DataError(
            f"{table.path}: column {column!r} has no row of {' or '.join(missing)}; expected "
            "rows of every part"
        )
    return parts


def by_files(
    table: Table,
    valid: Table | None,
    test: Table | None,
    key: list[str],
    seed: int,
    classes: list[list[str]] | None = None,
) -> Divided:
    """Parts from separate files; if one is not given, it is a ninth of the first file's rows.

    For the other arguments, see :func:`by_seed`.

    Raises:
        DataError: if the files do not have the same columns, or if a part is to be drawn from
            fewer than ten different rows.
    """
    for other in (valid, test):
        if other is not None and list(other.columns) != list(table.columns):
            raise DataError(
                f"{other.path}: has the columns {', '.join(other.columns)}; expected those of "
                f"{table.path}: {', '.join(table.columns)}"
            )
    keys = keys_of(table, key)
    distinct = list(dict.fromkeys(keys))
    random.Random(seed).shuffle(distinct)
    missing = "valid" if valid is None else "test" if test is None else None
    if missing:
        _enough(table, key, len(distinct))
    where = dict.fromkeys(distinct, "train")
    if missing:
        where |= dict.fromkeys(distinct[: len(distinct) // 9], missing)
    parts, moved = _stratified(table, keys, where, classes)
    return {
        "train": parts["train"],
        "valid": valid if valid is not None else parts["valid"],
        "test": test if test is not None else parts["test"],
    }, moved


def leaks(parts: dict[str, Table], key: list[str]) -> int:
    """The number of held-out rows that equal a training row in the ``key`` columns."""
    known = set(keys_of(parts["train"], key))
    return sum(k in known for part in PARTS[1:] for k in keys_of(parts[part], key))


def _enough(table: Table, key: list[str], distinct: int) -> None:
    if distinct < FEWEST:
        raise DataError(
            f"{table.path}: {distinct} different rows by {', '.join(key)}, of which no tenth can "
            f"be held out; expected at least {FEWEST}: say which column is x (--input), and which "
            "rows (--split) or files (--valid, --test) are held out"
        )


def _stratified(
    table: Table,
    keys: list[Hashable],
    drawn: dict[Hashable, str],
    classes: list[list[str]] | None,
) -> Divided:
    """The parts as they were drawn, but for rows of rare classes."""
    where = drawn
    if classes is not None:
        of_keys: dict[Hashable, set[str]] = {}
        for k, names in zip(keys, classes, strict=True):
            of_keys.setdefault(k, set()).update(names)
        where = stratified(drawn, of_keys)
    moved = sum(where[k] != drawn[k] for k in keys)
    return _divided(table, [where[k] for k in keys]), moved


def _divided(table: Table, where: list[str]) -> dict[str, Table]:
    return {part: table[[i for i, p in enumerate(where) if p == part]] for part in PARTS}
