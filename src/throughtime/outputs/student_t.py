"""A real vector with independent entries that may be far away."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Chi2, Distribution
from torch.distributions import StudentT as StudentTDistribution

from throughtime.outputs.beta_function import betainc
from throughtime.outputs.bounds import before_positive, positive
from throughtime.outputs.measured import Measured
from throughtime.outputs.strict import Vector


class FarReal(StudentTDistribution):
    """torch's t distribution of more than two degrees of freedom, so with mean and variance, and
    with a cdf. It looks at no value, as torch's does to find out which moments there are."""

    def __init__(
        self, df: Tensor, loc: Tensor, scale: Tensor, validate_args: bool | None = None
    ) -> None:
        self.df, self.loc, self.scale = df, loc, scale
        self._chi2 = Chi2(df, validate_args=False)
        Distribution.__init__(self, df.shape, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> FarReal:
        new: FarReal = self._get_checked_instance(FarReal, _instance)
        super().expand(batch_shape, _instance=new)
        return new

    @property
    def mean(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        return self.scale.square() * self.df / (self.df - 2)

    def cdf(self, value: Tensor) -> Tensor:
        t = (value - self.loc) / self.scale
        inside = betainc(torch.full_like(self.df, 0.5), self.df / 2, t**2 / (self.df + t**2))
        return (1 + t.sign() * inside) / 2


@dataclass(frozen=True)
class StudentT(Measured):
    r"""A real vector y(t) with independent entries of heavy tails: outliers do not move its mean
    far.

    .. math:: p(y_i) \propto \Big(1 + \frac{1}{\nu_i}
              \Big(\frac{y_i - \mu_i}{\sigma_i}\Big)^2\Big)^{-(\nu_i + 1)/2}

    o(t) = (μ, s, d), with σ of s as in :class:`Normal`, and :math:`\nu = 2 + \log(1 + e^d) +
    10^{-4}`, so that there are a mean, μ, and a variance, σ² ν / (ν - 2) (Lange, Little and Taylor
    1989, Robust statistical modeling using the t distribution). A temperature T multiplies σ by √T.

    Args:
        dim: D, the size of y(t).

    Example:
        >>> p = StudentT().distribution(torch.tensor([1.0, 0.5413, 1.8546]))
        >>> p.mean, p.variance  # σ = 1 and ν = 4: the variance is 2
        (tensor([1.]), tensor([2.0003]))
    """

    dim: int = 1

    @property
    def size(self) -> int:
        return 3 * self.dim

    @property
    def standard(self) -> Tensor:
        # of ten degrees of freedom, and so σ² ν / (ν - 2) is 1
        o = [0.0, before_positive(math.sqrt(0.8)), before_positive(8.0)]
        return torch.tensor(o).repeat_interleave(self.dim)

    def distribution(self, o: Tensor, temperature: float = 1.0, validate: bool = False) -> Vector:
        mean, s, d = o.chunk(3, -1)
        scale = positive(s) * math.sqrt(temperature)
        entries = FarReal(2 + positive(d), mean, scale, validate_args=validate)
        return Vector(entries, 1, validate_args=validate)
