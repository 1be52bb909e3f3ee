"""A table: rows by named columns, and where each row stands in its file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from throughtime.data.errors import DataError
from throughtime.data.numbers.notation import Numerals, numbers_of
from throughtime.data.numbers.number import numbers_among
from throughtime.data.storage.stored import LARGE, RowNumbers, evenly, picked
from throughtime.data.times.times import Timed, timed

WIDEST = 10_000
"""The most columns of a table."""

SEEN = 100_000
"""So many rows are enough to guess what a column is."""

RUN = 1_000
"""So many of them follow each other: to read them, most of a large file is passed over."""


@dataclass(frozen=True, eq=False)
class Table:
    """Rows by named columns, and the line that each row begins at.

    Args:
        path: the file.
        columns: the values of each column.
        lines: the line that each row begins at.
        decimal: the decimal mark of numbers in texts; None if it follows from each column.
        header: False if the first row was seen to be none of names.
        notes: what is to be said of how it was read, such as lines that were left out.
        zones: of columns of times whose type says the zone, its name; their values say the offset.

    Example:
        >>> Table(Path("a.csv"), {"name": ["Ada", "Alan"]}, [2, 3]).column("nam")
        Traceback (most recent call last):
        ...
        throughtime.data.errors.DataError: a.csv: no column 'nam'; did you mean 'name'? The columns
        are: name
    """

    path: Path
    columns: Mapping[str, Sequence[Any]]
    lines: Sequence[int]
    decimal: str | None = None
    header: bool | None = None
    notes: tuple[str, ...] = ()
    zones: Mapping[str, str] = field(default_factory=dict)
    _numerals: dict[str, Numerals] = field(default_factory=dict, init=False, repr=False)
    _times: dict[str, Timed | None] = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        return len(self.lines)

    def column(self, name: str) -> Sequence[Any]:
        """The values of a column.

        Raises:
            DataError: if there is no such column.
        """
        if name not in self.columns:
            near = difflib.get_close_matches(name, self.columns, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else "."
            raise DataError(
                f"{self.path}: no column {name!r}{hint} The columns are: {', '.join(self.columns)}"
            )
        return self.columns[name]

    def numbers(self, name: str) -> Numerals:
        """A column with its texts read as numbers, in the one notation that it has."""
        if name not in self._numerals:
            self._numerals[name] = numbers_of(self.column(name), self.decimal)
        return self._numerals[name]

    def plain_numbers(self, name: str) -> Sequence[Any]:
        """The values of :meth:`numbers`.

        Raises:
            DataError: with file and line, if they may also be other numbers.
        """
        found = self.numbers(name)
        if found.doubt:
            row, reason = found.doubt
            raise DataError(f"{self.at(row)}: column {name!r}: {reason}")
        return found.values

    def times(self, name: str) -> Timed | None:
        """A column as times; None if it is not one of times."""
        if name in self._times:
            return self._times[name]
        found = timed(self.column(name), name)
        if len(self) <= SEEN:  # those of a large table would fill the memory
            self._times[name] = found
        return found

    def spread(self) -> Table:
        """All rows; of more than :data:`SEEN`, so many, evenly spread: enough for a guess."""
        return self if len(self) <= SEEN else self._spread

    @cached_property
    def _spread(self) -> Table:
        some = self[evenly(len(self), SEEN // RUN, RUN)]
        if len(self.columns) * SEEN > LARGE:  # a byte a cell is the least
            return some
        return replace(some, columns={name: list(values) for name, values in some.columns.items()})

    def with_numbers(self, names: Iterable[str]) -> Table:
        """The table with these columns as :meth:`plain_numbers`, where most values are numbers.

        A column is read as a whole, before it is divided: a part of it may not show how it is
        written.
        """
        read = {n: numbers_among(self.plain_numbers(n))
                for n in names if self.numbers(n).are_numbers}  # fmt: skip
        found = replace(self, columns={**self.columns, **read}, decimal=self.mark(read))
        found._times.update((n, times) for n, times in self._times.items() if n not in read)
        if found.decimal == self.decimal:
            found._numerals.update(
                (n, numerals) for n, numerals in self._numerals.items()
                if n not in read
            )  # fmt: skip
        return found

    @property
    def seen(self) -> dict[str, Any]:
        """The options of reading that the rows have shown, or that were given."""
        found = {"decimal": self.decimal, "header": self.header}
        return {name: value for name, value in found.items() if value is not None}

    def mark(self, names: Iterable[str]) -> str | None:
        """The decimal mark if it is known, or is a comma in these columns; else None.

        Other files are read by it: of 1.100 alone nobody can say what it is.
        """
        marks = {self.numbers(name).decimal for name in names} - {None}
        return self.decimal or ("," if marks == {","} else None)

    def at(self, row: int) -> str:
        """The file and line of a row."""
        return f"{self.path}:{self.lines[row]}"

    def __getitem__(self, rows: RowNumbers | list[int]) -> Table:
        """Some of the rows."""
        some = np.array(rows, np.int64) if isinstance(rows, list) else rows
        columns = {name: picked(values, some) for name, values in self.columns.items()}
        return replace(self, columns=columns, lines=picked(self.lines, some))


def check_width(where: str, columns: int) -> None:
    """Refuse a table with more columns than :data:`WIDEST`.

    Args:
        where: the file, for the message.
        columns: how many it has.

    Raises:
        DataError: if they are too many.
    """
    if columns > WIDEST:
        raise DataError(
            f"{where}: {columns:,} columns; expected at most {WIDEST:,}: write numbers of one "
            "sequence as a list in one column"
        )


def check_names(where: str, names: Iterable[str]) -> None:
    """Raise a ``DataError`` if a column has no name, or two have the same.

    Example:
        >>> check_names("a.jsonl", ["text", " "])
        Traceback (most recent call last):
        ...
        throughtime.data.errors.DataError: a.jsonl: column 2 has no name; give it one
    """
    seen = set[str]()
    for number, name in enumerate(names, 1):
        if not name.strip():
            raise DataError(f"{where}: column {number} has no name; give it one")
        if name in seen:
            raise DataError(f"{where}: two columns are called {name!r}; rename one")
        seen.add(name)
