"""Series as data to train on: their parts by time, and what is learned from the first of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from throughtime.data.columns.calendar import GAP, check_parts, gaps, usual
from throughtime.data.columns.inputs import Entry, Inputs, Static
from throughtime.data.columns.measured import Measured, kind_of, may_be_linear
from throughtime.data.columns.panel import Panel, Series
from throughtime.data.dataset import Dataset
from throughtime.data.errors import DataError
from throughtime.data.examples import Examples
from throughtime.data.panel.parts import cuts_of, ends_of
from throughtime.data.schema import Schema
from throughtime.data.splitting import PARTS
from throughtime.sequence import Sequence

OWN, SIZE = "series", "size of series"
"""Inputs that are not in the file: which series it is, and the logarithm of its scale."""

MANY = 1_000
"""With more series than this, none has parameters of its own."""

LEAST = {"train": 24, "valid": 3, "test": 3}
"""The fewest values of all series together in each part."""


def of_panel(
    panel: Panel,
    name: str,
    *,
    what: str | None = None,
    cut: object = None,
    calendar: tuple[str, ...] | None = None,
    where: str = "",
) -> Dataset:
    """Series as data: one row each, cut at the same times into training, validation and test.

    The rows of a later part begin with all that came before, which is given and not measured. All
    that is learned (scales, labels, means of inputs) is of training alone.

    Args:
        panel: the series.
        name: the name of the data.
        what: the kind of the targets, see :data:`~throughtime.data.columns.measured.KINDS`; if
            None, it follows from their values in training.
        cut: the time where the test begins, see :func:`~throughtime.data.panel.parts.cuts_of`.
        calendar: what of the time is an input, see :mod:`~throughtime.data.columns.calendar`; what
            is usual, if None.
        where: the file, for messages.

    Raises:
        DataError: if a part has too few values, or values are not of the kind.
    """
    times = max(panel.series, key=len).times
    parts_of_time = usual(times, panel.step.regular) if calendar is None else calendar
    check_parts(parts_of_time, times)
    ends = ends_of(panel, cuts_of(panel, cut))
    _check_sizes(panel, ends, where)
    training = [s.y[: e[0]] for s, e in zip(panel.series, ends, strict=True)]
    values = np.concatenate(training)
    kind = kind_of(values, may_be_linear(panel)) if what is None else what
    before = [s.y[: e[1]] for s, e in zip(panel.series, ends, strict=True)]
    y = Measured(",".join(panel.targets), kind).of(panel, training, before)
    static = _static(panel, [e[0] for e in ends], y)
    schema = Schema((*_inputs(panel, ends, parts_of_time),), y, static=static)
    parts = {}
    for i, part in enumerate(PARTS):
        rows = [
            (s.upto(e[i]), e[i - 1] if i else 0)
            for s, e in zip(panel.series, ends, strict=True)
            if (~np.isnan(s.y[e[i - 1] if i else 0 : e[i]])).any()
        ]
        parts[part] = encoded(schema, [s for s, _ in rows], [start for _, start in rows])
    many = len(panel.series)
    return Dataset(
        name=name,
        description=f"{y.name} of {where or name}, {many:,} series as {kind}s"
        + "".join(f"; {note}" for note in panel.notes),
        splits=parts,
        schema=schema,
        understood=(
            *_said_of_values(panel, kind, what),
            *_said_of_time(parts_of_time, calendar),
        ),
    )


def _said_of_values(panel: Panel, kind: str, told: str | None) -> Iterable[str]:
    """The first values of the targets, and how to model them as something else."""
    first, hint = panel.series[0].y, ""
    whole = kind_of(np.concatenate([s.y for s in panel.series])) == "count"
    if told is None and whole:
        other = "number" if kind == "count" else "count"
        every = ",".join(f"{name}:{other}" for name in panel.targets)
        large = "" if kind == "count" else ", and most are large"
        hint = f" (all are whole and none is negative{large}; --target {every} for {other}s)"
    for name, values in zip(panel.targets, first.T, strict=True):
        few = values[~np.isnan(values)][:3]
        yield f"y: {name} as {kind}s: {''.join(f'{v:g}, ' for v in few)}…{hint}"


def _said_of_time(parts: tuple[str, ...], told: tuple[str, ...] | None) -> list[str]:
    if not parts:
        return []
    hint = " (--calendar none leaves them out)" if told is None else ""
    return [f"x: of the time {', '.join(parts)}{hint}"]


def encoded(
    schema: Schema, series: Iterable[Series], starts: Iterable[int] | None = None
) -> Examples:
    """Series as rows of examples.

    Args:
        schema: that of the training data.
        series: the series.
        starts: how many steps of each are given, and not measured; these alone say how a series is
            measured that training has not seen. None, if left out, and then all of them say it.

    Raises:
        DataError: if values cannot be encoded.
    """
    assert isinstance(schema.y, Measured)
    ys, xs, vectors, units = [], [], [], []
    series = list(series)
    given = [None] * len(series) if starts is None else list(starts)
    for one, start in zip(series, given, strict=True):
        y, unit = schema.y.encode_series(one, start)
        ys.append(y)
        units.append(unit)
        for inputs in schema.x:
            assert isinstance(inputs, Inputs)
            xs.append(inputs.encode_series(one))
        if isinstance(schema.static, Static):
            seen = one if start is None else one.upto(start)
            vectors.append(schema.static.encode_series(with_own(seen, schema.y)))
    return Examples(
        x=Sequence.from_list(xs) if xs else None,
        y=Sequence.from_list(ys),
        vector=torch.stack(vectors) if vectors else None,
        scale=torch.stack(units) if schema.output.counts else None,
        start=torch.tensor([start or 0 for start in given]),
    )


def with_own(series: Series, y: Measured) -> Series:
    """The series with its name and size as static inputs."""
    size = float(y.scale_of(series).unit.log().mean())
    return replace(series, static={**series.static, OWN: series.name, SIZE: size})


def _inputs(panel: Panel, ends: list[list[int]], calendar: tuple[str, ...]) -> list[Inputs]:
    """The column of x, learned from training; none without inputs."""
    entries = [Entry(name, part=name, zone=panel.step.zone) for name in calendar]
    if not panel.step.regular:
        apart = np.concatenate(
            [gaps(s.times[: e[0]]) for s, e in zip(panel.series, ends, strict=True)]
        )
        entries.append(replace(Entry.of(GAP, apart, False), part=GAP, flagged=True))
    for name in (*panel.known, *panel.past):
        values = [s.x[name][: e[0]] for s, e in zip(panel.series, ends, strict=True)]
        entries.append(Entry.of(name, np.concatenate(values), name in panel.past))
    return [Inputs(",".join(e.name for e in entries)).of(entries)] if entries else []


def _static(panel: Panel, trained: list[int], y: Measured) -> Static | None:
    """The column of what does not change, learned from the series of training; None for a single
    series."""
    series = [with_own(s, y) for s, n in zip(panel.series, trained, strict=True) if n]
    if len(series) < 2:
        return None
    names = [*panel.static, *([OWN] if len(series) <= MANY else []), SIZE]
    entries = [Entry.of(name, _array([s.static[name] for s in series]), False) for name in names]
    return Static(",".join(names)).of(entries)


def _array(values: list[Any]) -> NDArray[Any]:
    numbers = all(v is None or isinstance(v, float) for v in values)
    return np.array(values, np.float64 if numbers else object)


def _check_sizes(panel: Panel, ends: list[list[int]], where: str) -> None:
    for i, part in enumerate(PARTS):
        count = sum(
            int((~np.isnan(s.y[e[i - 1] if i else 0 : e[i]]).any(1)).sum())
            for s, e in zip(panel.series, ends, strict=True)
        )
        if count < LEAST[part]:
            raise DataError(
                f"{where or 'the series'}: {count} values for {part}; expected at least "
                f"{LEAST[part]} of them: cut elsewhere, or give more rows"
            )
