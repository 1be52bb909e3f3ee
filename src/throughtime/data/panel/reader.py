"""A table of series as data to train on."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from throughtime.data.columns.measured import KINDS, check_kind
from throughtime.data.columns.panel import Panel
from throughtime.data.dataset import Dataset
from throughtime.data.errors import DataError
from throughtime.data.numbers.number import number
from throughtime.data.panel.dataset import of_panel
from throughtime.data.panel.reading import as_panel
from throughtime.data.reading import Reading
from throughtime.data.series.calendar import unit_of
from throughtime.data.series.time_parts import cut_by
from throughtime.data.table.table import Table
from throughtime.data.times.times import times_of
from throughtime.data.times.written_times import forms_like
from throughtime.data.times.zones import to_utc

NOT_OF_SERIES = ("valid", "test", "sequence", "images", "pixels", "symbols")
"""The options of reading that series have not."""


def series_data(table: Table, reading: Reading, name: str) -> Dataset:
    """The series of a table, as data to train on.

    Raises:
        DataError: with file and line, if they cannot be read; or an option is not for series.

    Args:
        table: the rows.
        reading: how they are read. The target may end in ``:count``, ``:number``, ``:positive`` or
            ``:share``; ``split`` is ``column:point``, the time where the test part begins.
        name: the name of the data.
    """
    if told := [option for option in reading.told() if option in NOT_OF_SERIES]:
        raise DataError(
            f"--{told[0]}: {table.path} has several series, which have no such option; leave it out"
            + (", or cut them by --split COLUMN:POINT" if told[0] in ("valid", "test") else "")
        )
    panel, what, cut = understood(table, reading)
    if what is not None:
        check_kind(panel, what, table.at)
    calendar = None
    if reading.calendar is not None:
        told = reading.calendar.split(",") if reading.calendar != "none" else []
        calendar = tuple(dict.fromkeys(map(str.strip, told)))
    where = str(table.path)
    try:
        data = of_panel(panel, name, what=what, cut=cut, calendar=calendar, where=where)
    except DataError as error:
        raise (
            error if str(error).startswith((where, "--")) else DataError(f"{where}: {error}")
        ) from None
    return replace(data, seen=_seen(table, panel, reading))


def _seen(table: Table, panel: Panel, reading: Reading) -> dict[str, Any]:
    """The options by which later files are read as this one was."""
    values = [*panel.targets, *panel.known, *panel.past]
    if not set(values) <= table.columns.keys():  # the table had its values in other columns
        values = [n for n in table.columns if n not in (*panel.time, *panel.labels)]
    found = replace(table, decimal=table.mark(values)).seen
    return found if reading.time is None else {**found, "time": reading.time}


class Understood(NamedTuple):
    """What a table and the options say together.

    Args:
        panel: the series.
        what: the kind of the targets, if it is told.
        cut: the time where the test begins, if it is told.
    """

    panel: Panel
    what: str | None
    cut: Any


def understood(table: Table, reading: Reading) -> Understood:
    """The series of a table, the kind that is told, and where the test is told to begin.

    Raises:
        DataError: as :func:`series_data`.
    """
    plain, what = without_kinds(reading, table)
    panel = as_panel(table, plain)
    cut = None if reading.split is None else _cut(table, panel, reading.split)
    return Understood(panel, what, cut)


def without_kinds(reading: Reading, table: Table) -> tuple[Reading, str | None]:
    """The reading with the names of the targets alone, and the kind that they are given.

    Raises:
        DataError: if they are given several kinds.

    Example:
        >>> from pathlib import Path
        >>> table = Table(Path("a.csv"), {"sales": ["1"]}, [2])
        >>> without_kinds(Reading(target="sales:count"), table)[1]
        'count'
    """
    if reading.target is None or reading.target in table.columns:
        return reading, None
    names, kinds = [], set[str]()
    for target in map(str.strip, reading.target.split(",")):
        name, colon, kind = target.rpartition(":")
        given = bool(colon) and target not in table.columns
        names.append(name if given and kind in KINDS else target)
        if given:
            kinds.add(kind)
            if kind not in KINDS:
                raise DataError(
                    f"--target {target}: no kind {kind!r} of series; expected {', '.join(KINDS)}"
                )
    if len(set(names)) < len(names):
        raise DataError(f"--target {reading.target}: names a column twice; expected each once")
    if len(kinds) > 1:
        raise DataError(
            f"--target {reading.target}: {' and '.join(sorted(kinds))}; expected one kind for all "
            "targets of a model"
        )
    return replace(reading, target=",".join(names)), kinds.pop() if kinds else None


LIKE_ISO = re.compile(r"\s*\d{4}-\d{2}(?!\d)")


def _cut(table: Table, panel: Panel, split: str) -> Any:
    """The time where the test begins, as the times of the panel are.

    Raises:
        DataError: if it is none of the time's.
    """
    column, point = cut_by(table, split)
    if column not in panel.time or point is None:
        raise DataError(
            f"--split {split}: series are cut at a point in time; expected "
            f"{panel.time[0]}:POINT, such as {panel.time[0]}:{panel.step.written(_last(panel))[0]}"
        )
    if (time := _time_of(panel, column, point)) is not None:
        return time
    raise DataError(
        f"--split {split}: {point!r} is no time as {column!r} has them; expected one such as "
        f"{column}:{panel.step.written(_last(panel))[0]}"
    )


def _time_of(panel: Panel, column: str, point: str) -> Any:
    """A point as the times of a panel: a number; or a date in ISO's form, or in that of the file,
    or a year; None if it is none."""
    value = number(point)
    if panel.series[0].times.dtype.kind != "M":
        return value
    if LIKE_ISO.match(point):
        found = times_of([point])
    elif unit_of(column) == "year" and value is not None and 0 < value < 9999:
        found = np.array([int(value) - 1970], "datetime64[Y]")
    else:
        forms = (form for form in forms_like(point) if str(form) == panel.form)
        found = next((form([point]) for form in forms), None)
    return None if found is None else to_utc(found.astype("datetime64[us]"), panel.step.zone)[0]


def _last(panel: Panel) -> Any:
    longest = max(panel.series, key=len)
    return longest.times[len(longest) * 9 // 10 :][:1]
