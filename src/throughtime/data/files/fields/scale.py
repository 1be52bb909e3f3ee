"""Numbers in units of their own."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Scale:
    """Values ``(*, size)`` in units, from a mean; both are ``(size,)`` in double precision."""

    mean: Tensor
    unit: Tensor

    @classmethod
    def of(cls, values: Tensor) -> Scale:
        """That of values ``(rows, size)``: their mean and their deviation."""
        deviation = values.std(0, correction=0)
        # what never changes has no deviation to divide by
        return cls(values.mean(0), torch.where(deviation > 0, deviation, 1.0))

    def __call__(self, values: Tensor) -> Tensor:
        return ((values - self.mean) / self.unit).float()

    def back(self, values: Tensor) -> Tensor:
        """The numbers that are ``values`` in these units."""
        return values.double() * self.unit + self.mean

    def alike(self, other: Scale) -> bool:
        """Whether they differ in a last digit at most, as sums do between machines."""
        if len(self.mean) != len(other.mean):
            return False
        apart = (self.mean - other.mean) / self.unit, self.unit / other.unit - 1
        return bool((torch.cat(apart).abs() < 1e-6).all())
