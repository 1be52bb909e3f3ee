"""Tables: files of rows with named columns, as CSV, TSV, JSON lines or Parquet."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from itertools import compress
from pathlib import Path
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.formats.json_text import from_json
from throughtime.data.formats.opening import suffix_of
from throughtime.data.formats.text_file import lines_of
from throughtime.data.number import number
from throughtime.extras import needed_for

DELIMITERS = ",;\t|"
"""The possible separators of a CSV file; the most frequent one in its first line is taken."""

csv.field_size_limit(2**31 - 1)  # the default, 128 KiB, is too short for a text

SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")


@dataclass(frozen=True, eq=False)
class Table:
    """Rows by named columns, and the line that each row begins at.

    Example:
        >>> Table(Path("a.csv"), {"name": ["Ada", "Alan"]}, [2, 3]).column("nam")
        Traceback (most recent call last):
        ...
        throughtime.data.errors.DataError: a.csv: no column 'nam'; did you mean 'name'? The columns
        are: name
    """

    path: Path
    columns: dict[str, list[Any]]
    lines: list[int]

    def __len__(self) -> int:
        return len(self.lines)

    def column(self, name: str) -> list[Any]:
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

    def at(self, row: int) -> str:
        """The file and line of a row."""
        return f"{self.path}:{self.lines[row]}"

    def __getitem__(self, rows: Sequence[int]) -> Table:
        """Some of the rows."""
        return replace(
            self,
            columns={name: [values[i] for i in rows] for name, values in self.columns.items()},
            lines=[self.lines[i] for i in rows],
        )


def is_table(path: Path) -> bool:
    """Whether a file is a table, by its ending."""
    return suffix_of(path) in SUFFIXES


def read_table(path: Path) -> Table:
    """Read a table in the format of the file's ending.

    The first line of a CSV or TSV file names the columns. If it has a number in it, it is a row,
    and the columns are called 1, 2, …. A column without a name, such as the row numbers that some
    programs write, is left out.

    Raises:
        DataError: with file and line, if a row does not have the same columns as the others.
    """
    suffix = suffix_of(path)
    if suffix == ".parquet":
        return _parquet(path)
    if suffix in (".jsonl", ".ndjson"):
        return _json_lines(path)
    return _delimited(path, "\t" if suffix == ".tsv" else None)


def _delimited(path: Path, delimiter: str | None) -> Table:
    lines = lines_of(path)
    delimiter = delimiter or max(DELIMITERS, key=lines[0].count)
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    before = 0
    try:
        for row in reader:
            if row:
                rows.append((before + 1, row))
            before = reader.line_num
    except csv.Error as error:
        raise DataError(f"{path}:{before + 1}: {error}; expected a row of a CSV file") from None
    if not rows:
        raise DataError(f"{path}: nothing but blank lines; expected a line of names, and rows")
    header = rows[0][1]
    if any(number(name) is not None for name in header):
        names = [str(i + 1) for i in range(len(header))]
    else:
        names, rows = [name.strip() for name in header], rows[1:]
    if twice := [name for i, name in enumerate(names) if name and name in names[:i]]:
        raise DataError(f"{path}:1: two columns are called {twice[0]!r}; rename one")
    for line, row in rows:
        if len(row) != len(names):
            raise DataError(
                f"{path}:{line}: {len(row)} columns; expected {len(names)}, as there are names: "
                f"{', '.join(names)}"
            )
    if not any(names):
        raise DataError(f"{path}:1: no column has a name; expected names in the first line")
    return _table(
        path,
        [name for name in names if name],
        [(line, list(compress(row, names))) for line, row in rows],
    )


def _json_lines(path: Path) -> Table:
    rows: list[tuple[int, list[Any]]] = []
    names: list[str] = []
    for number_of, line in enumerate(lines_of(path), 1):
        if not line.strip():
            continue
        try:
            value = from_json(line)
        except ValueError as error:
            raise DataError(f"{path}:{number_of}: not JSON ({error})") from None
        if not isinstance(value, dict):
            raise DataError(
                f"{path}:{number_of}: a {type(value).__name__}; expected an object on every line"
            )
        names = names or list(value)
        if set(value) != set(names):
            raise DataError(
                f"{path}:{number_of}: has {', '.join(value) or 'no keys'}; expected "
                f"{', '.join(names)}, as the lines before"
            )
        rows.append((number_of, [value[name] for name in names]))
    return _table(path, names, rows)


def _parquet(path: Path) -> Table:
    with needed_for(f"{path}: reading Parquet"):
        arrow = import_module("pyarrow")
        parquet = import_module("pyarrow.parquet")
    try:
        columns = parquet.read_table(path).to_pydict()
    except (OSError, arrow.ArrowException, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{path}: cannot be read as a Parquet file ({reason})") from None
    count = len(next(iter(columns.values()), []))
    if not count:
        raise DataError(f"{path}: no rows; expected some")
    return Table(path, columns, list(range(1, count + 1)))


def _table(path: Path, names: list[str], rows: list[tuple[int, list[Any]]]) -> Table:
    if not rows:
        raise DataError(f"{path}: no rows; expected some below the names of the columns")
    values = zip(*(row for _, row in rows), strict=True)
    columns = dict(zip(names, map(list, values), strict=True))
    return Table(path, columns, [line for line, _ in rows])
