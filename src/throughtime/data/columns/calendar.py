"""What the time itself says of a step: the weekday, the hour, the season, how long it has been; and
whether its day is a holiday."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.columns.holidays import NAME, holidays
from throughtime.data.errors import DataError
from throughtime.data.times.zones import to_wall

HARMONICS = 3
"""A year is told by its sine and cosine, and those of a half and of a third of it."""


def _one_of(count: int) -> Callable[[NDArray[np.int64]], NDArray[np.float32]]:
    return lambda values: np.eye(count, dtype=np.float32)[values]


def _around(period: float) -> Callable[[NDArray[np.int64]], NDArray[np.float32]]:
    """Sines and cosines of a place within a period."""

    def made(values: NDArray[np.int64]) -> NDArray[np.float32]:
        angles = 2 * np.pi * values[:, None] / period * np.arange(1, HARMONICS + 1)
        return np.concatenate([np.sin(angles), np.cos(angles)], 1).astype(np.float32)

    return made


def _since(times: NDArray[Any], unit: str, of: str) -> NDArray[np.int64]:
    """How many of a unit have passed since the beginning of another one."""
    within = times.astype(f"datetime64[{unit}]") - times.astype(f"datetime64[{of}]")
    return within.astype(f"timedelta64[{unit}]").astype(np.int64)


PARTS: dict[str, tuple[int, Callable[[NDArray[Any]], NDArray[np.float32]]]] = {
    "hour": (24, lambda t: _one_of(24)(_since(t, "h", "D"))),
    # the first of January 1970 was a Thursday
    "weekday": (7, lambda t: _one_of(7)((t.astype("datetime64[D]").astype(np.int64) + 3) % 7)),
    "month": (12, lambda t: _one_of(12)(t.astype("datetime64[M]").astype(np.int64) % 12)),
    "year": (2 * HARMONICS, lambda t: _around(365.25)(_since(t, "D", "Y"))),
}
"""What may be told of a time, by its name in ``--calendar``: how many entries it has, and them."""

GAP = "gap"
"""How long it has been since the step before, of times on no grid."""


def usual(times: NDArray[Any], regular: bool) -> tuple[str, ...]:
    """What is told of the time where nothing is said: by hours the hour and the weekday, by days
    the weekday, by months the month; and the season, from two years on.

    Args:
        times: those of the longest series.
        regular: whether they are on a grid; otherwise nothing is told.

    Example:
        >>> days = np.datetime64("2024-01-01", "us") + np.arange(99) * np.timedelta64(1, "D")
        >>> usual(days, True), usual(days[::31], True)
        (('weekday',), ())
    """
    if times.dtype.kind != "M" or not regular or len(times) < 2:
        return ()
    apart, span = np.median(np.diff(times)), times[-1] - times[0]
    day = np.timedelta64(1, "D")
    names = [*(["hour"] if apart < day else []), *(["weekday"] if apart <= day else [])]
    if span >= 2 * 365 * day:
        names += ["year"] if apart < 28 * day else ["month"] if apart < 100 * day else []
    return tuple(names)


def check_parts(names: tuple[str, ...], times: NDArray[Any]) -> None:
    """Raise a ``DataError`` if there is no such part, or the times are numbers, or longer than days
    and holidays are asked for; and a ``MissingPackage`` without the package that knows them."""
    for name in names:
        if name not in PARTS and not of_holidays(name):
            known = f"{', '.join(PARTS)}, {NAME}COUNTRY"
            raise DataError(f"--calendar {name}: expected {known}, or none")
    if names and times.dtype.kind != "M":
        raise DataError(
            f"--calendar {names[0]}: the times are numbers, which have no {names[0]}; leave it out"
        )
    for name in filter(of_holidays, names):
        holidays(name, times.astype("datetime64[D]"))
        if len(times) > 1 and np.median(np.diff(times)) > np.timedelta64(1, "D"):
            raise DataError(
                f"--calendar {name}: holidays are days, and the steps of time are longer; leave it "
                "out, or give how many each step has as a column: --input NAME:known"
            )


def of_holidays(name: str) -> bool:
    """Whether a part of the time is whether its day is a holiday.

    Example:
        >>> of_holidays("holidays:DE"), of_holidays("weekday")
        (True, False)
    """
    return name.partition(":")[0] == NAME.removesuffix(":")


def size_of(name: str) -> int:
    """How many entries a part has."""
    return 1 if name == GAP or of_holidays(name) else PARTS[name][0]


def told(name: str, times: NDArray[Any], zone: str | None) -> NDArray[np.float32]:
    """A part of the times ``(T,)``, ``(T, size)``.

    Args:
        name: the part.
        times: the times, in UTC if there is a zone.
        zone: the zone, by whose clock hours and days are told.

    Example:
        >>> monday = np.array(["2024-01-01T23:00"], "datetime64[us]")
        >>> told("weekday", monday, None).argmax(), told("weekday", monday, "+02:00").argmax()
        (np.int64(0), np.int64(1))
    """
    wall = to_wall(times, zone)
    if of_holidays(name):
        return holidays(name, wall.astype("datetime64[D]")).astype(np.float32)[:, None]
    return PARTS[name][1](wall)


def gaps(times: NDArray[Any]) -> NDArray[np.float64]:
    """The logarithm of how long it has been since the step before, NaN at the first: in seconds, or
    in the units of numbers."""
    apart = np.diff(times)
    if times.dtype.kind == "M":
        apart = apart / np.timedelta64(1, "s")
    return np.concatenate([[np.nan], np.log(np.maximum(apart.astype(np.float64), 1e-9))])
