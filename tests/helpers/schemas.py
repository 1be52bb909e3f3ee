"""Schemas of a y alone, for models that are measured without a file."""

import torch

from throughtime.data import Schema
from throughtime.data.columns import Numbers, Scale, Tags

LETTERS = "abcdefghij"


def symbols(count: int, *, running: bool = False) -> Schema:
    """So many symbols, which are no words, no characters and no tags of chunks."""
    return Schema((), Tags("y").know(LETTERS[:count]), running)


def reals(size: int = 1, *, running: bool = False) -> Schema:
    """Vectors of so many reals, in the unit that they have."""
    scale = Scale(torch.zeros(size).double(), torch.ones(size).double())
    return Schema((), Numbers("y").measure(scale), running)
