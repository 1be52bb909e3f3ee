"""Confidence intervals of metrics, by the bootstrap over rows."""

from __future__ import annotations

import torch
from torch import Tensor

from throughtime.evaluation.metrics.number import Measure, Number

RESAMPLES = 1_000
LEVEL = 0.95

FEWEST = 5
"""The fewest units that are resampled; with fewer there are no intervals."""

CELLS = 2**21
"""The most counts at a time: 16 MiB."""


def with_intervals(measures: list[Measure], units: Tensor) -> list[Number]:
    """The numbers with 95 % intervals: percentiles of 1,000 bootstrap resamples.

    A unit is a row, or some rows that belong together. In each resample, units are drawn with
    replacement, as many as there are, and each number is computed from the sums over the drawn
    units (Efron and Tibshirani, *An Introduction to the Bootstrap*, chapter 13). The draws are the
    same every time. With fewer than five units there are no intervals.

    Args:
        measures: the measures, all of the same rows.
        units: the number of each row's unit, ``(rows,)``.
    """
    numbers = [measure.number() for measure in measures]
    count = int(units.max()) + 1 if len(units) else 0
    if count < FEWEST or not measures:
        return numbers
    columns = torch.cat([measure.rows for measure in measures], 1)
    sums = resampled(columns.new_zeros(count, columns.shape[1]).index_add_(0, units, columns))
    tails = sums.new_tensor([(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    parts = sums.split([measure.rows.shape[1] for measure in measures], 1)
    for i, (measure, part) in enumerate(zip(measures, parts, strict=True)):
        # a resample without any symbol gives nan and is left out
        low, high = measure.of_sums(part).nanquantile(tails).tolist()
        numbers[i] = numbers[i]._replace(low=low, high=high)
    return numbers


def resampled(units: Tensor, resamples: int = RESAMPLES) -> Tensor:
    """Sums over n units drawn from ``units`` ``(n, sums)``, as ``(resamples, sums)``; seed 0.

    Example:
        >>> resampled(torch.ones(5, 1), resamples=3).flatten()
        tensor([5., 5., 5.])
    """
    n, generator = len(units), torch.Generator().manual_seed(0)
    sums = []
    for some in torch.arange(resamples).split(max(1, CELLS // n)):
        drawn = torch.randint(n, (len(some), n), generator=generator)
        counts = units.new_zeros(len(some), n).scatter_add_(
            1, drawn, units.new_ones(()).expand(len(some), n)
        )
        sums.append(counts @ units)
    return torch.cat(sums)
