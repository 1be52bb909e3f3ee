"""What was understood of a panel, a line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.columns.panel import Series
from throughtime.data.panel.clock import Clock
from throughtime.data.panel.grid import Grid
from throughtime.data.panel.labels import Groups
from throughtime.data.panel.roles import Roles
from throughtime.data.panel.values import missing
from throughtime.data.table.missing import missing_marks
from throughtime.data.table.table import Table
from throughtime.data.times.step import Step

NAMES = 8
"""So many names of series are said."""


def said_of_time(clock: Clock, step: Step, series: Sequence[Series]) -> str:
    """The time, its step, and from when to when it is.

    Example:
        >>> days = np.arange("2024-01-01", "2024-01-04", dtype="datetime64[D]")
        >>> times = days.astype("datetime64[us]")
        >>> a = Series("", times, np.zeros((3, 1)), {}, {}, np.arange(3))
        >>> said_of_time(Clock(("date",), times), Step.of("D", dates=True), [a])
        'time: date, 1 day, 2024-01-01 to 2024-01-03'
    """
    first = min(one.times[0] for one in series)
    last = max(one.times[-1] for one in series)
    begin, end = step.written(np.array([first, last]))
    zone = f", zone {step.zone}" if step.zone is not None else ""
    return f"time: {clock.name}, {step.text}, {begin} to {end}{zone}"


def said_of_series(groups: Groups, series: Sequence[Series]) -> str:
    """How many series there are, and how long they are.

    Example:
        >>> a, b = (Series(n, np.arange(t), np.zeros((t, 1)), {}, {}, np.arange(t))
        ...         for n, t in (("a", 900), ("b", 1095)))
        >>> said_of_series(Groups(("shop",), np.array([0, 1]), ("a", "b")), [a, b])
        'series: shop, 2 (a, b), 900 to 1,095 steps each'
    """
    lengths = sorted({len(one) for one in series})
    how = f"{lengths[0]:,}" + (f" to {lengths[-1]:,}" if len(lengths) > 1 else "")
    steps = "step" if lengths == [1] else "steps"
    if not groups.columns:
        return f"series: one, {how} {steps}"
    names = ", ".join(groups.names[:NAMES]) + (", …" if len(groups.names) > NAMES else "")
    each = " each" if len(series) > 1 else ""
    by = " and ".join(groups.columns)
    return f"series: {by}, {len(series):,} ({names}), {how} {steps}{each}"


def said_of_gaps(step: Step, grids: Sequence[Grid], names: Sequence[str]) -> Iterator[str]:
    """How many times are missing, and the longest gap.

    Example:
        >>> grid = Grid(np.arange(10), np.array([0, 1, 2, 6, 7, 8, 9]))
        >>> list(said_of_gaps(Step.of("D"), [grid], ["c"]))
        ['3 of 10 times are missing (30.0 %), the longest gap 3 days in c']
    """
    if not step.regular:
        yield "the times are on no regular grid: taken as they stand, one after the other"
        return
    gone, whole = sum(grid.missing for grid in grids), sum(len(grid.times) for grid in grids)
    if not gone:
        return
    longest = max(range(len(grids)), key=lambda i: grids[i].gap)
    of = f" in {names[longest]}" if names[longest] else ""
    yield (
        f"{gone:,} of {whole:,} times are missing ({100 * gone / whole:.1f} %), the longest gap "
        f"{step.lasting(grids[longest].gap)}{of}"
    )
    for grid, name in zip(grids, names, strict=True):
        if grid.gap > len(grid.at):
            of = f" in {name}" if name else ""
            yield (
                f"the gap of {step.lasting(grid.gap)}{of} is longer than its {len(grid.at):,} rows:"
                " see whether a time is mistyped"
            )


def said_of_values(table: Table, roles: Roles, series: Sequence[Series]) -> Iterator[str]:
    """What the columns are, where values are missing, and where they do not change."""
    targets = [name for name in roles.targets if name in table.columns]  # a future has none
    for number, name in enumerate(targets):
        yield from _said_of_notation(table, name)
        if count := int(missing(roles.values[name]).sum()):
            yield f"{name}: {count:,} of {len(table):,} values are missing"
        still = [one.name for one in series if len(one) > 1 and _is_constant(one.y[:, number])]
        if still:
            yield f"{name} does not change" + _in(still)
    yield from missing_marks(table.spread(), targets)
    for names, what in ((roles.known, "known in the future"), (roles.past, "known in the past"),
                        (roles.static, "does not change within a series")):  # fmt: skip
        for name in filter(table.columns.__contains__, names):
            yield from _said_of_notation(table, name)
            values = roles.values[name]
            gone = int(missing(values).sum())
            lacking = f", {gone:,} of {len(table):,} missing" if gone else ""
            yield f"{name}: {what}, {_kind(values)}{lacking}"
    if short := [one.name for one in series if len(one) == 1]:
        yield f"{len(short):,} series of one step alone" + _in(short)


def _said_of_notation(table: Table, name: str) -> Iterator[str]:
    if table.numbers(name).are_numbers and (note := table.numbers(name).note):
        yield f"{name}: {note}"


def _is_constant(values: NDArray[Any]) -> bool:
    filled = values[~np.isnan(values)]
    return not len(filled) or bool((filled == filled[0]).all())


def _in(names: Sequence[str]) -> str:
    if names == [""]:
        return ""
    return f" in {', '.join(names[:NAMES])}" + (", …" if len(names) > NAMES else "")


def _kind(values: NDArray[Any]) -> str:
    """What values are, in a few words.

    Example:
        >>> _kind(np.array([0.0, 1.0])), _kind(np.array(["a", None, "b"], object))
        ('0/1', '2 texts')
    """
    filled = values[~missing(values)]
    if values.dtype == object:
        count = len(set(filled.tolist()))
        return f"{count:,} text{'s' if count != 1 else ''}"
    if not len(filled):
        return "no value"
    return "0/1" if bool(np.isin(filled, (0, 1)).all()) else f"{filled.min():g} to {filled.max():g}"
