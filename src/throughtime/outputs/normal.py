"""A real vector with independent normal entries."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Normal as NormalDistribution
from torch.nn.functional import softplus

from throughtime.outputs.output import Output, only_the_best
from throughtime.outputs.strict import Vector
from throughtime.whole import whole

SMALLEST_SCALE = 1e-4
"""Added to every σ: a density must stay finite where data repeat a value exactly."""


class Real(NormalDistribution):
    """torch's normal distribution, whose draws wait for no value: on a GPU, torch's do."""

    @torch.no_grad()
    def sample(self, sample_shape: Any = ()) -> Tensor:
        return self.rsample(torch.Size(sample_shape))


@dataclass(frozen=True)
class Normal(Output):
    r"""A real vector y(t) with independent entries :math:`y_i \sim N(\mu_i, \sigma_i^2)`.

    o(t) = (μ, s) with :math:`\sigma = \log(1 + e^s) + 10^{-4}`. A temperature T multiplies σ by √T.

    Args:
        dim: D, the size of y(t).

    Example:
        >>> Normal(3).distribution(torch.zeros(5, 6)).sample().shape
        torch.Size([5, 3])
    """

    dim: int = 1

    def __post_init__(self) -> None:
        whole("dim", self.dim)

    @property
    def size(self) -> int:
        return 2 * self.dim

    @property
    def value_size(self) -> int:
        return self.dim

    @property
    def independent(self) -> bool:
        return True

    def distribution(self, o: Tensor, temperature: float = 1.0, validate: bool = False) -> Vector:
        mean, s = o.chunk(2, -1)
        scale = (softplus(s) + SMALLEST_SCALE) * math.sqrt(temperature)
        return Vector(Real(mean, scale, validate_args=validate), 1, validate_args=validate)

    def best(self, o: Tensor, k: int) -> tuple[Tensor, Tensor]:
        only_the_best(self, k)
        distribution = self.distribution(o)
        return distribution.mean[..., None, :], distribution.log_prob(distribution.mean)[..., None]

    def impossible(self, values: Tensor) -> Tensor:
        return ~torch.isfinite(values).all(-1)

    def expects(self) -> str:
        return f"{self.dim} finite numbers"
