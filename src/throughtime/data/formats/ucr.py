"""Labelled series as the UCR archive has them: in each line a class, then the numbers."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.files.text_file import lines_of
from throughtime.data.numbers.number import number
from throughtime.data.table.table import Table

STEPS = 8
"""A shorter row of numbers is hardly a series."""


def read_ucr(path: Path) -> Table:
    """One line per row, with the columns ``series`` and ``label``.

    Tabs, commas or spaces separate. The archive fills shorter series up with NaN at their ends,
    which are left out.

    Raises:
        DataError: with file and line, if a value is not a number or a class has a fraction.
    """
    series_of: list[list[Any]] = []
    labels: list[str] = []
    begins: list[int] = []
    for at, line in enumerate(lines_of(path), 1):
        if not (words := fields(line)):
            continue
        label = number(words[0])
        if label is None or label != int(label):
            raise DataError(
                f"{path}:{at}: {words[0]!r} is no class; expected a whole number, then a series"
            )
        while len(words) > 1 and words[-1].lower() == "nan":
            words.pop()
        series = [number(word) for word in words[1:]]
        if not series or None in series:
            wrong = words[series.index(None) + 1] if None in series else ""
            raise DataError(
                f"{path}:{at}: {wrong!r} is no number; expected a class, then the numbers of a "
                "series: fill in what is missing inside it"
            )
        series_of.append(series)
        labels.append(str(int(label)))
        begins.append(at)
    if not begins:
        raise DataError(f"{path}: nothing but blank lines; expected a class and numbers in each")
    return Table(path, {"series": series_of, "label": labels}, begins)


def may_be_ucr(lines: list[str]) -> bool:
    """Whether lines may be classes with series: whole numbers, few of them, before the others.

    Example:
        >>> may_be_ucr([f"{1 + i % 2}\\t" + "\\t".join(["0.25"] * 20) for i in range(10)])
        True
    """
    rows = [words for line in lines if (words := fields(line))]
    if len(rows) < 4 or min(map(len, rows)) <= STEPS:
        return False
    if any(number(w) is None and not _is_nan(w) for words in rows for w in words):
        return False
    classes = Counter(number(words[0]) for words in rows)
    whole = all(c is not None and c == int(c) for c in classes)
    return whole and 1 < len(classes) <= len(rows) // 2 and _fractions(rows)


def fields(line: str) -> list[str]:
    """The fields of a line, between tabs, commas or spaces.

    Example:
        >>> fields("1, 0.5 0.25")
        ['1', '0.5', '0.25']
    """
    return line.replace(",", " ").split()


def _is_nan(word: str) -> bool:
    return word.lower() == "nan" and math.isnan(float(word))


def _fractions(rows: list[list[str]]) -> bool:
    return any("." in word for words in rows for word in words[1:])
