"""The most frequent label of each symbol: a baseline for labelling."""

from __future__ import annotations

import torch

from throughtime.sequence import Sequence


class MostFrequentLabel:
    """Gives each symbol of x its most frequent label in training, regardless of context.

    Args:
        symbols: the number of symbols of x.
        labels: the number of labels of y.

    Example:
        >>> x, y = Sequence(torch.tensor([[0, 1, 1]])), Sequence(torch.tensor([[1, 0, 1]]))
        >>> MostFrequentLabel(symbols=2, labels=2).fit(x, y).accuracy(x, y)
        0.666...
    """

    def __init__(self, symbols: int, labels: int) -> None:
        self.counts = torch.zeros(symbols, labels, dtype=torch.int64)

    def fit(self, x: Sequence, y: Sequence) -> MostFrequentLabel:
        """Count the labels of each symbol, and return the model."""
        pairs = x.values[x.mask] * self.counts.shape[1] + y.values[y.mask]
        self.counts += pairs.bincount(minlength=self.counts.numel()).view(self.counts.shape)
        return self

    def accuracy(self, x: Sequence, y: Sequence) -> float:
        """The share of correct labels; a symbol not in training gets the most frequent label."""
        commonest = self.counts.sum(0).argmax()
        label = torch.where(self.counts.sum(1) > 0, self.counts.argmax(1), commonest)
        return float((label[x.values[x.mask]] == y.values[y.mask]).double().mean())
