"""The time of each row of a table of several series: the columns that have it, and its values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.errors import DataError
from throughtime.data.numbers.number import all_numbers, number
from throughtime.data.numbers.survey import is_empty
from throughtime.data.series.calendar import unit_of
from throughtime.data.series.clocks import clocks_of
from throughtime.data.storage.stored import gathered
from throughtime.data.table.table import Table
from throughtime.data.times.steps import alike, usual
from throughtime.data.times.written_times import Written, forms_like
from throughtime.data.times.zones import UTC, zone_of


@dataclass(frozen=True, eq=False)
class Clock:
    """The time of each row.

    Args:
        columns: the columns that it is in.
        times: ``(rows,)``, ``datetime64[us]``, in UTC if there is a zone; or int64 or float64.
        zone: the zone of the times.
        notes: what is to be said of how they were read.
        form: how they are written, where they may also be other times.
    """

    columns: tuple[str, ...]
    times: NDArray[Any]
    zone: str | None = None
    notes: tuple[str, ...] = ()
    form: str | None = None

    @property
    def unit(self) -> str:
        """What numbers count."""
        return "year" if unit_of(self.columns[0]) == "year" else ""

    @property
    def name(self) -> str:
        """Its columns, in words."""
        return " and ".join(self.columns)


def names_in(table: Table, text: str) -> tuple[str, ...]:
    """The columns that an option names, separated by commas; one name may have commas itself.

    Raises:
        DataError: if one is not there; the message names a column like it.

    Example:
        >>> from pathlib import Path
        >>> names_in(Table(Path("a.csv"), {"year": ["1999"], "month": ["1"]}, [2]), "year, month")
        ('year', 'month')
    """
    names = (text,) if text in table.columns else tuple(name.strip() for name in text.split(","))
    for name in names:
        table.column(name)
    return names


def clock_of(table: Table, columns: tuple[str, ...]) -> Clock:
    """The time that some columns have together.

    Raises:
        DataError: with file and line, if a row has no time, or one that is none.

    Args:
        table: the rows.
        columns: their names.

    Example:
        >>> from pathlib import Path
        >>> rows = {"year": ["1999", "2000"], "month": ["12", "1"], "step": ["1", "2"]}
        >>> table = Table(Path("a.csv"), rows, [2, 3])
        >>> clock_of(table, ("step",)).times, clock_of(table, ("year", "month")).times.tolist()[0]
        (array([1, 2]), datetime.datetime(1999, 12, 1, 0, 0))
    """
    for name in columns:
        _check_filled(table, name)
    clocks, said = clocks_of(table, list(columns))
    for names, times in clocks.items():
        if set(names) == set(columns):
            return _clock(table, names, times, tuple(said))
    if len(columns) > 1:
        raise DataError(
            f"{table.at(0)}: columns {', '.join(map(repr, columns))} are no time together; expected"
            " such as a date and a time of day, or a year and a month: --time NAME,NAME"
        )
    (name,) = columns
    if (found := all_numbers(table.plain_numbers(name))) is not None:
        return Clock(columns, _whole(found))
    values = table.plain_numbers(name)
    row = next(row for row, value in enumerate(values) if number(value) is None)
    if table.times(name) is None and row == 0:
        row = next((r for r, v in enumerate(values) if number(v) is not None), 0)
    raise DataError(
        f"{table.at(row)}: column {name!r} has {str(table.column(name)[row])!r}; expected times "
        "in one form, as 2020-01-31 or 2020-01-31 12:00, or numbers"
    )


def clocks_in(table: Table, columns: Sequence[str]) -> list[Clock]:
    """The times that are in some columns, by their values or their names.

    Raises:
        DataError: with file and line, if nearly all values of a column are times.
    """
    filled = [name for name in columns if not any(map(is_empty, table.column(name)))]
    clocks, said = clocks_of(table, filled)
    return [_clock(table, names, times, tuple(said)) for names, times in clocks.items()]


def _check_filled(table: Table, name: str) -> None:
    empty = [row for row, value in enumerate(table.column(name)) if is_empty(value)]
    if len(empty) == len(table):
        raise DataError(f"{table.path}: column {name!r} has no time in any row; expected times")
    if empty:
        raise DataError(
            f"{table.at(empty[0])}: column {name!r} has no time"
            + (f", nor has it in {len(empty) - 1:,} other rows" if len(empty) > 1 else "")
            + "; fill it in, or leave the row out"
        )


def _clock(
    table: Table, columns: tuple[str, ...], times: NDArray[Any], said: tuple[str, ...]
) -> Clock:
    if times.dtype.kind != "M":
        return Clock(columns, _whole(times), None, said)
    name = columns[0]
    told = table.zones.get(name)
    zone, note = zone_of(table.column(name)) if told is None else (told, "")
    timed = table.times(name)
    if zone is None and timed is not None and "%z" in getattr(timed.form, "format", ""):
        zone, note = UTC, "times with a zone, taken in UTC"
    notes = (*said, f"{name}: {note}") if note else said
    written = timed is not None and isinstance(timed.form, Written)
    return Clock(columns, times, zone, notes, str(timed.form) if timed and written else None)


def _whole(found: NDArray[np.float64]) -> NDArray[Any]:
    whole = bool((found % 1 == 0).all()) and bool((np.abs(found) < 2**53).all())
    return found.astype(np.int64) if whole else found


def in_best_form(table: Table, clock: Clock, of: NDArray[np.int64], told: str | None) -> Clock:
    """The clock with day and month in the order in which the times of each series go on evenly.

    Args:
        table: the rows.
        clock: the time of the rows, of which the form may be another one.
        of: the number of each row's series.
        told: the form that an earlier file has.

    Example:
        >>> from pathlib import Path
        >>> rows = {"d": ["01/12/2020", "01/11/2020", "01/01/2021"]}
        >>> table = Table(Path("a.csv"), rows, [2, 3, 4])
        >>> clock = clock_of(table, ("d",))
        >>> clock = in_best_form(table, clock, np.zeros(3, np.int64), None)
        >>> clock.form, clock.times.astype("datetime64[D]").tolist()[0]
        ('day/month/year', datetime.date(2020, 12, 1))
    """
    values = table.column(clock.columns[0])
    if len(clock.columns) > 1 or clock.form is None or not isinstance(values[0], str):
        return clock
    fitting: dict[str, NDArray[Any]] = {}
    for form in forms_like(values[0]):
        found = gathered(values, form, "datetime64[us]")
        if found is not None and not any(np.array_equal(found, t) for t in fitting.values()):
            fitting.setdefault(str(form), found)
    if told in fitting:
        return replace(clock, times=fitting[told], form=told)
    if len(fitting) < 2:
        return clock
    best, other, *_ = sorted(fitting, key=lambda form: _uneven(fitting[form], of))
    notes = tuple(note for note in clock.notes if "goes on more evenly" not in note)
    alike = _uneven(fitting[best], of)[:2] == _uneven(fitting[other], of)[:2]
    why = f"; {other} is as even, but lasts longer" if alike else (
        f", which goes on more evenly than {other}"
    )  # fmt: skip
    note = f"{clock.columns[0]} as {best}{why}"
    return replace(clock, times=fitting[best], form=best, notes=(*notes, note))


def _uneven(times: NDArray[Any], of: NDArray[np.int64]) -> tuple[int, float, int]:
    """How many times of one series are equal, how uneven they are, and how long they last."""
    order = np.lexsort((times, of))
    steps = np.diff(times[order])[of[order][1:] == of[order][:-1]]
    step = usual(steps)
    even = 0.0 if step is None else float(alike(steps, step).mean())
    lasts = int(np.ptp(times.astype(np.int64)))
    return int((steps == np.timedelta64(0)).sum()), -even, lasts
