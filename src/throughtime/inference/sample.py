"""Samples from a model without x, and comparisons of its y with the true y given x."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Categorical

from throughtime.data import Examples
from throughtime.data.vocabularies.absent import are_sets
from throughtime.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import sees_x, y_given
from throughtime.evaluation.metrics.sets import likely
from throughtime.inference.decoding import Decoding
from throughtime.inference.results import Sample
from throughtime.inference.rows import warn_of_unknown
from throughtime.lengths import DecidedBy
from throughtime.runs.device import placed
from throughtime.runs.errors import RunError
from throughtime.runs.folder import RunFolder
from throughtime.sequence import Sequence
from throughtime.whole import whole


@torch.no_grad()
def sample(
    run: RunFolder,
    count: int = 10,
    *,
    prefix: str | None = None,
    decoding: Decoding | None = None,
) -> list[Sample]:
    """Draws of y, with torch's global generator.

    Args:
        run: a run whose model takes no x.
        count: the number of draws; with a beam, there is only the one most probable sequence.
        prefix: the beginning of each draw, if y is text.
        decoding: how to draw.

    Raises:
        RunError: if the model takes an x.
        ValueError: if a prefix is given, but y is not text.
    """
    _check_no_series(run)
    if sees_x(run.model):
        raise RunError(f"{run.path}: this model gives y for an x; use predict, or compare")
    whole("count", count)
    text, y = y_given(run.model, None), run.schema.y
    assert isinstance(text, SequenceDistribution)
    p, decoding, begun = text, decoding or Decoding(), None
    if prefix is not None:
        if y.vocabulary is None:
            raise ValueError("prefix: this model gives numbers, which cannot begin with a text")
        begun = y.vocabulary.encode(prefix)
        if y.vocabulary.unknown is not None:
            warn_of_unknown(int((begun == y.vocabulary.unknown).sum()))
        p = p.observe(placed(run.model, Sequence(begun[None])[0]))[1]
    drawn = decoding.draw(p, (count,)).to("cpu").to_list()
    values = [row if begun is None else torch.cat([begun, row]) for row in drawn]
    log_p = text.log_prob(placed(run.model, Sequence.from_list(values))).tolist()
    return [Sample(y.decode(v), log_p) for v, log_p in zip(values, log_p, strict=True)]


@dataclass(frozen=True)
class Comparison:
    """A true y and the model's y, for the same x.

    Args:
        true: the true y, as a file would have it.
        guess: the model's y: the most probable one, or a draw.
        probability: the probability of the guess, if it is a label.
        symbols: the symbols of x, if y has a label for each of them.
    """

    true: Any
    guess: Any
    probability: float | None = None
    symbols: list[str] | None = None


@torch.no_grad()
def compare(
    run: RunFolder, examples: Examples, decoding: Decoding | None = None
) -> list[Comparison]:
    """The true y of some examples with the model's y.

    Raises:
        RunError: if the model is of series, which are forecast.
    """
    _check_no_series(run)
    p, y = y_given(run.model, examples.x), run.schema.y
    if not isinstance(p, SequenceDistribution):
        assert isinstance(examples.y, Tensor)
        best, sure = likely(p) if are_sets(examples.y) else p.mean, [None] * len(examples)
        if isinstance(p, Categorical):
            best, sure = p.mode, p.probs.max(-1).values.tolist()
        return [
            Comparison(y.decode(true), y.decode(guess), probability)
            for true, guess, probability in zip(examples.y, best.cpu(), sure, strict=True)
        ]
    assert isinstance(examples.y, Sequence)
    guesses = (decoding or Decoding()).take(p).to("cpu").to_list()
    beside: list[list[str] | None] = [None] * len(guesses)
    x = run.schema.x_vocabulary
    if p.length.decided_by is DecidedBy.INPUT and x is not None and y.vocabulary is not None:
        assert isinstance(examples.x, Sequence)
        beside = [[x.symbols[k] for k in row.tolist()] for row in examples.x.to_list()]
    return [
        Comparison(y.decode(true), y.decode(guess), None, symbols)
        for true, guess, symbols in zip(examples.y.to_list(), guesses, beside, strict=True)
    ]


def _check_no_series(run: RunFolder) -> None:
    if run.schema.of_series:
        raise RunError(
            f"{run.path}: this model is of series, whose paths go on from a history: use predict, "
            "with --paths-out for the paths themselves"
        )
