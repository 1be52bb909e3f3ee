"""Ratios of sums over rows, with what the bootstrap over rows makes of them."""

from __future__ import annotations

from torch import Tensor

from throughtime.evaluation.metrics.bootstrap import FEWEST, LEVEL, resampled


def ratios(rows: Tensor) -> tuple[Tensor, Tensor | None]:
    """Σ first / Σ second over the rows of ``(rows, K, 2)``, ``(K,)``, and of 1,000 resamples of
    the rows, ``(resamples, K)``; None instead where rows are too few.

    Example:
        >>> import torch
        >>> found, again = ratios(torch.tensor([[[1.0, 2.0]], [[2.0, 4.0]]]))
        >>> found, again is None
        (tensor([0.5000]), True)
    """
    sums = rows.sum(0)
    found = sums[:, 0] / sums[:, 1]
    if len(rows) < FEWEST:
        return found, None
    drawn = resampled(rows.flatten(1)).reshape(-1, *rows.shape[1:])
    return found, drawn[..., 0] / drawn[..., 1]


def interval(values: Tensor | None) -> tuple[Tensor, Tensor] | tuple[None, None]:
    """The 95 % interval of resampled values ``(resamples, K)``: percentiles."""
    if values is None:
        return None, None
    tails = values.new_tensor([(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    low, high = values.nanquantile(tails, 0)
    return low, high
