"""Delimited text, as CSV and TSV, as a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from throughtime.data.cells import Writer, picked
from throughtime.data.errors import DataError
from throughtime.data.formats.dialect import DELIMITERS, Dialect, Spaces, Unreadable
from throughtime.data.formats.header import named
from throughtime.data.formats.opening import suffix_of
from throughtime.data.formats.table import Table, check_width
from throughtime.data.formats.text_file import lines_in
from throughtime.data.formats.tidy import (
    Row,
    empty_at_end,
    empty_in_words,
    end_in_nothing,
    even,
    untitled,
)


def read_delimited(path: Path, header: bool | None = None) -> Table:
    """Read a delimited file; all values are texts.

    Of the delimiters that are possible, the one is taken that gives every row as many cells, two or
    more; if none does, the file has one column, or is refused where a row differs. Quotes that no
    program has written, as in ``"word" she said``, are taken as they stand: where quotes cannot be
    read, or would join lines that are rows without them.

    Args:
        path: the file, which may be larger than memory.
        header: whether the first line names the columns; None if that follows from the rows.

    Raises:
        DataError: with file and line, if a row does not have the same columns as the others, or if
            it cannot be known whether the first line is names.
    """
    cut = _cut(path, "\t" if suffix_of(path) == ".tsv" else None)
    return named(path, cut.head, header, cut.columns, cut.lines, cut.notes)


@dataclass(frozen=True)
class _Cut:
    """All cells of a file by their columns, its first row among them."""

    head: list[Row]
    columns: list[Sequence[Any]]
    lines: Sequence[int]
    joined: bool
    notes: list[str]


def _cut(path: Path, delimiter: str | None) -> _Cut:
    candidates, first = [delimiter] if delimiter else list(DELIMITERS), 0
    for number, line in enumerate(lines_in(path), 1):
        if not line.strip():
            continue
        if told := re.fullmatch(r'"?sep=(.?)"?', line.strip()):
            candidates, first = [told[1] or "\t"], number  # of a tab, strip leaves nothing
        break
    else:
        raise DataError(f"{path}: nothing but blank lines; expected a line of names, and rows")
    for candidate in candidates:
        found = _evenly(path, candidate, first)
        if found is not None:
            return found
    usual = max(candidates, key=lambda c: _most_alike(path, first, c))
    try:
        found = _all_of(path, Dialect(usual, first=first))
    except Unreadable as error:
        line, reason = error.args
        raise DataError(f"{path}:{line}: {reason}") from None
    if len(found.columns) == 1 and not delimiter:
        return _try(path, Spaces()) or found
    return found


def _evenly(path: Path, delimiter: str, first: int) -> _Cut | None:
    """The rows by a delimiter, if all have as many cells, two or more."""
    quoted = _try(path, Dialect(delimiter, first=first))
    # in files with tabs a quote is often none, and must not join lines that are rows without it
    if quoted is None or (quoted.joined and delimiter == "\t"):
        return _try(path, Dialect(delimiter, quoted=False, first=first)) or quoted
    return quoted


def _try(path: Path, dialect: Dialect | Spaces) -> _Cut | None:
    try:
        return _all_of(path, dialect, least=2)
    except Unreadable:
        return None


def _all_of(path: Path, dialect: Dialect | Spaces, least: int = 1) -> _Cut:
    """All rows of a file.

    Raises:
        Unreadable: at the first row that cannot be cut, or if rows have fewer cells than ``least``.
    """
    writer, head, notes = None, list[Row](), list[str]()
    joined, ends, count, empty = False, False, 0, 0
    for some in dialect.cut(lines_in(path)):
        rows, lines = some.rows, some.lines
        if not rows:
            continue
        if writer is None:
            head, notes = untitled(list(zip(lines, rows, strict=True)))
            rows, lines = rows[-len(head) :], lines[-len(head) :]
            width, ends = len(rows[0]), end_in_nothing(head)
            if width < least:
                raise Unreadable(lines[0], f"{width} columns")
            check_width(str(path), width)
            writer = Writer(width + 1)
        if set(map(len, rows)) != {width}:
            found = even(list(zip(lines, rows, strict=True)), head[0], ends)
            rows = [list(row) for _, row in found]
            head = head if count else found
        writer.extend([*zip(*rows, strict=True), lines])
        joined, count = joined or some.joined, count + len(rows)
        below = empty_at_end(rows)
        empty = empty + below if below == len(rows) else below
    if writer is None:
        raise DataError(f"{path}: no rows; expected a line of names, and rows")
    *columns, lines = [picked(column, range(count - empty)) for column in writer.columns()]
    return _Cut(head[: count - empty], columns, lines, joined, [*empty_in_words(empty), *notes])


def _most_alike(path: Path, first: int, delimiter: str) -> int:
    """How many lines have the most frequent number of these delimiters, none aside."""
    counts: Counter[int] = Counter()
    for number, line in enumerate(lines_in(path), 1):
        if number > first and line.strip():
            counts[line.count(delimiter)] += 1
    counts.pop(0, None)
    return max(counts.values(), default=0)
