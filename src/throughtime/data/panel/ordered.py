"""The rows of each series in the order of time: which they are, and that no time is there twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from throughtime.data.errors import DataError
from throughtime.data.panel.clock import Clock
from throughtime.data.panel.labels import Groups
from throughtime.data.panel.set_back import HOUR, hours_back, may_be_set_back
from throughtime.data.series.calendar import cycle
from throughtime.data.series.clocks import is_time_of_day
from throughtime.data.table.table import Table
from throughtime.data.times.zones import to_wall


@dataclass(frozen=True, eq=False)
class Ordered:
    """The rows of all series, those of each together and in the order of its time.

    Args:
        rows: the number of each row in the table.
        of: the number of its series.
        times: its time; it rises within a series, also where a clock was set back.
        back: what was added to it for that.
        notes: what is to be said.
    """

    rows: NDArray[np.int64]
    of: NDArray[np.int64]
    times: NDArray[Any]
    back: NDArray[Any] | None
    notes: tuple[str, ...]

    @property
    def begins(self) -> NDArray[np.int64]:
        """Where each series begins, and the end of the last."""
        return np.flatnonzero(np.r_[True, self.of[1:] != self.of[:-1], True])


def in_order(table: Table, clock: Clock, groups: Groups) -> Ordered:
    """The rows of each series in the order of time.

    Raises:
        DataError: with file and rows, if two rows of a series have the same time.

    Args:
        table: the rows.
        clock: their times.
        groups: their series.

    Example:
        >>> from pathlib import Path
        >>> table = Table(Path("a.csv"), {"t": ["2", "1"]}, [2, 3])
        >>> groups = Groups((), np.zeros(2, np.int64), ("",))
        >>> found = in_order(table, Clock(("t",), np.array([2, 1])), groups)
        >>> found.rows.tolist(), found.notes
        ([1, 0], ('the rows were not in the order of time; sorted',))
    """
    order = np.argsort(groups.of, kind="stable")
    of, times = groups.of[order], clock.times[order]
    inside = of[1:] == of[:-1]
    begins = np.flatnonzero(np.r_[True, ~inside, True])
    back, notes = None, list[str]()
    sorting = np.lexsort((times, of))
    same = inside & (times[sorting][1:] == times[sorting][:-1])
    if same.any():
        back = np.zeros(len(times), "timedelta64[us]")
        for number in np.unique(of[sorting][1:][same]).tolist():
            part = slice(begins[number], begins[number + 1])
            found = None if clock.zone else hours_back(times[part])
            if found is None:
                twice = sorting[1:][same & (of[sorting][1:] == number)]
                _refuse(table, clock, groups, order, int(twice[0]), times)
            back[part] = found
            notes += _said_of_back(table, clock, groups.names[number], order[part], found)
        times = times + back
        sorting = np.lexsort((times, of))
    falls = np.zeros(len(begins) - 1, np.bool_)
    falls[of[1:][inside & (times[1:] < times[:-1])]] = True
    if falls.any():
        notes.append(_said_of_order(int(falls.sum()), len(falls)))
    back = None if back is None else back[sorting]
    return Ordered(order[sorting], of[sorting], times[sorting], back, tuple(notes))


def _said_of_order(count: int, all_of_them: int) -> str:
    if all_of_them == 1:
        return "the rows were not in the order of time; sorted"
    return (
        f"rows of {count:,} of {all_of_them:,} series were not in the order of time; sorted within "
        "each"
    )


def _said_of_back(
    table: Table, clock: Clock, name: str, rows: NDArray[np.int64], back: NDArray[Any]
) -> Iterator[str]:
    row = rows[int(np.flatnonzero(np.diff(back) != np.timedelta64(0))[0]) + 1]
    of = f" in series {name}" if name else ""
    count = int(abs(back[-1] - back[0]) // HOUR)
    times = "" if count == 1 else f", and at {count - 1} other times"
    yield (
        f"{clock.name} repeats an hour{of} at {table.at(int(row))}{times}, as a clock that is set "
        "back: rows are taken in the order of the file"
    )


def _refuse(
    table: Table,
    clock: Clock,
    groups: Groups,
    order: NDArray[np.int64],
    at: int,
    times: NDArray[Any],
) -> NoReturn:
    row, time, number = int(order[at]), times[at], groups.of[order[at]]
    same = np.flatnonzero((clock.times == time) & (groups.of == number))
    first, second, *rest = (table.at(int(r)) for r in same)
    written = " ".join(str(table.column(name)[row]) for name in clock.columns)
    of = f"series {groups.names[number]!r}" if groups.names[number] else "the series"
    others = [n for n in table.columns if n not in clock.columns
              and (cycle(table, n) is not None or is_time_of_day(table, n))]  # fmt: skip
    ways = ["keep one of them, or add them up"]
    if others:
        ways.append(f"give --time {','.join([*clock.columns, others[0]])} if {others[0]} is a part "
                    "of the time")  # fmt: skip
    ways.append("name all columns that say of which series a row is by --series NAME,NAME")
    wall = to_wall(clock.times[same[:1]], clock.zone)
    if (
        wall.dtype.kind == "M"
        and clock.zone is None
        and may_be_set_back(wall)[0]
        and (wall != wall.astype("datetime64[D]"))
    ):
        ways.append("if the clock was set back, write times in UTC or with their offset, as +01:00")
    more = f" and {len(rest)} more" if rest else ""
    raise DataError(
        f"{second}: {of} has the time {written} twice: here and at {first}{more}; expected one row "
        f"for each time: {'; or '.join(ways)}"
    )
