"""Standardisation of numbers by a mean and a standard deviation."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from throughtime.data.errors import DataError


@dataclass(frozen=True, eq=False)
class Scale:
    """Standardises values ``(*, size)``: (value - mean) / unit, in single precision.

    Args:
        mean: ``(size,)``, in double precision.
        unit: ``(size,)``, in double precision: the standard deviation, or 1 if it is zero.

    Raises:
        DataError: when called, if a standardised value is not finite in single precision.

    Example:
        >>> scale = Scale.of(torch.tensor([[1.0], [3.0]]).double())
        >>> scale(torch.tensor([[3.0]])), scale.back(torch.tensor([[1.0]]))
        (tensor([[1.]]), tensor([[3.]], dtype=torch.float64))
    """

    mean: Tensor
    unit: Tensor

    @classmethod
    def of(cls, values: Tensor) -> Scale:
        """The scale of values ``(rows, size)``: their mean and standard deviation.

        Raises:
            DataError: if there are no values, or their mean or standard deviation is not finite.
        """
        if not len(values):
            raise DataError("no numbers to take the mean of; expected some rows of training")
        mean, deviation = values.mean(0), values.std(0, correction=0)
        if not bool((mean.isfinite() & deviation.isfinite()).all()):
            raise DataError(
                f"numbers up to {float(values.abs().max()):g} are too large for a mean and a "
                "standard deviation; give them in another unit"
            )
        # a constant has the standard deviation 0, which cannot be divided by
        return cls(mean, torch.where(deviation > 0, deviation, 1.0))

    def __call__(self, values: Tensor) -> Tensor:
        inside = ((values - self.mean) / self.unit).float()
        if not bool(inside.isfinite().all()):
            far = values[~inside.isfinite()][0]
            raise DataError(
                f"{float(far):g} is too far from training's mean for a float: the mean is "
                f"{self.mean.tolist()}, the standard deviation {self.unit.tolist()}"
            )
        return inside

    def back(self, values: Tensor) -> Tensor:
        """The original numbers of standardised ``values``."""
        return values.cpu().double() * self.unit + self.mean

    def alike(self, other: Scale) -> bool:
        """Whether both are equal up to rounding, which differs between machines."""
        if len(self.mean) != len(other.mean):
            return False
        apart = (self.mean - other.mean) / self.unit, self.unit / other.unit - 1
        return bool((torch.cat(apart).abs() < 1e-6).all())
