"""Forecasts of time series."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from throughtime.data.columns import Number, RealColumn
from throughtime.data.pairs.encoding import parsed
from throughtime.data.series.clocks import check_times
from throughtime.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import y_given
from throughtime.evaluation.metrics.reals import HORIZON
from throughtime.inference.quantiles import LEVELS, quantile
from throughtime.inference.results import ForecastStep
from throughtime.inference.rows import reading_of, whole_table
from throughtime.runs.device import placed
from throughtime.runs.errors import RunError
from throughtime.runs.folder import RunFolder
from throughtime.sequence import Sequence


def is_series(run: RunFolder) -> bool:
    """Whether a run models a time series: y is one long row of numbers."""
    return run.schema.running and isinstance(run.schema.y, RealColumn)


@torch.no_grad()
def forecast(
    run: RunFolder,
    history: object,
    *,
    steps: int | None = None,
    samples: int | None = None,
    beam: int | None = None,
    form: str | None = None,
) -> list[ForecastStep]:
    """Forecast the next steps of a series.

    Args:
        run: the model of a series.
        history: the steps so far: a path, an open file, or rows in memory.
        steps: the number of steps to forecast; by default 10.
        samples: draw so many paths, and give mean, standard deviation and quantiles over them. If
            None, follow the most probable path, with the standard deviation and quantiles of each
            step given the forecast steps before it.
        beam: the width of the beam search for the most probable path.
        form: the format of a file.

    Raises:
        RunError: if the model is not one of a series.
        DataError: with file and line, if a value is not a number.
    """
    if samples is not None and (samples < 2 or beam is not None):
        raise ValueError(
            f"samples draws at least 2 paths, and a beam draws none; got samples={samples} and "
            f"beam={beam}"
        )
    column = series_column(run)
    before, y, _ = observed(run, history, form)
    p = before.observe(y)[1]
    steps = HORIZON if steps is None else steps
    if samples is not None:
        paths = p.sample((samples,), max_length=steps).values[:, 0]
        mean, deviation = paths.mean(0), paths.std(0)
        levels = paths.new_tensor(LEVELS)
        quantiles = list(paths.quantile(levels, 0)) if steps else [mean] * len(LEVELS)
        return _steps(column, mean, deviation, quantiles)
    future = p.mode(1 if beam is None else beam, max_length=steps)
    one_step = p.predictive(future)
    quantiles = [quantile(one_step, level)[0] for level in LEVELS]
    return _steps(column, future.values[0], one_step.variance.sqrt()[0], quantiles)


def observed(
    run: RunFolder, source: object, form: str | None
) -> tuple[SequenceDistribution, Sequence, list[Any]]:
    """The distribution of a run, a series encoded as ``(1, T, size)``, and the steps of the file.

    Raises:
        RunError: if the model is not one of a series.
        DataError: with file and line, if a value is not a number.
    """
    column = series_column(run)
    values = series_values(run, source, form)
    p = y_given(run.model, None)
    assert isinstance(p, SequenceDistribution)
    steps = values[:, 0] if column.size == 1 else values
    y = placed(run.model, Sequence(column.encode(values)[None]))
    return p.expand((1,)), y, steps.tolist()


def series_values(run: RunFolder, source: object, form: str | None) -> Tensor:
    """The numbers ``(T, size)`` of a series, in the units of the file.

    Raises:
        DataError: with file and line, if a value is not a number, or if rows are not in the order
            of time.
    """
    name = series_column(run).name
    names = [name] if series_column(run).size == 1 else name.split(",")
    numbers = tuple(Number(name) for name in names)
    table = whole_table(source, numbers, reading_of(run, form, source))
    check_times(table, names)
    values = [parsed(table, column) for column in numbers]
    return torch.tensor(values, dtype=torch.float64).T


def series_column(run: RunFolder) -> RealColumn:
    """The column of the series that a run models; its name is the columns' names with commas.

    Raises:
        RunError: if the run does not model a series.
    """
    column = run.schema.y
    if not is_series(run) or not isinstance(column, RealColumn):
        raise RunError(f"{run.path}: this model is of {column.kind}, not of a series to forecast")
    return column


def _steps(
    column: RealColumn, values: Tensor, deviation: Tensor, quantiles: list[Tensor]
) -> list[ForecastStep]:
    """Encoded steps ``(T, size)`` as forecasts, in the units of the file."""
    decoded = [column.decode(q) for q in quantiles]
    return [
        ForecastStep(value, spread, dict(zip(LEVELS, levels, strict=True)))
        for value, spread, *levels in zip(
            column.decode(values), column.spread(deviation), *decoded, strict=True
        )
    ]
