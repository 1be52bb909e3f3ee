"""How numbers are written in a column of texts: all in one notation, and with one unit or none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from throughtime.data.numbers.number import number
from throughtime.data.numbers.numeral import COMMA, CURRENCY, MULTIPLIERS, POINT, Notation, Numeral
from throughtime.data.numbers.survey import Survey, is_empty, survey, texts_in, texts_of
from throughtime.data.storage.stored import Piece, mapped, some_of


@dataclass(frozen=True)
class Numerals:
    """A column of texts as numbers.

    Args:
        values: the numbers; a value that is not one stays as it was.
        note: how they are written, if not plainly; empty otherwise.
        doubt: a row, and why it is not known which numbers these are; None if it is.
        decimal: the decimal mark; None if no number shows it.
        survey: what a pass over the texts has counted, if the values are these texts.
    """

    values: Sequence[Any]
    note: str = ""
    doubt: tuple[int, str] | None = None
    decimal: str | None = None
    survey: Survey | None = None

    @cached_property
    def are_numbers(self) -> bool:
        """Whether most values are numbers, or would be if it were known which."""
        if self.doubt is not None:
            return True
        return are_numbers(self.values) if self.survey is None else self.survey.are_numbers


def numbers_of(values: Sequence[Any], decimal: str | None = None) -> Numerals:
    """Read a column of texts as numbers, in the one notation in which the most of them are.

    Plain numbers, as programs write them, stay as they are. Otherwise a decimal point or a decimal
    comma, with the other one between thousands; words and letters for thousands and millions; a
    minus sign before or behind, and negative numbers in brackets. All have one unit, such as per
    cent, a currency or kg, or none. ``doubt`` says where one has another unit, and whether there
    are as many numbers by a point as by a comma, which differ.

    Args:
        values: the column, which may be larger than memory; values that are no texts stay.
        decimal: the decimal mark, if it is known.

    Example:
        >>> numbers_of(["1.234,50", "-"]).values
        [1234.5, '-']
        >>> numbers_of(["2,016", "1,999"]).doubt
        (0, "'2,016' is 2016 or 2.016; say which: --decimal . or --decimal ,")
    """
    if not _may_be_numbers(values):
        return Numerals(values, doubt=_unread(values))
    seen = survey(values)
    if seen.inexact is not None and not seen.are_codes:
        row = next(row for row, value in enumerate(values) if value == seen.inexact)
        reason = f"{str(seen.inexact)!r} has more digits than a number keeps; {INEXACT}"
        return Numerals(values, doubt=(row, reason), survey=seen)
    if not seen.texts or seen.are_codes:
        return Numerals(values, survey=seen)
    if decimal is None and seen.plain:
        pointed = "." if seen.pointed else None
        doubt = _doubt(values, seen.thousands)
        return Numerals(values, doubt=doubt, decimal=pointed, survey=seen)
    notation, doubt = _notation(decimal), None
    if notation is None:
        by_point, by_comma = _counts(values)
        if 2 * max(by_point, by_comma) < seen.texts:
            return Numerals(values, doubt=_unread(values), survey=seen)
        notation = POINT if by_point >= by_comma else COMMA
        if by_point == by_comma:
            doubt = _doubt(values, next(filter(_either, texts_of(values)), None))
    reader = _Reader(notation)
    read = mapped(values, reader)
    return Numerals(read, reader.note, doubt or reader.doubt, notation.decimal)


INEXACT = "if it is an id, leave the column out or name it as NAME:label; else write fewer digits"


def _may_be_numbers(values: Sequence[Any]) -> bool:
    """Whether more than one in twenty of some values, evenly spread, may be a number."""
    filled = [value for value in some_of(values) if not is_empty(value)]
    return 20 * sum(map(_is_number, filled)) >= len(filled)


def _is_number(value: Any) -> bool:
    """Whether a value is a number in some notation."""
    return number(value) is not None or (
        isinstance(value, str)
        and (POINT.number(value) is not None or COMMA.number(value) is not None)
    )


def _notation(decimal: str | None) -> Notation | None:
    return None if decimal is None else POINT if decimal == "." else COMMA


def _doubt(values: Sequence[Any], text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    return _row_of(text, values), f"{_either(text)}; say which: --decimal . or --decimal ,"


def _row_of(text: str, values: Sequence[Any]) -> int:
    """The first row that has a text."""
    return next(row for row, value in enumerate(values) if value == text)


class _Reader:
    """Reads a column in a notation, a piece at a time, and keeps what is to be said of it.

    Attributes:
        doubt: the first row that does not go with the others, and why: it has another unit than the
            first number, or is a plain number that is none in the notation.
    """

    def __init__(self, notation: Notation) -> None:
        self.notation = notation
        self.doubt: tuple[int, str] | None = None
        self._row = 0
        self._first: tuple[str, str] | None = None  # number, and its unit
        self._notes = {what: False for what, _ in _marks(notation)}

    def __call__(self, piece: Piece) -> list[Any]:
        if isinstance(piece, np.ndarray):
            self._row += len(piece)
            return piece.tolist()
        found = [self.notation.read(v) if isinstance(v, str) else None for v in piece]
        if self.doubt is None:
            self._check(piece, found)
        joined = "\n".join(text.strip() for text in texts_in(piece))
        for what, pattern in _marks(self.notation):
            self._notes[what] = self._notes[what] or bool(pattern.search(joined))
        self._row += len(piece)
        return [v if n is None else n.value for v, n in zip(piece, found, strict=True)]

    @property
    def note(self) -> str:
        """What was read that is no plain number."""
        unit = self._first[1] if self._first else ""
        said = [what for what, seen in self._notes.items() if seen]
        if unit == "%":
            said.append("per cent")
        elif unit:
            said.append("currencies left out" if _is_money(unit) else f"in {unit}")
        return ", ".join(said)

    def _check(self, piece: list[Any], found: list[Numeral | None]) -> None:
        for row, (text, numeral) in enumerate(zip(piece, found, strict=True), self._row):
            if numeral is None:
                if isinstance(text, str) and number(text) is not None:
                    mark = self.notation.decimal
                    self.doubt = row, f"{text!r} is no number with {mark!r} as its decimal mark"
                    return
                continue
            first, unit = self._first = self._first or (text, numeral.unit)
            if numeral.unit != unit:
                expected = "the same unit in all rows, or none"
                self.doubt = row, f"{text!r}, but {first!r} before it; expected {expected}"
                return


def are_numbers(values: Sequence[Any]) -> bool:
    """Whether most values of a column, empty ones aside, are numbers; the others are mistakes.

    Example:
        >>> are_numbers(["1", "2", "", "three"]), are_numbers(["010", "011"])
        (True, False)
    """
    return _may_be_numbers(values) and survey(values).are_numbers


def _counts(values: Sequence[Any]) -> tuple[int, int]:
    """How many numbers there are by a point, and by a comma; all texts, if some of them say so."""
    some = some_of(values)
    by_point, by_comma = _count(POINT, some), _count(COMMA, some)
    texts = sum(1 for _ in texts_of(some))
    if len(some) == len(values) or min(by_point, by_comma) > 0 or by_point + by_comma < texts:
        return _count(POINT, values), _count(COMMA, values)
    return (len(values), 0) if by_point else (0, len(values))


def _count(notation: Notation, values: Sequence[Any]) -> int:
    """How many numbers there are by a notation; none, if there are as many units as in a text."""
    units = Counter(
        "money" if _is_money(numeral.unit) else numeral.unit
        for text in texts_of(values)
        if (numeral := notation.read(text)) is not None
    )
    most, all_units = max(units.values(), default=0), units.total()
    return all_units if 2 * most > all_units or RARE * len(units) <= all_units else 0


RARE = 5
"""The fewest numbers with each unit, on average, of a column of numbers."""


def _is_money(unit: str) -> bool:
    return re.fullmatch(CURRENCY, unit) is not None


UNREAD = re.compile(
    r"\s*(?:\d+/\d+|[~≈<>≤≥±]\s?[-+]?\d[\d.,]*|0[xX][0-9a-fA-F]{1,8}|\d+(?:_\d+)+|\d+[€$£]\d\d)\s*"
)
"""Numbers in forms that are not read: fractions, bounds, hexadecimal ones, 1_000 and 1€50."""


def _unread(values: Sequence[Any]) -> tuple[int, str] | None:
    """The first row, if all texts are numbers in forms that are not read."""
    text = next(texts_of(values), None)
    if text is None or not all(map(UNREAD.fullmatch, texts_of(values))):
        return None
    advice = "is not in a form in which numbers are read; write it as 0.5"
    return _row_of(text, values), f"{text!r} {advice}"


def _either(text: str) -> str:
    """How a text can be read in two ways; empty if it cannot."""
    point, comma = POINT.number(text), COMMA.number(text)
    if point is None or comma is None or point == comma:
        return ""
    low, high = sorted((point, comma), key=abs)
    return f"{text!r} is {high:.10g} or {low:.10g}"


MULTIPLIER_WORDS = "|".join(word for word in MULTIPLIERS if len(word) > 2 or word == "mn")
"""What is no letter among what multiplies a number."""


@cache
def _marks(notation: Notation) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """What may be in numbers, and its pattern in texts that are a line each."""
    return tuple((what, re.compile(pattern, re.MULTILINE)) for what, pattern in (
        ("a decimal comma", r"\d,\d" if notation is COMMA else r"(?!)"),
        (f"{notation.thousands!r} between thousands", rf"\d{re.escape(notation.thousands)}\d{{3}}"),
        ("spaces or ' between thousands", r"\d[ '\u00a0\u202f\u2009\u2019]\d{3}"),
        ("K, M or B multiplied out", r"\d ?(?:[kKMB]|[bB]n)(?![^\W\d_])"),
        ("words for millions multiplied out", rf"\d ?(?:{MULTIPLIER_WORDS})(?![^\W\d_])"),
        ("brackets as minus", r"^\(.*\)$"),
        ("a minus sign", "\u2212"),
        ("a dash for cents", r"\d[.,][-–—]"),
        ("a minus behind", r"\d-"),
        ("powers of ten", r"10\^"),
    ))  # fmt: skip
