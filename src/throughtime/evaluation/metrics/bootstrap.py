"""How much a number depends on which rows were measured."""

from __future__ import annotations

import torch
from torch import Tensor

from throughtime.evaluation.metrics.number import Measure, Number

RESAMPLES = 1_000
LEVEL = 0.95

FEWEST = 5
"""Units: fewer say nothing of how others would be."""

CELLS = 2**21
"""Most counts at a time: 16 MiB."""


def with_intervals(measures: list[Measure], units: Tensor) -> list[Number]:
    """The numbers with their 95 % intervals: percentiles of 1,000 bootstrap resamples.

    As many units as there are, each a row or some rows that belong together, are drawn with
    replacement, and all numbers are computed anew from the sums over what was drawn: a ratio of
    sums is then a ratio of sums again (Efron and Tibshirani, *An Introduction to the Bootstrap*,
    chapter 13). The same draws each time. Fewer than five units give no intervals.

    Args:
        measures: what was measured, all of the same rows.
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
        # a resample without a single symbol has no rate: it is left out
        low, high = measure.of_sums(part).nanquantile(tails).tolist()
        numbers[i] = numbers[i]._replace(low=low, high=high)
    return numbers


def resampled(units: Tensor, resamples: int = RESAMPLES) -> Tensor:
    """The sums over units ``(n, sums)`` drawn n at a time, ``(resamples, sums)``; always the same.

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
