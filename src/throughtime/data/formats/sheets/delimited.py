"""Delimited text, as CSV and TSV, as a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.files.foreign import check_beginning
from throughtime.data.files.json_text import JSON, is_json
from throughtime.data.files.opening import suffix_of
from throughtime.data.files.text_file import lines_in
from throughtime.data.formats.sheets.dialect import (
    DELIMITERS,
    Dialect,
    Spaces,
    Unreadable,
    are_spaced,
    has_spaced_quotes,
    may_be_of_text,
    odd_mark,
)
from throughtime.data.formats.sheets.header import named
from throughtime.data.formats.sheets.tidy import (
    Row,
    empty_at_end,
    empty_in_words,
    end_in_nothing,
    of_equal_width,
    untitled,
)
from throughtime.data.storage.stored import ColumnWriter, picked
from throughtime.data.table.table import Table, check_width

SAMPLE = 1_000
"""So many lines tell how cells are written."""


def read_delimited(path: Path, header: bool | None = None) -> Table:
    """Read a delimited file; all values are texts.

    Of the delimiters that are possible, the one is taken that gives every row as many cells, two or
    more; if none does, the file has one column, or is refused where a row differs; of several, the
    one that does not look like a mark of a text or a number. Quotes that no
    program has written, as in ``"word" she said``, are taken as they stand: where quotes cannot be
    read, or would join lines that are rows without them.

    Args:
        path: the file, which may be larger than memory.
        header: whether the first line names the columns; None if that follows from the rows.

    Raises:
        DataError: with file and line, if a row does not have the same columns as the others, if
            several delimiters may be meant, or if it cannot be known whether the first line is
            names; or if it is no table, by its true name.
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
    some = list(islice(lines_in(path), first, first + SAMPLE))
    lines = [line.rstrip("\n") for line in some if line.strip()]
    check_beginning(path, lines)
    if is_json(lines):
        raise DataError(f"{path}: {JSON}")
    text = "".join(some)
    dialects = [Dialect(c, first=first, spaced=has_spaced_quotes(text, c)) for c in candidates]
    found = _evenly(path, dialects, text)
    if found is not None:
        return found
    if delimiter and delimiter not in text:
        _check_no_other(path, first, text)
    usual = max(dialects, key=lambda d: _most_alike(path, first, d.delimiter))
    try:
        found = _all_of(path, usual)
    except Unreadable as error:
        line, reason = error.args
        raise DataError(f"{path}:{line}: {reason}") from None
    if len(found.columns) == 1 and len(candidates) > 1:
        return _try(path, Spaces()) or _of_one(path, found)
    return found


def _check_no_other(path: Path, first: int, text: str) -> None:
    """Refuse a .tsv without tabs, in which another delimiter divides every row.

    Raises:
        DataError: with that delimiter.
    """
    for mark in DELIMITERS:
        cut = _try(path, Dialect(mark, first=first)) if f"{mark} " not in text else None
        if cut is not None:
            raise DataError(
                f"{path}: no tabs, though its name ends in .tsv, and {len(cut.columns)} cells by "
                f"{mark!r} in every row; name it .csv if these are its columns"
            )


def _evenly(path: Path, dialects: list[Dialect], text: str) -> _Cut | None:
    """The rows by the delimiter by which all have as many cells, two or more; None without one."""
    found: dict[str, _Cut] = {}
    for dialect in dialects:
        cut = _try(path, dialect)
        if cut is None and dialect.spaced:
            cut = _try(path, replace(dialect, spaced=False))
        if dialect.delimiter == "\t":
            # in files with tabs a quote is often none, and must not join lines that are rows
            if cut is None or cut.joined:
                cut = _try(path, Dialect("\t", quoted=False, first=dialect.first)) or cut
            if cut is not None:
                return cut
        if cut is not None:
            found[dialect.delimiter] = cut
    if not found and r"\"" not in text:  # only then are quotes none
        for dialect in dialects:
            cut = _try(path, Dialect(dialect.delimiter, quoted=False, first=dialect.first))
            if cut is not None:
                _check_quotes(path, cut, dialect.delimiter)
                found[dialect.delimiter] = cut
    if len(found) < 2:
        return next(iter(found.values()), None)
    meant = [cut for mark, cut in found.items() if not may_be_of_text(text, mark)]
    if len(meant) == 1:
        return meant[0]
    ways = " and ".join(f"{len(cut.columns)} cells by {mark!r}" for mark, cut in found.items())
    told = " or ".join(f"sep={mark}" for mark in found)
    raise DataError(
        f"{path}: every row has {ways}; say in a line of its own above all others which is "
        f"meant: {told}"
    )


def _check_quotes(path: Path, cut: _Cut, delimiter: str) -> None:
    """Refuse a line that as a whole stands in quotes, where quotes are taken as they stand.

    Raises:
        DataError: with file and line.
    """
    begin, end = cut.columns[0], cut.columns[-1]
    for row in range(len(cut.lines)):
        if begin[row].startswith('"') and begin[row].count('"') == 1 and end[row].endswith('"'):
            cells = [str(column[row]) for column in cut.columns]
            if "".join(cells).count('"') == 2:
                raise DataError(
                    f"{path}:{cut.lines[row]}: the whole line stands in quotes; expected quotes "
                    f"around single cells, if at all, with {delimiter!r} between: delete them, or "
                    "the line if it is no row"
                )


def _of_one(path: Path, cut: _Cut) -> _Cut:
    """A table of one column, unless a mark that is none of the delimiters divides all of it.

    Raises:
        DataError: with that mark.
    """
    lines = [str(row[0]) for _, row in cut.head]
    mark = odd_mark(lines)
    if mark is None and not are_spaced(lines):
        return cut
    what = "spaces stand" if mark is None else f"{mark!r} stands"
    raise DataError(
        f"{path}:{cut.head[0][0]}: {what} in every line as often; expected a tab, a "
        "semicolon, | or a comma between columns: write one of these instead of it, or give "
        "--format lines if each line is one text"
    )


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
            writer = ColumnWriter(width + 1)
        if set(map(len, rows)) != {width}:
            found = of_equal_width(list(zip(lines, rows, strict=True)), head[0], ends)
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
