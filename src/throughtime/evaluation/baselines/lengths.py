"""A histogram of lengths: a baseline for P(τ)."""

from __future__ import annotations

import torch
from torch import Tensor


class LengthHistogram:
    r"""P(τ) as training's histogram, smoothed so that no length is impossible.

    One more count is added to the N lengths, spread over all τ by a geometric distribution:
    :math:`P(\tau) = (n(\tau) + (1 - q) q^\tau) / (N + 1)`. The probability q of going on is
    estimated by Laplace's rule from S, the sum of all lengths, and the N ends:
    q = (S + 1) / (S + N + 2).

    Example:
        >>> LengthHistogram().fit(torch.tensor([2, 2, 2, 3])).nats(torch.tensor([2]))
        0.462...
    """

    def __init__(self) -> None:
        self.counts = torch.zeros(1, dtype=torch.float64)

    def fit(self, lengths: Tensor) -> LengthHistogram:
        """Count lengths, integers from 0 on, and return the model."""
        self.counts = lengths.cpu().bincount(minlength=1).double()
        return self

    def nats(self, lengths: Tensor) -> float:
        """The mean of -log P(τ) over some lengths, in nats."""
        total = self.counts.sum()
        steps = (self.counts * torch.arange(len(self.counts))).sum()
        q = (steps + 1) / (steps + total + 2)
        lengths = lengths.cpu()
        longest = len(self.counts) - 1
        seen = torch.where(lengths <= longest, self.counts[lengths.clamp(max=longest)], 0.0)
        return float(-((seen + (1 - q) * q**lengths) / (total + 1)).log().mean())
