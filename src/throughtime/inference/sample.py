"""Draws from a model: of y alone, or of y beside the true ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Categorical

from throughtime.data import Examples
from throughtime.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import sees_x, y_given
from throughtime.inference.decoding import Decoding
from throughtime.inference.results import Sample
from throughtime.inference.rows import warn_of_unknown
from throughtime.lengths import DecidedBy
from throughtime.runs.errors import RunError
from throughtime.runs.folder import RunFolder
from throughtime.sequence import Sequence


@torch.no_grad()
def sample(
    run: RunFolder,
    count: int = 10,
    *,
    prefix: str | None = None,
    decoding: Decoding | None = None,
) -> list[Sample]:
    """Draws of y, by torch's generator.

    Args:
        run: a model that takes no x.
        count: how many draws; with a beam, there is one most probable sequence.
        prefix: how each begins, of a text.
        decoding: how they are drawn.

    Raises:
        RunError: if the model takes an x.
        ValueError: if the model gives no text that a prefix could begin.
    """
    if sees_x(run.model):
        raise RunError(f"{run.path}: this model gives y for an x; use predict, or compare")
    whole, y = y_given(run.model, None), run.schema.y
    assert isinstance(whole, SequenceDistribution)
    p, decoding, begun = whole, decoding or Decoding(), None
    if prefix is not None:
        if y.vocabulary is None:
            raise ValueError("--prefix: this model gives numbers, which a text does not begin")
        begun = y.vocabulary.encode(prefix)
        if y.vocabulary.unknown is not None:
            warn_of_unknown(int((begun == y.vocabulary.unknown).sum()))
        p = p.observe(Sequence(begun[None])[0])[1]
    drawn = decoding.draw(p, (count,)).to_list()
    values = [row if begun is None else torch.cat([begun, row]) for row in drawn]
    log_p = whole.log_prob(Sequence.from_list(values)).tolist()
    return [Sample(y.decode(v), log_p) for v, log_p in zip(values, log_p, strict=True)]


@dataclass(frozen=True)
class Comparison:
    """A true y beside the model's, for the same x.

    Args:
        true: y as the data have it.
        guess: the most probable y, or a draw.
        probability: of a label, how probable the model finds its guess.
        symbols: where y has a label for each symbol of x, these symbols.
    """

    true: Any
    guess: Any
    probability: float | None = None
    symbols: list[str] | None = None


@torch.no_grad()
def compare(
    run: RunFolder, examples: Examples, decoding: Decoding | None = None
) -> list[Comparison]:
    """The model's y beside the true ones, of some examples."""
    p, y = y_given(run.model, examples.x), run.schema.y
    if not isinstance(p, SequenceDistribution):
        assert isinstance(examples.y, Tensor)
        best, sure = p.mean, [None] * len(examples)
        if isinstance(p, Categorical):
            best, sure = p.mode, p.probs.max(-1).values.tolist()
        return [
            Comparison(y.decode(true), y.decode(guess), probability)
            for true, guess, probability in zip(examples.y, best, sure, strict=True)
        ]
    assert isinstance(examples.y, Sequence)
    guesses = (decoding or Decoding()).take(p).to_list()
    beside: list[list[str] | None] = [None] * len(guesses)
    x = run.schema.x_vocabulary
    if p.length.decided_by is DecidedBy.INPUT and x is not None and y.vocabulary is not None:
        assert isinstance(examples.x, Sequence)
        beside = [[x.symbols[k] for k in row.tolist()] for row in examples.x.to_list()]
    return [
        Comparison(y.decode(true), y.decode(guess), None, symbols)
        for true, guess, symbols in zip(examples.y.to_list(), guesses, beside, strict=True)
    ]
