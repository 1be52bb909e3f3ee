"""The log-likelihood of examples under a model."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor
from torch.distributions import Categorical, Distribution

from throughtime.data import Examples, batches, streams
from throughtime.data.batching import SYMBOLS, before_streams
from throughtime.data.vocabularies.absent import are_sets, is_absent, known
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.distribution.terms import LogProbTerms
from throughtime.model.encoder_decoder import EncoderDecoder
from throughtime.model.recurrent_model import RecurrentModel
from throughtime.runs.build import Model
from throughtime.runs.device import placed
from throughtime.sequence import Sequence
from throughtime.wiring import Edge

MEASURED = 10_000_000
"""A part is measured on at most so many symbols: more would hardly change the third digit of a
metric, and could take longer than training."""


ALL = slice(None)
"""All rows."""

LOGITS = 2**26
"""Limit on the entries of o(t) that are computed at once: 256 MiB, and a few times that for their
probabilities."""


def decoder(model: Model) -> RecurrentModel:
    """The part of a model that gives y: the decoder, or the model itself."""
    return model.decoder if isinstance(model, EncoderDecoder) else model


def sees_x(model: Model) -> bool:
    """Whether x enters the model."""
    wiring = decoder(model).wiring
    return Edge.INPUT in wiring or Edge.VECTOR in wiring


def y_given(model: Model, x: Sequence | Tensor | None) -> SequenceDistribution | Distribution:
    """p(y | x), or p(y) if the model sees no x; x may be on any device."""
    p: SequenceDistribution | Distribution
    p = model(placed(model, x)) if sees_x(model) else decoder(model)()
    return p


def y_of(model: Model, rows: Examples) -> SequenceDistribution | Distribution:
    """p(y | x) of these rows; of series, with what does not change and the scale of each."""
    if rows.start is None:
        return y_given(model, rows.x)
    assert isinstance(model, RecurrentModel)
    p = model(
        placed(model, rows.x) if Edge.INPUT in model.wiring else None,
        _there(model, rows.vector) if Edge.VECTOR in model.wiring else None,
        scale=_there(model, rows.scale),
    )
    assert isinstance(p, SequenceDistribution)
    return p if p.batch_shape else p.expand((len(rows),))


def there(model: Model, batch: Examples) -> Examples:
    """Examples with x and y where the model is."""
    return replace(
        batch,
        x=placed(model, batch.x),
        y=placed(model, batch.y),
        vector=_there(model, batch.vector),
        scale=_there(model, batch.scale),
        start=_there(model, batch.start),
    )


def _there(model: Model, value: Tensor | None) -> Tensor | None:
    found = placed(model, value)
    assert not isinstance(found, Sequence)
    return found


def stand_ins(p: SequenceDistribution, y: Sequence) -> Sequence:
    """y, with the model's most probable label in place of each label that training lacks.

    Such a label has probability zero, and nothing is defined after it; the model goes on as after
    its own label, as in closed loop.
    """
    absent = is_absent(y)
    if absent is None:
        return y
    values = torch.where(absent, 0, y.values)
    if p.graph.wiring.independent:  # no label enters the recurrence
        return Sequence(values, y.lengths)
    for t in absent.any(0).nonzero().flatten().tolist():
        best = p.predictive(Sequence(values, y.lengths)).mode
        values[:, t] = torch.where(absent[:, t], best[:, t], values[:, t])
    return Sequence(values, y.lengths)


def terms_of(p: SequenceDistribution, y: Sequence, absent: float = -math.inf) -> LogProbTerms:
    """The terms of log p(y), with ``absent`` as the term of a label that training lacks."""
    terms, where = p.terms(stand_ins(p, y)), is_absent(y)
    if where is None:
        return terms
    return terms._replace(values=terms.values.masked_fill(where, absent))


def log_prob(
    p: SequenceDistribution | Distribution, y: Sequence | Tensor, absent: float = -math.inf
) -> Tensor:
    """log p(y) for each row, of whole sequences or of single values, in nats.

    A label that training lacks has probability zero, so that log p is -inf; with ``absent`` zero,
    it is that of the other labels.
    """
    if isinstance(p, SequenceDistribution):
        assert isinstance(y, Sequence)
        return terms_of(p, y, absent).total()
    assert isinstance(y, Tensor)
    where = is_absent(y)
    if where is None:
        return p.log_prob(known(y) if are_sets(y) else y)
    log_p = p.log_prob(known(y))
    if are_sets(y):  # the other labels of the set have a probability
        return torch.where(where[:, 0], log_p + absent, log_p)
    return log_p.masked_fill(where, absent)


def log_prob_of(
    p: SequenceDistribution | Distribution,
    rows: Examples,
    absent: float = -math.inf,
    draws: int = 1,
) -> Tensor:
    """log p(y) for each of the rows, as :func:`log_prob`; of series, of the observed values after
    those that are given, estimated from so many draws of what is missing."""
    observed = rows.observed
    if observed is None:
        return log_prob(p, rows.y, absent)
    assert isinstance(p, SequenceDistribution)
    assert isinstance(rows.y, Sequence)
    if not p.output.independent:
        observed = observed.all(-1)
    return p.log_prob_of_observed(rows.y, observed, draws, given=rows.start)


def decides_length(model: Model) -> bool:
    """Whether log p includes P(τ), so that the end of each row counts as a symbol."""
    length = decoder(model).length
    return length is not None and length.random


def symbols(model: Model, rows: Examples) -> int:
    """The number of symbols: the values of y and, if the model decides τ, one end per row.

    Labels that training lacks are left out; and of series, what is missing or given.
    """
    return int(symbols_of_rows(model, rows).sum())


def symbols_of_rows(model: Model, rows: Examples) -> Tensor:
    """The number of symbols in each row, ``(rows,)``; see :func:`symbols`. A set of labels is one,
    also without those that training lacks."""
    y, observed = rows.y, rows.observed
    if observed is not None and rows.start is not None:
        assert isinstance(y, Sequence)
        steps = torch.arange(y.steps, device=y.device) >= rows.start[:, None]
        return (observed.any(-1) & steps & y.mask).sum(1)
    absent = is_absent(y)
    if isinstance(y, Sequence):
        counts = y.lengths + int(decides_length(model))
        return counts if absent is None else counts - absent.sum(1)
    counts = torch.ones(len(y), dtype=torch.int64, device=y.device)
    return counts if absent is None or are_sets(y) else counts - absent.long()


def nats_per_symbol(
    model: Model,
    examples: Examples,
    rows: int,
    steps: int | None = None,
    most: int = SYMBOLS,
) -> float:
    """-log p per symbol, in nats; ends count as symbols if the model decides τ.

    Labels that training lacks are left out; where there are no others, it is not a number. For the
    arguments see :func:`scored`.
    """
    found = scored(model, examples, rows, steps, most)
    return found.nats / found.symbols if found.symbols else math.nan


class Scored(NamedTuple):
    """How well examples are told.

    Args:
        nats: -log p of all of them.
        symbols: how many symbols they have, without labels that training lacks.
        right: of single labels, how many are the most probable one.
        rows: how many rows there are; a label that training lacks is wrong.
    """

    nats: float
    symbols: int
    right: int
    rows: int


@torch.no_grad()
def scored(
    model: Model,
    examples: Examples,
    rows: int,
    steps: int | None = None,
    most: int = SYMBOLS,
    share: slice = ALL,
) -> Scored:
    """-log p of all examples, how many symbols they have, and how many labels are right.

    Args:
        model: the model, scored without dropout.
        examples: the examples to score.
        rows: rows per batch, or streams of running text.
        steps: of running text, steps per chunk; otherwise None.
        most: the most steps of a batch, padding included.
        share: which rows of each batch to score.
    """
    training = model.training
    model.eval()
    found = Scored(0.0, 0, 0, 0)
    for p, part in parts(model, examples, rows, steps, most, share):
        right = 0
        if isinstance(p, Categorical) and isinstance(part.y, Tensor):
            right = int((p.mode == part.y).sum())
        found = Scored(
            found.nats - float(log_prob_of(p, part, absent=0.0).sum()),
            found.symbols + symbols(model, part),
            found.right + right,
            found.rows + len(part),
        )
    model.train(training)
    return found


def parts(
    model: Model,
    examples: Examples,
    rows: int,
    steps: int | None = None,
    most: int = SYMBOLS,
    share: slice = ALL,
) -> Iterator[tuple[SequenceDistribution | Distribution, Examples]]:
    """All examples in batches on the model's device, each with its distribution; or of each batch
    a share of the rows.

    With ``steps``, the batches are chunks of streams of running text. The distribution of a chunk
    is conditioned on its stream before it, and on the steps before the stream.
    """
    if steps is None:
        output = decoder(model).output
        assert output is not None
        most = min(most, max(1, LOGITS // output.size))
        for batch in batches(examples, rows, generator=None, symbols=most):
            if len(part := batch[share]):
                yield y_of(model, part), there(model, part)
        return
    assert isinstance(examples.y, Sequence)
    rows = min(rows, int(examples.y.lengths))
    p = y_given(model, None)
    assert isinstance(p, SequenceDistribution)
    past = placed(model, before_streams(examples, rows)[share])
    here = len(past)
    if not here:
        return
    for t in range(0, past.steps, steps):  # limits the logits at once to those of a chunk
        p = p.observe(past.drop(torch.full((here,), t)).take(torch.full((here,), steps)))[1]
    for chunk in streams(examples.y, rows, steps):
        chunk = placed(model, chunk[share])
        yield p, Examples(None, chunk)
        p = p.observe(chunk)[1]
