"""A vector of independent positive numbers."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Gamma as GammaDistribution

from throughtime.outputs.bounds import SMALLEST, above_zero, bounded, positive
from throughtime.outputs.measured import Positive
from throughtime.outputs.strict import Vector


class Amount(GammaDistribution):
    """torch's gamma distribution, whose density is finite at 0 too, where padding is."""

    @property
    def mode(self) -> Tensor:
        return ((self.concentration - 1) / self.rate).maximum(SMALLEST * self.mean)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        return super().log_prob(above_zero(value))

    def cdf(self, value: Tensor) -> Tensor:
        return torch.special.gammainc(self.concentration, self.rate * value.clamp(min=0))


@dataclass(frozen=True)
class Gamma(Positive):
    r"""Positive numbers y(t) with independent entries of mean m and concentration c.

    .. math:: p(y_i) = \frac{(c_i / m_i)^{c_i}}{\Gamma(c_i)}\, y_i^{c_i - 1} e^{-y_i c_i / m_i}

    o(t) = (log m, s) with :math:`c = \log(1 + e^s) + 10^{-4}`, and log m taken from -30 to 30. The
    variance is m² / c: amounts, waiting times, sizes, whose deviation grows with their mean
    (McCullagh and Nelder, Generalized Linear Models, 1989, chapter 8). A temperature T divides c:
    the mean stays, and the variance is T times as large.

    The most probable value is (c - 1) m / c. For c ≤ 1 the density grows without an end towards 0,
    which is no value; no less than 10⁻⁴ of the mean is given.

    Args:
        dim: D, the size of y(t).

    Example:
        >>> p = Gamma().distribution(torch.tensor([1.0, 2.0]))
        >>> p.mean, p.variance
        (tensor([2.7183]), tensor([3.4739]))
    """

    dim: int = 1

    @property
    def size(self) -> int:
        return 2 * self.dim

    def distribution(self, o: Tensor, temperature: float = 1.0, validate: bool = False) -> Vector:
        log_mean, s = o.chunk(2, -1)
        concentration = positive(s) / temperature
        rate = concentration / bounded(log_mean).exp()
        entries = Amount(concentration, rate, validate_args=validate)
        return Vector(entries, 1, validate_args=validate)
