"""Examples as they are measured: so many at a time, always in the same order."""

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
"""Rows at a time."""

CHUNK = 1_000
"""Steps of running text at a time: one stream, so that nothing is forgotten at a cut."""


def measured(
    model: Model, examples: Examples, running: bool = False
) -> Iterator[tuple[SequenceDistribution | Distribution, Examples]]:
    """All rows with their distributions; of running text, its chunks, one a row."""
    return parts(model, examples, *((1, CHUNK) if running else (ROWS, None)))


def table(*columns: Tensor | list[float] | list[int]) -> Tensor:
    """One row for each example, ``(rows, columns)``, in double precision: counts stay exact."""
    return torch.stack([torch.as_tensor(c, dtype=torch.float64) for c in columns], -1)


def same_x(examples: Examples) -> Tensor:
    """For each row as :func:`measured` gives them, the number of its x: 0, 1, … as they come.

    Rows without an x have nothing in common, and a number each.
    """
    if examples.x is None:
        return torch.arange(len(examples))
    numbers: dict[bytes, int] = {}
    return torch.tensor(
        [
            numbers.setdefault(x.cpu().contiguous().numpy().tobytes(), len(numbers))
            for part in batches(examples, ROWS, generator=None)
            for x in _rows(part.x)
        ]
    )


def _rows(x: Sequence | Tensor | None) -> list[Tensor]:
    assert x is not None
    return x.to_list() if isinstance(x, Sequence) else list(x)
