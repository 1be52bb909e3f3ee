"""The names of months and weekdays, in English and in languages that Babel knows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

from throughtime.extras import needed_for

ENGLISH = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
           "october", "november", "december")  # fmt: skip

MONTHS = {short: number for number, name in enumerate(ENGLISH, 1) for short in (name, name[:3])} | {
    "sept": 9
}
"""The months by their English names."""

WEEKDAYS = frozenset(
    short
    for name in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    for short in (name, name[:2], name[:3], name[:4])
) | {"thurs"}
"""The English names of weekdays."""

LANGUAGES = ("de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "hu", "ro",
             "tr", "ru", "uk", "el", "id", "ca")  # fmt: skip
"""The languages of other names; in no two of them is one name that of different months."""


def months_of(names: Iterable[str]) -> list[int]:
    """The numbers of months; 0 for what is none.

    Raises:
        MissingPackage: if a name is none in English and Babel is not installed.

    Example:
        >>> months_of(["Sept", "märz", "févr", "enero", "x"])
        [9, 3, 2, 1, 0]
    """
    names = list(names)
    short = {name: name.lower().rstrip(".") for name in set(names)}
    known = MONTHS if MONTHS.keys() >= set(short.values()) else _other_months() | MONTHS
    month = {name: known.get(short[name], 0) for name in short}
    return [month[name] for name in names]


def are_weekdays(names: Iterable[str]) -> bool:
    """Whether all are names of weekdays.

    Raises:
        MissingPackage: if a name is none in English and Babel is not installed.

    Example:
        >>> are_weekdays(["Mon", "Dienstag", "jeu."]), are_weekdays(["Mon", "x"])
        (True, False)
    """
    found = {name.lower().rstrip(".") for name in names}
    return found <= WEEKDAYS or found <= WEEKDAYS | _other_weekdays()


@cache
def _other_months() -> dict[str, int]:
    with needed_for("reading the names of months"):
        from babel.dates import get_month_names
    names = _names(
        get_month_names(width, context, language)
        for language in LANGUAGES
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
    )
    short: dict[str, set[int]] = {"mrz": {3}}
    for name, month in names.items():
        short.setdefault(name[:3], set()).add(month)
    return {name: min(months) for name, months in short.items() if len(months) == 1} | names


@cache
def _other_weekdays() -> frozenset[str]:
    with needed_for("reading the names of weekdays"):
        from babel.dates import get_day_names
    return frozenset(_names(
        get_day_names(width, context, language)
        for language in LANGUAGES
        for width in ("wide", "abbreviated", "short")
        for context in ("format", "stand-alone")
    ))  # fmt: skip


def _names(tables: Iterable[Mapping[int, str]]) -> dict[str, int]:
    """Names with and without their accents."""
    found: dict[str, int] = {}
    for table in tables:
        for number, name in table.items():
            name = name.lower().rstrip(".")
            plain = unicodedata.normalize("NFKD", name)
            found[name] = number
            found["".join(c for c in plain if not unicodedata.combining(c))] = number
    return found
