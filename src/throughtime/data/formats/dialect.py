"""How a delimited file is cut into cells: by which delimiter, and with quotes or without."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from throughtime.data.errors import DataError
from throughtime.data.formats.tidy import tidied
from throughtime.data.number import number

DELIMITERS = "\t;|,"
"""The possible delimiters; of several that divide every line alike, the first is taken: a tab or a
semicolon hardly ever stands in a text or a number, and a comma often does."""

csv.field_size_limit(2**31 - 1)  # the default, 128 KiB, is too short for a text

Row = tuple[int, list[str]]
"""The line that a row begins at, and its cells."""


@dataclass(frozen=True)
class Dialect:
    """How the rows of a file are cut into cells.

    Args:
        delimiter: the character between two cells.
        quoted: whether a cell may stand in double quotes, and then over several lines.
        first: how many lines stand before the table, such as ``sep=;``.

    Example:
        >>> Dialect(",").rows(["a,b", '"x, y",2'])
        [(1, ['a', 'b']), (2, ['x, y', '2'])]
    """

    delimiter: str
    quoted: bool = True
    first: int = 0

    def rows(self, lines: Sequence[str]) -> list[Row]:
        """The rows of all lines, blank ones left out.

        Raises:
            Unreadable: at the first row that cannot be cut.
        """
        return list(self._rows(lines))

    def _rows(self, lines: Sequence[str]) -> Iterator[Row]:
        reader = csv.reader(
            (line + "\n" for line in lines[self.first :]),
            delimiter=self.delimiter,
            quoting=csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE,
            strict=True,
        )
        before = self.first
        try:
            for row in reader:
                if row:
                    yield before + 1, row
                before = self.first + reader.line_num
        except csv.Error as error:
            raise Unreadable(before + 1, str(error)) from None


class Unreadable(Exception):
    """A row that cannot be cut into cells: its line, and why."""


def rows_of(path: Path, lines: list[str], delimiter: str | None = None) -> list[Row]:
    """The rows of a delimited file, all with as many cells.

    Of the delimiters that are possible, the one that gives every row as many cells, two or more;
    if none does, the file has one column, or is refused where a row differs. Quotes that no
    program has written, as in ``"word" she said``, are taken as they stand: where quotes cannot be
    read, or would join lines that are rows without them.

    Args:
        path: the file, for messages.
        lines: its lines.
        delimiter: the delimiter, if the file's name says it.

    Raises:
        DataError: with file and line, if a row is longer or shorter than the others.
    """
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise DataError(f"{path}: nothing but blank lines; expected a line of names, and rows")
    if told := re.fullmatch(r'"?sep=(.)"?', lines[first].strip()):
        candidates, skipped = [told[1]], first + 1
    elif lines[first].strip() == "sep=":  # a tab, which strip has taken
        candidates, skipped = ["\t"], first + 1
    else:
        candidates, skipped = [delimiter] if delimiter else list(DELIMITERS), 0
    for candidate in candidates:
        found = _evenly(lines, candidate, skipped)
        if found is not None and max(map(len, (row for _, row in found))) > 1:
            return found
    usual = max(candidates, key=lambda c: _most_alike(lines[skipped:], c))
    rows = _cut(path, lines, Dialect(usual, first=skipped))
    if (width := _even(rows)) == 1 and not delimiter and (spaced := _by_spaces(lines)):
        return spaced
    if width is None:
        expected = len(rows[0][1])
        line, row = next((line, row) for line, row in rows if len(row) != expected)
        raise DataError(
            f"{path}:{line}: {len(row)} columns; expected {expected}, as in line {rows[0][0]}: "
            + ", ".join(rows[0][1])
        )
    return rows


def _evenly(lines: list[str], delimiter: str, first: int) -> list[Row] | None:
    """The rows by a delimiter, if all have as many cells."""
    plain = _try(lines, Dialect(delimiter, quoted=False, first=first))
    quoted = _try(lines, Dialect(delimiter, first=first))
    # in files with tabs a quote is often none, and must not join lines that are rows without it
    joins = plain is not None and quoted is not None and len(plain) > len(quoted)
    if quoted is None or (joins and delimiter == "\t"):
        return plain
    return quoted


def _try(lines: list[str], dialect: Dialect) -> list[Row] | None:
    try:
        rows = dialect.rows(lines)
    except Unreadable:
        return None
    return rows if rows and _even(tidied(rows)[0]) is not None else None


def _even(rows: Sequence[tuple[int, Sequence[str]]]) -> int | None:
    """How many cells every row has; None if they differ."""
    widths = {len(row) for _, row in rows}
    return widths.pop() if len(widths) == 1 else None


def _most_alike(lines: list[str], delimiter: str) -> int:
    """How many lines have the most frequent number of these delimiters, none aside."""
    counts = Counter(line.count(delimiter) for line in lines if line.strip())
    counts.pop(0, None)
    return max(counts.values(), default=0)


def _by_spaces(lines: list[str]) -> list[Row] | None:
    """Numbers in columns that spaces divide; other words with spaces are texts."""
    rows = [(n, line.split()) for n, line in enumerate(lines, 1) if line.strip()]
    if (_even(rows) or 1) < 2:
        return None
    return rows if all(number(cell) is not None for _, row in rows[1:] for cell in row) else None


def _cut(path: Path, lines: list[str], dialect: Dialect) -> list[Row]:
    try:
        rows = dialect.rows(lines)
    except Unreadable as error:
        line, reason = error.args
        raise DataError(f"{path}:{line}: {reason}; expected a row of a CSV file") from None
    if not rows:
        raise DataError(f"{path}: no rows; expected a line of names, and rows")
    return rows
