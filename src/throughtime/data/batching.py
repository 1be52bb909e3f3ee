"""Batches: rows of similar length together, and running text as parallel streams."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from throughtime.data.dataset import Examples
from throughtime.data.errors import DataError
from throughtime.sequence import Sequence

POOL = 50
"""Batches' worth of rows that are sorted together: more waste less padding and mix rows less."""


def batches(
    examples: Examples, batch_size: int, *, generator: torch.Generator | None
) -> Iterator[Examples]:
    """One epoch: batches of rows of similar length, so that little is padding; each row once.

    With a generator, the rows are shuffled, sorted by length in pools of 50 batches only, and the
    batches come in random order. With None they come in order of length, the same every time.

    Raises:
        DataError: if ``batch_size`` is below one.

    Example:
        >>> words = Sequence.from_list([torch.zeros(n) for n in (5, 1, 4, 2)])
        >>> [b.y.lengths.tolist() for b in batches(Examples(None, words), 2, generator=None)]
        [[1, 2], [4, 5]]
    """
    if batch_size < 1:
        raise DataError(f"batch_size is {batch_size}; a batch has at least one row")
    steps = torch.zeros(len(examples), dtype=torch.int64)
    for part in (examples.x, examples.y):
        if isinstance(part, Sequence):
            steps += part.lengths.cpu()
    if generator is None:
        chosen = list(steps.argsort(stable=True).split(batch_size))
    else:
        chosen = [
            batch
            for pool in _shuffled(len(steps), generator).split(POOL * batch_size)
            for batch in pool[steps[pool].argsort(stable=True)].split(batch_size)
        ]
        chosen = [chosen[i] for i in _shuffled(len(chosen), generator)]
    return (examples[rows] for rows in chosen)


def _shuffled(count: int, generator: torch.Generator) -> Tensor:
    return torch.randperm(count, generator=generator, device=generator.device).cpu()


def streams(y: Sequence, rows: int, steps: int) -> Iterator[Sequence]:
    """One long row ``(1, N, *event)`` as ``rows`` parallel streams, ``steps`` at a time.

    Stream r goes on in each batch where it stopped in the one before. Nothing is left out: the
    streams' lengths differ by one where N is no multiple, and the last batch may be shorter.

    Raises:
        DataError: if y has more than one row, or fewer values than ``rows``, or a count is below
            one.

    Example:
        >>> for batch in streams(Sequence(torch.arange(7)[None]), rows=2, steps=3):
        ...     print(batch.to_list())
        [tensor([0, 1, 2]), tensor([4, 5, 6])]
        [tensor([3]), tensor([], dtype=torch.int64)]
    """
    if y.batch_shape != (1,):
        raise DataError(
            f"streams are cut from one long row; got a batch of shape {tuple(y.batch_shape)}"
        )
    if min(rows, steps) < 1 or rows > int(y.lengths):
        raise DataError(
            f"cannot cut {int(y.lengths)} values into {rows} streams of {steps} steps at a time; "
            "expected at least one step, and from one stream to as many as there are values"
        )
    whole = Sequence.from_list(y.to_list()[0].tensor_split(rows))
    return (
        Sequence(whole.values[:, t : t + steps], (whole.lengths - t).clamp(0, steps)).trim()
        for t in range(0, whole.steps, steps)
    )
