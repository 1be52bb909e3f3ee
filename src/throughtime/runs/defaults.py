"""What training does where it is not told: numbers that were measured, see docs/defaults.md."""

from __future__ import annotations

from throughtime.data import Dataset
from throughtime.evaluation.likelihood import Model, symbols

DROPOUT = 0.2
"""The share of symbols and of h(t) that is dropped, where there is little to learn from."""

MANY = 4
"""Parameters for each symbol of training from which on there is little to learn from."""

LEARNING_RATES = {"elman": 0.002, "elman-relu": 0.002, "gru": 0.005, "lstm": 0.005}
"""AdamW's, before it falls to zero. Without gates, states that a larger step has thrown about do
not settle again, and seeds differ by much."""

OF_REALS = 0.003
"""The largest for real values: a density can grow without end, and its gradient with it."""


def learning_rate(cell: str, data: Dataset) -> float:
    """A cell's, and less for real values."""
    rate = LEARNING_RATES[cell]
    return rate if data.output.discrete else min(rate, OF_REALS)


def dropout(model: Model, data: Dataset) -> float:
    """A fifth, where a model has many more parameters than there are symbols to learn them from;
    else none. Real values are told to many digits, which dropout would drown."""
    if not data.output.discrete:
        return 0.0
    parameters = sum(p.numel() for p in model.parameters())
    return DROPOUT if parameters > MANY * symbols(model, data.splits["train"].y) else 0.0
