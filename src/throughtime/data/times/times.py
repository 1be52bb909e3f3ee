"""Dates and times, in the forms in which files have them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from throughtime.data.numbers.number import all_numbers, number, numbers_in
from throughtime.data.storage.stored import Piece, gathered, some_of
from throughtime.data.times.periods import QUARTERS, SEASONS, WEEKS, Beginning, each, ends_of
from throughtime.data.times.steps import evenness
from throughtime.data.times.written_times import Form, Times, forms_like

ISO_WEEK = re.compile(r"\d{4}-?W\d\d(?:-?[1-7])?")

PLAIN = re.compile(
    r"(?!0000)\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{3}(?:\d{3})?)?)?)?", re.ASCII
)
"""What NumPy reads as ``datetime.fromisoformat`` does; both refuse what is out of range."""

UNIX = re.compile(r"unix|epoch|time|date|ts\b|stamp", re.IGNORECASE)
"""Names of columns whose large whole numbers are seconds or milliseconds since 1970."""

PER_SECOND = (1, 1_000, 1_000_000, 1_000_000_000)
"""Seconds, milliseconds, microseconds and nanoseconds."""

MOMENTS = [datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in (1980, 2100)]
"""Unix times are between these; smaller numbers are counts."""


class Timed(NamedTuple):
    """A column as times, the form in which it is, and another in which it also goes on in time."""

    values: Times
    form: Form
    other: Form | None = None


def times_of(values: Sequence[Any], name: str = "") -> Times | None:
    """A column as times, all in one form; None if it is not one of times.

    Times without a zone are compared as they stand. A month, a quarter or a span of time means its
    first day, 24:00 the day after. Whole numbers are seconds, milliseconds, … since 1970 if the
    column's ``name`` says so and all of them lie between 1980 and 2100.

    Of day first and month first, both of which may fit, the one is taken by which the rows are in
    the order of time; of two such, the one whose steps are more even, or of such that are as even,
    the one in which less time passes.

    Args:
        values: the column, which may be larger than memory.
        name: its name.

    Example:
        >>> times_of(["31.01.2020", "1.2.2020"]).tolist()
        [datetime.datetime(2020, 1, 31, 0, 0), datetime.datetime(2020, 2, 1, 0, 0)]
        >>> times_of(["2020Q1", "2020Q2"])[1].item().month, times_of(["Jan 31, 2020", "x"])
        (4, None)
    """
    found = timed(values, name)
    return None if found is None else found.values


def timed(values: Sequence[Any], name: str = "") -> Timed | None:
    """A column as times, see :func:`times_of`, and the form in which they are.

    Args:
        values: the column.
        name: its name.

    Example:
        >>> found = timed(["1/2/2020", "1/3/2020", "1/4/2020"])
        >>> str(found.form), str(found.other)
        ('month/day/year', 'day/month/year')
    """
    if not len(values):
        return None
    some = some_of(values)
    fitting: list[Timed] = []
    for form in _forms(some[0], name):
        of_some = form(some)
        others = [t.form(some) for t in fitting]
        if of_some is None or any(t is not None and np.array_equal(of_some, t) for t in others):
            continue
        if (found := _all(values, form)) is not None:
            fitting.append(Timed(found, form))
    onward = [found for found in fitting if not goes_back(found.values)]
    if len(onward) < 2:
        return next(iter(onward or fitting), None)
    best, other, *_ = sorted(onward, key=lambda found: (-evenness(found.values), _lasts(found)))
    return best._replace(other=other.form)


def _lasts(found: Timed) -> int:
    return int((found.values[-1] - found.values[0]).astype(np.int64))


def like_unix(values: Sequence[Any]) -> Times | None:
    """Numbers that rise or fall all the time as times if they may be seconds, … since 1970.

    Example:
        >>> like_unix([1_600_000_000, 1_600_000_060])[0].item().year, like_unix([3, 5])
        (2020, None)
    """
    found = all_numbers(values)
    if found is None or len(found) < 2 or not _is_onward(found):
        return None
    return next((t for each in PER_SECOND if (t := _unix(each, found)) is not None), None)


def _is_onward(found: NDArray[Any]) -> bool:
    """Whether numbers rise, or fall, from each to the next."""
    return bool((found[1:] > found[:-1]).all() or (found[1:] < found[:-1]).all())


def are_days(times: NDArray[Any]) -> bool:
    """Whether all times are midnights, as those of dates are.

    Example:
        >>> are_days(np.array(["2020-01-31", "2020-02-01T12:00"], "datetime64[us]"))
        False
    """
    return bool((times == times.astype("datetime64[D]")).all())


def goes_back(times: NDArray[Any]) -> int:
    """The first row whose time is before that of the row before it; 0 if there is none.

    Example:
        >>> goes_back(np.array([1, 3, 2])), goes_back(np.array([1, 1, 2]))
        (2, 0)
    """
    back = times[1:] < times[:-1]
    return int(back.argmax()) + 1 if back.any() else 0


def _all(values: Sequence[Any], form: Form) -> Times | None:
    """All values in a form; None if one is not in it."""
    return gathered(values, form, "datetime64[us]")


def _forms(first: Any, name: str) -> Iterator[Form]:
    """The forms that a column may have, by its first value and its name."""
    if isinstance(first, date):
        yield _dates
        return
    if isinstance(first, str):
        yield from (_iso, QUARTERS, WEEKS, SEASONS)
        yield from forms_like(first)
        if (ends := ends_of(first)) is not None:
            yield from (Beginning(form) for form in _forms(ends[0], ""))
    elif (whole := number(first)) is not None and whole.is_integer():
        yield from (partial(_compact, form) for form in forms_like(str(int(whole))))
    if UNIX.search(name):
        for per_second in PER_SECOND:
            yield partial(_unix, per_second)


def _dates(piece: Piece) -> Times | None:
    if not all(isinstance(value, date) for value in piece):
        return None
    return np.array([_naive(value) for value in piece], "datetime64[us]")


def _iso(piece: Piece) -> Times | None:
    try:
        if all(map(PLAIN.fullmatch, piece)):
            return np.array(piece, "datetime64[us]")
    except (TypeError, ValueError):  # no text; or 24:00, which is read below
        pass
    return each(piece, _iso_time)


def _iso_time(text: str) -> datetime | None:
    if not (ISO_WEEK.fullmatch(text) or re.match(r"\d{4}-\d\d-\d\d(?:$|[ T])", text)):
        return None
    if re.search(r"[ T]\d\d(?::?\d\d)?[.,]", text):  # of 22.40 Python makes 22:00:00.40
        return None
    late = re.search(r"[ T]24:00(:00)?(\.0+)?", text)
    text = text.replace("24:00", "00:00", 1) if late else text
    text = re.sub(r"\s*(UTC|GMT)$", "Z", text)
    text = re.sub(r"(\.\d{6})\d+", r"\1", text)  # nanoseconds
    try:
        when = datetime.fromisoformat(text)
        return _naive(when) + timedelta(days=1) if late else _naive(when)
    except (ValueError, OverflowError):
        return None


def _naive(when: date) -> datetime:
    """A time in UTC if it has a zone, as it stands if it has none."""
    if not isinstance(when, datetime):
        return datetime(when.year, when.month, when.day)
    return when if when.tzinfo is None else when.astimezone(UTC).replace(tzinfo=None)


def _compact(form: Form, piece: Piece) -> Times | None:
    """Whole numbers whose digits are all dates, such as 20200131."""
    found = numbers_in(piece)
    if found is None or any(isinstance(value, str) for value in piece):
        return None
    whole = bool(((found % 1 == 0) & (found > 0) & (found < 2**53)).all())
    return form([str(value) for value in found.astype(np.int64).tolist()]) if whole else None


def _unix(per_second: int, piece: Piece) -> Times | None:
    """Numbers since 1970, all in a time that may be meant."""
    found = numbers_in(piece)
    if found is None:
        return None
    low, high = MOMENTS
    if not bool(((found >= low * per_second) & (found < high * per_second)).all()):
        return None
    return np.round(found / per_second * 1e6).astype(np.int64).astype("datetime64[us]")
