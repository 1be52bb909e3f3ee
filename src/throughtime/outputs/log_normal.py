"""A vector of independent positive numbers whose logarithms are normal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.distributions import LogNormal as LogNormalDistribution

from throughtime.outputs.bounds import above_zero, exponential, positive
from throughtime.outputs.measured import Positive
from throughtime.outputs.strict import Vector


class Multiple(LogNormalDistribution):
    """torch's log-normal distribution, whose density is finite at 0 too, where padding is, and
    whose draws and moments are finite."""

    @property
    def mean(self) -> Tensor:
        return exponential(self.loc + self.scale.square() / 2)

    @property
    def mode(self) -> Tensor:
        return exponential(self.loc - self.scale.square())

    @property
    def variance(self) -> Tensor:
        square = self.scale.square()
        return exponential((-(-square).expm1()).log() + 2 * (self.loc + square))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        return super().log_prob(above_zero(value))

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return exponential(self.base_dist.rsample(torch.Size(sample_shape)))

    @torch.no_grad()
    def sample(self, sample_shape: Any = ()) -> Tensor:
        return self.rsample(sample_shape)

    def cdf(self, value: Tensor) -> Tensor:
        return torch.where(value > 0, self.base_dist.cdf(above_zero(value).log()), 0.0)

    def icdf(self, value: Tensor) -> Tensor:
        return exponential(self.base_dist.icdf(value))


@dataclass(frozen=True)
class LogNormal(Positive):
    r"""Positive numbers y(t) with independent :math:`\log y_i \sim N(\mu_i, \sigma_i^2)`.

    .. math:: p(y_i) = N(\log y_i; \mu_i, \sigma_i^2) / y_i

    o(t) = (μ, s), with σ as in :class:`Normal`: what grows by factors, as sizes, incomes and prices
    do (Limpert, Stahel and Abbt 2001, Log-normal distributions across the sciences). The mean is
    :math:`e^{\mu + \sigma^2 / 2}`, and the most probable value :math:`e^{\mu - \sigma^2}`; these,
    the variance and draws are given from e⁻⁸⁰ to e⁸⁰. A temperature T multiplies σ by √T.

    Args:
        dim: D, the size of y(t).

    Example:
        >>> p = LogNormal().distribution(torch.tensor([0.0, 0.5413]))
        >>> p.mean, p.mode  # σ = 1
        (tensor([1.6489]), tensor([0.3678]))
    """

    dim: int = 1

    @property
    def size(self) -> int:
        return 2 * self.dim

    def distribution(self, o: Tensor, temperature: float = 1.0, validate: bool = False) -> Vector:
        mean, s = o.chunk(2, -1)
        entries = Multiple(mean, positive(s) * math.sqrt(temperature), validate_args=validate)
        return Vector(entries, 1, validate_args=validate)
