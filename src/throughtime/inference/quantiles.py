"""Quantiles of predicted numbers."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.distributions import Distribution

from throughtime.outputs.strict import marginals

LEVELS = (0.05, 0.5, 0.95)
"""The levels of the quantiles that are given: the median and the central 90 % interval."""

HALVINGS = 60
"""Bisection steps in the search for a quantile: more than the bits of a double's mantissa."""


def quantile(p: Distribution, level: float) -> Tensor:
    r"""The value y with :math:`P(Y_i \le y_i) = \text{level}` for each entry, ``(*batch, D)``.

    By bisection, if the distribution has no inverse cdf, such as a mixture. Of counts, the smallest
    one with at least as much below it.

    Example:
        >>> import throughtime as tt
        >>> p = tt.outputs.Mixture(2, dim=1).distribution(torch.zeros(6, dtype=torch.float64))
        >>> quantile(p, 0.975)  # both components have the mean 0 and the deviation log 2
        tensor([1.3587], dtype=torch.float64)
    """
    entries = marginals(p)
    try:
        return entries.icdf(torch.tensor(level, dtype=p.mean.dtype))
    except NotImplementedError:
        pass
    # Cantelli's inequality bounds the distance of a quantile from the mean
    reach = p.variance.sqrt() * (max(level, 1 - level) / min(level, 1 - level)) ** 0.5
    low = (p.mean - reach).clamp(min=getattr(entries.support, "lower_bound", -math.inf))
    high = (p.mean + reach).clamp(max=getattr(entries.support, "upper_bound", math.inf))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = entries.cdf(middle) < level
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    found = (low + high) / 2
    whole = getattr(entries.support, "is_discrete", False)
    return found.round() if whole else found
