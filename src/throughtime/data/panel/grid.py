"""The regular grid of a series' times: which of them it has rows of, and which are missing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from throughtime.data.errors import DataError
from throughtime.data.panel.clock import Clock
from throughtime.data.panel.frequency import differs, step_of
from throughtime.data.panel.labels import Groups
from throughtime.data.panel.ordered import Ordered
from throughtime.data.table.table import Table
from throughtime.data.times.step import IRREGULAR, Step
from throughtime.data.times.times import are_days

MOST = 100
"""For each row there are no more times than so many, if there are more than :data:`MANY`."""

MANY = 20_000_000


@dataclass(frozen=True, eq=False)
class Grid:
    """The times of one series.

    Args:
        times: ``(T,)``, each time from the first to the last.
        at: ``(rows,)``, the place of each row among them.
    """

    times: NDArray[Any]
    at: NDArray[np.int64]

    @property
    def missing(self) -> int:
        """How many times have no row."""
        return len(self.times) - len(self.at)

    @property
    def gap(self) -> int:
        """How many times are missing one after the other, at most."""
        return int(np.diff(self.at).max(initial=1)) - 1


def gridded(
    table: Table, clock: Clock, groups: Groups, rows: Ordered, step: Step | None = None
) -> tuple[Step, list[Grid]]:
    """The step of all series, and the times of each; irregular, if they are on no grid.

    Raises:
        DataError: with file and row, if a time is not on the grid of a given step; if far more
            times are missing than are there; or if two series have different steps.

    Args:
        table: the rows.
        clock: their times.
        groups: their series.
        rows: the same rows in order.
        step: the step, if it is known.

    Example:
        >>> from pathlib import Path
        >>> rows = Ordered(np.arange(3), np.zeros(3, np.int64), np.array([1, 2, 5]), None, ())
        >>> groups, clock = Groups((), rows.of, ("",)), Clock(("t",), rows.times)
        >>> table = Table(Path("a.csv"), {"t": ["1", "2", "5"]}, [2, 3, 4])
        >>> step, (grid,) = gridded(table, clock, groups, rows)
        >>> step.text, grid.times.tolist(), grid.at.tolist(), grid.missing, grid.gap
        ('1', [1, 2, 3, 4, 5], [0, 1, 4], 2, 2)
    """
    if step is not None:
        return step, _grids(table, groups, rows, step)
    step = step_of(rows.times, rows.of, clock.zone, clock.unit)
    if step is None:
        _check_one_step(table, clock, groups, rows)
        dates = rows.times.dtype.kind == "M" and are_days(rows.times)
        step = IRREGULAR.in_zone(clock.zone, dates)
        return step, _grids(table, groups, rows, step)
    found = _grids(table, groups, rows, step)
    _check_far(table, rows, step, found)
    places = np.concatenate([grid.at for grid in found])
    inside = rows.of[1:] == rows.of[:-1]
    other = differs(np.diff(places)[inside], rows.of[1:][inside])
    if other is not None and (its := _own_step(clock, rows, other)) is not None:
        one = next(n for n in range(len(groups.names)) if n != other)
        _refuse(table, clock, groups, (other, its), (one, step))
    return step, found


def _own_step(clock: Clock, rows: Ordered, number: int) -> Step | None:
    """The step of one series."""
    a, b = rows.begins[number : number + 2]
    return step_of(rows.times[a:b], rows.of[a:b], clock.zone, clock.unit)


SOME = 1000
"""So many series show whether they have different steps."""


def _check_one_step(table: Table, clock: Clock, groups: Groups, rows: Ordered) -> None:
    """Refuse series that have a step each, but not the same."""
    long = np.flatnonzero(np.diff(rows.begins) > 2)[:SOME].tolist()
    found = {number: _own_step(clock, rows, number) for number in long}
    steps = [(number, step) for number, step in found.items() if step is not None]
    if len(steps) < len(found):
        return
    for other in steps[1:]:
        if other[1].text != steps[0][1].text:
            _refuse(table, clock, groups, steps[0], other)


def _grids(table: Table, groups: Groups, rows: Ordered, step: Step) -> list[Grid]:
    parts = [slice(a, b) for a, b in pairwise(rows.begins.tolist())]
    if not step.regular:
        return [Grid(_shown(rows, part), np.arange(part.stop - part.start)) for part in parts]
    _check_size(table, rows, step)
    common = None
    if step.freq is not None and step.length is None:  # a calendar's, which takes its time
        common = step.grid(rows.times.min(), rows.times.max())
        if not bool(np.isin(rows.times, common).all()):
            common = None  # of each series there is another one, as of months by threes
    found = []
    for part in parts:
        times = rows.times[part]
        if common is None:
            grid = step.grid(times[0], times[-1])
        else:
            a, b = common.searchsorted(times[[0, -1]])
            grid = common[a : b + 1]
        at, right = _places(grid, times, step)
        if not right.all():
            _refuse_time(table, groups, step, int(rows.rows[part][right.argmin()]), times, right)
        found.append(Grid(_unshifted(grid, at, rows, part), at))
    return found


def _places(
    grid: NDArray[Any], times: NDArray[Any], step: Step
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The place of each time in a grid, and whether it is on it."""
    if not len(grid):
        return np.zeros(len(times), np.int64), np.zeros(len(times), np.bool_)
    if step.by is None:
        at = np.minimum(grid.searchsorted(times), len(grid) - 1)
        return at, grid[at] == times
    at = np.minimum(np.round((times - times[0]) / step.by).astype(np.int64), len(grid) - 1)
    return at, np.abs(grid[at] - times) <= 1e-3 * step.by


