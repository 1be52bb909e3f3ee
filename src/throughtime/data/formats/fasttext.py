"""fastText's files of labelled texts: ``__label__spam you have won`` in each line."""

from __future__ import annotations

from pathlib import Path

from throughtime.data.errors import DataError
from throughtime.data.files.text_file import lines_of
from throughtime.data.table.table import Table

MARK = "__label__"


def read_fasttext(path: Path) -> Table:
    """One line per row, with the columns ``text`` and ``label``; blank lines are left out.

    Raises:
        DataError: with file and line, if a line has no label, several, or no text.
    """
    texts: list[str] = []
    labels: list[str] = []
    numbers: list[int] = []
    for number, line in enumerate(lines_of(path), 1):
        if not line.strip():
            continue
        words = line.split()
        found = [word.removeprefix(MARK) for word in words if word.startswith(MARK)]
        if len(found) != 1 or not words[0].startswith(MARK) or not found[0]:
            raise DataError(
                f"{path}:{number}: {len(found)} labels ({', '.join(found) or 'none'}); expected "
                f"one, at the beginning of the line, as in {MARK}x text"
            )
        text = line.strip().removeprefix(words[0]).strip()
        if not text:
            raise DataError(f"{path}:{number}: no text after {words[0]!r}; expected one")
        texts.append(text)
        labels.append(found[0])
        numbers.append(number)
    if not texts:
        raise DataError(f"{path}: nothing but blank lines; expected {MARK}x text in each")
    return Table(path, {"text": texts, "label": labels}, numbers)


def has_labels(lines: list[str]) -> bool:
    """Whether most lines have a label; the others are mistakes, which the reader names.

    Example:
        >>> has_labels(["__label__good well done", "", "__label__bad oh no", "what is this"])
        True
    """
    said = [line for line in lines if line.strip()]
    return 2 * sum(MARK in line for line in said) > len(said)
