"""A series of numbers on the command line: how probable each step was, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from io import BufferedIOBase
from typing import Any

import torch

from throughtime.cli.rows import tables
from throughtime.data.columns import Field, Number, Numbers
from throughtime.data.errors import DataError
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import given
from throughtime.evaluation.metrics.reals import HORIZON
from throughtime.runs.run import Run
from throughtime.sequence import Sequence


def series_of(run: Run) -> Numbers | None:
    """The columns of the series that a run models, if it does; their names have commas between."""
    *_, field = run.signature.fields or (None,)
    return field if run.signature.running and isinstance(field, Numbers) else None


def scores(run: Run, file: BufferedIOBase, form: str | None) -> Iterator[dict[str, Any]]:
    """Of each step its log-probability given those before it, a density in units of training's
    deviation; see ``score --json``.

    Raises:
        DataError: with file and line, if a value is no number.
    """
    p, y, rows = _observed(run, file, form)
    for row, log_p in zip(rows, p.terms(y).values[0].tolist(), strict=True):
        yield {"target": row, "log_prob": log_p, "per_symbol": log_p, "terms": [log_p],
               "length": 0.0, "unknown": 0}  # fmt: skip


def forecast(
    run: Run, file: BufferedIOBase, form: str | None, beam: int | None, steps: int | None
) -> Iterator[dict[str, Any]]:
    """The most probable steps to come after those of a file, ten of them if nothing is said.

    ``deviation`` is that of a step, were those before it as forecast.

    Raises:
        DataError: with file and line, if a value is no number.
    """
    before, y, _ = _observed(run, file, form)
    field = series_of(run)
    assert field is not None
    assert field.scale is not None
    p = before.observe(y)[1]
    future = p.mode(beam or 1, max_length=steps or HORIZON)
    deviations = p.predictive(future).variance.sqrt()[0].double() * field.scale.unit
    for values, deviation in zip(field.decode(future.values[0]), deviations.tolist(), strict=True):
        own = deviation[0] if field.size == 1 else deviation
        yield {"prediction": values, "deviation": own, "unknown": 0}


def _observed(
    run: Run, file: BufferedIOBase, form: str | None
) -> tuple[SequenceDistribution, Sequence, list[Any]]:
    """What a run expects of a series, that series ``(1, T, size)``, and its steps as they came."""
    field = series_of(run)
    assert field is not None
    columns: tuple[Field, ...] = tuple(Number(name) for name in field.name.split(","))
    found: list[list[float]] = []
    for table in tables(file, columns, form):
        for i in range(len(table)):
            try:
                found.append([c.parse(table.column(c.name)[i]) for c in columns])
            except DataError as error:
                raise DataError(f"{table.at(i)}: {error}") from None
    if not found:
        raise DataError("no rows; expected the steps of a series")
    y = field.encode(torch.tensor(found, dtype=torch.float64))
    p = given(run.model, None)
    assert isinstance(p, SequenceDistribution)
    return p.expand((1,)), Sequence(y[None]), field.decode(y)
