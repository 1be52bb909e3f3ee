"""From a table to a panel: several series of one kind."""

from __future__ import annotations

from throughtime.data.columns.panel import Panel
from throughtime.data.errors import DataError
from throughtime.data.numbers.survey import is_empty
from throughtime.data.panel.assembly import long_of, panel_of
from throughtime.data.panel.clock import in_best_form
from throughtime.data.panel.lists import START, lists_in
from throughtime.data.panel.more import more as more
from throughtime.data.panel.plan import LEAST, Plan, plan_of, plans
from throughtime.data.panel.roles import KNOWN, PAST, roles_of
from throughtime.data.panel.values import is_static, values_at
from throughtime.data.panel.wide import times_among
from throughtime.data.reading import Reading
from throughtime.data.series.modelled import names_of
from throughtime.data.table.table import Table
from throughtime.data.table.times_as_values import hardly_repeats


def as_panel(table: Table, reading: Reading) -> Panel:
    """The series of a table, each with a value at every step of its time.

    Raises:
        DataError: with file and line and what to do, if it is not known what the time, the labels
            of the series or the targets are; if a time is there twice in a series; or if a value
            is no number.

    Args:
        table: the rows: one for each step of each series; one for each series, whose columns are
            times or whose values are lists; or, by ``--series columns``, a column for each series.
        reading: how they are read, of which ``time``, ``series``, ``target`` and ``input`` matter.

    Example:
        >>> from pathlib import Path
        >>> rows = {"day": ["2024-01-01", "2024-01-02", "2024-01-04"] * 2,
        ...         "shop": list("aaabbb"), "v": list("471583")}
        >>> panel = as_panel(Table(Path("a.csv"), rows, range(2, 8)), Reading(target="v"))
        >>> panel.series[1].name, panel.series[1].y[:, 0].tolist()
        ('b', [5.0, 8.0, nan, 3.0])
        >>> print(*panel.notes, sep="\\n")
        time: day, 1 day, 2024-01-01 to 2024-01-04
        series: shop, 2 (a, b), 4 steps each
        2 of 8 times are missing (25.0 %), the longest gap 1 day in a
    """
    if not len(table):
        raise DataError(f"{table.path}: there are no rows; expected the steps of series")
    long = long_of(table, reading)
    clock, groups = plan_of(long.table, long.reading)
    clock = in_best_form(long.table, clock, groups.of, None)
    roles = roles_of(long.table, long.reading, clock, groups)
    return panel_of(long, Plan(clock, groups), roles)


def is_panel(table: Table, reading: Reading) -> bool:
    """Whether a table has several series: it is told by ``--time`` or ``--series``, or by an input
    that is known or past; or it is plain from the table.

    It is plain if a time and labels identify the rows, or if the columns are times, and numbers
    are left; or if the rows have a start and lists. A single series is not, unless it is told.

    Args:
        table: the rows.
        reading: the options.

    Example:
        >>> from pathlib import Path
        >>> rows = {"day": ["1", "2", "3"] * 2, "shop": list("aaabbb"), "v": list("471583")}
        >>> table = Table(Path("a.csv"), rows, range(2, 8))
        >>> is_panel(table, Reading()), is_panel(table[range(3)], Reading())
        (True, False)
    """
    if reading.time is not None or reading.series is not None:
        return True
    if reading.input is not None:
        parts = [part.strip() for part in reading.input.split(",")]
        ends = (f":{KNOWN}", f":{PAST}")
        return any(part not in table.columns and part.endswith(ends) for part in parts)
    if reading.sequence is not None or len(table) < 2:
        return False
    if lists := lists_in(table):
        return any(name.lower() in START for name in table.columns if name not in lists)
    if reading.target is None and _is_wide(table):
        return True
    return _is_long(table, reading)


def _is_wide(table: Table) -> bool:
    """Whether columns are times, beside others, and have numbers."""
    names = times_among(list(table.columns))
    if not names or len(table.columns) - len(names) != 1:  # the other one is the label
        return False
    return all(
        table.numbers(name).are_numbers or all(map(is_empty, table.column(name))) for name in names
    )


def _is_long(table: Table, reading: Reading) -> bool:
    """Whether a time and labels identify the rows, and numbers are left."""
    if reading.target is not None:
        names = names_of(table, reading.target)
        if not all(n in table.columns and table.numbers(n).are_numbers for n in names):
            return False
    try:
        found = [plan for plan in plans(table, reading) if plan.groups.columns]
    except DataError:  # what is wrong with it is said where it is read
        return False
    found = [plan for plan in found if LEAST * len(plan.groups.names) <= len(table)]
    return any(_is_plain(table, reading, plan) for plan in found)


def _is_plain(table: Table, reading: Reading, plan: Plan) -> bool:
    """Whether numbers are left beside the time and the labels; and no texts that change within a
    series, of which the table may be as well, if no target is given."""
    used = {*plan.clock.columns, *plan.groups.columns, reading.split}
    rest = [name for name in table.columns if name not in used]
    numeric = [name for name in rest if table.numbers(name).are_numbers]
    others = [name for name in rest if name not in numeric]
    if reading.target is None:
        return bool(numeric) and all(
            is_static(values_at(table, name), plan.groups.of) for name in others
        )
    return bool(numeric) and not any(hardly_repeats(table.column(name)) for name in others)
