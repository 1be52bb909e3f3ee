"""Examples in batches for the metrics, always in the same order."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.distributions import Distribution

from throughtime.data import Examples, batches
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import parts
from throughtime.runs.build import Model
from throughtime.sequence import Sequence

ROWS = 256
"""Rows in a batch."""

CHUNK = 1_000
"""Steps in a chunk of running text, which is read as one stream: the state is carried over."""


def measured(
    model: Model, examples: Examples, running: bool = False
) -> Iterator[tuple[SequenceDistribution | Distribution, Examples]]:
    """All batches with their distributions; of running text, its chunks, each as one row."""
    return parts(model, examples, *((1, CHUNK) if running else (ROWS, None)))


def table(*columns: Tensor | list[float] | list[int]) -> Tensor:
    """Stack columns to ``(rows, columns)``, in double precision, in which counts are exact."""
    return torch.stack([torch.as_tensor(c, dtype=torch.float64) for c in columns], -1)


def same_x(examples: Examples) -> Tensor:
    """The number of the x of each row, in the order of :func:`measured`: equal x, equal numbers.

    Equal are x that the file has equal; if that is not known, those that are encoded equally, in
    which two rare words may have become one symbol. Without x, each row has a number of its own.
    """
    if examples.x is None:
        return torch.arange(len(examples))
    ordered = list(batches(examples, ROWS, generator=None))
    if examples.groups is not None:
        groups = torch.cat([part.groups for part in ordered if part.groups is not None])
        return groups.unique(return_inverse=True)[1]
    numbers: dict[bytes, int] = {}
    return torch.tensor(
        [
            numbers.setdefault(x.cpu().contiguous().numpy().tobytes(), len(numbers))
            for part in ordered
            for x in _rows(part.x)
        ]
    )


def _rows(x: Sequence | Tensor | None) -> list[Tensor]:
    assert x is not None
    return x.to_list() if isinstance(x, Sequence) else list(x)
