"""Dates and times, in the formats in which files have them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from throughtime.data.number import number

DATES = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y"),
    *("%m-%d-%Y", "%d-%m-%Y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%y", "%b %d, %Y", "%B %d, %Y"),
    *("%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y", "%d-%m-%y", "%m-%d-%y", "%d-%b-%Y"),
    *("%d-%b-%y", "%b-%d-%Y", "%Y-%b-%d", "%a %b %d %Y", "%a, %d %b %Y", "%A, %B %d, %Y"),
    *("%d. %B %Y", "%d. %b %Y", "%d %B, %Y", "%d %b, %Y", "%A %d %B %Y", "%Y-%m", "%Y/%m"),
    *("%m/%Y", "%b %Y", "%B %Y", "%b-%Y", "%b-%y"),
)
"""Formats of dates, as of ``strptime``; of two that fit all values the first is taken, if the other
would not give an order of time where the first gives none."""

CLOCKS = ("", "%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%H%M",
          "%H%M%S", "%H.%M", "%H.%M.%S")  # fmt: skip
"""Formats of the time of day, after a date and a space, a comma or a T."""

ZONE = re.compile(r"(:\d\d(?:\.\d+)?)\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})$")
"""A zone after a time of day."""

QUARTER = re.compile(r"(\d{4})[ -]?Q([1-4])|Q([1-4])[ -]?(\d{4})", re.IGNORECASE)

UNIX = re.compile(r"unix|epoch|time|date|ts\b|stamp", re.IGNORECASE)
"""Names of columns whose large whole numbers are seconds or milliseconds since 1970."""

YEARS = (1970, 2100)

SECONDS = {"seconds": 1.0, "milliseconds": 1e3, "microseconds": 1e6, "nanoseconds": 1e9}

MONTHS = re.compile(r"[A-Za-zÀ-ÿ]{3,}")


def times_of(values: Sequence[Any], name: str = "") -> list[datetime] | None:
    """A column as times, all in one format; None if it is not one of times.

    Times without a zone are compared as they stand. A month or a quarter means its first day, 24:00
    the day after. Whole numbers are seconds, milliseconds, … since 1970 if the column's ``name``
    says so and all of them lie between 1970 and 2100.

    Of day first and month first, both of which may fit, the one is taken by which the rows are in
    the order of time.

    Example:
        >>> times_of(["31.01.2020", "1.2.2020"])
        [datetime.datetime(2020, 1, 31, 0, 0), datetime.datetime(2020, 2, 1, 0, 0)]
        >>> times_of(["2020Q1", "2020Q2"])[1].month, times_of(["Jan 31, 2020", "x"])
        (4, None)
    """
    if not len(values):
        return None
    if all(isinstance(value, date) for value in values):
        return [_naive(value) for value in values]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        known = [number(value) for value in values]
        finite = [n for n in known if n is not None]
        whole = len(finite) == len(values)
        return (_compact(finite) or _unix(finite, name)) if whole else None
    if not all(isinstance(value, str) and value.strip() for value in values):
        return None
    texts = [" ".join(value.split()) for value in values]
    found: list[datetime] | None = None
    for candidate in _readings(texts):
        if not goes_back(candidate):
            return candidate
        found = found or candidate
    if found is not None:
        return found
    numbers = [number(text) for text in texts]
    return (
        None
        if any(n is None for n in numbers)
        else _unix([n for n in numbers if n is not None], name)
    )


def goes_back(times: Sequence[Any]) -> int:
    """The first row whose time is before that of the row before it; 0 if there is none."""
    return next((row for row, (a, b) in enumerate(pairwise(times), 1) if b < a), 0)


def _readings(texts: list[str]) -> Iterator[list[datetime]]:
    """The column by each format that fits all of it."""
    if (quarters := _each(texts, _quarter)) is not None:
        yield quarters
    if len(texts[0]) >= len("2020-01-01") and (iso := _each(texts, _iso)) is not None:
        yield iso
        return
    zoned = all(ZONE.search(text) for text in texts)
    plain = [ZONE.sub(r"\1", text) for text in texts] if zoned else texts
    zones = [_offset(text) for text in texts] if zoned else None
    named = bool(MONTHS.search(re.sub(r"(?i)\b[ap]\.?m\b\.?|T(?=\d)", "", plain[0])))
    for dates in DATES:
        if ("%b" in dates.lower()) != named and "%a" not in dates.lower():
            continue
        for clock in CLOCKS:
            for between in (" ", ", ", "T") if clock else ("",):
                form = dates + between + clock
                if (found := _by(plain, form)) is not None:
                    yield (
                        found
                        if zones is None
                        else [t - zone for t, zone in zip(found, zones, strict=True)]
                    )


def _by(texts: list[str], form: str) -> list[datetime] | None:
    found = []
    for text in texts:
        late = "%H:%M" in form and re.search(r"\b24:00(:00)?(\.0+)?$", text)
        try:
            when = datetime.strptime(text.replace("24:00", "00:00") if late else text, form)
        except ValueError:
            return None
        found.append(when + timedelta(days=1) if late else when)
    if "%Y%m%d" in form and not all(1900 <= t.year <= YEARS[1] for t in found):
        return None
    return found


def _each(texts: list[str], read: Any) -> list[datetime] | None:
    found = []
    for text in texts:
        when = read(text)
        if when is None:
            return None
        found.append(when)
    return found


def _iso(text: str) -> datetime | None:
    late = re.search(r"[ T]24:00(:00)?(\.0+)?", text)
    text = text.replace("24:00", "00:00", 1) if late else text
    text = re.sub(r"\s*(UTC|GMT)$", "Z", text)
    text = re.sub(r"(\.\d{6})\d+", r"\1", text)  # nanoseconds
    if not re.match(r"\d{4}-\d", text):
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _naive(when) + timedelta(days=1) if late else _naive(when)


def _naive(when: date) -> datetime:
    """A time in UTC if it has a zone, as it stands if it has none."""
    if not isinstance(when, datetime):
        return datetime(when.year, when.month, when.day)
    return when if when.tzinfo is None else when.astimezone(UTC).replace(tzinfo=None)


def _quarter(text: str) -> datetime | None:
    found = QUARTER.fullmatch(text)
    if found is None:
        return None
    year, quarter = (found[1], found[2]) if found[1] else (found[4], found[3])
    return datetime(int(year), 3 * int(quarter) - 2, 1)


def _offset(text: str) -> timedelta:
    zone = ZONE.search(text)
    assert zone is not None
    if zone[2] in ("Z", "UTC", "GMT"):
        return timedelta(0)
    digits = zone[2].replace(":", "")
    offset = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    return -offset if digits[0] == "-" else offset


def _compact(values: Sequence[Any]) -> list[datetime] | None:
    """Whole numbers of eight digits that are all dates, such as 20200131."""
    if not all(1900_01_01 <= value <= 2100_12_31 and value == int(value) for value in values):
        return None
    return _by([str(int(value)) for value in values], "%Y%m%d")


def _unix(values: list[float], name: str) -> list[datetime] | None:
    if not values or not UNIX.search(name):
        return None
    low, high = (datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in YEARS)
    low = datetime(1980, 1, 1, tzinfo=UTC).timestamp()  # smaller ones are counts
    for per_second in SECONDS.values():
        if all(low <= value / per_second < high for value in values):
            begin = datetime(1970, 1, 1)
            return [begin + timedelta(seconds=value / per_second) for value in values]
    return None
