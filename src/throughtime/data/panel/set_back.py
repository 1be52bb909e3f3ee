"""A clock that was set back: local times without their offset, of which an hour comes twice."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.times.steps import NO_TIME, usual

HOUR = np.timedelta64(3_600_000_000, "us")

A_YEAR = 2000
"""Of so many steps one may be back, beside the first: a clock is set back once a year."""

SUNDAY, NIGHT = 6, 4
"""Clocks are set back in the night to a Sunday, before this hour."""


def hours_back(times: NDArray[Any]) -> NDArray[Any] | None:
    """What is to be added to the times of a series, in the order of the file, so that they rise as
    the true time does; None if it is no clock that was set back.

    Args:
        times: ``(T,)``, as the clock shows them.

    Example:
        >>> minutes = [0, 30, 60, 90, 60, 90, 120, 150]
        >>> times = np.datetime64("2021-10-31T01:00", "us") + np.array(minutes, "timedelta64[m]")
        >>> hours_back(times).astype("timedelta64[h]").astype(int).tolist()
        [0, 0, 0, 0, 1, 1, 1, 1]
        >>> hours_back(times[[0, 1, 1, 2]]) is None
        True
    """
    if times.dtype.kind != "M" or len(times) < 3:
        return None
    if times[-1] < times[0]:
        found = hours_back(times[::-1])
        return None if found is None else found[::-1]
    steps = np.diff(times)
    step = usual(steps)
    if step is None or step > HOUR:
        return None
    back = steps <= NO_TIME
    at = np.flatnonzero(back)
    if not len(at) or len(at) > 1 + len(steps) // A_YEAR or bool((steps[at] + HOUR != step).any()):
        return None
    if step == HOUR and not bool(may_be_set_back(times[at]).all()):
        return None  # a time that merely stands there twice
    found = np.cumsum(np.r_[False, back]) * HOUR
    return found if bool((np.diff(times + found) > NO_TIME).all()) else None


def may_be_set_back(times: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether clocks may be set back at times: in the night to a Sunday.

    Example:
        >>> days = np.array(["2021-10-31T02:00", "2021-11-01T02:00"], "datetime64[us]")
        >>> may_be_set_back(days).tolist()
        [True, False]
    """
    days = times.astype("datetime64[D]")
    weekday = (days.astype(np.int64) + 3) % 7
    hour = ((times - days) // HOUR).astype(np.int64)
    return ((weekday == SUNDAY) & (hour < NIGHT)) | ((weekday == SUNDAY - 1) & (hour == 23))
