"""n-gram models: a baseline for sequences of symbols."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Numbers = NDArray[np.int64]
Reals = NDArray[np.float64]


class NGram:
    r"""An n-gram model by interpolated Kneser-Ney smoothing (Ney, Essen & Kneser 1994).

    With c a context, c' the same without its first symbol, and a discount D for each order,

    .. math:: P(s | c) = \frac{\max(n(cs) - D, 0) + D \, t(c) \, P(s | c')}{\sum_s n(cs)}

    where t(c) is the number of different symbols that follow c. At the highest order, n(cs) is
    the count of cs; at lower orders, the number of different symbols before cs. Below order 1, P is
    uniform. For a context that is not in training, P(s | c) is P(s | c').

    Args:
        order: the length of the n-grams, the predicted symbol included.
        symbols: the number of symbols.
        end: whether each sequence ends with an end symbol, which is predicted and counted too.

    Raises:
        ValueError: if ``order`` or ``symbols`` is below one.

    Example:
        >>> import torch
        >>> bigram = NGram(order=2, symbols=2).fit([torch.tensor([0, 1, 0, 1, 0, 1, 0, 1])])
        >>> bigram.probabilities(torch.tensor([0])).round(2)
        array([0.11, 0.89])
    """

    def __init__(self, order: int, symbols: int, end: bool = False) -> None:
        if min(order, symbols) < 1:
            raise ValueError(f"order and symbols must be at least 1; got {order} and {symbols}")
        self.order = order
        self.symbols = symbols
        self.end = end
        self._alphabet = symbols + end
        self._levels: list[_Level] = []

    def fit(self, sequences: list[Tensor]) -> NGram:
        """Count the n-grams of sequences ``(τ,)``, and return the model.

        Raises:
            ValueError: if a value is not a symbol, or there is nothing to count.
        """
        text = self._text(sequences)
        predicted = np.flatnonzero(text < self._alphabet)
        if not len(predicted):
            raise ValueError("there is no symbol to count; give at least one that is not empty")
        # For k = 1, 2, …, the number of the k-gram that ends at each position, among all k-grams.
        keys, grams = [], []
        context = np.zeros_like(text)
        for _ in range(self.order):
            key, gram = np.unique(self._key(context, text), return_inverse=True)
            keys.append(key)
            grams.append(gram)
            context = np.roll(gram, 1)
        self._levels = []
        for k in range(self.order):
            counted = predicted
            if k + 1 < self.order:  # count each different gram of the next order once
                _, first = np.unique(grams[k + 1][predicted], return_index=True)
                counted = predicted[first]
            counts = np.bincount(grams[k][counted], minlength=len(keys[k]))
            contexts = keys[k] // (self._alphabet + 1)
            self._levels.append(_Level.count(keys[k], counts, contexts))
        return self

    def nats_per_symbol(self, sequences: list[Tensor]) -> float:
        """-log P per symbol of sequences ``(τ,)``, in nats; with ``end``, ends are symbols too.

        Raises:
            ValueError: if a value is not a symbol, or there are none.
        """
        text = self._text(sequences)
        probabilities = self._probabilities(text)[text < self._alphabet]
        if not len(probabilities):
            raise ValueError("there is no symbol to score; give at least one that is not empty")
        return float(-np.log(probabilities).mean())

    def probabilities(self, context: Tensor) -> Reals:
        """P of each next symbol, the end last if there is one, after ``context`` ``(τ,)``."""
        before = self._text([context])[: self.order - 1 + len(context)]
        texts = [np.append(before, symbol) for symbol in range(self._alphabet)]
        return self._probabilities(np.concatenate(texts)).reshape(len(texts), -1)[:, -1]

    def _text(self, sequences: list[Tensor]) -> Numbers:
        """All sequences in a row, each after start symbols that fill its first context."""
        begin = np.full(self.order - 1, self._alphabet)
        end = np.full(int(self.end), self.symbols)
        pieces = [np.zeros(0, dtype=np.int64)]
        for i, sequence in enumerate(sequences):
            values = np.asarray(sequence.cpu(), dtype=np.int64)
            if ((values < 0) | (values >= self.symbols)).any():
                raise ValueError(
                    f"sequence {i} has values from {values.min()} to {values.max()}; expected "
                    f"symbols from 0 to {self.symbols - 1}"
                )
            pieces += [begin, values, end]
        return np.concatenate(pieces)

    def _key(self, context: Numbers, text: Numbers) -> Numbers:
        return context * (self._alphabet + 1) + text

    def _probabilities(self, text: Numbers) -> Reals:
        p = np.full(len(text), 1 / self._alphabet)
        context = np.zeros_like(text)
        for level in self._levels:
            p, gram = level.refine(p, context, self._key(context, text))
            context = np.roll(gram, 1)
        return p


@dataclass(frozen=True, eq=False)
class _Level:
    """The counts of one order: of each gram, sorted by its key, and of each context."""

    keys: Numbers
    counts: Numbers
    totals: Numbers
    types: Numbers
    discount: float

    @classmethod
    def count(cls, keys: Numbers, counts: Numbers, contexts: Numbers) -> _Level:
        totals = np.bincount(contexts, weights=counts).astype(np.int64)
        types = np.bincount(contexts, weights=counts > 0).astype(np.int64)
        # The estimate of Ney et al. from the grams that occur once and twice, kept inside (0, 1):
        # no probability may be zero, even on very small data.
        once, twice = int((counts == 1).sum()), int((counts == 2).sum())
        return cls(keys, counts, totals, types, (once + 1) / (once + 2 * twice + 2))

    def refine(self, p: Reals, context: Numbers, key: Numbers) -> tuple[Reals, Numbers]:
        """p with one more symbol of context, and the number of each gram, -1 if it is unknown."""
        at = np.searchsorted(self.keys, key).clip(max=len(self.keys) - 1)
        found = (self.keys[at] == key) & (context >= 0)
        counts = np.where(found, self.counts[at], 0)
        known = (context >= 0) & (context < len(self.totals))
        totals = np.where(known, self.totals[np.where(known, context, 0)], 0)
        types = np.where(known, self.types[np.where(known, context, 0)], 0)
        kept = np.maximum(counts - self.discount, 0) + self.discount * types * p
        return np.where(totals > 0, kept / np.maximum(totals, 1), p), np.where(found, at, -1)
