"""What spreadsheets and loggers put around a table: titles, units, empty rows, names again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.notation import is_empty, numbers_of
from throughtime.data.number import number

Row = tuple[int, Sequence[Any]]
"""The line that a row begins at, and its cells."""

FEWEST = 2
"""So many filled cells make the first row of a table below a title."""

NUMERAL = re.compile(r"[^\w[(]*\(?[^\w[(]*\d")
"""How a number begins, such as $1 or (3%); no unit, such as m/s2 or [m], does."""

SAMPLE = 200
"""So many rows tell what a column has."""


def tidied(rows: Sequence[Row]) -> tuple[list[Row], list[str]]:
    """The rows of a table without what stands around it, and what is to be said of that.

    Empty rows at the end are left out, and so are titles: rows with one cell alone, the first, or
    none, above a row of names. Where all rows end in an empty cell that the names do not have, they
    lose it.

    Example:
        >>> tidied([(1, ["Sales"]), (2, ["day", "sold"]), (3, ["1", "2.5"]), (4, ["", ""])])[0]
        [(2, ['day', 'sold']), (3, ['1', '2.5'])]
    """
    notes = []
    end = len(rows)
    while end > 1 and len(rows[end - 1][1]) > 1 and not any(map(_filled, rows[end - 1][1])):
        end -= 1
    if end < len(rows):
        notes.append(f"{len(rows) - end:,} empty rows at the end left out")
    begin = _titles(rows[:end])
    if titles := [str(cell).strip() for _, row in rows[:begin] for cell in row if _filled(cell)]:
        notes.append(f"what stands above the names, {titles[0]!r}, left out")
    return _evened(list(rows[begin:end])), notes


def check_below(path: Path, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Refuse rows below the names that are no rows: units, or the names again.

    Raises:
        DataError: with file and line, and what to do.
    """
    if len(names) < 2 or len(rows) < 2:
        return
    for line, row in rows:
        if str(row[0]).strip() == names[0] and [str(cell).strip() for cell in row] == list(names):
            raise DataError(
                f"{path}:{line}: the names of the columns again ({', '.join(names[:4])}); expected "
                "a row: delete the line, and write tables that differ to files of their own"
            )
    (line, first), others = rows[0], [row for _, row in rows[1:]]
    columns = list(zip(*others, strict=True))
    of_numbers = [cell for cell, column in zip(first, columns, strict=True) if _numbers(column)]
    if not all(isinstance(cell, str | None) for cell in of_numbers):
        return
    units = [cell.strip() for cell in of_numbers if _filled(cell)]
    if units and not any(is_empty(unit) or NUMERAL.match(unit) for unit in units):
        raise DataError(
            f"{path}:{line}: {', '.join(units[:4])} below the names, and numbers below that; "
            "expected a row: if these are units, delete the line"
        )


def _filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""


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
    used = {i for row in values for i, cell in enumerate(row) if _filled(cell)}
    named = {i for i, cell in enumerate(names) if _filled(cell) and number(cell) is None}
    if len(named) < FEWEST or not named >= used:
        return 0
    some = values[:SAMPLE]
    of_digits = (
        not _has_digit(names[i]) and all(i < len(row) and _has_digit(row[i]) for row in some)
        for i in named
    )
    return count if any(of_digits) else 0


def _may_be_title(row: Sequence[Any]) -> bool:
    return number(row[0]) is None and not any(map(_filled, row[1:]))


def _evened(rows: list[Row]) -> list[Row]:
    """Rows without the empty cell at the end that the names do not have."""
    width = len(rows[0][1])
    longer = [row for _, row in rows[1:]]
    if not longer or any(len(row) != width + 1 or _filled(row[-1]) for row in longer):
        return rows
    return [rows[0], *((line, row[:-1]) for line, row in rows[1:])]


def named_by_r(rows: Sequence[Row]) -> bool:
    """Whether all rows have one cell more than the names, as R writes the names of rows."""
    return len(rows) > 1 and all(len(row) == len(rows[0][1]) + 1 for _, row in rows[1:])


def _has_digit(cell: Any) -> bool:
    return any(map(str.isdigit, str(cell)))


def _numbers(column: Sequence[Any]) -> bool:
    some = [cell for cell in column if _filled(cell)][:SAMPLE]
    return bool(some) and numbers_of(some).are_numbers
