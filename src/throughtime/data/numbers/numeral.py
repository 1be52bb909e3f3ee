"""One number in a text: its digits with marks between them, its sign, and the unit around it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

ON_KEYS = str.maketrans({"\u2212": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'"})
"""The minus sign, narrow spaces and the apostrophe, as they are on a keyboard."""

CURRENCY = (
    r"(?:US|R|C|A)?\$|[€£¥₹₽₩₺₫₴¢]|zł|"
    r"(?:USD|EUR|GBP|JPY|CHF|CAD|AUD|CNY|INR|SEK|NOK|DKK|PLN|kr|Fr\.?|Rs\.?)(?![^\W\d_])"
)
"""Signs and codes of currencies, before or after a number."""

MULTIPLIERS = {
    **{"k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "bn": 1e9, "Bn": 1e9, "mn": 1e6, "mln": 1e6},
    **{"thousand": 1e3, "million": 1e6, "millions": 1e6, "billion": 1e9, "billions": 1e9},
    **{"Tsd": 1e3, "Mio": 1e6, "Mill": 1e6, "Mrd": 1e9, "lakh": 1e5, "crore": 1e7},
}
"""What a letter or word after a number multiplies it by; m, b and t are metres, bytes and tonnes
too."""

SHORT_SCALE = ("billion", "billions")
"""Words that are a million millions in most languages with a decimal comma."""

UNIT = r"(?:[^\W\d_]|[°%‰€£¥₹₽₩₺₫₴¢$²³µ\"″′])(?:[^\W\d_]|[/%°²³·$€]|(?<=m)[23](?!\w)){0,14}\.?"
"""A unit after a number: a sign, or a word without digits."""

NO_UNIT = re.compile(
    r"[ap]\.?m\.?|st|nd|rd|th|e|x|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?",
    re.IGNORECASE,
)
"""What makes a time of day, a date, a rank or a code of a number."""

PARTS = re.compile(
    r"([^\d.,]*)(\d(?:[\d.,' ]*[\d.,])?|[.,]\d+)"
    r"(?:[eE]([-+]?\d+)| ?[x×*·] ?10\^([-+]?\d+))?(\D*(?:m[23])?)"
)
"""What stands before digits, the digits with marks between them, an exponent, and what follows."""

AROUND = re.compile(
    rf"(\(?)([-+]?) ?({CURRENCY})? ?(\(?)([-+]?) ?0(-?)"
    rf" ?(?:({'|'.join(sorted(MULTIPLIERS, key=len, reverse=True))})(?![^\W\d_])\.?)?"
    rf" ?({UNIT})? ?(\)?) ?({UNIT})?"
)
"""What may stand around the digits, here 0: brackets, a sign and a currency, in any order; a minus
sign, a word for thousands or millions, and a unit."""

NO_CENTS = re.compile(r"(?<=\d)[.,][-–—]{1,2}(?![\d-])")
"""A dash for cents, as in 12,-"""

LAKHS = re.compile(r"[1-9]\d?(?:,\d{2})+,\d{3}")
"""Digits in groups as in India: two each, and the last three."""


class Around(NamedTuple):
    """What stands around digits: whether it makes them negative, by a minus sign behind them or
    otherwise; the word that multiplies them, and the unit."""

    negative: bool
    behind: bool
    word: str
    unit: str


class Numeral(NamedTuple):
    """A number and its unit; the unit is empty if there is none."""

    value: float
    unit: str


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
        >>> us.read("3.5 °C"), eu.read("12,50- EUR")
        (Numeral(value=3.5, unit='°C'), Numeral(value=-12.5, unit='EUR'))
    """

    decimal: str
    thousands: str

    def number(self, text: str) -> float | None:
        """The number that a text is in this notation; None if it is not one."""
        found = self.read(text)
        return None if found is None else found.value

    def read(self, text: str) -> Numeral | None:
        """The number that a text is in this notation, and its unit; None if it is not one."""
        if self._plain.fullmatch(text):
            return Numeral(float(text.replace(self.thousands, "").replace(self.decimal, ".")), "")
        text = text if text.isascii() else text.translate(ON_KEYS)
        found = PARTS.fullmatch(NO_CENTS.sub("", text.strip()))
        if found is None or (around := _around(found[1], found[5])) is None:
            return None
        digits, exponent = found[2], found[3] or found[4] or "0"
        if self.decimal == "," and around.word in SHORT_SCALE:
            return None
        if around.behind and digits.isdigit():  # 2- may be a mark, or from two on
            return None
        code = digits[0] == "0" and digits[1:2].isdigit()
        if around.unit and (code or not digits[-1].isdigit()):  # 00ab is none, nor is 0.png
            return None
        if (plain := self._digits(digits)) is None:
            return None
        value = float(f"{plain}e{exponent}") * MULTIPLIERS.get(around.word, 1.0)
        value = -value if around.negative else value
        return Numeral(value, around.unit) if math.isfinite(value) else None

    def _digits(self, digits: str) -> str | None:
        """Digits without marks between them, with a decimal point; None if the marks are wrong."""
        whole, _, fraction = digits.partition(self.decimal)
        if (fraction and not fraction.isdigit()) or not (whole or fraction):
            return None
        if whole and not whole.isdigit():
            groups = re.split(rf"[{re.escape(self.thousands)}' ]", whole)
            if len(set(re.findall(r"\D", whole))) > 1:
                return None
            thousands = re.fullmatch(r"[1-9]\d{0,2}", groups[0]) and all(
                re.fullmatch(r"\d{3}", group) for group in groups[1:]
            )
            if not thousands and not (self.thousands == "," and LAKHS.fullmatch(whole)):
                return None
            whole = "".join(groups)
        return f"{whole or 0}.{fraction or 0}"

    @cached_property
    def _plain(self) -> re.Pattern[str]:
        """Numbers that can be read at once: no unit, and fewer digits than any float has."""
        thousands, decimal = map(re.escape, (self.thousands, self.decimal))
        grouped = rf"[1-9][0-9]{{0,2}}(?:{thousands}[0-9]{{3}}){{1,30}}"
        return re.compile(rf"[-+]?(?:[0-9]{{1,99}}|{grouped})(?:{decimal}[0-9]{{1,99}})?")


POINT, COMMA = Notation(".", ","), Notation(",", ".")


@lru_cache(maxsize=2**16)  # few things stand around all numbers of a column
def _around(before: str, after: str) -> Around | None:
    """What stands around digits; None if it makes no number of them."""
    found = AROUND.fullmatch(f"{before}0{after}")
    if found is None:
        return None
    out, sign, currency, inner, sign_inside, behind, word, unit, close, outside = found.groups("")
    minus = [mark for mark in (sign, sign_inside, behind, out + inner) if mark]
    units = [text for text in (currency, unit, outside) if text]
    if len(minus) > 1 or len(units) > 1 or (out + inner != "") != (close != ""):
        return None
    if NO_UNIT.fullmatch(unit):
        return None
    negative = bool(minus) and minus[0] != "+"
    return Around(negative, behind != "", word, _unit(*units))


def _unit(text: str = "") -> str:
    """A unit as it is compared: days are the same as a day."""
    text = text.rstrip(".")
    return text[:-1] if len(text) > len("min") and text.endswith("s") else text
