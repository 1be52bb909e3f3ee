"""Times whose parts stand in columns of their own, as year and month, or date and hour."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.numbers.number import all_numbers
from throughtime.data.table.table import Table
from throughtime.data.times.month_names import months_of
from throughtime.data.times.times import are_days

UNIT_NAMES = {
    "year": ("year", "yyyy", "yr", "jahr", "année", "annee", "año", "anno", "jaar"),
    "quarter": ("quarter", "qtr", "quartal", "trimestre"),
    "month": ("month", "monat", "mois", "mese", "maand"),
    "week": ("week", "woche", "semaine", "semana"),
    "weekday": ("weekday", "wochentag"),
    "day": ("day", "tag", "jour", "día", "giorno"),
    "hour": ("hour", "hour ending", "hour_ending", "stunde", "heure", "hora"),
    "minute": ("minute",),
    "second": ("second",),
}
"""The names of columns of parts of times."""

GREATEST = {"quarter": 4, "month": 12, "week": 53, "weekday": 7, "day": 366, "hour": 24,
            "minute": 59, "second": 60}  # fmt: skip
"""The greatest number of each unit that begins again."""

LENGTH = {**GREATEST, "minute": 60}
"""After so many each unit begins again."""

SHORT = {"mo": "month", "mm": "month", "dy": "day", "dd": "day", "doy": "day", "hr": "hour",
         "hh": "hour", "he": "hour"}  # fmt: skip
"""Names of parts of times that may also be other values, such as a heart rate."""

NUMPY_UNITS = {"month": "M", "week": "W", "day": "D", "hour": "h", "minute": "m", "second": "s"}
"""NumPy's names of the units."""

Clocks = dict[tuple[str, ...], NDArray[Any]]
"""Times by the columns that they are in."""


OF_UNIT = re.compile(r"\s*[(\[][^)\]]*[)\]]$|(?<=time)[_ ](?:s|ms|sec|seconds|min|h|utc)$")
"""The unit behind a name."""


def bare(name: str) -> str:
    """A name in lower case, without a unit behind it.

    Example:
        >>> bare("Time (s)"), bare("Zeit [h]"), bare("time_ms"), bare("Price (USD)")
        ('time', 'zeit', 'time', 'price')
    """
    return OF_UNIT.sub("", name.strip().lower())


def unit_of(name: str) -> str | None:
    """The part of a time that a column has by its name.

    Example:
        >>> unit_of("Monat"), unit_of("price")
        ('month', None)
    """
    name = bare(name)
    return next((unit for unit, names in UNIT_NAMES.items() if name in names), SHORT.get(name))


DATE_NAMES = ("date", "datetime", "timestamp", "datum", "fecha", "zeitpunkt", "zeitstempel")
"""The names of columns of dates, whose numbers never start again, unlike months."""

TIME_NAMES = (*DATE_NAMES, "time", "period", "zeit")
"""The names of columns of whole times."""


def is_whole_time(name: str) -> bool:
    """Whether a column is a time by its name, or a year, and no part that begins again.

    Example:
        >>> is_whole_time("Zeit"), is_whole_time("año"), is_whole_time("month")
        (True, True, False)
    """
    return bare(name) in TIME_NAMES or unit_of(name) == "year"


def goes_onward(name: str) -> bool:
    """Whether numbers of a column are times by its name: years, or dates in digits.

    Example:
        >>> goes_onward("anno"), goes_onward("fecha"), goes_onward("time")
        (True, True, False)
    """
    return bare(name) in DATE_NAMES or unit_of(name) == "year"


def is_time(table: Table, name: str) -> bool:
    """Whether a column is a time, or a part of one, by its name; short ones, as HE, are if their
    values are, and but for HE beside a year.

    Example:
        >>> from pathlib import Path
        >>> table = Table(Path("a.csv"), {"HE": ["24", "1"], "he": ["0.5", "7"]}, [2, 3])
        >>> is_time(table, "HE"), is_time(table, "he")
        (True, False)
    """
    if bare(name) in SHORT:
        return cycle(table, name) is not None
    return is_whole_time(name) or unit_of(name) is not None


