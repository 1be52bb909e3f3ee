"""What outputs of measured and of counted numbers share."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from throughtime.outputs.output import Output, only_the_best
from throughtime.whole import whole


class Measured(Output):
    """A vector y(t) of ``dim`` numbers, the most probable of which is its distribution's mode."""

    dim: int
    numbers: ClassVar[str] = "finite numbers"
    """What they are, for messages."""

    def __post_init__(self) -> None:
        whole("dim", self.dim)

    @property
    def value_size(self) -> int:
        return self.dim

    @property
    def independent(self) -> bool:
        return True

    def best(self, o: Tensor, k: int) -> tuple[Tensor, Tensor]:
        only_the_best(self, k)
        distribution = self.distribution(o)
        mode = distribution.mode
        return mode[..., None, :], distribution.log_prob(mode)[..., None]

    def possible(self, values: Tensor) -> Tensor:
        """Which entries can be: the finite ones, unless said."""
        return torch.isfinite(values)

    def impossible(self, values: Tensor) -> Tensor:
        return ~self.possible(values).all(-1)

    def expects(self) -> str:
        return f"{self.value_size} {self.numbers}"


class Positive(Measured):
    """Numbers above zero."""

    numbers = "positive numbers (for numbers that may be 0, add a little to all)"

    def possible(self, values: Tensor) -> Tensor:
        return super().possible(values) & (values > 0)


class Counts(Measured):
    """Whole numbers from zero on, and log E[y(t)] first in o(t)."""

    numbers = "whole numbers, each 0 or more"

    @property
    def counts(self) -> bool:
        return True

    def possible(self, values: Tensor) -> Tensor:
        return super().possible(values) & (values >= 0) & (values == values.floor())
