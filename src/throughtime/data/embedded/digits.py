"""Handwritten digits, read as sequences of pixels: from a sequence to a label."""

from __future__ import annotations

import torch
from torch import Tensor

from throughtime.data.columns import Label, Numbers, Scale
from throughtime.data.dataset import Dataset
from throughtime.data.examples import Examples
from throughtime.data.schema import Schema
from throughtime.data.splitting import split
from throughtime.sequence import Sequence


def digits() -> Dataset:
    """scikit-learn's 8 × 8 digits, read row by row: 8 steps of 8 pixels from 0 to 1."""
    return _digits("digits", "row by row", pixels=8)


def digits_pixels() -> Dataset:
    """The same digits read pixel by pixel: 64 steps of one, so that memory has to last longer."""
    return _digits("digits-pixels", "pixel by pixel", pixels=1)


def _digits(name: str, reading: str, pixels: int) -> Dataset:
    from sklearn.datasets import load_digits  # here, for it is slow to import

    images, labels = load_digits(return_X_y=True)
    ink = Numbers("ink").measure(Scale(*torch.tensor([[0.0], [16.0]]).double().expand(2, pixels)))
    x = ink.scale(torch.tensor(images).view(len(images), -1, pixels))
    y = torch.tensor(labels)
    rows: dict[str, Tensor] = {
        part: torch.tensor(chosen) for part, chosen in split(range(len(y))).items()
    }
    return Dataset(
        name=name,
        description=f"scikit-learn's {len(y):,} handwritten 8 × 8 digits, read {reading}",
        splits={part: Examples(x=Sequence(x[i]), y=y[i]) for part, i in rows.items()},
        schema=Schema((ink,), Label("digit").know("0123456789")),
    )
