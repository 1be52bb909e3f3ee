"""Whether the first row of a table names its columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import compress, pairwise
from pathlib import Path
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.formats.sheets.footer import check_footer
from throughtime.data.formats.sheets.tidy import SAMPLE, Row, check_below
from throughtime.data.numbers.notation import numbers_of
from throughtime.data.numbers.number import number
from throughtime.data.storage.stored import filled, picked
from throughtime.data.table.row_numbers import are_row_numbers
from throughtime.data.table.table import Table
from throughtime.data.times.times import times_of

LIKELY_YEARS = range(1500, 2500)
"""Whole numbers that may be years."""

LEAST_YEARS = 3
"""So many years that grow evenly are names, and no row of values."""

LONGEST_NAME = 120
"""The most characters of a column's name that is not asked about."""

ASK = "say which: --header yes if the first line names the columns, --header no if it is a row"


def named(
    path: Path,
    head: Sequence[Row],
    header: bool | None,
    columns: Sequence[Sequence[Any]],
    lines: Sequence[int],
    notes: Sequence[str],
) -> Table:
    """A table of columns, in whose first row may be their names.

    A column without a name, such as the row numbers that some programs write, is left out; if it is
    of times, it is called time. Without names the columns are called 1, 2, ….

    Args:
        path: the file, for messages.
        head: the first rows, see :func:`names_first`.
        header: whether the first row names the columns; None if that follows from the rows.
        columns: the cells of each column, those of the first row among them.
        lines: the line that each row begins at.
        notes: what is to be said of how the table was read.

    Raises:
        DataError: with file and line, if names are missing or stand twice, if there are no rows
            below them, if a row is units, the names again or a footer, or if it cannot be known
            whether the first row is names.
    """
    line, first = head[0]
    has_names = names_first(path, head) if header is None else header
    names = [str(i + 1) for i in range(len(first))]
    if has_names:
        names = [" ".join(str(name).split()) for name in first]
        columns = [picked(column, range(1, len(column))) for column in columns]
        lines = picked(lines, range(1, len(lines)))
    if twice := [name for i, name in enumerate(names) if name and name in names[:i]]:
        raise DataError(
            f"{path}:{line}: two columns are called {twice[0]!r}; rename one, or if the "
            "names stand in several lines, write them in one"
        )
    if has_names and all(re.fullmatch("'.+'", name) for name in names):
        raise DataError(
            f"{path}:{line}: names in single quotes ({names[0]}); expected double quotes around "
            "cells, or none: replace them in all lines"
        )
    if not any(names):
        raise DataError(f"{path}:{line}: no column has a name; expected names in the first line")
    for i, name in enumerate(names):
        if name or not any(map(filled, columns[i])):
            continue
        if i == 0 and "time" not in names and times_of(columns[i]) is not None:
            names[i] = "time"
        elif i == 0 and are_row_numbers(columns[i]):
            notes = [*notes, "left out: column 1, row numbers without a name"]
        else:
            raise DataError(
                f"{path}:{line}: column {i + 1} has no name, and values below; give it a name, or "
                "delete the lines above the names"
            )
    if not len(lines):
        raise DataError(f"{path}: no rows; expected some below the names of the columns")
    if has_names:
        check_below(path, first, head[1:], columns, lines)
    check_footer(path, columns, lines)
    kept = {name: column for name, column in zip(names, columns, strict=True) if name}
    return Table(path, kept, lines, header=header if has_names else False, notes=tuple(notes))


