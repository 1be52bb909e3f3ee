"""The regular grid of a series' times: which of them it has rows of, and which are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.errors import DataError
from throughtime.data.panel.clock import Clock
from throughtime.data.panel.frequency import differs, step_of
from throughtime.data.panel.labels import Groups
from throughtime.data.panel.ordered import Ordered
from throughtime.data.panel.step import IRREGULAR, Step
from throughtime.data.table.table import Table
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


def common_step(table: Table, clock: Clock, groups: Groups, rows: Ordered) -> Step:
    """The step of all series; irregular, if their times are on no grid.

    Raises:
        DataError: if two series have different ones, naming both.
    """
    times, of = rows.times, rows.of
    step = step_of(times, of, clock.zone, clock.unit)
    if step is None:
        found = {}
        for number, (a, b) in enumerate(zip(rows.begins, rows.begins[1:], strict=False)):
            if b - a > 2:
                found[number] = step_of(times[a:b], of[a:b], clock.zone, clock.unit)
            if len(found) > 1000 or None in found.values():
                break
        texts = {number: step.text for number, step in found.items() if step is not None}
        first = next(iter(texts), 0)
        other = next((n for n, text in texts.items() if text != texts[first]), None)
        if other is not None and None not in found.values():
            _refuse(table, clock, groups, (first, texts[first]), (other, texts[other]))
        dates = times.dtype.kind == "M" and are_days(times)
        return IRREGULAR.in_zone(clock.zone, dates)
    places = np.concatenate([grid.at for grid in _grids(table, groups, rows, step)])
    inside = of[1:] == of[:-1]
    other = differs(np.diff(places)[inside], of[1:][inside])
    if other is not None:
        a, b = rows.begins[other : other + 2]
        its = step_of(times[a:b], of[a:b], clock.zone, clock.unit)
        if its is not None:
            one = next(n for n in range(len(groups.names)) if n != other)
            _refuse(table, clock, groups, (other, its.text), (one, step.text))
    return step


def grids(table: Table, groups: Groups, rows: Ordered, step: Step) -> list[Grid]:
    """The times of each series.

    Raises:
        DataError: with file and row, if a time is not on the grid; or if far more times are
            missing than are there.

    Args:
        table: the rows.
        groups: their series.
        rows: the same rows in order.
        step: the step of time.

    Example:
        >>> from pathlib import Path
        >>> rows = Ordered(np.arange(2), np.zeros(2, np.int64), np.array([1, 4]), None, ())
        >>> groups = Groups((), rows.of, ("",))
        >>> table = Table(Path("a.csv"), {"t": ["1", "4"]}, [2, 3])
        >>> (grid,) = grids(table, groups, rows, Step.of_numbers(1))
        >>> grid.times.tolist(), grid.at.tolist(), grid.missing, grid.gap
        ([1, 2, 3, 4], [0, 3], 2, 2)
    """
    return _grids(table, groups, rows, step)


def _grids(table: Table, groups: Groups, rows: Ordered, step: Step) -> list[Grid]:
    begins = rows.begins
    parts = [slice(a, b) for a, b in zip(begins, begins[1:], strict=False)]
    if not step.regular:
        return [Grid(_shown(rows, part), np.arange(part.stop - part.start)) for part in parts]
    _check_size(table, rows, step)
    common = None
    if step.freq is not None and step.length is None:  # a calendar's, which takes its time
        first, last = rows.times.min(), rows.times.max()
        common = step.grid(first, last)
        if len(common) and not bool(np.isin(rows.times, common).all()):
            common = None
    return [_grid(table, groups, rows, step, part, common) for part in parts]


def _grid(
    table: Table,
    groups: Groups,
    rows: Ordered,
    step: Step,
    part: slice,
    common: NDArray[Any] | None,
) -> Grid:
    times = rows.times[part]
    if common is None:
        found = step.grid(times[0], times[-1])
    else:
        a, b = common.searchsorted(times[[0, -1]])
        found = common[a : b + 1]
    at = _places(found, times, step)
    if at is None or not len(found):
        at = np.zeros(len(times), np.int64) if at is None else at
        off = [i for i, p in enumerate(at.tolist()) if p >= len(found) or not _near(found[p], times[i], step)]
        row = int(rows.rows[part][off[0] if off else 0])
        name = groups.names[int(rows.of[part][0])]
        before = f" after {step.written(times[:1])[0]}" if off and off[0] else ""
        raise DataError(
            f"{table.at(row)}: {'series ' + repr(name) if name else 'the series'} has the time "
            f"{step.written(times[off[0] if off else 0 :][:1])[0]}, which is not on the grid of "
            f"{step.text}{before}; mend it, or leave the row out"
        )
    return Grid(_unshifted(found, at, rows, part), at)


def _places(grid: NDArray[Any], times: NDArray[Any], step: Step) -> NDArray[np.int64] | None:
    """The place of each time in a grid; None if one is not on it."""
    if step.by is not None:
        at = np.round((times - times[0]) / step.by).astype(np.int64)
    else:
        at = np.minimum(grid.searchsorted(times), max(len(grid) - 1, 0))
    if not len(grid) or bool((at >= len(grid)).any()):
        return None
    if not all(_near(grid[p], t, step) for p, t in zip(at[[0, -1]], times[[0, -1]], strict=True)):
        return None
    there = grid[at]
    right = np.abs(there - times) <= 1e-3 * step.by if step.by is not None else there == times
    return at if bool(right.all()) else None


def _near(one: Any, other: Any, step: Step) -> bool:
    return bool(abs(one - other) <= 1e-3 * step.by) if step.by is not None else bool(one == other)


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


def _refuse(
    table: Table, clock: Clock, groups: Groups, one: tuple[int, str], other: tuple[int, str]
) -> None:
    (a, its), (b, others) = one, other
    raise DataError(
        f"{table.path}: {clock.name} goes on by {its} in series {groups.names[a]!r}, and by "
        f"{others} in {groups.names[b]!r}; expected one step for all: give a file for each step"
    )
