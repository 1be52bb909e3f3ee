"""How a delimited file is cut into cells: by which delimiter, and with quotes or without."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from throughtime.data.numbers.number import number
from throughtime.data.storage.stored import ROWS

DELIMITERS = "\t;|,"
"""The possible delimiters; a tab that divides every line alike is one, whatever others do."""

OTHER_MARKS = re.compile(r"(?:[\^~#$+*§¬¦\x01-\x08\x1c-\x1f]|:(?!//))+")
"""Marks, or several in a row, that other programs write between columns."""

FEWEST = 3
"""So many lines with the same mark are not a coincidence."""

csv.field_size_limit(2**31 - 1)  # the default, 128 KiB, is too short for a text


@dataclass(frozen=True)
class Block:
    """Some rows that follow each other.

    Args:
        rows: their cells.
        lines: the line that each begins at.
        joined: whether a cell has a line end in it.
    """

    rows: list[list[str]]
    lines: list[int]
    joined: bool = False


@dataclass(frozen=True)
class Dialect:
    """How the rows of a file are cut into cells.

    Args:
        delimiter: the character between two cells.
        quoted: whether a cell may stand in double quotes, and then over several lines.
        first: how many lines stand before the table, such as ``sep=;``.
        spaced: whether spaces after a delimiter are left out, as before a quote in ``a, "b"``.

    Example:
        >>> [(r.lines, r.rows) for r in Dialect(",").cut(["a,b\\n", '"x, y",2\\n'])]
        [([1, 2], [['a', 'b'], ['x, y', '2']])]
    """

    delimiter: str
    quoted: bool = True
    first: int = 0
    spaced: bool = False

    def cut(self, lines: Iterable[str]) -> Iterator[Block]:
        """The rows of lines that end in ``\\n``, some at a time, blank ones left out.

        Raises:
            Unreadable: at the first row that cannot be cut.
        """
        reader = csv.reader(
            islice(lines, self.first, None),
            delimiter=self.delimiter,
            quoting=csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE,
            skipinitialspace=self.spaced,
            strict=True,
        )
        line, read = self.first + 1, 0
        while True:
            rows: list[list[str]] = []
            wrong = None
            try:
                rows.extend(islice(reader, ROWS))
            except csv.Error as error:  # the rows before it are there
                middle = "expected after" in str(error)
                wrong = "a quote ends within a cell" if middle else str(error)
            joined = reader.line_num - read > len(rows) and wrong is None
            found = _placed(rows, line, joined or wrong is not None)
            if wrong is not None:
                raise Unreadable(
                    line + sum(map(_lines, rows)),
                    f"{wrong}; expected a row of a CSV file, with commas or tabs between columns, "
                    "and a quote inside of quotes doubled (not with a backslash before it)",
                )
            if not rows:
                return
            line, read = line + reader.line_num - read, reader.line_num
            yield found


@dataclass(frozen=True)
class Spaces:
    """Block of numbers that spaces divide, below names or none; other words are texts."""

    def cut(self, lines: Iterable[str]) -> Iterator[Block]:
        """As :meth:`Dialect.cut`.

        Raises:
            Unreadable: at the first row below another that has a word that is no number.
        """
        numbered = ((n, line.split()) for n, line in enumerate(lines, 1) if line.strip())
        below = 1  # the first row may be names
        while some := list(islice(numbered, ROWS)):
            for line, row in some[below:]:
                if any(number(cell) is None for cell in row):
                    raise Unreadable(line, "a text with spaces")
            below = 0
            yield Block([row for _, row in some], [n for n, _ in some])


class Unreadable(Exception):
    """A row that cannot be cut as those before it: its line, and why."""


def has_spaced_quotes(text: str, delimiter: str) -> bool:
    """Whether a cell in quotes stands after a delimiter and a space.

    Example:
        >>> has_spaced_quotes('1, "a"\\n', ","), has_spaced_quotes('She said, "so" then\\n', ",")
        (True, False)
    """
    mark = re.escape(delimiter)
    cell = rf'{mark} +"(?:[^"\n]|"")*"(?={mark}|$)'
    return re.search(cell, text, re.MULTILINE) is not None


def may_be_of_text(text: str, delimiter: str) -> bool:
    """Whether every such mark may belong to a text or a number: beside a space, or in 1,5.

    Example:
        >>> may_be_of_text("yes, or 1,5;a", ","), may_be_of_text("yes, or 1,5;a", ";")
        (True, False)
    """
    mark = re.escape(delimiter)
    decimal = r"|(?<=\d),(?=\d)" if delimiter == "," else ""
    return len(re.findall(rf"(?<= ){mark}|{mark}(?= ){decimal}", text)) == text.count(delimiter)


def odd_mark(lines: Sequence[str]) -> str | None:
    """The mark that divides all lines alike and is no delimiter, as ``::`` does; None without one.

    Example:
        >>> odd_mark(["text^label", "a film^good", "a book^bad"]), odd_mark(["at", "1:30", "2:00"])
        ('^', None)
    """
    if len(lines) < FEWEST:
        return None
    for mark in dict.fromkeys(OTHER_MARKS.findall(lines[0])):
        parts = [line.split(mark) for line in lines]
        if len({len(row) for row in parts}) > 1 or not all(c.strip() for row in parts for c in row):
            continue
        if not all(re.fullmatch(r"[\d.,:]+", line) for line in lines):  # times of the day
            return mark
    return None


def are_spaced(lines: Sequence[str]) -> bool:
    """Whether spaces stand between columns: as many words in each line, and most below the first
    two lines, which may be names and units, are numbers.

    Example:
        >>> are_spaced(["day  v", "Mo  1", "Tu  2", "We  3"])
        True
        >>> are_spaced(["a text", "b text", "c text", "d text"])
        False
    """
    rows = [line.split() for line in lines]
    if len(rows) <= FEWEST or len(rows[0]) < 2 or len({len(row) for row in rows}) > 1:
        return False
    words = [word for row in rows[2:] for word in row]
    return 2 * sum(number(word) is not None for word in words) >= len(words)


def _placed(rows: list[list[str]], line: int, joined: bool) -> Block:
    """Block with the lines that they begin at, blank ones left out."""
    lines = list(range(line, line + len(rows)))
    if joined:
        for i, row in enumerate(rows):
            lines[i], line = line, line + _lines(row)
    if not all(rows):
        kept = [i for i, row in enumerate(rows) if row]
        rows, lines = [rows[i] for i in kept], [lines[i] for i in kept]
    return Block(rows, lines, joined)


def _lines(row: list[str]) -> int:
    """How many lines a row stands on."""
    return 1 + sum(cell.count("\n") for cell in row)
