"""A vector of independent counts that vary more than their mean says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.distributions import NegativeBinomial as NegativeBinomialDistribution

from throughtime.outputs.beta_function import betainc
from throughtime.outputs.bounds import bounded, positive
from throughtime.outputs.counting import counts_at, log_of, stirling
from throughtime.outputs.measured import Counts
from throughtime.outputs.strict import Vector


class DispersedCount(NegativeBinomialDistribution):
    """torch's negative binomial distribution of a mean and a dispersion, whose probabilities have
    all digits where the dispersion is tiny or a count is large, and which has a cdf."""

    def __init__(self, mean: Tensor, dispersion: Tensor, validate_args: bool | None = None) -> None:
        self._mean, self.dispersion = mean, dispersion
        logits = mean.log() + dispersion.log()
        super().__init__(1 / dispersion, logits=logits, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> DispersedCount:
        new: DispersedCount = self._get_checked_instance(DispersedCount, _instance)
        new._mean = self._mean.expand(batch_shape)
        new.dispersion = self.dispersion.expand(batch_shape)
        super().expand(batch_shape, _instance=new)
        return new

    @property
    def mean(self) -> Tensor:
        return self._mean

    @property
    def variance(self) -> Tensor:
        return self.mean + self.dispersion * self.mean.square()

    @property
    def mode(self) -> Tensor:
        return ((1 - self.dispersion) * self.mean).clamp(min=0).floor()

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        # As a binomial probability of r successes in r + y, r = 1/α (Loader 2000). lgamma(r + y) -
        # lgamma(r), as torch has it, is a small difference of large numbers.
        mean, a, r = self.mean, self.dispersion, self.total_count
        more = value - mean
        ones = (a * mean).log1p() - (a * value).log1p()  # log((1 + αμ) / (1 + αy))
        successes = log_of(-a * more / (1 + a * value), ones) / a
        ratio = value.clamp(min=0.5).log() - mean.log() + ones
        failures = value * log_of(more / ((1 + a * value) * mean), ratio)
        factorials = stirling(r + value) - stirling(r) - stirling(value)
        return factorials - successes - failures - (a * value).log1p()

    @torch.no_grad()
    def sample(self, sample_shape: Any = ()) -> Tensor:
        # a Poisson number whose rate is a draw of a gamma distribution of mean μ and variance α μ²
        shape = torch.Size(sample_shape) + self.batch_shape
        unit = torch._standard_gamma(self.total_count.expand(shape))
        return counts_at(unit * (self.dispersion * self.mean))

    def cdf(self, value: Tensor) -> Tensor:
        n, p = value.floor().clamp(min=0), 1 / (1 + self.dispersion * self.mean)
        return torch.where(value < 0, 0.0, betainc(self.total_count, n + 1, p))


@dataclass(frozen=True)
class NegativeBinomial(Counts):
    r"""Counts y(t) with independent entries of mean μ and variance :math:`\mu + \alpha \mu^2`.

    .. math:: P(y_i = n) = \frac{\Gamma(n + r)}{n!\, \Gamma(r)}
              \Big(\frac{r}{r + \mu}\Big)^r \Big(\frac{\mu}{r + \mu}\Big)^n, \quad r = 1 / \alpha

    A Poisson count whose rate is itself a draw, of a gamma distribution (the NB2 of Cameron and
    Trivedi 2013; in recurrent nets, Salinas et al. 2020, DeepAR). o(t) = (log μ, s) with
    :math:`\alpha = \log(1 + e^s) + 10^{-4}`, and log μ taken from -30 to 30. A temperature T
    multiplies α: below one, counts vary less, down to a Poisson's variance. Values are floats 0.0,
    1.0, 2.0, …

    Args:
        dim: D, the size of y(t).

    Example:
        >>> p = NegativeBinomial().distribution(torch.tensor([2.0, 1.0]))
        >>> p.mean, p.variance
        (tensor([7.3891]), tensor([79.0962]))
    """

    dim: int = 1

    @property
    def size(self) -> int:
        return 2 * self.dim

    def distribution(self, o: Tensor, temperature: float = 1.0, validate: bool = False) -> Vector:
        log_mean, s = o.chunk(2, -1)
        counts = DispersedCount(
            bounded(log_mean).exp(), positive(s) * temperature, validate_args=validate
        )
        return Vector(counts, 1, validate_args=validate)
