"""A real vector from a normal distribution with dependent entries."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import LowRankMultivariateNormal
from torch.distributions import MultivariateNormal as MultivariateNormalDistribution

from throughtime.outputs.bounds import positive
from throughtime.outputs.measured import Measured
from throughtime.outputs.normal import Real
from throughtime.outputs.strict import Strict
from throughtime.whole import whole


class Dependent(Strict, MultivariateNormalDistribution):
    """A vector of dependent normal entries."""

    @property
    def marginals(self) -> Real:
        """The distribution of each entry by itself."""
        return Real(self.mean, self.variance.sqrt(), validate_args=False)


class LowRank(Strict, LowRankMultivariateNormal):
    """The same with few common reasons."""

    @property
    def marginals(self) -> Real:
        """The distribution of each entry by itself."""
        return Real(self.mean, self.variance.sqrt(), validate_args=False)


@dataclass(frozen=True)
class MultivariateNormal(Measured):
    r"""A real vector :math:`y(t) \sim N(\mu, \Sigma)` with dependent entries.

    .. math:: \Sigma = L L^\top, \quad L = \mathrm{diag}(\sigma)\, C \qquad \text{or} \qquad
              \Sigma = W W^\top + \mathrm{diag}(\sigma^2), \quad W = \mathrm{diag}(\sigma)\, C

    with σ of s as in :class:`Normal`. Without ``rank``, C is a lower triangle with ones on its
    diagonal, and o(t) = (μ, s, C below the diagonal, by rows) (Williams 1996, Using neural networks
    to model conditional multivariate densities). With it, C is D × rank, and o(t) = (μ, s, C by
    rows) (Salinas et al. 2019, High-dimensional multivariate forecasting with low-rank Gaussian
    copula processes). Rows in units of σ keep both well-conditioned however small σ is. A
    temperature T multiplies Σ.

    Args:
        dim: D, the size of y(t).
        rank: of the dependent part; by default every covariance is possible.

    Example:
        >>> p = MultivariateNormal(2).distribution(torch.tensor([0.0, 0.0, 0.5413, 0.5413, 3.0]))
        >>> p.covariance_matrix
        tensor([[ 1.0002,  3.0005],
                [ 3.0005, 10.0017]])
    """

    dim: int
    rank: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.rank is not None:
            whole("rank", self.rank)
            whole("dim * (2 + rank)", self.size)
        else:
            whole("dim * (dim + 3) / 2", self.size)

    @property
    def size(self) -> int:
        below = self.dim * (self.dim - 1) // 2
        return 2 * self.dim + (below if self.rank is None else self.dim * self.rank)

    def distribution(
        self, o: Tensor, temperature: float = 1.0, validate: bool = False
    ) -> Dependent | LowRank:
        d = self.dim
        mean, s, rest = o.split([d, d, self.size - 2 * d], -1)
        scale = positive(s) * math.sqrt(temperature)
        if self.rank is not None:
            factor = scale[..., None] * rest.unflatten(-1, (d, self.rank))
            return LowRank(mean, factor, scale.square(), validate_args=validate)
        # numbers below the diagonal, a one and a zero: each entry of C is one of those
        places = torch.full((d, d), self.size - 2 * d + 1, device=o.device)
        places.fill_diagonal_(self.size - 2 * d)
        below = torch.tril_indices(d, d, -1, device=o.device)
        places[below[0], below[1]] = torch.arange(self.size - 2 * d, device=o.device)
        constants = torch.ones_like(mean[..., :1]), torch.zeros_like(mean[..., :1])
        triangle = torch.cat([rest, *constants], -1)[..., places]
        return Dependent(mean, scale_tril=scale[..., None] * triangle, validate_args=validate)
