"""A batch of sequences stored one after another, in memory or in a file, without padding."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from throughtime.data.storage.scratch import Scratch
from throughtime.sequence import Sequence

PIECE = 2**20
"""So many values are looked at at once."""

AROUND = 2**20
"""Bytes around a value that is read, which the system maps too if it has them at hand: measured on
Linux 6.18 with ext4."""

HELD = 2**27
"""Bytes of a file that stay mapped, about."""


class Flat(Sequence):
    """A batch of sequences that are stored one after another and padded only when they are read.

    It is a :class:`~throughtime.sequence.Sequence` that may be larger than memory: ``flat[rows]``
    reads some rows and gives them as a padded ``Sequence``. Symbols may be stored as small
    integers; as values they are ``int64``.

    Args:
        flat: ``(N, *event)``, all values; may be mapped from a file.
        starts: ``(rows,)``, where each row begins.
        lengths: ``(rows,)``, how many values each row has.
        spool: the file that they are mapped from, if there is one.

    Example:
        >>> y = Flat(torch.tensor([3, 1, 2, 5], dtype=torch.uint8), [0, 3], [3, 1])
        >>> len(y), y.steps, y[1:].values
        (2, 3, tensor([[5]]))
    """

    flat: Tensor
    starts: Tensor

    def __init__(
        self,
        flat: Tensor,
        starts: Tensor | list[int],
        lengths: Tensor | list[int],
        spool: Spool | None = None,
    ):
        self.flat, self._spool = flat, spool
        self.starts, self.lengths = torch.as_tensor(starts), torch.as_tensor(lengths)
        self._steps = int(self.lengths.max()) if self.lengths.numel() else 0

    @property
    def values(self) -> Tensor:  # type: ignore[override]
        """The values of all rows, padded, in memory."""
        return self[:].values

    @property
    def steps(self) -> int:
        return self._steps

    @property
    def event_shape(self) -> torch.Size:
        return self.flat.shape[1:]

    @property
    def dtype(self) -> torch.dtype:
        return self.flat.dtype if self.flat.dtype.is_floating_point else torch.int64

    @property
    def device(self) -> torch.device:
        return self.flat.device

    def __getitem__(self, index: Any) -> Sequence:
        starts, lengths = self.starts[index], self.lengths[index]
        steps = int(lengths.max()) if lengths.numel() else 0
        values = self.flat.new_zeros(lengths.numel(), steps, *self.event_shape, dtype=self.dtype)
        pairs = zip(starts.reshape(-1).tolist(), lengths.reshape(-1).tolist(), strict=True)
        for row, (start, length) in enumerate(pairs):
            values[row, :length] = self.flat[start : start + length]
        if self._spool is not None:
            self._spool.lent(values.numel(), lengths.numel())
        return Sequence(values.view(*lengths.shape, steps, *self.event_shape), lengths.clone())

    def pieces(self) -> Iterator[Tensor]:
        """All values of ``flat``, some at a time; what was read of a file leaves memory again."""
        for piece in self.flat.split(PIECE):
            yield piece
            if self._spool is not None:
                self._spool.release()

    def pick(self, rows: Tensor) -> Flat:
        """Some of the rows; nothing is read yet."""
        return Flat(self.flat, self.starts[rows], self.lengths[rows], self._spool)

    def take(self, counts: Tensor) -> Flat:
        """The first ``counts`` steps of each row; nothing is read yet."""
        return Flat(self.flat, self.starts, torch.minimum(counts, self.lengths), self._spool)

    def to_list(self) -> list[Tensor]:
        pairs = zip(self.starts.tolist(), self.lengths.tolist(), strict=True)
        return [self.flat[start : start + length].to(self.dtype) for start, length in pairs]


class Spool:
    """An array that is written piece by piece into a temporary file.

    Example:
        >>> spool = Spool(np.uint8)
        >>> spool.write(np.array([1, 2]))
        >>> spool.write(np.array([3]))
        >>> spool.array().tolist(), len(spool)
        ([1, 2, 3], 3)
    """

    def __init__(self, dtype: type[np.generic]) -> None:
        self.dtype = np.dtype(dtype)
        self._scratch = Scratch()
        self._count = 0
        self._read = 0  # bytes since the last release, about
        self._mapped: mmap.mmap | None = None

    def __len__(self) -> int:
        return self._count

    def write(self, values: NDArray[Any]) -> None:
        """Append some values ``(n,)``.

        Raises:
            DataError: if the temporary folder is full.
        """
        self._scratch.append(values.astype(self.dtype, copy=False).tobytes())
        self._count += len(values)

    def array(self, scattered: bool = False) -> NDArray[Any]:
        """All values ``(N,)``, mapped into memory.

        ``scattered`` says that they will be read in random order: the system then does not read
        ahead, which would cost dozens of pages for each row of a batch.

        Raises:
            DataError: if the temporary folder is full.
        """
        if not self._count:  # an empty file cannot be mapped
            return np.zeros(0, self.dtype)
        self._mapped = self._scratch.mapped(self._count * self.dtype.itemsize)
        if scattered and hasattr(mmap, "MADV_RANDOM"):
            self._mapped.madvise(mmap.MADV_RANDOM)
        return np.frombuffer(self._mapped, self.dtype)

    def lent(self, count: int, rows: int) -> None:
        """Take note that so many values of so many rows were read, and now and then let go of the
        pages that they lie on."""
        self._read += count * self.dtype.itemsize + rows * AROUND
        if self._read > HELD:
            self.release()

    def release(self) -> None:
        """Let go of the memory that holds what was read of the array; it is read anew if needed."""
        self._read = 0
        if self._mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
            self._mapped.madvise(mmap.MADV_DONTNEED)


def smallest(count: int) -> type[np.generic]:
    """The smallest integer type for the numbers of ``count`` symbols, from 0 on.

    Example:
        >>> [smallest(n).__name__ for n in (2, 256, 257, 100_000)]
        ['uint8', 'uint8', 'int16', 'int32']
    """
    return np.uint8 if count <= 2**8 else np.int16 if count <= 2**15 else np.int32


def spooled(flat: Spool, lengths: Spool, event: tuple[int, ...] = ()) -> Flat:
    """Sequences from the spool of their values and the spool of their lengths, as ``int64``.

    Args:
        flat: the entries of all values.
        lengths: how many values each sequence has.
        event: the shape of one value.
    """
    starts, before = Spool(np.int64), 0
    counts = lengths.array()
    for some in np.array_split(counts, max(1, len(counts) >> 17)):
        ends = before + some.cumsum()
        starts.write(ends - some)
        before = int(ends[-1]) if len(ends) else before
    values, begins, steps = (
        torch.from_numpy(spool.array(scattered=True)) for spool in (flat, starts, lengths)
    )
    return Flat(values.view(-1, *event), begins, steps, flat)
