"""A measured number, and the sums over rows that it is computed from."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor


class Number(NamedTuple):
    """A measured number: name, value and unit, with a 95 % interval if it has one."""

    name: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None


def ratio(sums: Tensor) -> Tensor:
    """The first sum divided by the second, ``(*, 2)`` to ``(*,)``."""
    return sums[..., 0] / sums[..., 1]


class Measure(NamedTuple):
    """A number that is a function of sums over rows, so that rows can be resampled.

    Example:
        >>> rows = torch.tensor([[1, 2], [3, 3]])  # 1 of 2 right, and 3 of 3
        >>> Measure("accuracy", "of symbols", rows).number()
        Number(name='accuracy', value=0.8..., unit='of symbols', low=None, high=None)
    """

    name: str
    unit: str
    rows: Tensor
    """The terms of each row in each sum, ``(rows, sums)``."""
    of_sums: Callable[[Tensor], Tensor] = ratio
    """The function from sums to the number, ``(*, sums)`` to ``(*,)``."""

    def number(self) -> Number:
        """The number, over all rows."""
        return Number(self.name, float(self.of_sums(self.rows.sum(0))), self.unit)
