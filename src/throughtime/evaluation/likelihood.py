"""How probable a model finds some examples."""

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
"""Symbols that a part is measured on, at most, in training, in pictures and by the commands: more
would hardly change a number's third digit, and could take longer than training did."""


LOGITS = 2**26
"""Numbers o(t) of a part that is measured at once, about: a quarter of a GiB, and a few times that
while they become probabilities."""


def decoder(model: Model) -> RecurrentModel:
    """The part of a model that gives y."""
    return model.decoder if isinstance(model, EncoderDecoder) else model


def sees_x(model: Model) -> bool:
    """Whether any x enters."""
    wiring = decoder(model).wiring
    return Edge.INPUT in wiring or Edge.VECTOR in wiring


def y_given(model: Model, x: Sequence | Tensor | None) -> SequenceDistribution | Distribution:
    """p(y given x), or p(y) of a model that sees no x."""
    p: SequenceDistribution | Distribution = model(x) if sees_x(model) else decoder(model)()
    return p


def log_prob(p: SequenceDistribution | Distribution, y: Sequence | Tensor) -> Tensor:
    """log p(y) for each row: of whole sequences, or of single values."""
    if isinstance(p, SequenceDistribution):
        return p.log_prob(y)
    assert isinstance(y, Tensor)
    return p.log_prob(y)


def decides_length(model: Model) -> bool:
    """Whether P(τ) is a part of the probability, so that ends are symbols to be counted."""
    length = decoder(model).length
    return length is not None and length.random


def symbols(model: Model, y: Sequence | Tensor) -> int:
    """How many decisions -log p is the sum of: the values, and for each row its end, if decided."""
    if isinstance(y, Tensor):
        return len(y)
    return int(y.lengths.sum()) + len(y) * decides_length(model)


def symbols_of_rows(model: Model, y: Sequence | Tensor) -> Tensor:
    """The same for each row, ``(rows,)``."""
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
    """-log p per symbol, ends included where the model decides them.

    Args:
        model: the model, which is scored as it is used, without dropout.
        examples: what is scored.
        rows: how many at a time.
        steps: for running text, which is then scored as ``rows`` streams, so many steps at a time.
        most: symbols of a batch, padding included.
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
    """All examples with their distributions, in batches; or of running text, chunks of streams,
    each chunk's distribution given all of its stream before it, and what came before that."""
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
    for t in range(0, past.steps, steps):  # no more logits at once than of a chunk
        p = p.observe(past.drop(torch.full((rows,), t)).take(torch.full((rows,), steps)))[1]
    for chunk in streams(examples.y, rows, steps):
        yield p, Examples(None, chunk)
        p = p.observe(chunk)[1]
