"""Lengths: those of the data, and those of the model where it decides them."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from throughtime.data import Examples, batches
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import sees_x, y_given
from throughtime.evaluation.metrics.number import Measure, Number
from throughtime.evaluation.metrics.rows import ROWS, measured, table
from throughtime.runs.build import Model
from throughtime.sequence import Sequence

LONGEST = 4_000
"""Steps up to which a model's lengths are drawn, where the longest of the data is longer."""

SAMPLES = 1_000
"""Draws behind the lengths of a model: all together, or at least one for each x."""


def mean_length(examples: Examples) -> Measure:
    """That of the data."""
    lengths: list[int] = []
    for part in batches(examples, ROWS, generator=None):  # the order that every measure has
        assert isinstance(part.y, Sequence)
        lengths += part.y.lengths.tolist()
    return Measure("mean length of the data", "symbols", table(lengths, [1] * len(lengths)))


def lengths_of_model(model: Model, examples: Examples) -> list[Number]:
    """The model's mean length, and how far its lengths are from the data's."""
    data, of_model = length_distributions(model, examples)
    mean = float((of_model * torch.arange(len(of_model))).sum() / of_model.sum())
    longer = (1 - of_model.sum()).clamp(min=0)
    apart = (data - of_model).abs().sum() + (longer - (1 - data.sum())).abs()
    limit = "twice the longest" if len(data) <= LONGEST else f"{LONGEST:,}"
    return [
        Number(f"mean length of the model's, up to {limit}", mean, "symbols"),
        Number("probability of a longer one", float(longer), "of probability"),
        Number("total variation between their lengths", float(apart) / 2, "of probability"),
    ]


@torch.no_grad()
def length_distributions(model: Model, examples: Examples) -> tuple[Tensor, Tensor]:
    """P(τ = 0, 1, …) as the data's histogram, and by the model, up to twice the longest, or 4,000.

    The model's is the mean over the examples' x, with y summed out.
    """
    assert isinstance(examples.y, Sequence)
    longest = min(2 * examples.y.steps, LONGEST)
    lengths = examples.y.lengths[examples.y.lengths <= longest]
    data = lengths.bincount(minlength=longest + 1).double() / len(examples)
    if not sees_x(model):
        p = y_given(model, None)
        assert isinstance(p, SequenceDistribution)
        return data, p.length_marginal(longest, samples=SAMPLES).double()
    total = torch.zeros_like(data)
    for p, _ in measured(model, examples):
        assert isinstance(p, SequenceDistribution)
        draws = math.ceil(SAMPLES / len(examples))
        total += p.length_marginal(longest, samples=draws).double().sum(0)
    return data, total / len(examples)
