"""Read dates and times in texts by formats such as %d/%m/%Y, a whole column at a time."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from throughtime.data.storage.stored import Piece
from throughtime.data.times.month_names import are_weekdays, months_of

Times: TypeAlias = NDArray[Any]
"""``datetime64[us]``, without a zone."""

Form: TypeAlias = Callable[[Piece], "Times | None"]
"""A way to write times: reads values of a column, or gives None if one is not written so."""

DATES = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y"),
    *("%m-%d-%Y", "%d-%m-%Y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%y", "%b %d, %Y", "%b %d %Y"),
    *("%d %b %Y", "%d-%m-%y", "%m-%d-%y", "%d-%b-%Y", "%d-%b-%y", "%b-%d-%Y", "%Y-%b-%d"),
    *("%a %b %d %Y", "%a, %d %b %Y", "%a, %b %d, %Y", "%d. %b %Y", "%d %b, %Y", "%a %d %b %Y"),
    *("%Y-%m", "%Y/%m", "%m/%Y", "%b %Y", "%b-%Y", "%b-%y", "%Y %b", "%Y-%b", "%YM%m", "%Y%m"),
    *("%Ym%m", "%d/%b/%Y", "%d/%b/%y", "%d.%b.%Y", "%d %b %y", "%d de %b de %Y", "%b de %Y"),
    *("%a, %d. %b %Y", "%Y年%m月%d日", "%Y年%m月"),
    *("%Y%m%d%H", "%Y%m%d%H%M", "%Y%m%d%H%M%S", "%a %b %d %H:%M:%S %Y"),
    *("%a %b %d %H:%M:%S %z %Y", "%d%b%Y", "%d%b%y"),
)
"""Formats of dates, with the codes of ``strptime``; of two that fit all values the first is taken,
if the other would not give an order of time where the first gives none. ``%b`` and ``%a`` are the
names of a month and a weekday, in full or short."""

CLOCKS = ("", "%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%H%M",
          "%H%M%S", "%H.%M", "%H.%M.%S", "%H:%M:%S,%f", "%I %p", "%I.%M %p", "%I.%M.%S %p",
          "%I:%M:%S.%f %p", "%I.%M.%S.%f %p", "%Hh%M")  # fmt: skip
"""Formats of the time of day, after a date and a space, a comma or a T."""

FIELDS = {"Y": "year", "y": "year", "m": "month", "d": "day", "b": "month", "a": "weekday",
          "H": " hour", "I": " hour", "M": "minute", "S": "second", "f": "fraction", "p": "AM",
          "z": ""}  # fmt: skip
"""What each code stands for."""

ZONES = {
    **{"Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2},
    **{"EET": 2, "EEST": 3, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6},
    **{"PST": -8, "PDT": -7, "MSK": 3},
}
"""The hours that zones are ahead of UTC; of others, such as IST and CST, there are several."""

CODES = {
    "Y": r"(\d{4})", "y": r"(\d{2})", "m": r"(\d{1,2})", "d": r"(\d{1,2})",
    "b": r"([^\W\d_]{3,})\.?", "a": r"([^\W\d_]{2,}(?:-feira)?)\.?",
    "H": r"(\d{1,2})", "I": r"(\d{1,2})", "M": r"(\d{2})", "S": r"(\d{2})", "f": r"(\d{1,9})",
    "p": r"([AaPp])\.?[Mm]\.?",
    "z": rf"({'|'.join(ZONES)}|[+-]\d{{2}}:?\d{{2}})",
}  # fmt: skip
"""The pattern of each code."""

BEFORE_CLOCK = "(?:,? (?:at |- )?|T|:)"
"""What may stand between a date and the time of day."""

SECOND = 1_000_000

YEARS_OF_DIGITS = (1900, 2100)
"""The years of dates of digits alone, which may also be numbers."""


class Written:
    """A format of texts, with the codes of ``strptime``.

    Args:
        dates: the format of the date.
        clock: the format of the time of day; may be empty.
        zone: whether a zone follows.

    Example:
        >>> Written("%d/%m/%Y", "%I:%M %p")(["31/01/2020 2:30 PM"]).tolist()
        [datetime.datetime(2020, 1, 31, 14, 30)]
    """

    def __init__(self, dates: str, clock: str = "", zone: bool = False) -> None:
        pattern = _pattern(dates) + (BEFORE_CLOCK + _pattern(clock) if clock else "")
        self.format = dates + clock + ("%z" if zone else "")
        self.fields = re.findall(r"%(\w)", self.format)
        self.pattern = re.compile(pattern + (" *" + CODES["z"] if zone else ""))
        self._rows = _rows(self.pattern)

    def __str__(self) -> str:
        """The format in words: day/month/year."""
        return re.sub(r"%(\w)", lambda code: FIELDS[code[1]], self.format.replace("%z", ""))

    def __call__(self, piece: Piece) -> Times | None:
        fields = _fields(self._rows, self.fields, piece)
        if fields is None:
            return None
        days, micros = _dated(self.format, fields)
        if days is None or micros is None:
            return None
        return days.astype("datetime64[us]") + micros


def forms_like(text: str) -> list[Written]:
    """The formats that a text may be in, in the order of :data:`DATES`.

    Example:
        >>> [str(form) for form in forms_like("5/6/2020")]
        ['month/day/year', 'day/month/year']
    """
    text = " ".join(text.split())
    dates = [form for form in DATES if _begins(form).match(text)]
    clocks = [(form, zone) for form, zone in product(CLOCKS, (False, True))
              if (form or not zone) and _ends(form, zone).search(text)]  # fmt: skip
    return [_written(*form) for form in ((date, *clock) for date, clock in product(dates, clocks))
            if _written(*form).pattern.fullmatch(text)]  # fmt: skip


class Clock:
    """A format of times of day, with the codes of ``strptime``.

    Example:
        >>> Clock("%H:%M")(["14:30"]).tolist()
        [datetime.timedelta(seconds=52200)]
    """

    def __init__(self, clock: str) -> None:
        self.fields = re.findall(r"%(\w)", clock)
        self.pattern = re.compile(_pattern(clock))
        self._rows = _rows(self.pattern)

    def __call__(self, piece: Piece) -> NDArray[Any] | None:
        """The times since midnight; None if a value has not this format."""
        fields = _fields(self._rows, self.fields, list(map(str, piece)))
        micros = None if fields is None else _micros(fields, len(piece))
        return None if micros is None else micros.astype("timedelta64[us]")


def clocks_like(text: str) -> list[Clock]:
    """The formats of a time of day that a text may be in.

    Example:
        >>> [clock(["14:30"]).tolist() for clock in clocks_like("14:30")]
        [[datetime.timedelta(seconds=52200)]]
    """
    text = " ".join(text.split())
    return [clock for form in CLOCKS if form and (clock := _clock(form)).pattern.fullmatch(text)]


_written, _clock = cache(Written), cache(Clock)


def _rows(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """A pattern for texts that are a line each."""
    return re.compile(f"^(?:{pattern.pattern})$", re.MULTILINE)


def _fields(
    rows: re.Pattern[str], names: list[str], piece: Piece
) -> dict[str, tuple[str, ...]] | None:
    """The fields of all texts by their codes; None if one is not in the format."""
    if set(map(type, piece)) != {str}:
        return None
    texts = "\n".join(piece)
    found = rows.findall(texts) if texts.count("\n") == len(piece) - 1 else []
    if len(found) < len(piece):
        found = rows.findall("\n".join(" ".join(text.split()) for text in piece))
    if len(found) < len(piece):
        return None
    columns = zip(*found, strict=True) if len(names) > 1 else [tuple(found)]
    return dict(zip(names, columns, strict=True))


@cache
def _begins(dates: str) -> re.Pattern[str]:
    return re.compile(_pattern(dates))


@cache
def _ends(clock: str, zone: bool) -> re.Pattern[str]:
    return re.compile(_pattern(clock) + (" *" + CODES["z"] if zone else "") + "$")


DAY_AND_NAME = re.compile("%d.*%b|%b.*%d")
"""Formats with a day, and a month by its name."""


def _pattern(form: str) -> str:
    """The pattern of a format, whose fields are groups."""
    parts = re.split(r"%(\w)", form)
    found = "".join(
        CODES[part] if i % 2 else re.escape(part).replace(r"\ ", " ?" if "p" in parts[i:] else " ")
        for i, part in enumerate(parts)
    )
    # digits that follow each other are of a fixed number
    if re.search("%[YmH]%", form):
        found = found.replace("{1,2}", "{2}")
    if DAY_AND_NAME.search(form):  # which is also written 5th
        found = found.replace(r"(\d{1,2})", r"(\d{1,2})(?:st|nd|rd|th)?")
    return found


def _dated(
    form: str,
    fields: dict[str, tuple[str, ...]],
) -> tuple[Times, NDArray[np.int64]] | tuple[None, None]:
    """The days, and microseconds from their beginning, of fields; None if one is out of range."""
    (rows,) = {len(field) for field in fields.values()}
    one = np.ones(rows, np.int64)
    year = _years(fields)
    if "a" in fields and not are_weekdays(fields["a"]):
        return None, None
    if "b" in fields:
        month = np.array(months_of(fields["b"]), np.int64)
    else:
        month = _whole(fields["m"]) if "m" in fields else one
    day = _whole(fields["d"]) if "d" in fields else one
    if not bool(((month >= 1) & (month <= 12) & (year >= 1)).all()):
        return None, None
    low, high = YEARS_OF_DIGITS
    if "%Y%m" in form and not bool(((year >= low) & (year <= high)).all()):
        return None, None
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    first, next_first = months.astype("datetime64[D]"), (months + 1).astype("datetime64[D]")
    if not bool(((day >= 1) & (day <= (next_first - first).astype(np.int64))).all()):
        return None, None
    micros = _micros(fields, rows)
    return (None, None) if micros is None else (first + (day - 1), micros)


def _years(fields: dict[str, tuple[str, ...]]) -> NDArray[np.int64]:
    if "Y" in fields:
        return _whole(fields["Y"])
    year = _whole(fields["y"])
    return year + np.where(year < 69, 2000, 1900)  # as POSIX says


def _micros(fields: dict[str, tuple[str, ...]], rows: int) -> NDArray[np.int64] | None:
    """The microseconds since midnight of fields; None if one is out of range.

    Of a zone, what it is ahead of UTC is taken off. 24:00 is the midnight that ends a day.
    """
    none = np.zeros(rows, np.int64)
    hour = _whole(fields["H"]) if "H" in fields else none
    if "I" in fields:
        hour = _whole(fields["I"])
        if not bool(((hour >= 1) & (hour <= 12)).all()):
            return None
        hour = hour % 12 + 12 * np.array([text in "Pp" for text in fields["p"]], np.int64)
    minute = _whole(fields["M"]) if "M" in fields else none
    second = _whole(fields["S"]) if "S" in fields else none
    micro = _whole(tuple(text[:6].ljust(6, "0") for text in fields["f"])) if "f" in fields else none
    found = ((hour * 60 + minute) * 60 + second) * SECOND + micro
    if not bool(((minute < 60) & (second < 60) & (found <= 24 * 3600 * SECOND)).all()):
        return None
    return found - (np.array(list(map(_ahead, fields["z"]))) if "z" in fields else none)


@cache
def _ahead(zone: str) -> int:
    """The microseconds that a zone is ahead of UTC."""
    if zone in ZONES:
        return ZONES[zone] * 3600 * SECOND
    digits = zone.replace(":", "")
    ahead = (int(digits[1:3]) * 60 + int(digits[3:5])) * 60 * SECOND
    return -ahead if digits[0] == "-" else ahead


def _whole(texts: tuple[str, ...]) -> NDArray[np.int64]:
    return np.fromiter(map(int, texts), np.int64, len(texts))
