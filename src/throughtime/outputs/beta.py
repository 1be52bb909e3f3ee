"""A vector of independent shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Beta as BetaDistribution
from torch.distributions import Gamma as GammaDistribution

from throughtime.outputs.beta_function import betainc
from throughtime.outputs.bounds import SMALLEST, above_zero, below_one, bounded, positive
from throughtime.outputs.measured import Measured
from throughtime.outputs.strict import Vector


class Share(BetaDistribution):
    """torch's beta distribution, whose density is finite at 0 and 1 too, and whose draws are never
    0 or 1; with a cdf."""

    @property
    def mode(self) -> Tensor:
        a, b = self.concentration1, self.concentration0
        hill = (a > 1) & (b > 1)
        peak = (a - 1) / torch.where(hill, a + b - 2, 1.0)
        return torch.where(hill, peak, (a > b).to(a)).clamp(SMALLEST, 1 - SMALLEST)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        return super().log_prob(below_one(value))

    @torch.no_grad()
    def sample(self, sample_shape: Any = ()) -> Tensor:
        shape = torch.Size(sample_shape)
        odds = _log_gamma(self.concentration1, shape) - _log_gamma(self.concentration0, shape)
        return below_one(torch.sigmoid(odds))

    def cdf(self, value: Tensor) -> Tensor:
        return betainc(self.concentration1, self.concentration0, value.clamp(0, 1))


def _log_gamma(concentration: Tensor, shape: torch.Size) -> Tensor:
    """Logarithms of gamma draws, which have a lower concentration than floats have draws for: that
    of concentration c is one of c + 1, times a uniform number to the power 1/c."""
    above = GammaDistribution(concentration + 1, 1.0, validate_args=False).sample(shape)
    return above_zero(above).log() + above_zero(torch.rand_like(above)).log() / concentration


@dataclass(frozen=True)
class Beta(Measured):
    r"""Shares y(t), strictly between 0 and 1, with independent entries of mean m and concentration
    c.

    .. math:: p(y_i) = \frac{y_i^{c_i m_i - 1} (1 - y_i)^{c_i (1 - m_i) - 1}}
              {B(c_i m_i,\; c_i (1 - m_i))}

    o(t) = (logits of m, s) with :math:`c = \log(1 + e^s) + 10^{-4}`, and the logits taken from -30
    to 30. The variance is m (1 - m) / (c + 1) (Ferrari and Cribari-Neto 2004, Beta regression for
    modelling rates and proportions). A temperature T divides c: the mean stays.

    The most probable value is (cm - 1) / (c - 2) where both exponents are above zero; elsewhere the
    density grows without an end towards 0 or 1, and the nearer one of 10⁻⁴ and 1 - 10⁻⁴ is given.

    Shares of exactly 0 or 1 have no density and are refused: (y (n - 1) + ½) / n for n values moves
    them inside (Smithson and Verkuilen 2006).

    Args:
        dim: D, the size of y(t).

    Example:
        >>> p = Beta().distribution(torch.tensor([0.0, 1.8546]))  # c = 2: uniform
        >>> p.log_prob(torch.tensor([0.3])).exp()
        tensor(1.0000)
    """

    dim: int = 1
    numbers = "numbers strictly between 0 and 1, for instance (y (n - 1) + 0.5) / n of n shares y"

    @property
    def size(self) -> int:
        return 2 * self.dim

    def possible(self, values: Tensor) -> Tensor:
        return super().possible(values) & (values > 0) & (values < 1)

    def distribution(self, o: Tensor, temperature: float = 1.0, validate: bool = False) -> Vector:
        logits, s = o.chunk(2, -1)
        logits, concentration = bounded(logits), positive(s) / temperature
        entries = Share(
            concentration * torch.sigmoid(logits),
            concentration * torch.sigmoid(-logits),
            validate_args=validate,
        )
        return Vector(entries, 1, validate_args=validate)
