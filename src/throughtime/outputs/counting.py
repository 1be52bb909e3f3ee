"""Probabilities of counts without the differences of large numbers, and draws of any size."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from throughtime.outputs.bounds import above_zero

LARGE = 8.0
"""From here on, Stirling's series has all digits of a double."""

SERIES = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)
"""Its terms, of 1/x, 1/x³, …"""

MANY = 2.0**24
"""Larger rates are drawn as normals: float32 has no longer every whole number there, and a GPU
draws no Poisson number above 2³²."""


def stirling(x: Tensor) -> Tensor:
    r""":math:`\log x! - (x \log x - x)`, about :math:`\tfrac12 \log 2 \pi x`, for x ≥ 0.

    Probabilities of counts are differences of terms of the size of x log x. Where those have been
    taken together by hand, this is what is left of the factorials (Loader 2000, Fast and accurate
    computation of binomial probabilities).

    Example:
        >>> stirling(torch.tensor([0.0, 1.0]))  # log 0! = 0, log 1! + 1 = 1
        tensor([0., 1.])
    """
    # both are computed everywhere, so both must be finite everywhere, and their gradients
    small, large = x.clamp(max=LARGE), x.clamp(min=LARGE)
    exact = torch.lgamma(small + 1) - small * above_zero(small).log() + small
    small_one = 1 / large
    rest = torch.zeros_like(x)
    for term in reversed(SERIES):
        rest = term + rest * small_one.square()
    return torch.where(x < LARGE, exact, (2 * math.pi * large).log() / 2 + rest * small_one)


def log_of(change: Tensor, log: Tensor) -> Tensor:
    """log(1 + change): from ``log``, the same computed otherwise, where the change is large.

    Example:
        >>> log_of(torch.tensor([1e-9, -1.0]), torch.tensor([0.0, -40.0]))
        tensor([ 1.0000e-09, -4.0000e+01])
    """
    return torch.where(change.abs() < 0.5, change.clamp(-0.5, 0.5).log1p(), log)


@torch.no_grad()
def counts_at(rate: Tensor) -> Tensor:
    """Poisson draws at these rates."""
    if rate.is_cpu and not bool((rate > MANY).any()):  # elsewhere, to look would be to wait
        return torch.poisson(rate)
    few = torch.poisson(rate.clamp(max=MANY))
    many = (rate + rate.sqrt() * torch.randn_like(rate)).round()
    return torch.where(rate > MANY, many, few)
