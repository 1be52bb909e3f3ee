"""How numbers are written in a column of texts: decimal mark, thousands, signs and units."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from throughtime.data.number import number

MARKS = str.maketrans({"\u2212": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'"})
"""The minus sign, narrow spaces and the apostrophe, as they are on a keyboard."""

UNITS = (
    r"(?:US|R|C|A)?\$|[€£¥₹₽₩₺₫₴¢]|zł|"
    r"(?:USD|EUR|GBP|JPY|CHF|CAD|AUD|CNY|INR|SEK|NOK|DKK|PLN|kr|Fr\.?)\b"
)
"""Signs and codes of currencies, before or after a number."""

TIMES = {"k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "bn": 1e9, "Bn": 1e9}
"""What a letter after a number multiplies it by; m, b and t are metres, bytes and tonnes too."""

NUMERAL = re.compile(
    r"([-+]?)\s?(\d(?:[\d.,' ]*[\d.,])?|[.,]\d+)(?:[eE]([-+]?\d+))?\s?(%|[kKMB]|[bB]n)?"
)
"""A sign, digits with marks between them, an exponent, and a unit."""

CODE = re.compile(r"[-+]?0\d{2,}")
"""Digits with a nought before them, of which there are more than two: a code such as a post code,
not a number."""

EMPTY = ("", "nan", "na", "n/a", "null", "none", "-", "–", "inf", "-inf")
"""Texts that stand for a missing number."""


@dataclass(frozen=True)
class Notation:
    """How the numbers of a column are written.

    Args:
        decimal: the decimal mark.
        thousands: what may stand between groups of three digits; a space or ``'`` always may.

    Example:
        >>> us, eu = Notation(".", ","), Notation(",", ".")
        >>> us.number("$1,234.50"), eu.number("1.234,5"), us.number("(3%)"), us.number("1.2M")
        (1234.5, 1234.5, -3.0, 1200000.0)
        >>> us.number("1,23"), eu.number("1.2")
        (None, None)
    """

    decimal: str
    thousands: str

    def number(self, text: str) -> float | None:
        """The number that a text is in this notation; None if it is not one."""
        text = text.translate(MARKS).strip()
        negative = text.startswith("(") and text.endswith(")")
        text = text[1:-1].strip() if negative else text
        sign = -1.0 if negative else 1.0
        text = re.sub(rf"^([-+]?)\s*(?:{UNITS})\s*", r"\1", text)
        text = re.sub(rf"\s*(?:{UNITS})$", "", text)
        found = NUMERAL.fullmatch(text)
        if found is None:
            return None
        minus, digits, exponent, unit = found.groups()
        whole, _, fraction = digits.partition(self.decimal)
        if fraction and not fraction.isdigit():
            return None
        if not whole.isdigit() and whole:
            groups = re.split(rf"[{re.escape(self.thousands)}' ]", whole)
            separators = set(re.findall(r"\D", whole))
            if len(separators) > 1 or not re.fullmatch(r"[1-9]\d{0,2}", groups[0]):
                return None
            if not all(re.fullmatch(r"\d{3}", group) for group in groups[1:]):
                return None
            whole = "".join(groups)
        if not whole and not fraction:
            return None
        times = TIMES.get(unit or "", 1.0)
        value = float(f"{minus}{whole or 0}.{fraction or 0}e{exponent or 0}") * sign * times
        return value if math.isfinite(value) else None


POINT, COMMA = Notation(".", ","), Notation(",", ".")


@dataclass(frozen=True)
class Numerals:
    """A column of texts as numbers.

    Args:
        values: the numbers; a value that is not one stays as it was.
        note: how they are written, if not plainly; empty otherwise.
        decimal: the decimal mark; None if no number shows it.
        doubt: a row, and why the column may also be other numbers; None if it may not.
    """

    values: list[Any]
    note: str = ""
    doubt: tuple[int, str] | None = None
    decimal: str | None = None

    @property
    def are_numbers(self) -> bool:
        """Whether most values are numbers."""
        return are_numbers(self.values)


def numbers_of(values: Sequence[Any], decimal: str | None = None) -> Numerals:
    """Read a column of texts as numbers, in the one notation in which the most of them are.

    Plain numbers, as programs write them, stay as they are. Otherwise a decimal point or a decimal
    comma, with the other one between thousands; currencies, per cent, K, M and B, a minus sign, and
    negative numbers in brackets. If there are as many numbers by a point as by a comma, and they
    differ, ``doubt`` says so.

    Args:
        values: the column; values that are no texts stay.
        decimal: the decimal mark, if it is known.

    Example:
        >>> numbers_of(["1.234,50", "-"]).values
        [1234.5, '-']
        >>> numbers_of(["2,016", "1,999"]).doubt
        (0, "'2,016' is 2016 or 2.016; say which: decimal=. or decimal=,")
    """
    texts = [value for value in values if isinstance(value, str) and not is_empty(value)]
    if not texts or _are_codes(texts):
        return Numerals(list(values))
    if decimal is None and all(number(text) is not None for text in texts):
        pointed = "." if any("." in text for text in texts) else None
        return Numerals(list(values), doubt=_doubt(values, _as_thousands(texts)), decimal=pointed)
    notation, doubt = _notation(decimal), None
    if notation is None:
        by_point, by_comma = _count(POINT, texts), _count(COMMA, texts)
        if 2 * max(by_point, by_comma) < len(texts):
            return Numerals(list(values))
        notation = POINT if by_point >= by_comma else COMMA
        if by_point == by_comma:
            doubt = _doubt(values, next(filter(_either, texts), None))
    doubt = doubt or _mixed(values, notation) or _otherwise(values, notation)
    return Numerals(_read(values, notation), _note(notation, texts), doubt, notation.decimal)


def _otherwise(values: Sequence[Any], notation: Notation) -> tuple[int, str] | None:
    """A plain number that is none in the notation of the column."""
    for row, value in enumerate(values):
        if isinstance(value, str) and number(value) is not None and notation.number(value) is None:
            return row, f"{value!r} is no number with {notation.decimal!r} as its decimal mark"
    return None


def _notation(decimal: str | None) -> Notation | None:
    return None if decimal is None else POINT if decimal == "." else COMMA


def _doubt(values: Sequence[Any], text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    return list(values).index(text), f"{_either(text)}; say which: decimal=. or decimal=,"


def _mixed(values: Sequence[Any], notation: Notation) -> tuple[int, str] | None:
    """A number without what the others have: per cent, or the same currency."""
    rows = [(row, v) for row, v in enumerate(values)
            if isinstance(v, str) and notation.number(v) is not None]  # fmt: skip
    cents = ["%" in text for _, text in rows]
    if any(cents) and not all(cents):
        row, text = rows[cents.index(not cents[0])]
        return row, f"{text!r}, but {rows[0][1]!r} before it; expected per cent in all rows or none"
    money = [found[0] if (found := re.search(UNITS, text)) else None for _, text in rows]
    if len({unit for unit in money if unit}) > 1:
        row, text = next(
            r for r, unit in zip(rows, money, strict=True) if unit not in (None, money[0])
        )
        return row, f"{text!r}, but {rows[0][1]!r} before it; expected one currency"
    return None


def are_numbers(values: Sequence[Any]) -> bool:
    """Whether most values of a column, empty ones aside, are numbers; the others are mistakes.

    Example:
        >>> are_numbers(["1", "2", "", "three"]), are_numbers(["010", "011"])
        (True, False)
    """
    filled = [value for value in values if not is_empty(value)]
    if _are_codes([value for value in filled if isinstance(value, str)]):
        return False
    return 2 * sum(number(value) is None for value in filled) < len(filled)


def _are_codes(texts: list[str]) -> bool:
    """Whether a tenth or more have noughts before them."""
    return any(texts) and 10 * sum(map(bool, map(CODE.fullmatch, map(str.strip, texts)))) >= len(
        texts
    )


def is_empty(value: Any) -> bool:
    """Whether a value stands for a missing number."""
    return value is None or str(value).strip().lower() in EMPTY


def _count(notation: Notation, texts: list[str]) -> int:
    return sum(notation.number(text) is not None for text in texts)


def _read(values: Sequence[Any], notation: Notation) -> list[Any]:
    read = []
    for value in values:
        found = notation.number(value) if isinstance(value, str) else None
        read.append(value if found is None else found)
    return read


def _either(text: str) -> str:
    """How a text can be read in two ways; empty if it cannot."""
    point, comma = POINT.number(text), COMMA.number(text)
    if point is None or comma is None or point == comma:
        return ""
    low, high = sorted((point, comma), key=abs)
    return f"{text!r} is {high:.10g} or {low:.10g}"


def _as_thousands(texts: list[str]) -> str | None:
    """A plain number whose point may stand between thousands: 1.000 after 999."""
    pointed = [text for text in texts if "." in text]
    if not pointed or len(pointed) == len(texts):
        return None
    if not all(re.fullmatch(r"[-+]?[1-9]\d{0,2}\.\d{3}", text.strip()) for text in pointed):
        return None
    whole = [text.strip().lstrip("+-") for text in texts if "." not in text]
    return pointed[0] if all(len(text) <= 3 for text in whole) else None


def _note(notation: Notation, texts: list[str]) -> str:
    """What was read that is no plain number."""
    found = []
    for what, pattern in (
        ("a decimal comma", r"\d,\d" if notation is COMMA else r"(?!)"),
        (f"{notation.thousands!r} between thousands", rf"\d{re.escape(notation.thousands)}\d{{3}}"),
        ("spaces or ' between thousands", r"\d[ '\u00a0\u202f\u2009\u2019]\d{3}"),
        ("currencies left out", UNITS),
        ("per cent", "%"),
        ("K, M or B multiplied out", r"\d\s?([kKMB]|[bB]n)$"),
        ("brackets as minus", r"^\(.*\)$"),
        ("a minus sign", "\u2212"),
    ):
        if any(re.search(pattern, text.strip()) for text in texts):
            found.append(what)
    return ", ".join(found)
