"""Batches: rows of similar length together, and running text as parallel streams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import islice

import torch
from torch import Tensor

from throughtime.data.errors import DataError
from throughtime.data.examples import Examples
from throughtime.data.storage.flat import Flat
from throughtime.sequence import Sequence

POOL = 50
"""Rows are sorted by length within pools of so many batches. Larger pools need less padding, but
mix the rows less."""

SYMBOLS = 2**16
"""Default limit on the steps of a batch, padding included: 31 short rows must not be padded to
100,000 steps because of one long row."""

BEFORE = 1_000
"""Steps of the past that a model reads before a part of a running text or a series is scored."""

WINDOW = 2**20
"""Rows that are shuffled at a time. Larger data are drawn in runs of neighbouring rows from all
over the file, so that a page of the file that was read serves several rows."""

PIECE = 2**16
"""Of so many rows the size of their batch is found at once, by way of six numbers for each."""


def batches(
    examples: Examples,
    batch_size: int,
    *,
    generator: torch.Generator | None,
    symbols: int = SYMBOLS,
) -> Iterator[Examples]:
    """Batches of one epoch: each row once, rows of similar length together, to save padding.

    A batch has ``batch_size`` rows. If so many long rows would exceed ``symbols`` steps, padding
    included, it has fewer: the largest power of two that fits. This number follows from the
    length of a row alone, so every epoch has the same number of batches, see
    :func:`count_batches`. A row that is longer than ``symbols`` is a batch of its own.

    With a generator, rows are shuffled, sorted by length within pools of 50 batches, and the
    batches come in random order. With None, they come in order of length, the same every time.

    Raises:
        DataError: if ``batch_size`` or ``symbols`` is below one.

    Example:
        >>> words = Sequence.from_list([torch.zeros(n) for n in (5, 1, 4, 2)])
        >>> [b.y.lengths.tolist() for b in batches(Examples(None, words), 2, generator=None)]
        [[1, 2], [4, 5]]
        >>> few = batches(Examples(None, words), 4, generator=None, symbols=9)
        >>> [b.y.lengths.tolist() for b in few]
        [[1, 2], [4], [5]]
    """
    if batch_size < 1:
        raise DataError(f"batch_size is {batch_size}; a batch has at least one row")
    if symbols < 1:
        raise DataError(f"symbols is {symbols}; a batch has at least one step")
    return (examples[rows] for rows in _chosen(examples, batch_size, symbols, generator))


def count_batches(examples: Examples, batch_size: int, symbols: int = SYMBOLS) -> int:
    """The number of batches in an epoch.

    Args:
        examples: the rows.
        batch_size: the rows of a batch.
        symbols: the most steps of a batch, see :func:`batches`.

    Example:
        >>> words = Examples(None, Sequence.from_list([torch.zeros(n) for n in (5, 1, 4, 2)]))
        >>> count_batches(words, 4), count_batches(words, 4, symbols=9)
        (1, 3)
    """
    rows: Counter[int] = Counter()
    for some in _windows(len(examples), None):
        sizes, counts = _sizes(_steps(examples, some), batch_size, symbols).unique(
            return_counts=True
        )
        rows.update(dict(zip(sizes.tolist(), counts.tolist(), strict=True)))
    return sum(-(-count // size) for size, count in rows.items())


def padding(
    examples: Examples, batch_size: int, *, generator: torch.Generator, symbols: int = SYMBOLS
) -> float:
    """The share of padding among the steps of the first thousand batches.

    Args:
        examples: the rows.
        batch_size: the rows of a batch.
        generator: decides which rows are together.
        symbols: the most steps of a batch, see :func:`batches`.

    Example:
        >>> words = Sequence.from_list([torch.zeros(n) for n in (4, 2)])
        >>> padding(Examples(None, words), 2, generator=torch.Generator())
        0.25
    """
    values = room = 0
    for rows in islice(_chosen(examples, batch_size, symbols, generator), 1_000):
        for part in (examples.x, examples.y):
            if isinstance(part, Sequence):
                lengths = part.lengths[rows]
                values += int(lengths.sum())
                room += len(rows) * int(lengths.max())
    return (room - values) / max(room, 1)


def _chosen(
    examples: Examples, batch_size: int, symbols: int, generator: torch.Generator | None
) -> Iterator[Tensor]:
    """The row numbers of each batch."""
    if generator is None:
        steps = _steps(examples, torch.arange(len(examples)))
        order = steps.argsort(stable=True)
        sizes, counts = _sizes(steps[order], batch_size, symbols).unique_consecutive(
            return_counts=True
        )
        for size, rows in zip(sizes.tolist(), order.split(counts.tolist()), strict=True):
            yield from rows.split(size)
        return
    left: dict[int, Tensor] = {}  # rows left over, by the size of their batch
    done = 0
    for window in _windows(len(examples), generator):
        done += len(window)
        sizes = _sizes(_steps(examples, window), batch_size, symbols)
        chosen: list[Tensor] = []
        for size in sorted({*left, *sizes.unique().tolist()}, reverse=True):
            rows = torch.cat([left.pop(size, window[:0]), window[sizes == size]])
            whole = len(rows) if done == len(examples) else len(rows) // size * size
            left[size] = rows[whole:]
            for pool in rows[:whole].split(POOL * size):
                chosen += pool[_steps(examples, pool).argsort(stable=True)].split(size)
        for i in _shuffled(len(chosen), generator).tolist():
            if len(chosen[i]):
                yield chosen[i]


def _windows(count: int, generator: torch.Generator | None) -> Iterator[Tensor]:
    """All row numbers, about a million at a time: runs of neighbours, shuffled; or in order."""
    stretch = max(1, -(-count // WINDOW))
    starts = torch.arange(0, count, stretch)
    if generator is not None:
        starts = starts[_shuffled(len(starts), generator)]
    for some in starts.split(max(1, WINDOW // stretch)):
        rows = (some[:, None] + torch.arange(stretch)).flatten()
        rows = rows[rows < count]
        if generator is not None and stretch > 1:  # separate the neighbours
            rows = rows[_shuffled(len(rows), generator)]
        yield rows


def _steps(examples: Examples, rows: Tensor) -> Tensor:
    """The number of steps of each row, x and y together."""
    steps = torch.zeros(len(rows), dtype=torch.int64)
    for part in (examples.x, examples.y):
        if isinstance(part, Sequence):
            steps += part.lengths[rows].cpu()
    return steps


def _sizes(steps: Tensor, batch_size: int, symbols: int) -> Tensor:
    """The number of rows in a batch of rows with so many steps."""
    found = []
    for some in steps.split(PIECE):
        fit = symbols // some.clamp(min=1)
        power = 2 ** (torch.frexp(fit.clamp(min=1).double()).exponent - 1)
        found.append(torch.where(fit < batch_size, power, batch_size))
    return torch.cat(found)


def _shuffled(count: int, generator: torch.Generator) -> Tensor:
    return torch.randperm(count, generator=generator, device=generator.device).cpu()


def streams(y: Sequence, rows: int, steps: int) -> Iterator[Sequence]:
    """One long row ``(1, N, *event)`` as ``rows`` parallel streams, ``steps`` at a time.

    In each batch, stream r continues where it stopped in the batch before. No value is left out:
    if N is not a multiple of ``rows``, the streams' lengths differ by one, and the last batch may
    be shorter.

    Args:
        y: the row.
        rows: how many streams.
        steps: the most steps of a batch.

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
    whole = _in_streams(y, rows)
    return (
        Flat(whole.flat, whole.starts + t, (whole.lengths - t).clamp(0, steps))[:]
        for t in range(0, whole.steps, steps)
    )


