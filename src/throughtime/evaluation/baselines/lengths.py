"""Lengths: what a histogram gives."""

from __future__ import annotations

import torch
from torch import Tensor


class LengthHistogram:
    r"""P(τ) as training's histogram, smoothed so that no length is impossible.

    To the N lengths counted comes one more, spread over all lengths by a geometric distribution:
    :math:`P(\tau) = (n(\tau) + (1 - q) q^\tau) / (N + 1)`, with q by Laplace's rule from the S
    steps that all of them have and their N ends, q = (S + 1) / (S + N + 2).

    Example:
        >>> LengthHistogram().fit(torch.tensor([2, 2, 2, 3])).nats(torch.tensor([2]))
        0.462...
    """

    def __init__(self) -> None:
        self.counts = torch.zeros(1, dtype=torch.float64)

    def fit(self, lengths: Tensor) -> LengthHistogram:
        """Count some lengths, integers from 0 on, and return the model."""
        self.counts = lengths.cpu().bincount(minlength=1).double()
        return self

    def nats(self, lengths: Tensor) -> float:
        """-log P of a length, in nats, on average over some lengths."""
        total = self.counts.sum()
        steps = (self.counts * torch.arange(len(self.counts))).sum()
        q = (steps + 1) / (steps + total + 2)
        lengths = lengths.cpu()
        longest = len(self.counts) - 1
        seen = torch.where(lengths <= longest, self.counts[lengths.clamp(max=longest)], 0.0)
        return float(-((seen + (1 - q) * q**lengths) / (total + 1)).log().mean())
