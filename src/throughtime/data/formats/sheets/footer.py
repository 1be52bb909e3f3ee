"""Refuse a total or an average below the rows of a table, as spreadsheets have them at the end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.storage.stored import filled, pieces_of

FOOTER_WORDS = re.compile(
    r"(?:(?:grand|sub|overall)[ -]?)?(?:totals?|sum|averages?|avg\.?|mean|median|"
    r"(?:gesamt)?summe|gesamt|insgesamt|mittelwert|durchschnitt|somme|moyenne|suma|promedio|"
    r"totale|somma|totaal|gemiddelde)(?: g[eé]n[eé]rale?)?\s*:?",
    re.IGNORECASE,
)
"""What the first filled cell of a footer says."""


def check_footer(path: Path, columns: Sequence[Sequence[Any]], lines: Sequence[int]) -> None:
    """Refuse rows at the end that are a total or an average of those above them.

    Such a row begins with a word for it, which no other row has, and is numbers or empty otherwise.

    Args:
        path: the file.
        columns: all cells below the names.
        lines: the line that each row begins at.

    Raises:
        DataError: with file and line of the first of them.

    Example:
        >>> check_footer(Path("a.csv"), [["Oslo", "Rome", "Total"], ["2", "3", "5"]], [2, 3, 4])
        Traceback (most recent call last):
        ...
        throughtime.data.errors.DataError: a.csv:4: 'Total' and a number below the rows; expected a
        row: delete the line
    """
    rows = len(lines)
    end = rows
    while end > 1 and _is_footer(columns, end - 1):
        end -= 1
    if end < rows:
        word = next(str(column[end]).strip() for column in columns if filled(column[end]))
        raise DataError(
            f"{path}:{lines[end]}: {word!r} and a number below the rows; expected a row: delete "
            "the line"
        )


def _is_footer(columns: Sequence[Sequence[Any]], row: int) -> bool:
    cells = [(column, column[row]) for column in columns if filled(column[row])]
    if len(cells) < 2:
        return False
    (first, word), others = cells[0], [str(cell) for _, cell in cells[1:]]
    return (
        isinstance(word, str)
        and FOOTER_WORDS.fullmatch(word.strip()) is not None
        and all(any(map(str.isdigit, cell)) for cell in others)
        and sum(piece.count(word) for piece in map(list, pieces_of(first))) == 1
    )