def _refuse_time(
    table: Table,
    groups: Groups,
    step: Step,
    row: int,
    times: NDArray[Any],
    right: NDArray[np.bool_],
) -> NoReturn:
    name, at = groups.names[groups.of[row]], int(right.argmin())
    here, before = step.written(times[at : at + 1]), step.written(times[:at][-1:])
    raise DataError(
        f"{table.at(row)}: {in_words(name)} has the time {here[0]}"
        + (f" after {before[0]}" if before else "")
        + f", which is not on the grid of {step.text}; mend it, or leave the row out"
    )


def in_words(name: str) -> str:
    """A series in a message.

    Example:
        >>> in_words("a"), in_words("")
        ("series 'a'", 'the series')
    """
    return f"series {name!r}" if name else "the series"


def _unshifted(
    grid: NDArray[Any], at: NDArray[np.int64], rows: Ordered, part: slice
) -> NDArray[Any]:
    """The times as the clock showed them, if it was set back."""
    if rows.back is None or not rows.back[part].any():
        return grid
    last = np.zeros(len(grid), np.int64)
    last[at] = np.arange(len(at))
    return grid - rows.back[part][np.maximum.accumulate(last)]


def _shown(rows: Ordered, part: slice) -> NDArray[Any]:
    return rows.times[part] if rows.back is None else rows.times[part] - rows.back[part]


def _check_size(table: Table, rows: Ordered, step: Step) -> None:
    """Refuse a grid that has far more times than there are rows: one of them is mistyped."""
    if step.by is None and step.length is None:
        return
    length = step.by if step.by is not None else step.length
    inside = rows.of[1:] == rows.of[:-1]
    counts = np.diff(rows.times)[inside] / length
    if counts.sum() <= max(MANY, MOST * len(rows.rows)):
        return
    row = int(rows.rows[1:][inside][counts.argmax()])
    raise DataError(
        f"{table.at(row)}: {int(counts.max()):,} steps of {step.text} after the row before it, "
        f"of {len(rows.rows):,} rows in all; expected few that are missing: mend the time, or "
        "leave the row out"
    )


def _check_far(table: Table, rows: Ordered, step: Step, grids: list[Grid]) -> None:
    """Refuse a time in the midst of others that is further from all of them than there are rows of
    its series: it is mistyped. Before and after a true gap rows follow each other in the file."""
    for (a, b), grid in zip(pairwise(rows.begins.tolist()), grids, strict=True):
        if grid.gap <= len(grid.at):
            continue
        at, last = rows.rows[a:b], int(np.diff(grid.at).argmax())
        place = np.empty(len(at), np.int64)  # of each row among those of the series in the file
        place[np.argsort(at)] = np.arange(len(at))
        if abs(place[last + 1] - place[last]) == 1:
            continue
        few = slice(last + 1, None) if 2 * last >= len(at) else slice(last + 1)
        row = int(at[few].min())
        before, after = step.written(rows.times[a:b][last : last + 2])
        raise DataError(
            f"{table.at(row)}: between {before} and {after} are {grid.gap:,} steps of {step.text} "
            f"without a row, and {len(at):,} rows in all; expected few that are missing: mend the "
            "time, or leave the row out; or sort the rows by time, if it is right"
        )


def _refuse(
    table: Table, clock: Clock, groups: Groups, one: tuple[int, Step], other: tuple[int, Step]
) -> NoReturn:
    (a, its), (b, others) = one, other
    raise DataError(
        f"{table.path}: {clock.name} goes on by {its.text} in series {groups.names[a]!r}, and by "
        f"{others.text} in {groups.names[b]!r}; expected one step for all: give a file for each "
        "step"
    )
