"""Objects inside the rows of a table: their entries are columns, called ``user.name``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from throughtime.data.columns import Column
from throughtime.data.columns.image import Image
from throughtime.data.errors import DataError
from throughtime.data.formats.table import Table

PICTURE = {"bytes", "path"}
"""The keys of an object that is one value: a picture and its name."""

NAMED = 5
"""So many keys are named in a message."""


def flat(row: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """A row without objects inside.

    Raises:
        ValueError: if two entries would have the same name.

    Example:
        >>> flat({"id": 1, "user": {"name": "Ada", "at": {"x": 2}}})
        {'id': 1, 'user.name': 'Ada', 'user.at.x': 2}
    """
    if not any(_has_entries(value) for value in row.values()):
        return row
    made: dict[Any, Any] = {}
    for name, value in row.items():
        if _has_entries(value):
            entries = {f"{name}.{key}": inner for key, inner in flat(value).items()}
        else:
            entries = {name: value}
        if twice := made.keys() & entries.keys():
            raise ValueError(f"two values are called {min(twice)!r}; rename one")
        made.update(entries)
    return made


def columns_of(rows: Sequence[Mapping[Any, Any]]) -> dict[Any, list[Any]]:
    """Flat rows as columns; where a row lacks a key, its value is missing (None).

    Example:
        >>> columns_of([{"a": 1}, {"b": 2, "a": 3}])
        {'a': [1, 3], 'b': [None, 2]}
    """
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def keys_lacking(rows: Sequence[Mapping[Any, Any]]) -> str | None:
    """Which keys only some rows have, in words; None if all have all."""
    counts: dict[Any, int] = {}
    for row in rows:
        for name in row:
            counts[name] = counts.get(name, 0) + 1
    some = [f"{name} in {count:,}" for name, count in counts.items() if count < len(rows)]
    if not some:
        return None
    more = f" and {len(some) - NAMED} more" if len(some) > NAMED else ""
    return f"not every one of the {len(rows):,} rows has every key: {', '.join(some[:NAMED])}{more}"


def check_plain(table: Table, column: Column, values: Sequence[Any], first: int = 0) -> None:
    """Refuse values, from the ``first`` row on, that are of no kind of column, pictures aside.

    Raises:
        DataError: with file and line, at an object, a list of objects, or bytes that are no text.
    """
    if isinstance(column, Image):
        return
    for row, value in enumerate(values, first):
        if isinstance(value, str | int | float):
            continue
        what = objects_in(value)
        if isinstance(value, bytes):
            what = f"{len(value):,} bytes, which are neither UTF-8 text nor a picture"
        if what is not None:
            raise DataError(
                f"{table.at(row)}: column {column.name!r} has {what}; expected a text, a number, "
                "or a list of them: write what the model reads or predicts to columns of their own"
            )


def objects_in(value: Any) -> str | None:
    """What a value is if it is an object or has objects inside, in words; else None.

    Example:
        >>> objects_in([{"role": "user", "content": "hello"}])
        'a list of objects (role, content)'
    """
    inner = value
    while isinstance(inner, list) and inner:
        inner = inner[0]
    if isinstance(inner, tuple):  # an entry of Arrow's maps
        return "pairs of a key and a value"
    if not isinstance(inner, Mapping):
        return None
    what = "an object" if inner is value else "a list of objects"
    return f"{what} ({', '.join(map(str, list(inner)[:NAMED]))})"


def _has_entries(value: Any) -> bool:
    return isinstance(value, Mapping) and not (value and set(value) <= PICTURE)
