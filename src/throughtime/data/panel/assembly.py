"""A panel of rows of which it is known what their columns are; and rows of tables of any shape."""

from __future__ import annotations

from throughtime.data.columns.panel import Panel
from throughtime.data.panel.build import series_of
from throughtime.data.panel.grid import gridded
from throughtime.data.panel.lists import list_each
from throughtime.data.panel.long import Long
from throughtime.data.panel.notes import (
    said_of_gaps,
    said_of_series,
    said_of_time,
    said_of_values,
)
from throughtime.data.panel.ordered import in_order
from throughtime.data.panel.plan import Plan
from throughtime.data.panel.roles import Roles
from throughtime.data.panel.wide import column_each, row_each
from throughtime.data.reading import Reading
from throughtime.data.table.table import Table
from throughtime.data.times.step import Step


def panel_of(long: Long, plan: Plan, roles: Roles, step: Step | None = None) -> Panel:
    """The panel of rows of which it is known what their columns are.

    Args:
        long: the rows.
        plan: their times and series.
        roles: their columns.
        step: the step of time, if it is known.

    Raises:
        DataError: with file and line, if a time is there twice, or is not on the grid.
    """
    clock, groups = plan
    ordered = in_order(long.table, clock, groups)
    step, grids = gridded(long.table, clock, groups, ordered, step)
    series = series_of(roles, groups, ordered, grids, long.rows)
    notes = (
        *long.table.notes,
        *long.notes,
        said_of_time(clock, step, series),
        *clock.notes,
        said_of_series(groups, series),
        *ordered.notes,
        *said_of_gaps(step, grids, groups.names),
        *said_of_values(long.table, roles, series),
        *roles.notes,
    )
    return Panel(roles.targets, roles.known, roles.past, roles.static, step, series, notes,
                 clock.columns, groups.columns, clock.form)  # fmt: skip


def long_of(table: Table, reading: Reading) -> Long:
    """A table with a row for each step of each series, made of a table of any shape.

    Raises:
        DataError: if the shape does not show which series a row or a column is.
    """
    for shape in (column_each, list_each, row_each):
        if (found := shape(table, reading)) is not None:
            return found
    return Long.of(table, reading)
