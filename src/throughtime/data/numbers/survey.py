"""A first pass over a column: how many of its values are numbers, codes such as 007, or empty."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from throughtime.data.numbers.number import number, numbers_in
from throughtime.data.storage.stored import Piece, pieces_of

CODE = re.compile(r"[-+]?0(?:\d{2,}|\d+[^\W\d_]+)")
"""Digits with a nought before them, of which there are more than two or letters behind: a code such
as a post code, not a number."""

CODES = re.compile(rf"^\s*{CODE.pattern}\s*$", re.MULTILINE)

EMPTY = ("", "nan", "na", "n/a", "null", "none", "-", "–", "inf", "-inf")
"""Texts that stand for a missing number."""


def is_empty(value: Any) -> bool:
    """Whether a value stands for a missing number.

    Example:
        >>> is_empty(" N/A "), is_empty(0)
        (True, False)
    """
    return value is None or str(value).strip().lower() in EMPTY


def texts_of(values: Sequence[Any]) -> Iterator[str]:
    """The texts of a column, empty ones aside.

    Example:
        >>> list(texts_of(["a", 1, "-", None]))
        ['a']
    """
    for piece in pieces_of(values):
        yield from (text for text in texts_in(piece) if not is_empty(text))


def texts_in(piece: Piece) -> list[str]:
    """The texts of a piece, empty ones among them."""
    if isinstance(piece, np.ndarray):
        return []
    kinds = set(map(type, piece))
    if str not in kinds:
        return []
    return [v for v in piece if isinstance(v, str)] if len(kinds) > 1 else piece


@dataclass
class Survey:
    """What the values of a column have shown, empty ones aside.

    Args:
        filled: how many values there are.
        others: how many of them are no numbers as programs write them.
        texts: how many of them are texts.
        codes: how many have noughts before them.
        plain: whether all texts are numbers as programs write them.
        pointed: the first with a point.
        whole: whether there is one without.
        grouped: whether each point may stand between thousands, as in 1.000 after 999.
        inexact: the first whole number with more digits than a number keeps.
    """

    filled: int = 0
    others: int = 0
    texts: int = 0
    codes: int = 0
    plain: bool = True
    pointed: str | None = None
    whole: bool = False
    grouped: bool = True
    inexact: str | int | None = None

    @property
    def are_codes(self) -> bool:
        """Whether a tenth or more are codes."""
        return self.texts > 0 and 10 * self.codes >= self.texts

    @property
    def are_numbers(self) -> bool:
        """Whether most values are numbers."""
        return 2 * self.others < self.filled and not self.are_codes

    @property
    def thousands(self) -> str | None:
        """A plain number whose point may stand between thousands."""
        return self.pointed if self.whole and self.grouped else None


GROUPED = re.compile(r"\s*[-+]?(?:[1-9]\d{0,2}\.\d{3}|[^.]{0,3})\s*")
"""A number whose point may stand between thousands, or that has no thousand."""


EXACT = 2**53
"""The whole numbers up to this are kept exactly."""


def is_inexact(value: Any) -> bool:
    """Whether a value is a whole number with more digits than a number keeps.

    Example:
        >>> is_inexact("9007199254740993"), is_inexact(2**60), is_inexact("1e30")
        (True, False, False)
    """
    whole = isinstance(value, int | np.integer) or re.fullmatch(r"\s*[-+]?\d+\s*", str(value))
    return bool(whole) and int(value) != int(float(value))


def survey(values: Sequence[Any]) -> Survey:
    """What the values of a column show.

    Example:
        >>> found = survey(["999", "1.000", ""])
        >>> found.plain, found.thousands, found.filled
        (True, '1.000', 2)
    """
    seen = Survey()
    for piece in pieces_of(values):
        filled: Piece
        if (found := numbers_in(piece)) is None:
            filled = [value for value in piece if not is_empty(value)]
            wrong = sum(number(value) is None for value in filled)
            seen.others += wrong
        else:
            filled, wrong = piece, 0
            if seen.inexact is None and (large := np.abs(found) >= EXACT).any():
                some = [piece[row] for row in np.flatnonzero(large)]
                seen.inexact = next(filter(is_inexact, some), None)
        seen.filled += len(filled)
        texts = texts_in(filled)
        if not texts:
            continue
        seen.texts += len(texts)
        seen.plain = seen.plain and (not wrong or numbers_in(texts) is not None)
        joined = "\n".join(texts)
        if CODES.search(joined):
            seen.codes += sum(CODE.fullmatch(text.strip()) is not None for text in texts)
        if seen.pointed is None and "." in joined:
            seen.pointed = next(text for text in texts if "." in text)
        if seen.grouped:  # until one says no
            seen.grouped = all(map(GROUPED.fullmatch, texts))
            seen.whole = seen.whole or not all("." in text for text in texts)
    return seen
