"""The log-likelihood of examples under a model."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.distributions import Distribution

from throughtime.data import Examples, batches, streams
from throughtime.data.batching import SYMBOLS, before_streams
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.model.encoder_decoder import EncoderDecoder
from throughtime.model.recurrent_model import RecurrentModel
from throughtime.runs.build import Model
from throughtime.sequence import Sequence
from throughtime.wiring import Edge

MEASURED = 10_000_000
"""A part is measured on at most so many symbols: more would hardly change the third digit of a
metric, and could take longer than training."""


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
    """p(y | x), or p(y) if the model sees no x."""
    p: SequenceDistribution | Distribution = model(x) if sees_x(model) else decoder(model)()
    return p


def log_prob(p: SequenceDistribution | Distribution, y: Sequence | Tensor) -> Tensor:
    """log p(y) for each row: of whole sequences, or of single values."""
    if isinstance(p, SequenceDistribution):
        return p.log_prob(y)
    assert isinstance(y, Tensor)
    return p.log_prob(y)


def decides_length(model: Model) -> bool:
    """Whether log p includes P(τ), so that the end of each row counts as a symbol."""
    length = decoder(model).length
    return length is not None and length.random


def symbols(model: Model, y: Sequence | Tensor) -> int:
    """The number of symbols: the values of y and, if the model decides τ, one end per row."""
    if isinstance(y, Tensor):
        return len(y)
    return int(y.lengths.sum()) + len(y) * decides_length(model)


def symbols_of_rows(model: Model, y: Sequence | Tensor) -> Tensor:
    """The number of symbols in each row, ``(rows,)``; see :func:`symbols`."""
    if isinstance(y, Tensor):
        return torch.ones(len(y), dtype=torch.int64)
    return y.lengths + int(decides_length(model))


@torch.no_grad()
def nats_per_symbol(
    model: Model,
    examples: Examples,
    rows: int,
    steps: int | None = None,
    most: int = SYMBOLS,
) -> float:
    """-log p per symbol, in nats; ends count as symbols if the model decides τ.

    Args:
        model: the model, scored without dropout.
        examples: the examples to score.
        rows: rows per batch, or streams of running text.
        steps: of running text, steps per chunk; otherwise None.
        most: the most steps of a batch, padding included.
    """
    training = model.training
    model.eval()
    log_p, count = 0.0, 0
    for p, part in parts(model, examples, rows, steps, most):
        log_p += float(log_prob(p, part.y).sum())
        count += symbols(model, part.y)
    model.train(training)
    return -log_p / count


def parts(
    model: Model,
    examples: Examples,
    rows: int,
    steps: int | None = None,
    most: int = SYMBOLS,
) -> Iterator[tuple[SequenceDistribution | Distribution, Examples]]:
    """All examples in batches, each with its distribution.

    With ``steps``, the batches are chunks of streams of running text. The distribution of a chunk
    is conditioned on its stream before it, and on the steps before the stream.
    """
    if steps is None:
        output = decoder(model).output
        assert output is not None
        most = min(most, max(1, LOGITS // output.size))
        for batch in batches(examples, rows, generator=None, symbols=most):
            yield y_given(model, batch.x), batch
        return
    assert isinstance(examples.y, Sequence)
    rows = min(rows, int(examples.y.lengths))
    p = y_given(model, None)
    assert isinstance(p, SequenceDistribution)
    past = before_streams(examples, rows)
    for t in range(0, past.steps, steps):  # limits the logits at once to those of a chunk
        p = p.observe(past.drop(torch.full((rows,), t)).take(torch.full((rows,), steps)))[1]
    for chunk in streams(examples.y, rows, steps):
        yield p, Examples(None, chunk)
        p = p.observe(chunk)[1]
