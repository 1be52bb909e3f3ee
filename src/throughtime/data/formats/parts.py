"""The division of a table into parts for training, validation and test."""

from __future__ import annotations

import random
from collections.abc import Hashable
from typing import Any

import numpy as np

from throughtime.data.errors import DataError
from throughtime.data.formats.table import Table
from throughtime.data.splitting import FEWEST, PARTS, shuffled

NAMES = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("valid", "validation", "val", "dev", "devel", "development"), "valid"),
    **dict.fromkeys(("test", "testing", "eval", "evaluation"), "test"),
}
"""Names of the parts that are in use, and the part that each means."""


def by_seed(table: Table, key: list[str], seed: int) -> dict[str, Table]:
    """Divide 80/10/10 at random; rows that are equal in the ``key`` columns stay together.

    Raises:
        DataError: if there are fewer than ten different rows.
    """
    keys = _keys(table, key)
    where = shuffled(keys, seed)
    _enough(table, key, len(where))
    return _divided(table, [where[k] for k in keys])


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
    table: Table, valid: Table | None, test: Table | None, key: list[str], seed: int
) -> dict[str, Table]:
    """Parts from separate files; if one is not given, it is a ninth of the first file's rows.

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
    keys = _keys(table, key)
    distinct = list(dict.fromkeys(keys))
    random.Random(seed).shuffle(distinct)
    missing = "valid" if valid is None else "test" if test is None else None
    if missing:
        _enough(table, key, len(distinct))
    held = set(distinct[: len(distinct) // 9]) if missing else set()
    parts = _divided(table, [missing if missing and k in held else "train" for k in keys])
    return {
        "train": parts["train"],
        "valid": valid if valid is not None else parts["valid"],
        "test": test if test is not None else parts["test"],
    }


def leaks(parts: dict[str, Table], key: list[str]) -> int:
    """The number of held-out rows that equal a training row in the ``key`` columns."""
    known = set(_keys(parts["train"], key))
    return sum(k in known for part in PARTS[1:] for k in _keys(parts[part], key))


def _enough(table: Table, key: list[str], distinct: int) -> None:
    if distinct < FEWEST:
        raise DataError(
            f"{table.path}: {distinct} different rows by {', '.join(key)}, of which no tenth can "
            f"be held out; expected at least {FEWEST}: say which column is x (--input), and which "
            "rows (--split) or files (--valid, --test) are held out"
        )


def _divided(table: Table, where: list[str]) -> dict[str, Table]:
    return {part: table[[i for i, p in enumerate(where) if p == part]] for part in PARTS}


def _keys(table: Table, columns: list[str]) -> list[Hashable]:
    return list(zip(*([_key(v) for v in table.column(name)] for name in columns), strict=True))


def _key(value: Any) -> Hashable:
    if isinstance(value, np.ndarray):
        return value.shape, value.tobytes()
    if isinstance(value, dict):
        return frozenset((name, _key(v)) for name, v in value.items())
    return tuple(map(_key, value)) if isinstance(value, list) else value
