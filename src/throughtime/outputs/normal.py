"""A real vector with independent normal entries."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Normal as NormalDistribution

from throughtime.outputs.bounds import before_positive, positive
from throughtime.outputs.measured import Measured
from throughtime.outputs.strict import Vector


class Real(NormalDistribution):
    """torch's normal distribution, whose draws wait for no value: on a GPU, torch's do."""

    @torch.no_grad()
    def sample(self, sample_shape: Any = ()) -> Tensor:
        return self.rsample(torch.Size(sample_shape))


@dataclass(frozen=True)
class Normal(Measured):
    r"""A real vector y(t) with independent entries :math:`y_i \sim N(\mu_i, \sigma_i^2)`.

    o(t) = (μ, s) with :math:`\sigma = \log(1 + e^s) + 10^{-4}`. A temperature T multiplies σ by √T.

    Args:
        dim: D, the size of y(t).

    Example:
        >>> Normal(3).distribution(torch.zeros(5, 6)).sample().shape
        torch.Size([5, 3])
    """

    dim: int = 1

    @property
    def size(self) -> int:
        return 2 * self.dim

    @property
    def standard(self) -> Tensor:
        return torch.tensor([0.0, before_positive(1.0)]).repeat_interleave(self.dim)

    def distribution(self, o: Tensor, temperature: float = 1.0, validate: bool = False) -> Vector:
        mean, s = o.chunk(2, -1)
        scale = positive(s) * math.sqrt(temperature)
        return Vector(Real(mean, scale, validate_args=validate), 1, validate_args=validate)
