"""Rows of y, symbol by symbol, with the probability that a model gave to each."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor
from torch.distributions import Categorical, Distribution

from throughtime.data import Examples
from throughtime.data.columns.symbols import SymbolColumn
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import log_prob, stand_ins, terms_of
from throughtime.inference.run import Run
from throughtime.lengths import DecidedBy
from throughtime.report.words import END, value_of, x_of
from throughtime.sequence import Sequence

PIECE = 160
"""Running text is looked at in pieces of so many symbols."""


@dataclass(frozen=True, eq=False)
class Told:
    """A row of y and what the model gave it.

    Args:
        row: the row itself, with its x.
        x: its x in words; empty where there is none, or it cannot be said in a line.
        given: the symbols of x, if y has a label for each of them.
        symbols: the symbols of y, and its end if the model decides that at each step.
        log_p: log p of each, given those before it.
        guesses: of labels, the model's for each symbol; else None.
        sure: the probability of each guess.
    """

    row: Examples
    x: str
    given: list[str]
    symbols: list[str]
    log_p: list[float]
    guesses: list[str] | None = None
    sure: list[float] | None = None

    @property
    def per_symbol(self) -> float:
        """The mean log-probability of its symbols."""
        return sum(self.log_p) / len(self.log_p) if self.log_p else 0.0

    @property
    def right(self) -> list[bool]:
        """Which guesses are right."""
        return [a == b for a, b in zip(self.symbols, self.guesses or [], strict=True)]


def told(run: Run, p: SequenceDistribution | Distribution, part: Examples) -> Iterator[Told]:
    """The rows of a batch whose y is symbols, or one label.

    Args:
        run: the run.
        p: the distribution of y.
        part: the batch.
    """
    if isinstance(p, SequenceDistribution):
        yield from _sequences(run, p, part)
    elif isinstance(p, Categorical):
        yield from _labels(run, p, part)


def _labels(run: Run, p: Categorical, part: Examples) -> Iterator[Told]:
    assert isinstance(part.y, Tensor)
    column = run.schema.y
    assert isinstance(column, SymbolColumn)
    sure, guesses = p.probs.max(-1)
    for i, log_p in enumerate(log_prob(p, part.y).tolist()):
        yield Told(
            part[i : i + 1],
            x_of(run, part, i),
            [],
            [column.label(int(part.y[i]))],
            [log_p],
            [column.label(int(guesses[i]))],
            [float(sure[i])],
        )


def _sequences(run: Run, p: SequenceDistribution, part: Examples) -> Iterator[Told]:
    y, column = part.y, run.schema.y
    assert isinstance(y, Sequence)
    assert isinstance(column, SymbolColumn)
    terms = terms_of(p, y)
    log_p = (terms.values + terms.decisions[:, : terms.values.shape[1]]).tolist()
    tags = column.closed and p.length.decided_by is DecidedBy.INPUT
    sure = guesses = None
    if tags:
        following = p.predictive(stand_ins(p, y))
        assert isinstance(following, Categorical)
        sure, guesses = following.probs.max(-1)
    for i, row in enumerate(y.to_list()):
        n = len(row)
        symbols = [column.label(k) if tags else value_of(column, k) for k in row.tolist()]
        of_row = log_p[i][:n]
        if p.length.stops:
            symbols.append(END)
            of_row.append(float(terms.decisions[i, n]))
        if run.schema.running:
            yield from _pieces(part, symbols, of_row)
            continue
        yield Told(
            part[i : i + 1],
            "" if tags else x_of(run, part, i),
            _given(run, part, i) if tags else [],
            symbols,
            of_row,
            None if guesses is None else [column.label(k) for k in guesses[i, :n].tolist()],
            None if sure is None else sure[i, :n].tolist(),
        )


def _given(run: Run, part: Examples, i: int) -> list[str]:
    vocabulary = run.schema.x_vocabulary
    if vocabulary is None or not isinstance(part.x, Sequence):
        return []
    return [vocabulary.symbols[k] for k in part.x[i].values[: int(part.x[i].lengths)].tolist()]


def _pieces(part: Examples, symbols: list[str], log_p: list[float]) -> Iterator[Told]:
    assert isinstance(part.y, Sequence)
    for start in range(0, len(symbols), PIECE):
        piece = slice(start, start + PIECE)
        own = Sequence(part.y.values[:, piece])
        if math.isfinite(sum(log_p[piece])):
            yield Told(Examples(None, own), "", [], symbols[piece], log_p[piece])
