"""A single series whose rows have a time each: it is read by it, as several series are."""

from __future__ import annotations

from dataclasses import replace

from throughtime.data.panel.clock import clocks_in, in_best_form
from throughtime.data.panel.frequency import step_of
from throughtime.data.panel.ordered import in_order
from throughtime.data.panel.plan import Plan, plans
from throughtime.data.panel.reader import NOT_OF_SERIES, without_kinds
from throughtime.data.reading import Reading
from throughtime.data.series.modelled import values_in
from throughtime.data.series.time_parts import cut_by
from throughtime.data.table.table import Table


def by_its_time(table: Table, reading: Reading) -> Reading | None:
    """The same reading with ``--time``, if a series has one time, which no two rows share.

    None if it has no time; or several, of which the file does not say which one its steps go by; or
    one that rows share, which say nothing of how they belong together; or one on no regular grid,
    of which the next times are not known; or if its parts are told in another way than by a point
    of its time. Its rows are then taken in the order of the file.

    Args:
        table: the rows of a single series.
        reading: how they are read.

    Example:
        >>> from pathlib import Path
        >>> rows = {"year": ["1999", "2000", "2001"], "x": ["0.5", "1.5", "1"]}
        >>> table = Table(Path("a.csv"), rows, [2, 3, 4])
        >>> by_its_time(table, Reading()).time, by_its_time(table, Reading(test="b.csv"))
        ('year', None)
    """
    if set(reading.told()) & {*NOT_OF_SERIES}:
        return None
    plain, _ = without_kinds(reading, table)
    found = plans(table, plain)
    if len(found) != 1 or found[0].groups.columns:
        return None
    (plan,) = found
    names = plan.clock.columns
    if not clocks_in(table, names):
        return None  # it counts the steps, and is no time
    if reading.target is None and set(names) & {*values_in(table)}:
        return None
    if reading.split is not None:
        column, point = cut_by(table, reading.split)
        if column not in names or point is None:
            return None
    return replace(reading, time=",".join(names)) if _is_regular(table, plan) else None


def _is_regular(table: Table, plan: Plan) -> bool:
    """Whether the times of a series are on a grid."""
    clock = in_best_form(table, plan.clock, plan.groups.of, None)
    rows = in_order(table, clock, plan.groups)
    return step_of(rows.times, rows.of, clock.zone, clock.unit) is not None
