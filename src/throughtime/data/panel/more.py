"""A later file, read as the first one was: what came before a forecast, or its future inputs."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from throughtime.data.columns.panel import Panel
from throughtime.data.errors import DataError
from throughtime.data.panel.assembly import long_of, panel_of
from throughtime.data.panel.clock import Clock, clock_of, in_best_form
from throughtime.data.panel.future import check_future, with_static
from throughtime.data.panel.labels import groups_by
from throughtime.data.panel.long import Long, made
from throughtime.data.panel.plan import Plan
from throughtime.data.panel.roles import Roles, inputs_in
from throughtime.data.panel.values import numbers_at, texts_at
from throughtime.data.panel.wide import COLUMNS
from throughtime.data.reading import Reading
from throughtime.data.table.table import Table
from throughtime.data.times.times import are_days
from throughtime.data.times.zones import to_wall


def more(table: Table, panel: Panel, reading: Reading) -> Panel:
    """The series of a later file: same targets, inputs, step, zone and labels as the first one.

    Where the targets are there, it is a history to forecast from; its series may be new. Where no
    target is, it is the future of the panel's series: the times after their last ones, each with
    its known inputs; y is NaN, and what is observed only in the past is missing.

    Raises:
        DataError: with file and line and series, if an input that is known in the future is
            missing; if a future begins too early or too late, or leaves out a time; if no two rows
            of a history follow each other by the step; or as
            :func:`~throughtime.data.panel.reading.as_panel`.

    Args:
        table: the rows of the later file.
        panel: the first panel, or the history that the future follows.
        reading: how the file is read, as the first one was.

    Example:
        >>> from pathlib import Path
        >>> from throughtime.data.panel.reading import as_panel
        >>> days = {"day": ["2024-01-01", "2024-01-02", "2024-01-03"], "promo": ["0", "1", "0"]}
        >>> told = Reading(time="day", target="v", input="promo:known")
        >>> panel = as_panel(Table(Path("a.csv"), {**days, "v": list("123")}, range(2, 5)), told)
        >>> rows = {"day": ["2024-01-04"], "promo": ["1"]}
        >>> (series,) = more(Table(Path("b.csv"), rows, [2]), panel, told).series
        >>> series.y[:, 0].tolist(), series.x["promo"].tolist()
        ([nan], [1.0])
    """
    if not len(table):
        raise DataError(f"{table.path}: there are no rows; expected the steps of series")
    long = _long(table, panel, reading)
    plan = _plan(long.table, panel)
    roles, future = _roles(long.table, panel, plan)
    found = panel_of(long, plan, roles, panel.step)
    if not future:
        _check_step(table, found)
        return found
    gone = {series.name for series in panel.series} - {series.name for series in found.series}
    before = {series.name: series for series in panel.series}
    for one in found.series:
        check_future(long, panel, before.get(one.name), one)
    series = tuple(with_static(s, before.get(s.name), panel.static) for s in found.series)
    notes = found.notes
    if gone:
        some = ", ".join(sorted(gone)[:8]) + (", …" if len(gone) > 8 else "")
        notes = (*notes, f"{len(gone):,} series have no rows in {table.path}: {some}")
    return replace(found, series=series, notes=notes)


def _long(table: Table, panel: Panel, reading: Reading) -> Long:
    """The rows of the file, for each step of each series."""
    if reading.series == COLUMNS and COLUMNS not in table.columns:
        inputs = inputs_in(table, reading.input) if reading.input is not None else {}
        if set(table.columns) <= {*panel.time, *inputs}:  # the inputs alone, of all series
            names = [series.name for series in panel.series]
            rows = np.tile(np.arange(len(table)), len(names))
            columns: dict[str, Sequence[Any]] = {
                name: list(values) * len(names) for name, values in table.columns.items()
            }
            columns[panel.labels[0]] = [name for name in names for _ in range(len(table))]
            return Long(made(table, columns, rows), rows, reading)
    return long_of(table, reading)


def _plan(table: Table, panel: Panel) -> Plan:
    """The times and series of the rows, by the columns that the panel has them in.

    Raises:
        DataError: if the times are of another kind.
    """
    clock = clock_of(table, panel.time)
    groups = groups_by(table, panel.labels)
    clock = in_best_form(table, clock, groups.of, panel.form)
    if (
        panel.series
        and clock.times.dtype.kind != (kind := panel.series[0].times.dtype.kind)
        and ("M" in (kind, clock.times.dtype.kind))
    ):
        _refuse_kind(table, clock, "times" if kind == "M" else "numbers")
    zone = panel.step.zone
    if (clock.zone is None) != (zone is None):
        what = f"times with a zone, such as {zone}" if zone else "times without a zone"
        _refuse_kind(table, clock, what)
    if panel.step.dates:
        wall = to_wall(clock.times, zone)
        if not are_days(wall):
            row = int((wall != wall.astype("datetime64[D]")).argmax())
            _refuse_kind(table, clock, "dates without a time of day", row)
    return Plan(replace(clock, zone=zone), groups)


def _refuse_kind(table: Table, clock: Clock, expected: str, row: int = 0) -> NoReturn:
    name = clock.columns[0]
    raise DataError(
        f"{table.at(row)}: column {name!r} has {str(table.column(name)[row])!r}; expected "
        f"{expected}, as in the first file"
    )


def _roles(table: Table, panel: Panel, plan: Plan) -> tuple[Roles, bool]:
    """The values of the columns that the panel has, and whether the rows are a future.

    Raises:
        DataError: if a column is not there.
    """
    there = [name for name in panel.targets if name in table.columns]
    values: dict[str, NDArray[Any]] = {name: numbers_at(table, name) for name in there}
    future = all(bool(np.isnan(of).all()) for of in values.values())
    if not future and len(there) < len(panel.targets):
        lacking = next(name for name in panel.targets if name not in there)
        raise DataError(
            f"{table.path}: no column {lacking!r}, a target, but {there[0]!r} is there; expected "
            "all targets, or none where the future is to be forecast"
        )
    none = np.full(len(table), np.nan)
    values.update((name, none) for name in panel.targets if name not in there)
    for names, what, needed in (
        (panel.known, "an input that is known in the future", True),
        (panel.past, "an input that is observed in the past", not future),
        (panel.static, "which does not change within a series", not future),
    ):
        for name in names:
            texts = _are_texts(panel, name)
            if name in table.columns:
                values[name] = texts_at(table, name) if texts else numbers_at(table, name)
            elif needed:
                raise DataError(
                    f"{table.path}: no column {name!r}, {what}; expected it, as in the first file. "
                    f"The columns are: {', '.join(map(shlex.quote, table.columns))}"
                )
            else:
                values[name] = np.full(len(table), None, object) if texts else none
    return Roles(panel.targets, panel.known, panel.past, panel.static, values), future


FEW = 8
"""By so many rows in a series, some follow each other without a gap, if they are of its step."""


def _check_step(table: Table, found: Panel) -> None:
    """Refuse a history of another step, such as weeks for a model of days: all days between would
    count as missing."""
    there = [np.flatnonzero(series.rows >= 0) for series in found.series]
    apart = np.concatenate([np.diff(at) for at in there])
    if not found.step.regular or len(apart) < FEW or apart.min() == 1:
        return
    one, at = next((s, at) for s, at in zip(found.series, there, strict=True) if len(at) > 1)
    before, after = found.step.written(one.times[at[:2]])
    raise DataError(
        f"{table.at(int(one.rows[at[1]]))}: {after} comes after {before}, and no row is "
        f"{found.step.text} after the one before it; expected a history by {found.step.text}, as "
        "in the first file; where values are missing, give their rows without a value"
    )


def _are_texts(panel: Panel, name: str) -> bool:
    for series in panel.series:
        if name in series.x:
            return series.x[name].dtype == object
        if series.static.get(name) is not None:
            return isinstance(series.static[name], str)
    return False
