"""Metrics of lengths: the data's, and the model's if it decides τ."""

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
"""The largest τ up to which P(τ) of a model is estimated."""

SAMPLES = 1_000
"""The number of draws to estimate P(τ), over all x together; at least one for each x."""


def mean_length(examples: Examples) -> Measure:
    """The mean length of the data."""
    lengths: list[int] = []
    for part in batches(examples, ROWS, generator=None):  # the same order as in every measure
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
    """P(τ) in the data, a histogram, and under the model, for τ = 0, 1, ….

    τ goes up to twice the longest example, but not above 4,000. The model's P(τ) is marginalised
    over y and averaged over the examples' x.
    """
    assert isinstance(examples.y, Sequence)
    longest = min(2 * examples.y.steps, LONGEST)
    lengths = examples.y.lengths[examples.y.lengths <= longest]
    data = lengths.bincount(minlength=longest + 1).double() / len(examples)
    if not sees_x(model):
        p = y_given(model, None)
        assert isinstance(p, SequenceDistribution)
        return data, p.length_marginal(longest, samples=SAMPLES).cpu().double()
    total = torch.zeros_like(data)
    for p, _ in measured(model, examples):
        assert isinstance(p, SequenceDistribution)
        draws = math.ceil(SAMPLES / len(examples))
        total += p.length_marginal(longest, samples=draws).cpu().double().sum(0)
    return data, total / len(examples)