def cycle(table: Table, name: str) -> NDArray[np.int64] | None:
    """A column of parts that begin again, as months do; None if it is another.

    Example:
        >>> from pathlib import Path
        >>> table = Table(Path("a.csv"), {"month": ["Jan", "Feb"], "hour": ["24", "25"]}, [2, 3])
        >>> cycle(table, "month"), cycle(table, "hour")
        (array([1, 2]), None)
    """
    unit = unit_of(name)
    if unit is None or unit == "year":
        return None
    if bare(name) in SHORT.keys() - {"he"} and all(unit_of(n) != "year" for n in table.columns):
        return None
    values = table.column(name)
    if unit == "month" and isinstance(values[0], str) and values[0].strip().isalpha():
        named = np.array(months_of(str(value).strip() for value in values), np.int64)
        return named if named.all() else None
    found = all_numbers(values)
    if found is None or bool(((found % 1 != 0) | (found < 0) | (found > GREATEST[unit])).any()):
        return None
    return found.astype(np.int64)


def columns_do(columns: Sequence[str], one: str, several: str) -> str:
    """What a column does, or several, for a message.

    Args:
        columns: their names.
        one: the verb, if it is one.
        several: the verb, if they are several.

    Example:
        >>> columns_do(["year"], "goes", "go"), columns_do(["year", "month"], "goes", "go")
        ("column 'year' goes", "columns 'year' and 'month' go")
    """
    names = " and ".join(map(repr, columns))
    return f"column {names} {one}" if len(columns) == 1 else f"columns {names} {several}"


def joined(table: Table, names: list[str], clocks: Clocks) -> Clocks:
    """Clocks whose years get their months, and days their hours, from columns of these.

    Args:
        table: the table.
        names: the columns that may be parts.
        clocks: the times of single columns.

    Example:
        >>> from pathlib import Path
        >>> rows = {"year": ["1999", "2000"], "month": ["12", "1"]}
        >>> clocks = {("year",): np.array([1999.0, 2000.0])}
        >>> table = Table(Path("a.csv"), rows, [2, 3])
        >>> ((columns, times),) = joined(table, ["month"], clocks).items()
        >>> columns, times.astype("datetime64[D]").tolist()
        (('year', 'month'), [datetime.date(1999, 12, 1), datetime.date(2000, 1, 1)])
    """
    cycles = {unit_of(n): (n, found) for n in names if (found := cycle(table, n)) is not None}
    return dict(_joined(columns, times, cycles) for columns, times in clocks.items())


def _joined(
    columns: tuple[str, ...], times: NDArray[Any], cycles: dict[Any, tuple[str, NDArray[np.int64]]]
) -> tuple[tuple[str, ...], NDArray[Any]]:
    years = times.dtype.kind == "f" and unit_of(columns[0]) == "year"
    if years and bool(((times % 1 == 0) & (times > 0) & (times < 9999)).all()):
        found = (times.astype(np.int64) - 1970).astype("datetime64[Y]")
        units: tuple[str, ...] = (
            "month" if "month" in cycles else "quarter" if "quarter" in cycles else "week",
        )
        units += ("day", "hour", "minute", "second")
    elif times.dtype.kind == "M" and are_days(times):
        found, units = times, ("hour", "minute", "second")
    else:
        return columns, times
    parts = []
    for unit in units:
        if unit not in cycles:
            continue
        name, of_rows = cycles[unit]
        if unit in ("quarter", "month", "week", "day"):
            of_rows = of_rows - 1
        if unit == "quarter":
            unit, of_rows = "month", 3 * of_rows
        found = found.astype(f"datetime64[{NUMPY_UNITS[unit]}]") + of_rows
        parts.append(name)
    return ((*columns, *parts), found.astype("datetime64[us]")) if parts else (columns, times)
