"""What a model is worth on examples that it has not seen: numbers with their units."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from throughtime.data import Examples
from throughtime.distribution import SequenceDistribution
from throughtime.lengths import SameAsInput
from throughtime.sequence import Sequence
from throughtime.training.likelihood import (
    Model,
    decides_length,
    decoder,
    given,
    nats_per_symbol,
    parts,
    sees_x,
)

ROWS = 256
"""Rows at a time."""

CHUNK = 1_000
"""Steps of running text at a time: one stream, so that nothing is forgotten at a cut."""

SAMPLES = 1_000
"""Draws behind the lengths of a model: all together, or at least one for each x."""


class Number(NamedTuple):
    """A measured number: what it is, how much, and of what."""

    name: str
    value: float
    unit: str


@torch.no_grad()
def evaluate(model: Model, examples: Examples, *, running: bool = False) -> list[Number]:
    """All numbers that make sense for the model; the same ones every time.

    - the mean of -log p, in nats and bits, and its exponential, the perplexity;
    - for labels, of a sequence or of each symbol, the share that is right: with the true labels
      so far given (teacher-forced), and with the model's own (closed loop);
    - for a y of its own length given x, the share whose most probable y is exactly the true one,
      and how many edits a symbol takes;
    - for real values, the error of the one-step mean, as a share of the data's deviation;
    - where the model decides τ, how far its lengths are from those of the data.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model.eval()
        numbers = _likelihood(model, examples, running)
        output, length = decoder(model).output, decoder(model).length
        assert output is not None
        if not output.discrete:
            numbers.append(_error_of_mean(model, examples, running))
        elif not isinstance(examples.y, Sequence):
            numbers.append(_right_labels(model, examples))
        elif isinstance(length, SameAsInput):
            numbers += _right_symbols(model, examples)
        elif sees_x(model):
            numbers += _right_sequences(model, examples)
        if decides_length(model):
            numbers += _lengths(model, examples)
    return numbers


def _likelihood(model: Model, examples: Examples, running: bool) -> list[Number]:
    """-log p."""
    output = decoder(model).output
    assert output is not None
    nats = nats_per_symbol(model, examples, *((1, CHUNK) if running else (ROWS, None)))
    if not isinstance(examples.y, Sequence):
        unit = "label"
    else:
        unit = "symbol" if output.event_shape == () else "step"
        unit += ", the end included" if decides_length(model) else ""
    numbers = [Number("-log p", nats, f"nats per {unit}")]
    if output.discrete:
        numbers.append(Number("-log p", nats / math.log(2), f"bits per {unit}"))
        numbers.append(Number("perplexity", math.exp(nats), f"choices per {unit}"))
    return numbers


def _error_of_mean(model: Model, examples: Examples, running: bool) -> Number:
    """Root mean square error of E[y(t) | all before], over the deviation of y."""
    errors, values = [], []
    for p, part in parts(model, examples, *((1, CHUNK) if running else (ROWS, None))):
        if isinstance(part.y, Sequence):
            assert isinstance(p, SequenceDistribution)
            mean, y = p.predictive(part.y).mean[part.y.mask], part.y.values[part.y.mask]
        else:
            mean, y = p.mean, part.y
        errors.append((mean - y).square())
        values.append(y)
    error, deviation = torch.cat(errors).mean().sqrt(), torch.cat(values).std(0).square().mean()
    return Number(
        "error of the one-step mean",
        float(error / deviation.sqrt()),
        "root mean square, in standard deviations of y",
    )


def _right_labels(model: Model, examples: Examples) -> Number:
    right = 0
    for p, part in parts(model, examples, ROWS):
        assert isinstance(part.y, Tensor)
        assert not isinstance(p, SequenceDistribution)
        right += _equal(p.mode, part.y)
    return Number("accuracy", right / len(examples), "of labels")


def _right_symbols(model: Model, examples: Examples) -> list[Number]:
    forced = closed = count = 0
    for p, part in parts(model, examples, ROWS):
        assert isinstance(p, SequenceDistribution)
        assert isinstance(part.y, Sequence)
        y, here = part.y, part.y.mask
        forced += _equal(p.predictive(y).mode[here], y.values[here])
        closed += _equal(p.mode().values[here], y.values[here])
        count += int(y.lengths.sum())
    return [
        Number("accuracy, teacher-forced", forced / count, "of symbols"),
        Number("accuracy, closed loop", closed / count, "of symbols"),
    ]


def _right_sequences(model: Model, examples: Examples) -> list[Number]:
    exact = edits = count = 0
    for p, part in parts(model, examples, ROWS):
        assert isinstance(p, SequenceDistribution)
        assert isinstance(part.y, Sequence)
        limit = 2 * part.y.steps if p.length.stops else None
        guesses = p.mode(max_length=limit).to_list()
        for guess, true in zip(guesses, part.y.to_list(), strict=True):
            distance = edit_distance(guess.tolist(), true.tolist())
            exact += distance == 0
            edits += distance
            count += len(true)
    return [
        Number("exact matches of the most probable y", exact / len(examples), "of sequences"),
        Number("edits from the most probable y to the true one", edits / count, "per symbol"),
    ]


def _equal(guess: Tensor, true: Tensor) -> int:
    return int((guess == true).flatten(1).all(1).sum() if true.dim() > 1 else (guess == true).sum())


def _lengths(model: Model, examples: Examples) -> list[Number]:
    assert isinstance(examples.y, Sequence)
    lengths = examples.y.lengths
    data, of_model = length_distributions(model, examples)
    mean = float((of_model * torch.arange(len(of_model))).sum() / of_model.sum())
    longer = 1 - of_model.sum()
    return [
        Number("mean length of the data", float(lengths.double().mean()), "symbols"),
        Number("mean length of the model's, up to twice the longest", mean, "symbols"),
        Number("probability of a longer one", float(longer.clamp(min=0)), "of probability"),
        Number(
            "total variation between their lengths",
            float((data - of_model).abs().sum() + longer.clamp(min=0)) / 2,
            "of probability",
        ),
    ]


@torch.no_grad()
def length_distributions(model: Model, examples: Examples) -> tuple[Tensor, Tensor]:
    """P(τ = 0, 1, …) as the data's histogram, and by the model, up to twice the longest.

    The model's is the mean over the examples' x, with y summed out.
    """
    assert isinstance(examples.y, Sequence)
    longest = 2 * examples.y.steps
    data = examples.y.lengths.bincount(minlength=longest + 1).double() / len(examples)
    if not sees_x(model):
        p = given(model, None)
        assert isinstance(p, SequenceDistribution)
        return data, p.length_marginal(longest, samples=SAMPLES).double()
    total = torch.zeros_like(data)
    for p, _ in parts(model, examples, ROWS):
        assert isinstance(p, SequenceDistribution)
        draws = math.ceil(SAMPLES / len(examples))
        total += p.length_marginal(longest, samples=draws).double().sum(0)
    return data, total / len(examples)


def edit_distance(a: list[int], b: list[int]) -> int:
    """How many symbols to put in, take out or change, at least, to make b of a (Levenshtein).

    Example:
        >>> edit_distance([1, 2, 3, 4], [2, 3, 5, 4])
        2
    """
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]
