"""Objects inside the rows of a table: their entries are columns, called ``user.name``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from throughtime.data.columns import Column
from throughtime.data.columns.image import KEYS, Image
from throughtime.data.errors import DataError
from throughtime.data.storage.stored import ColumnWriter
from throughtime.data.table.table import Table

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


class Records:
    """Flat rows as columns; where a row lacks a key, its value is missing (None).

    Example:
        >>> records = Records()
        >>> records.write([{"a": 1}, {"b": 2, "a": 3}])
        >>> records.columns(), records.lacking
        ({'a': [1, 3], 'b': [None, 2]}, 'not every one of the 2 rows has every key: b in 1')
    """

    def __init__(self) -> None:
        self.rows = 0
        self._counts: dict[Any, int] = {}  # in how many rows each key is
        self._writer = ColumnWriter(0)

    def write(self, rows: Sequence[Mapping[Any, Any]]) -> None:
        """Append some rows.

        Raises:
            DataError: if the temporary folder is full.
        """
        for row in rows:
            for name in row:
                if name not in self._counts:
                    self._counts[name] = 0
                    self._writer.add()
                self._counts[name] += 1
        self._writer.extend([row.get(name) for row in rows] for name in self._counts)
        self.rows += len(rows)

    def __len__(self) -> int:
        """The number of columns."""
        return len(self._counts)

    def columns(self) -> dict[Any, Sequence[Any]]:
        """The columns by their names."""
        return dict(zip(self._counts, self._writer.columns(), strict=True))

    @property
    def lacking(self) -> str | None:
        """Which keys only some rows have, in words; None if all have all."""
        some = [f"{name} in {count:,}" for name, count in self._counts.items()
                if count < self.rows]  # fmt: skip
        if not some:
            return None
        more = f" and {len(some) - NAMED} more" if len(some) > NAMED else ""
        return (
            f"not every one of the {self.rows:,} rows has every key: "
            f"{', '.join(some[:NAMED])}{more}"
        )


def check_plain(table: Table, column: Column, values: Sequence[Any], first: int) -> None:
    """Refuse values that are of no kind of column, pictures aside.

    Args:
        table: the rows, for the message.
        column: the column that the values are of.
        values: some values of it, one after the other.
        first: the row of the first of them.

    Raises:
        DataError: with file and line, at an object, a list of objects, or bytes that are no text.

    Example:
        >>> from pathlib import Path
        >>> from throughtime.data.columns import Words
        >>> table = Table(Path("a.jsonl"), {"q": ["what?", [{"text": "so"}]]}, [1, 2])
        >>> check_plain(table, Words("q"), table.columns["q"], 0)
        Traceback (most recent call last):
        ...
        throughtime.data.errors.DataError: a.jsonl:2: column 'q' has a list of objects (text); ...
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


def check_no_objects(table: Table, name: str) -> None:
    """Refuse a column of objects that stand in texts, as ``{'a': 1}``; a given kind is no guess.

    Raises:
        DataError: with file and line.
    """
    for row, value in enumerate(table.column(name)):
        if not isinstance(value, str) or OBJECT.fullmatch(value.strip()) is None:
            return
        if row + 1 == min(len(table), SURE):
            raise DataError(
                f"{table.at(0)}: column {name!r} has objects as texts, such as "
                f"{table.column(name)[0][:40]!r}; expected a text, a number, or a list of them: "
                f"write their entries to columns of their own, or give {name}:characters to model "
                "how they are written"
            )


OBJECT = re.compile(r"\{\s*('[^']*'|\"[^\"]*\"|\d+)\s*:.*\}", re.DOTALL)
"""An object of JSON, or a dictionary of Python's."""

SURE = 10
"""So many objects in the first rows are no coincidence."""


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
    return isinstance(value, Mapping) and not (value and set(value) <= KEYS)
