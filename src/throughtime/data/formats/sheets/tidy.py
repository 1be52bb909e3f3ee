"""What spreadsheets and loggers put around a table: titles, units, empty rows, names again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.formats.sheets.dialect import Unreadable
from throughtime.data.numbers.notation import numbers_of
from throughtime.data.numbers.number import number
from throughtime.data.numbers.survey import is_empty
from throughtime.data.storage.stored import filled, pieces_of

Row = tuple[int, Sequence[Any]]
"""The line that a row begins at, and its cells."""

FEWEST = 2
"""So many filled cells make the first row of a table below a title."""

NUMERAL = re.compile(r"[^\w[(]*\(?[^\w[(]*\d")
"""How a number begins, such as $1 or (3%); no unit, such as m/s2 or [m], does."""

ANNOTATIONS = ("#group", "#datatype", "#default")
"""How the lines begin that InfluxDB writes above the names."""

NAMED = 6
"""So many cells are named in a message."""

SAMPLE = 200
"""So many rows tell what a column has."""


def untitled(rows: list[Row]) -> tuple[list[Row], list[str]]:
    """The first rows of a table without titles above its names, and what is to be said of that.

    Titles are rows with one cell alone, the first, or none, above a row of names; or comments,
    which begin with #.

    Example:
        >>> untitled([(1, ["Sales"]), (2, ["day", "sold"]), (3, ["1", "2.5"])])[0]
        [(2, ['day', 'sold']), (3, ['1', '2.5'])]
    """
    begin = _comments(rows)
    begin += _titles(rows[begin:])
    titles = [str(cell).strip() for _, row in rows[:begin] for cell in row if filled(cell)]
    return rows[begin:], [f"what stands above the names, {titles[0]!r}, left out"] if titles else []


def empty_at_end(rows: Sequence[Sequence[Any]]) -> int:
    """How many rows at the end have several cells, all empty.

    Example:
        >>> empty_at_end([["a", "b"], ["", ""]]), empty_at_end([["a"], [""]])
        (1, 0)
    """
    end = len(rows)
    while end and len(rows[end - 1]) > 1 and not any(map(filled, rows[end - 1])):
        end -= 1
    return len(rows) - end


def empty_in_words(count: int) -> list[str]:
    """What is to be said of empty rows at the end.

    Example:
        >>> empty_in_words(2), empty_in_words(0)
        (['2 empty rows at the end left out'], [])
    """
    return [f"{count:,} empty rows at the end left out"] if count else []


def end_in_nothing(rows: Sequence[Row]) -> bool:
    """Whether all rows below the first end in an empty cell that the first does not have.

    Example:
        >>> end_in_nothing([(1, ["a", "b"]), (2, ["1", "2", ""])])
        True
    """
    width = len(rows[0][1])
    return len(rows) > 1 and all(
        len(row) == width + 1 and not filled(row[-1]) for _, row in rows[1:]
    )


def of_equal_width(rows: list[Row], first: Row, ends: bool) -> list[Row]:
    """The rows, if they are as wide as the first.

    Args:
        rows: the rows.
        first: the first row of the table.
        ends: whether the others end in an empty cell, which is left out.

    Raises:
        Unreadable: at the first row that is longer or shorter.

    Example:
        >>> names = (1, ["a", "b"])
        >>> of_equal_width([names, (2, ["1", "2", ""])], names, ends=True)
        [(1, ['a', 'b']), (2, ['1', '2'])]
    """
    line, names = first
    width = len(names)
    if ends:
        rows = [(n, row[:-1]) if len(row) > width and not filled(row[-1]) else (n, row)
                for n, row in rows]  # fmt: skip
    if {len(row) for _, row in rows} <= {width}:
        return rows
    if rows[0][0] == line and all(len(row) == width + 1 for _, row in rows[1:]):
        raise Unreadable(
            line,
            f"{width} names, and one cell more in each row; expected as many: if the first cells "
            "are the names of the rows, as R writes them, put an empty name before the others; if "
            "a text or a number has the delimiter in it, as 20,5 has a comma, put it in double "
            "quotes",
        )
    (usual, count), *_ = Counter(len(row) for _, row in rows).most_common(1)
    if rows[0][0] == line and usual != width and 2 * count > len(rows):
        begin = next(n for n, row in rows if len(row) == usual)
        above = f"line {line}" if begin - line == 1 else f"lines {line} to {begin - 1}"
        divided = "; if numbers have the delimiter in them, as 20,5 has a comma, put them in quotes"
        divided = divided if begin - line == 1 and usual > width else ""
        raise Unreadable(
            line,
            f"{width} columns ({_some(names)}); expected {usual}, as in most lines from {begin} "
            f"on: if these are titles above the table, delete {above}{divided}",
        )
    at, row = next((n, row) for n, row in rows if len(row) != width)
    if str(row[0]).startswith("#"):
        raise Unreadable(at, f"a comment ({_some(row)}); expected a row: delete the line")
    raise Unreadable(
        at,
        f"{len(row)} columns; expected {width}, as in line {line}: {_some(names)}: "
        "mend the line, or delete what stands above or below the table",
    )


def check_below(
    path: Path, names: Sequence[Any], head: Sequence[Row], columns: Sequence[Sequence[Any]],
    lines: Sequence[int],
) -> None:  # fmt: skip
    """Refuse rows below the names that are no rows: units, or the names again.

    Args:
        path: the file.
        names: the cells of the first row, which are the names.
        head: the first rows below them.
        columns: all cells below them.
        lines: the line that each row begins at.

    Raises:
        DataError: with file and line, and what to do.
    """
    if len(names) < 2 or len(head) < 2:
        return
    if (again := _again(names, columns)) is not None:
        some = ", ".join(map(str, names[:4]))
        raise DataError(
            f"{path}:{lines[again]}: the names of the columns again ({some}); "
            "expected a row: delete the line, and write tables that differ to files of their own"
        )
    (line, first), others = head[0], [row for _, row in head[1:]]
    below = list(zip(*others, strict=True))
    of_numbers = [cell for cell, column in zip(first, below, strict=True) if _are_numbers(column)]
    if not all(isinstance(cell, str | None) for cell in of_numbers):
        return
    units = [cell.strip() for cell in of_numbers if filled(cell)]
    if units and not any(is_empty(u) or NUMERAL.match(u) or _are_numbers([u]) for u in units):
        numeric = [i for i, column in enumerate(below) if _are_numbers(column)]
        empty = 0  # yfinance writes such rows below the names of its shares
        while empty < len(others) and not any(filled(others[empty][i]) for i in numeric):
            empty += 1
        lines_of = "the line" if not empty else f"lines {line} to {head[empty][0]}"
        raise DataError(
            f"{path}:{line}: {', '.join(units[:4])} below the names, and numbers below that; "
            f"expected a row: if these are units or other names, delete {lines_of}"
        )


def _again(names: Sequence[Any], columns: Sequence[Sequence[Any]]) -> int | None:
    """The first row that is the names again."""
    row = 0
    for piece in pieces_of(columns[0]):
        for i, cell in enumerate(piece) if names[0] in piece else ():
            if cell == names[0] and [column[row + i] for column in columns] == list(names):
                return row + i
        row += len(piece)
    return None


def _titles(rows: Sequence[Row]) -> int:
    """How many rows are titles: one cell, the first, above names for all columns with values.

    Names are known by a column of numbers or dates below one of them: else they may be a row.
    """
    count = 0
    while count < len(rows) and _may_be_title(rows[count][1]):
        count += 1
    below = rows[count:]
    if not count or len(below) < 2:
        return 0
    names, values = below[0][1], [row for _, row in below[1:]]
    used = {i for row in values for i, cell in enumerate(row) if filled(cell)}
    named = {i for i, cell in enumerate(names) if filled(cell) and number(cell) is None}
    if len(named) < FEWEST or not named >= used:
        return 0
    some = values[:SAMPLE]
    of_digits = (
        not _has_digit(names[i]) and all(i < len(row) and _has_digit(row[i]) for row in some)
        for i in named
    )
    return count if any(of_digits) else 0


def _comments(rows: Sequence[Row]) -> int:
    """How many rows are comments, above names which stand in no row below."""
    count = 0
    while count < len(rows) and str(rows[count][1][0]).startswith("#"):
        count += 1
    below = rows[count:]
    if not count or len(below) < 2:
        return 0
    cells = [str(cell).lstrip("# ") for _, row in rows[:count] for cell in row]
    annotated = all(row[0] in ANNOTATIONS for _, row in rows[:count])
    if not annotated and not any(len(cell.split()) > 1 for cell in cells):
        return 0  # they may be the names, as in #time,value
    names, values = below[0][1], [row for _, row in below[1:]]
    some = {(i, cell) for row in values[:SAMPLE] for i, cell in enumerate(row) if filled(cell)}
    named = [(i, cell) for i, cell in enumerate(names) if filled(cell)]
    are_names = all(number(cell) is None and (i, cell) not in some for i, cell in named)
    return count if len(named) >= FEWEST and are_names else 0


def _some(cells: Sequence[Any]) -> str:
    """The first cells of a row, for a message."""
    some = [str(cell) for cell in cells if filled(cell)]
    return ", ".join(some[:NAMED]) + ", …" * (len(some) > NAMED)


def _may_be_title(row: Sequence[Any]) -> bool:
    return number(row[0]) is None and not any(map(filled, row[1:]))


def _has_digit(cell: Any) -> bool:
    return any(map(str.isdigit, str(cell)))


def _are_numbers(column: Sequence[Any]) -> bool:
    some = [cell for cell in column if filled(cell)][:SAMPLE]
    return bool(some) and numbers_of(some).are_numbers
