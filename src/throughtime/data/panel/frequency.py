"""Find the step of times of which some may be missing: the coarsest grid that has them all.

pandas' ``infer_freq`` knows it only where no time is missing; its names are used for what is found.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.times.aliases import MICROS
from throughtime.data.times.step import Step
from throughtime.data.times.times import are_days
from throughtime.data.times.zones import to_wall

OFTEN, SELDOM = 3, 10
"""Of so many steps one must be of one unit; of the latter if no other step is more frequent."""

EVIDENCE = 10
"""So many steps of a series, none of one unit, show that it has another step than the others."""

DAY = np.timedelta64(1, "D")

SATURDAY = 5


def step_of(
    times: NDArray[Any], of: NDArray[np.int64], zone: str | None, unit: str = ""
) -> Step | None:
    """The step of the times of several series; None if they are on no grid.

    Times are on a grid if its step is the most frequent one, or is a third of all.

    Args:
        times: of all series, those of each together and rising; in UTC if there is a zone.
        of: the number of each time's series.
        zone: the zone.
        unit: what numbers count, such as years.

    Example:
        >>> days = np.array(["2024-01-31", "2024-02-29", "2024-04-30"], "datetime64[us]")
        >>> step_of(days, np.zeros(3, np.int64), None)
        Step('month ends')
        >>> step_of(days - np.arange(3) * DAY, np.zeros(3, np.int64), None) is None
        True
    """
    inside = of[1:] == of[:-1]
    if not inside.any():
        return None
    if times.dtype.kind != "M":
        return _of_numbers(times, inside, unit)
    wall = to_wall(times, zone)
    if bool(((wall - wall.astype("datetime64[D]")) == (wall[0] - wall[:1].astype(DATE))).all()):
        found = _of_months(wall.astype(DATE), inside) or _of_days(wall.astype(DATE), inside)
        return None if found is None else Step.of(found, zone, are_days(wall))
    n = _unit_of(np.diff(times.astype("datetime64[us]")).astype(np.int64)[inside])
    if n is None:
        return None
    name, size = next((u, m) for u, m in sorted(MICROS.items(), key=lambda i: -i[1])
                      if u != "D" and n % m == 0)  # fmt: skip
    return Step.of(f"{n // size}{name}" if n > size else name, zone)


DATE = "datetime64[D]"


def differs(steps: NDArray[np.int64], of: NDArray[np.int64]) -> int | None:
    """The number of a series whose step is another than one; None if there is none.

    Args:
        steps: of each time to the next one, in units of the step.
        of: the number of each step's series, in order.

    Example:
        >>> differs(np.array([2] * 10 + [1, 2]), np.array([0] * 10 + [1, 1]))
        0
    """
    if not len(steps):
        return None
    begins = np.flatnonzero(np.r_[True, of[1:] != of[:-1]])
    counts = np.diff(np.r_[begins, len(of)])
    coarser = (np.minimum.reduceat(steps, begins) > 1) & (counts >= EVIDENCE)
    return int(of[begins[coarser.argmax()]]) if coarser.any() else None


def _unit_of(steps: NDArray[np.int64]) -> int | None:
    """The greatest step of which all are multiples; None if it is not frequent."""
    if not len(steps) or bool((steps <= 0).any()):
        return None
    unit = int(np.gcd.reduce(steps))
    found, counts = np.unique(steps // unit, return_counts=True)
    ones = int(counts[0]) if found[0] == 1 else 0
    most = ones == counts.max() and ones > 1 and SELDOM * ones >= len(steps)
    return unit if OFTEN * ones >= len(steps) or most else None


def _of_numbers(times: NDArray[Any], inside: NDArray[np.bool_], unit: str) -> Step | None:
    steps = np.diff(times)[inside]
    if times.dtype.kind == "i":
        n = _unit_of(steps)
        return None if n is None else Step.of_numbers(n, unit)
    by = float(steps.min())
    counts = np.round(steps / by)
    if not np.allclose(counts * by, steps, rtol=1e-6, atol=1e-3 * by):
        return None
    return None if _unit_of(counts.astype(np.int64)) != 1 else Step.of_numbers(by, unit)


def _of_months(days: NDArray[Any], inside: NDArray[np.bool_]) -> str | None:
    """The step of days that all are at one place of their months."""
    months = days.astype("datetime64[M]")
    numbers: NDArray[np.int64] = months.astype(np.int64)
    n = _unit_of((numbers[1:] - numbers[:-1])[inside])
    if n is None:
        return None
    first, last = months.astype(DATE), (months + 1).astype(DATE) - DAY
    day = (days - first).astype(np.int64) + 1
    name = None
    if bool((days == last).all()):
        name = "ME"
    elif bool((day == 1).all()):
        name = "MS"
    elif bool((days == np.busday_offset(last, 0, roll="backward")).all()):
        name = "BME"
    elif bool((days == np.busday_offset(first, 0, roll="forward")).all()):
        name = "BMS"
    elif bool((day == np.minimum(day.max(), (last - first).astype(np.int64) + 1)).all()):
        name = f"M@{day.max()}"
    return None if name is None else f"{n}{name}" if n > 1 else name


def _of_days(days: NDArray[Any], inside: NDArray[np.bool_]) -> str | None:
    """The step of days: weeks, business days or some days."""
    steps = np.diff(days).astype(np.int64)[inside]
    n = _unit_of(steps)
    weekday = (days.astype(np.int64) + 3) % 7
    if bool((weekday < SATURDAY).all()) and (n is None or n % 7):
        business = np.busday_count(days[:-1], days[1:])[inside]
        if bool((business != steps).any()) and _unit_of(business) == 1:
            return "B"
    return None if n is None else f"{n}D" if n > 1 else "D"
