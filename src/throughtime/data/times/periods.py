"""Times that last: quarters, weeks, seasons over two years, and spans from one time to another.

Each is taken as its beginning.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from throughtime.data.storage.stored import Piece
from throughtime.data.times.written_times import Form, Times, clocks_like

QUARTER = re.compile(
    r"(\d{4})[ /-]?(?:[QT]([1-4])|[HS]([12]))|(?:[QT]([1-4])|[HS]([12])|([1-4])[QT])[ /-]?(\d{4})",
    re.IGNORECASE,
)
"""Quarters and halves of years."""

WORD = r"(?:W|KW|CW|Wk|Week|Woche|Semaine|Semana)"

WEEK = re.compile(
    rf"(\d{{4}})[ ,./-]*{WORD}[ .]*(\d{{1,2}})|{WORD}[ .]*(\d{{1,2}})[ ,./-]+(\d{{4}})",
    re.IGNORECASE,
)
"""Weeks of years, as ISO 8601 counts them."""

SEASON = re.compile(
    r"(?:FY|season|saison)? ?(\d{4}) ?[-/–—] ?(\d\d|\d{4})|FY ?(\d{4})", re.IGNORECASE
)
"""Two years that follow each other, or a fiscal year."""

SPAN = re.compile(
    r"(.*\d.*?)(?: (?:-|–|—|to|until|bis) |(?<=\d)[–—](?=\d))(.+)|(\d{4}-\d\d-\d\d[^/]*)/(.+)"
)
"""A time, and another or a time of day."""


@dataclass(frozen=True)
class Period:
    """A form of texts that are each a period by itself.

    Args:
        name: what it is, in words.
        read: gives the beginning of one; None if it is none.

    Example:
        >>> SEASONS(["1950-51", "1951-52"])[1].item().year, SEASONS(["1950-53"])
        (1951, None)
        >>> WEEKS(["KW 01/2020"]).tolist(), QUARTERS(["Q3 2020"])[0].item().month
        ([datetime.datetime(2019, 12, 30, 0, 0)], 7)
    """

    name: str
    read: Callable[[str], datetime | None]

    def __str__(self) -> str:
        return self.name

    def __call__(self, piece: Piece) -> Times | None:
        return each(piece, self.read)


@dataclass(frozen=True)
class Beginning:
    """A form of texts that are spans of time, by the form of their beginnings.

    Args:
        form: the form of the beginnings, and of the ends; these may also be times of day.

    Example:
        >>> from throughtime.data.times.written_times import Written
        >>> Beginning(Written("%d.%m.%Y"))(["31.1.2020 - 6.2.2020"]).tolist()
        [datetime.datetime(2020, 1, 31, 0, 0)]
    """

    form: Form

    def __str__(self) -> str:
        return str(self.form)

    def __call__(self, piece: Piece) -> Times | None:
        ends = [ends_of(value) if isinstance(value, str) else None for value in piece]
        if not ends or not all(ends):
            return None
        first, last = zip(*filter(None, ends), strict=True)
        of_day = ":" in first[0] and clocks_like(last[0])
        if all(form(list(last)) is None for form in (self.form, *(of_day or ()))):
            return None
        return self.form(list(first))


def ends_of(text: str) -> tuple[str, str] | None:
    """The two times of a span; None if it is none.

    Example:
        >>> ends_of("2020-01-05 - 2020-01-11"), ends_of("2020-01-05")
        (('2020-01-05', '2020-01-11'), None)
    """
    found = SPAN.fullmatch(" ".join(text.split()))
    if found is None:
        return None
    first, last, of_iso, last_of_iso = found.groups("")
    return (first or of_iso).strip(), (last or last_of_iso).strip()


def each(piece: Piece, read: Callable[[str], datetime | None]) -> Times | None:
    """The times that texts are, one at a time; None if one is none."""
    found = []
    for value in piece:
        when = read(" ".join(value.split())) if isinstance(value, str) else None
        if when is None:
            return None
        found.append(when)
    return np.array(found, "datetime64[us]")


def _quarter(text: str) -> datetime | None:
    found = QUARTER.fullmatch(text)
    if found is None:
        return None
    year, quarter, half = (
        found[1] or found[7],
        found[2] or found[4] or found[6],
        found[3] or found[5],
    )
    month = 3 * int(quarter) - 2 if quarter else 6 * int(half) - 5
    return datetime(int(year), month, 1) if int(year) else None


def _week(text: str) -> datetime | None:
    found = WEEK.fullmatch(text)
    if found is None:
        return None
    year, week = found[1] or found[4], found[2] or found[3]
    try:
        return datetime.combine(date.fromisocalendar(int(year), int(week), 1), datetime.min.time())
    except ValueError:
        return None


def _season(text: str) -> datetime | None:
    found = SEASON.fullmatch(text)
    if found is None:
        return None
    year, last = int(found[1] or found[3]), found[2]
    follows: Any = last is None or int(last) == (year + 1) % (10_000 if len(last) == 4 else 100)
    return datetime(year, 1, 1) if year and follows else None


QUARTERS = Period("quarters", _quarter)
WEEKS = Period("weeks", _week)
SEASONS = Period("years that begin in one and end in the next", _season)
