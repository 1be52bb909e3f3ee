"""Which rows of a batch are here, where several processes each compute a share of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Share:
    """Rows ``rank``, ``rank + count``, … of a batch; by default all rows of any batch.

    Rows of a batch are sorted by length, so that every ``count``-th takes about as long as the
    others. What is drawn at random for a row is the same, whichever process has the row.

    Args:
        rank: the number of this process.
        count: how many processes there are.
        whole: how many rows the batch has, here and elsewhere; None if all are here.
        generator: a generator of the CPU that is in the same state in all processes; None for
            torch's own.
    """

    rank: int = 0
    count: int = 1
    whole: int | None = None
    generator: torch.Generator | None = None

    @property
    def rows(self) -> slice:
        """Which rows they are."""
        return slice(self.rank, None, self.count)

    def of(self, value: Tensor) -> Tensor:
        """These rows of a value ``(rows, *)`` of the whole batch.

        Example:
            >>> Share(1, 2).of(torch.arange(5))
            tensor([1, 3])
        """
        return value if self.count == 1 else value[self.rows]

    def uniform(self, rows: int, steps: int, device: torch.device) -> Tensor:
        """Random numbers from 0 to below 1 for the rows that are here, ``(rows, steps)``.

        They are drawn for the whole batch, so that the ``steps`` must be its own. On another device
        than the CPU, each process draws its own.
        """
        if device.type != "cpu" or self.whole is None:
            return torch.rand(rows, steps, device=device)
        return self.of(torch.rand(self.whole, steps, generator=self.generator))

    def seed(self) -> int:
        """A random number for the whole batch, the same in all processes."""
        return int(torch.randint(-(2**63), 2**63 - 1, (), generator=self.generator, device="cpu"))


_here = Share()


def here() -> Share:
    """Which rows of the batch at hand are here.

    Example:
        >>> with sharing(Share(1, 2, whole=3)):
        ...     here().rank
        1
        >>> here().count
        1
    """
    return _here


@contextmanager
def sharing(share: Share) -> Iterator[None]:
    """A context in which these rows of a batch are here; it is so in all threads."""
    global _here
    before, _here = _here, share
    try:
        yield
    finally:
        _here = before
