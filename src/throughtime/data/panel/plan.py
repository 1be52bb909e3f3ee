"""Which columns of a long table have the time, and which say of which series a row is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from throughtime.data.errors import DataError
from throughtime.data.numbers.number import all_numbers
from throughtime.data.panel.clock import Clock, clock_of, clocks_in, names_in
from throughtime.data.panel.labels import Groups, groups_by, guessed, options
from throughtime.data.panel.roles import inputs_in
from throughtime.data.panel.set_back import hours_back
from throughtime.data.reading import Reading
from throughtime.data.series.calendar import cycle, is_whole_time
from throughtime.data.table.row_numbers import OF_IDS
from throughtime.data.table.table import Table

LEAST = 3
"""The fewest rows of a series, on average, of which a number is the time by a guess."""

COUNTERS = re.compile(
    r"t|i|k|n|steps?|ticks?|index|idx|cycles?|rounds?|turns?|frames?|epochs?|time.*"
    r"|periods?|days?|weeks?|months?|quarters?|hours?|minutes?|seconds?",
    re.IGNORECASE,
)
"""Names of columns that count the steps; another one that does may be the number of a shop."""


class Plan(NamedTuple):
    """The time of each row, and its series."""

    clock: Clock
    groups: Groups


def plan_of(table: Table, reading: Reading) -> Plan:
    """The time and the series of each row: as given, or the only ones that fit.

    Raises:
        DataError: if none fits, or several do, with the options for each.

    Args:
        table: the rows.
        reading: the options.

    Example:
        >>> from pathlib import Path
        >>> rows = {"day": ["1", "2", "3"] * 2, "shop": list("aaabbb"), "v": list("471583")}
        >>> clock, groups = plan_of(Table(Path("a.csv"), rows, range(2, 8)), Reading(target="v"))
        >>> clock.columns, groups.columns
        (('day',), ('shop',))
    """
    if reading.time is not None and reading.series is not None:
        when, by = names_in(table, reading.time), names_in(table, reading.series)
        if both := set(when) & set(by):
            raise DataError(
                f"{table.path}: column {min(both)!r} is given by --time and by --series; expected "
                "one of them"
            )
        return Plan(clock_of(table, when), groups_by(table, by))
    found = plans(table, reading)
    if len(found) == 1:
        return found[0]
    if not found and (clock := _only_clock(table, reading)) is not None:
        by = () if reading.series is None else names_in(table, reading.series)
        return Plan(clock, groups_by(table, by))  # its repeats are refused, with what to do
    columns = f"The columns are: {', '.join(table.columns)}"
    if not found:
        lacks = "the time of the rows" if reading.series is not None else (
            "the time of the rows and of which series they are"
        )  # fmt: skip
        by_hand = "--time NAME" if reading.series is not None else "--time NAME --series NAME"
        raise DataError(
            f"{table.path}: no column is seen to say {lacks}; expected {by_hand}. {columns}"
        )
    ways = [(options(clock.columns, [groups.columns]) if groups.columns
             else f"--time {','.join(clock.columns)}") for clock, groups in found]  # fmt: skip
    raise DataError(
        f"{table.path}: columns may be the time and the labels of series in {len(ways)} ways; give "
        f"one of {', or '.join(ways)}"
    )


def plans(table: Table, reading: Reading) -> list[Plan]:
    """The ways in which columns may be the time and the labels of series, by what is given.

    Raises:
        DataError: with file and line, if nearly all values of a column are times.
    """
    modelled = {reading.split, *_modelled(table, reading)}
    by = names_in(table, reading.series) if reading.series is not None else None
    when = names_in(table, reading.time) if reading.time is not None else None
    rest = [n for n in table.columns if n not in modelled and n not in (by or ())]
    if when is not None:
        return list(_with(table, clock_of(table, when), rest, by))
    clocks = clocks_in(table, rest)
    found = [plan for clock in clocks
             for plan in _with(table, clock, _but(rest, clocks), by)]  # fmt: skip
    if clocks:
        return found
    found = [plan for clock in _counters(table, rest)
             for plan in _with(table, clock, rest, by) if _is_even(plan)]  # fmt: skip
    return [plan for plan in found if COUNTERS.fullmatch(plan.clock.columns[0])] or found


def _only_clock(table: Table, reading: Reading) -> Clock | None:
    """The time that is given, or the only one by the values or a name; None if there is none."""
    if reading.time is not None:
        return clock_of(table, names_in(table, reading.time))
    used = {reading.split, *_modelled(table, reading)}
    names = [name for name in table.columns if name not in used]
    clocks = clocks_in(table, names)
    if named := next((n for n in names if is_whole_time(n) and not clocks), None):
        return clock_of(table, (named,))  # which says what is wrong with it
    return clocks[0] if len(clocks) == 1 else None


def _modelled(table: Table, reading: Reading) -> Iterator[str]:
    if reading.target is not None:
        yield from (name.strip() for name in reading.target.split(","))
        yield reading.target
    if reading.input is not None:
        yield from inputs_in(table, reading.input)


def _but(names: Sequence[str], clocks: Sequence[Clock]) -> list[str]:
    used = {name for clock in clocks for name in clock.columns}
    return [name for name in names if name not in used]


def _with(
    table: Table, clock: Clock, rest: Sequence[str], by: tuple[str, ...] | None
) -> Iterator[Plan]:
    """The ways with a time."""
    if by is not None:
        groups = groups_by(table, by)
        if _is_once(clock, groups):
            yield Plan(clock, groups)
        return
    one = groups_by(table, ())
    once = _is_once(clock, one)
    if once or (clock.zone is None and hours_back(clock.times) is not None):
        yield Plan(clock, one)
        return
    others = [n for n in rest if n not in clock.columns and cycle(table, n) is None]
    yield from (Plan(clock, groups) for groups in guessed(table, clock.times, others))


def _is_once(clock: Clock, groups: Groups) -> bool:
    """Whether each series has each time once, but for a clock that was set back."""
    order = np.lexsort((clock.times, groups.of))
    of, times = groups.of[order], clock.times[order]
    same = (of[1:] == of[:-1]) & (times[1:] == times[:-1])
    some = np.unique(of[1:][same]).tolist()
    return all(hours_back(clock.times[groups.of == number]) is not None for number in some[:100])


def _counters(table: Table, names: Sequence[str]) -> Iterator[Clock]:
    """Columns of whole numbers that go on by the same step, or stay, in most rows."""
    for name in names:
        found = all_numbers(table.numbers(name).values)
        if OF_IDS.fullmatch(name) and not COUNTERS.fullmatch(name):
            continue
        if found is None or len(found) < LEAST or bool((found % 1 != 0).any()):
            continue
        steps = np.diff(found)
        ahead = steps[steps > 0]
        if len(ahead) and 2 * int(((steps == np.median(ahead)) | (steps == 0)).sum()) >= len(steps):
            yield Clock((name,), found.astype(np.int64))


def _is_even(plan: Plan) -> bool:
    """Whether numbers go on by the same step in each series, which has some."""
    clock, groups = plan
    order = np.lexsort((clock.times, groups.of))
    inside = groups.of[order][1:] == groups.of[order][:-1]
    steps = np.diff(clock.times[order])[inside]
    if not len(steps) or LEAST * len(groups.names) > len(order):
        return False
    return bool((steps == steps[0]).all())
