"""Handwritten digits, read as sequences: sequence to label."""

from __future__ import annotations

import torch
from torch import Tensor

from throughtime.data.dataset import Dataset, Examples
from throughtime.data.splitting import split
from throughtime.data.vocabulary import Vocabulary
from throughtime.outputs import Categorical
from throughtime.sequence import Sequence
from throughtime.wiring import SEQUENCE_TO_VECTOR


def digits() -> Dataset:
    """scikit-learn's 8 × 8 digits, read row by row: 8 steps of 8 pixels from 0 to 1."""
    return _digits("digits", "row by row", pixels=8)


def digits_pixels() -> Dataset:
    """The same digits read pixel by pixel: 64 steps of one, so that memory has to last longer."""
    return _digits("digits-pixels", "pixel by pixel", pixels=1)


def _digits(name: str, reading: str, pixels: int) -> Dataset:
    from sklearn.datasets import load_digits  # here, for it is slow to import

    images, labels = load_digits(return_X_y=True)
    x = torch.tensor(images, dtype=torch.float32).view(len(images), -1, pixels) / 16
    y = torch.tensor(labels)
    rows: dict[str, Tensor] = {
        part: torch.tensor(chosen) for part, chosen in split(range(len(y))).items()
    }
    return Dataset(
        name=name,
        description=f"scikit-learn's {len(y):,} handwritten 8 × 8 digits, read {reading}",
        splits={part: Examples(x=Sequence(x[i]), y=y[i]) for part, i in rows.items()},
        wiring=SEQUENCE_TO_VECTOR,
        output=Categorical(10),
        x_size=pixels,
        y_vocabulary=Vocabulary("0123456789"),
    )
