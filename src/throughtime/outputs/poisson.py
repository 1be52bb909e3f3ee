"""A vector of independent counts whose variance is their mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Poisson as PoissonDistribution

from throughtime.outputs.bounds import bounded
from throughtime.outputs.counting import counts_at, log_of, stirling
from throughtime.outputs.measured import Counts
from throughtime.outputs.strict import Vector


class Count(PoissonDistribution):
    """torch's Poisson distribution, whose probabilities have all digits in float32 too, and which
    has a cdf."""

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        # y log λ - λ - log y! = -(y log(y / λ) - y + λ) - stirling(y)
        more = value - self.rate
        ratio = log_of(more / self.rate, value.clamp(min=0.5).log() - self.rate.log())
        return more - value * ratio - stirling(value)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        return counts_at(self.rate.expand(self._extended_shape(torch.Size(sample_shape))))

    def cdf(self, value: Tensor) -> Tensor:
        below = torch.special.gammaincc(value.floor().clamp(min=0) + 1, self.rate)
        return torch.where(value < 0, 0.0, below)


@dataclass(frozen=True)
class Poisson(Counts):
    r"""Counts y(t) with independent entries.

    .. math:: P(y_i = n) = e^{-\lambda_i} \lambda_i^n / n!, \qquad \lambda = e^{o}

    The mean λ is the variance too: see :class:`NegativeBinomial` where counts vary more, as most do
    (Cameron and Trivedi, Regression Analysis of Count Data, 2013). o is taken from -30 to 30.
    Values are floats 0.0, 1.0, 2.0, …

    Args:
        dim: D, the size of y(t).

    Raises:
        ValueError: for a temperature other than 1: no Poisson distribution is sharper or flatter
            than another of the same mean.

    Example:
        >>> Poisson().distribution(torch.zeros(1)).log_prob(torch.zeros(1)).exp()  # 1 / e
        tensor(0.3679)
    """

    dim: int = 1

    @property
    def size(self) -> int:
        return self.dim

    def distribution(self, o: Tensor, temperature: float = 1.0, validate: bool = False) -> Vector:
        if temperature != 1:
            raise ValueError(
                f"the variance of {self} is its mean, which a temperature of {temperature} cannot "
                "change; use a temperature of 1, or NegativeBinomial"
            )
        return Vector(Count(bounded(o).exp(), validate_args=validate), 1, validate_args=validate)