def before_streams(examples: Examples, rows: int) -> Sequence:
    """The last :data:`BEFORE` steps before each stream of one long row.

    They come from the row itself and, at its beginning, from ``examples.before``.

    Example:
        >>> y, before = Sequence(torch.arange(7)[None]), Sequence(torch.tensor([[8, 9]]))
        >>> [row.tolist() for row in before_streams(Examples(None, y, before), 2).to_list()]
        [[8, 9], [8, 9, 0, 1, 2, 3]]
    """
    assert isinstance(examples.y, Sequence)
    whole = _in_streams(examples.y, rows)
    counts = (whole.starts - whole.starts[0]).clamp(max=BEFORE)
    found = Flat(whole.flat, whole.starts - counts, counts)[:].to_list()
    if examples.before is not None:
        past = examples.before.values[0]
        found = [torch.cat([past, values])[-BEFORE:] for values in found]
    return Sequence.from_list(found)


def consecutive(
    parts: Mapping[str, Sequence], separate: Collection[str] = ()
) -> dict[str, Examples]:
    """Parts of one long row that follow each other, each with the steps directly before it.

    Parts in ``separate`` come from files of their own, and nothing comes before them.

    Example:
        >>> parts = {"train": torch.arange(3), "valid": torch.arange(3, 5)}
        >>> parts = consecutive({name: Sequence(y[None]) for name, y in parts.items()})
        >>> parts["train"].before, parts["valid"].before.values
        (None, tensor([[0, 1, 2]]))
    """
    examples: dict[str, Examples] = {}
    before: Tensor | None = None
    for part, y in parts.items():
        if part in separate:
            examples[part] = Examples(None, y)
            continue
        examples[part] = Examples(None, y, None if before is None else Sequence(before))
        count = y.lengths.clamp(max=BEFORE)
        row = _in_streams(y, 1)
        last = Flat(row.flat, row.starts + row.lengths - count, count).values
        before = (last if before is None else torch.cat([before, last], 1))[:, -BEFORE:]
    return examples


def _in_streams(y: Sequence, rows: int) -> Flat:
    """One long row as parallel streams; nothing is read from the file yet."""
    row = y if isinstance(y, Flat) else Flat(y.values[0], [0], y.lengths)
    each, more = divmod(int(y.lengths), rows)
    lengths = each + (torch.arange(rows) < more).long()
    return Flat(row.flat, row.starts + lengths.cumsum(0) - lengths, lengths)
