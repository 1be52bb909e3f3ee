"""Numbers in units of their own."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from throughtime.data.errors import DataError


@dataclass(frozen=True, eq=False)
class Scale:
    """Values ``(*, size)`` in units, from a mean; both are ``(size,)`` in double precision.

    Raises:
        DataError: where it is called, if a value is farther away than a float can say.
    """

    mean: Tensor
    unit: Tensor

    @classmethod
    def of(cls, values: Tensor) -> Scale:
        """That of values ``(rows, size)``: their mean and their deviation.

        Raises:
            DataError: if there are no values, or too large ones to have them.
        """
        if not len(values):
            raise DataError("no numbers, of which there is no mean; expected some rows of training")
        mean, deviation = values.mean(0), values.std(0, correction=0)
        if not bool((mean.isfinite() & deviation.isfinite()).all()):
            raise DataError(
                f"numbers up to {float(values.abs().max()):g} are too large for a mean and a "
                "deviation; give them in another unit"
            )
        # what never changes has no deviation to divide by
        return cls(mean, torch.where(deviation > 0, deviation, 1.0))

    def __call__(self, values: Tensor) -> Tensor:
        inside = ((values - self.mean) / self.unit).float()
        if not bool(inside.isfinite().all()):
            far = values[~inside.isfinite()][0]
            raise DataError(
                f"{float(far):g} is too far from training's mean for a float: that is "
                f"{self.mean.tolist()}, with a deviation of {self.unit.tolist()}"
            )
        return inside

    def back(self, values: Tensor) -> Tensor:
        """The numbers that are ``values`` in these units."""
        return values.double() * self.unit + self.mean

    def alike(self, other: Scale) -> bool:
        """Whether they differ in a last digit at most, as sums do between machines."""
        if len(self.mean) != len(other.mean):
            return False
        apart = (self.mean - other.mean) / self.unit, self.unit / other.unit - 1
        return bool((torch.cat(apart).abs() < 1e-6).all())
