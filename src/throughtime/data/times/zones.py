"""The zone of times that have one: it is kept where all have the same, else they are in UTC."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.storage.stored import pieces_of
from throughtime.data.times.written_times import ZONES
from throughtime.extras import needed_for

OFFSET = re.compile(rf":?\d\d(?:[.,]\d+)?\s*({'|'.join(ZONES)}|[+-]\d\d:?\d\d)(?:\s+\d{{4}})?\s*$")
"""The zone behind a time of day; a year may follow."""

UTC = "UTC"


def pandas() -> Any:
    """The package pandas, which knows calendars and zones.

    Raises:
        MissingPackage: if it is not installed.
    """
    with needed_for("reading several series"):
        return import_module("pandas")


def zone_of(values: Sequence[Any]) -> tuple[str | None, str]:
    """The zone of a column of times, and what is to be said of it; None if they have none.

    Args:
        values: the column.

    Example:
        >>> zone_of(["2024-01-01 00:00+01:00", "2024-01-02 00:00+01:00"])
        ('+01:00', '')
        >>> zone_of(["2024-03-31 00:00+01:00", "2024-04-01 00:00+02:00"])
        ('UTC', 'times with offsets +01:00 and +02:00, taken in UTC')
        >>> zone_of(["2024-01-01", "2024-01-02"])
        (None, '')
    """
    found = dict.fromkeys(zone for piece in pieces_of(values) for zone in map(_zone, piece) if zone)
    if len(found) < 2:
        return next(iter(found), None), ""
    first, second, *rest = found
    more = f" and {len(rest)} more" if rest else ""
    return UTC, f"times with offsets {first} and {second}{more}, taken in UTC"


def _zone(value: Any) -> str | None:
    if isinstance(value, datetime) and value.tzinfo is not None:
        key = getattr(value.tzinfo, "key", None)
        return str(key) if key else _offset(f"{value:%z}")
    if not isinstance(value, str) or ":" not in value:
        return None
    found = OFFSET.search(value)
    return None if found is None else _offset(found[1])


def _offset(text: str) -> str:
    """An offset as +01:00; UTC if it is none."""
    if text in ZONES:
        text = f"{ZONES[text]:+03d}00"
    digits = text.replace(":", "")
    return UTC if digits[1:] == "0000" else f"{digits[:3]}:{digits[3:5]}"


def to_wall(times: NDArray[Any], zone: str | None) -> NDArray[Any]:
    """Times in UTC as a clock in the zone shows them.

    Example:
        >>> to_wall(np.array(["2024-01-01T23:00"], "datetime64[us]"), "+01:00").tolist()
        [datetime.datetime(2024, 1, 2, 0, 0)]
    """
    if zone is None or zone == UTC or not len(times):
        return times
    if (ahead := _ahead(zone)) is not None:
        return times + ahead
    index = pandas().DatetimeIndex(times).tz_localize(UTC).tz_convert(zone)
    return index.tz_localize(None).to_numpy().astype(times.dtype)


def to_utc(wall: NDArray[Any], zone: str | None) -> NDArray[Any]:
    """What a clock in the zone shows as times in UTC.

    Of an hour that the clock shows twice the first is meant; one that it leaves out is the next.

    Example:
        >>> to_utc(np.array(["2024-01-02T00:00"], "datetime64[us]"), "+01:00").tolist()
        [datetime.datetime(2024, 1, 1, 23, 0)]
    """
    if zone is None or zone == UTC or not len(wall):
        return wall
    if (ahead := _ahead(zone)) is not None:
        return wall - ahead
    index = pandas().DatetimeIndex(wall)
    first = np.ones(len(wall), np.bool_)
    index = index.tz_localize(zone, ambiguous=first, nonexistent="shift_forward").tz_convert(UTC)
    return index.tz_localize(None).to_numpy().astype(wall.dtype)


def _ahead(zone: str) -> np.timedelta64 | None:
    """What a zone is ahead of UTC; None if that changes."""
    if not re.fullmatch(r"[+-]\d\d:\d\d", zone):
        return None
    minutes = int(zone[1:3]) * 60 + int(zone[4:])
    return np.timedelta64(-minutes if zone[0] == "-" else minutes, "m")


def offsets_of(times: NDArray[Any], zone: str) -> list[str]:
    """What the zone's clock is ahead of UTC at times in UTC, as +01:00.

    Example:
        >>> offsets_of(np.array(["2024-07-01T12:00"], "datetime64[us]"), "Europe/Berlin")
        ['+02:00']
    """
    minutes = ((to_wall(times, zone) - times) / np.timedelta64(1, "m")).astype(np.int64).tolist()
    return [f"{'-' if m < 0 else '+'}{abs(m) // 60:02}:{abs(m) % 60:02}" for m in minutes]