def names_first(path: Path, rows: Sequence[Row]) -> bool:
    """Whether the first row names the columns.

    It does where none of its cells looks like the cells below it: names above numbers, or short
    words above texts. So do numbers that grow evenly, such as years, and those from 0 on that
    programs write above columns without names, above other numbers. It does not where cells look
    like those below: numbers above numbers, a date above dates, a label that occurs again. A label
    beside another single word may be both, as in message,spam.

    Raises:
        DataError: where it may be both; an option then says it.

    Args:
        path: the file, for messages.
        rows: the first rows, each with its line.

    Example:
        >>> names_first(Path("a.csv"), [(1, ["city", "size"]), (2, ["Oslo", "0.7"])])
        True
        >>> names_first(Path("a.csv"), [(1, ["Rome", "2.8"]), (2, ["Oslo", "0.7"])])
        False
    """
    head, below = [str(cell) for cell in rows[0][1]], [row for _, row in rows[1:]]
    columns = list(zip(*below, strict=True)) if below else [()] * len(head)
    numeric = [i for i, cell in enumerate(head) if number(cell) is not None]
    if any(_are_plain_numbers(column) and number(cell) is None for cell, column in
           zip(head, columns, strict=True) if cell.strip()):  # fmt: skip
        return True
    if numeric:
        return _positions(path, head, numeric, columns)
    alike = [_alike(cell, column) for cell, column in zip(head, columns, strict=True)]
    if any(alike):
        same = list(compress(head, alike))
        # one letter may both name a column and stand in it, as in part,w,y
        if all(len(cell.strip()) == 1 for cell in same):
            return all(len(cell.split()) <= 1 for cell in head)
        others = [cell for cell in head if cell not in same]
        if all(map(_is_name, same)) and any(map(_is_name, others)):  # message,spam above …,spam
            raise DataError(f"{path}:{rows[0][0]}: {same[0]!r} may be a name or a value; " + ASK)
        return False
    if all(map(_is_sentence, head)) and all(map(_is_sentence, below[0] if below else [])):
        raise DataError(f"{path}:{rows[0][0]}: {head[0][:40]!r} may be a name or a value; " + ASK)
    if odd := [cell for cell in head if len(cell) > LONGEST_NAME]:
        raise DataError(f"{path}:{rows[0][0]}: {odd[0][:40]!r}… may be a name or a value; " + ASK)
    return True


def _positions(
    path: Path, head: list[str], numeric: list[int], columns: Sequence[Sequence[Any]]
) -> bool:
    """Whether numbers in the first row are names: years, or positions from 0 on."""
    if any(not head[i].strip().isdigit() for i in numeric):
        return False
    said = [int(head[i]) for i in numeric]
    from_zero = said == list(range(len(said)))
    if from_zero and any(len(cell.split()) > 1 for cell in head):  # a text, and 0 as its label
        return False
    evenly = len(said) >= LEAST_YEARS and len({b - a for a, b in pairwise(said)}) == 1
    if not (from_zero or (evenly and said[0] < said[1] and all(n in LIKELY_YEARS for n in said))):
        return False
    whole = all(str(cell).strip().lstrip("-").isdigit() for i in numeric for cell in columns[i])
    if not whole or any(not head[i].strip() for i in range(numeric[0])):
        return True
    if from_zero and len(said) == 1 and len(columns[numeric[0]]) > 1:
        # 0, 1, 2, …: the values go on as the first line begins
        ahead = [int(cell) for cell in columns[numeric[0]][:2]]
        if ahead == [1, 2]:
            return False
    raise DataError(
        f"{path}:1: {', '.join(head[i] for i in numeric[:4])} may be names of columns or values; "
        + ASK
    )


def _is_name(cell: str) -> bool:
    """Whether a cell is one word, as names of columns are."""
    return re.fullmatch(r"[^\W\d][\w.-]*", cell.strip()) is not None and not _is_sentence(cell)


def _is_sentence(cell: Any) -> bool:
    """Whether a cell is a text rather than a name: of several words, or with a full stop."""
    return len(str(cell).split()) > 3 or str(cell).strip().endswith((".", "!", "?"))


def _are_plain_numbers(column: Sequence[Any]) -> bool:
    some = [cell for cell in column if str(cell).strip()]
    return bool(some) and all(number(cell) is not None for cell in some)


def _alike(cell: str, column: Sequence[Any]) -> bool:
    """Whether a cell looks like those of the column below it: the same, or but for its digits."""
    if not cell.strip() or not column:
        return False
    if sum(cell == other for other in column) > 1:
        return True
    some = [other for other in column if str(other).strip()][:SAMPLE]
    if numbers_of([cell]).are_numbers:  # 1.234,50 € above 17,20 €
        doubt = numbers_of([*some, cell]).doubt  # of its unit, where it has another
        return numbers_of(some).are_numbers and (doubt is None or doubt[0] < len(some))
    shape = _shape(cell)
    if "9" in shape and times_of([cell, *some]) is not None:  # 31 Mar 2020 above 1 Apr 2020
        return True
    return "9" in shape and 2 * sum(_shape(other) == shape for other in column) >= len(column)


def _shape(cell: Any) -> str:
    return re.sub(r"\d+", "9", str(cell).strip())
