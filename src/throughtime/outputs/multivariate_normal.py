"""A real vector from a normal distribution with dependent entries."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Distribution, LowRankMultivariateNormal
from torch.distributions import MultivariateNormal as MultivariateNormalDistribution

from throughtime.outputs.bounds import positive
from throughtime.outputs.measured import Measured
from throughtime.outputs.normal import Real
from throughtime.outputs.strict import Strict
from throughtime.whole import whole


class _Dependent(Distribution):
    """What both ways of writing Σ share. torch's densities divide by the size of a batch, which
    may be zero, as where every sequence is empty."""

    @property
    def marginals(self) -> Real:
        """The distribution of each entry by itself."""
        return Real(self.mean, self.variance.sqrt(), validate_args=False)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        distance, log_det = self._distance(value - self.mean)
        return -(distance + self.event_shape[0] * math.log(2 * math.pi)) / 2 - log_det

    def _distance(self, away: Tensor) -> tuple[Tensor, Tensor]:
        r""":math:`y^\top \Sigma^{-1} y`, and :math:`\tfrac12 \log \det \Sigma`."""
        raise NotImplementedError


class _Triangle(_Dependent, MultivariateNormalDistribution):
    def _distance(self, away: Tensor) -> tuple[Tensor, Tensor]:
        return _through(self.scale_tril, away), _log_det(self.scale_tril)


class _LowRank(_Dependent, LowRankMultivariateNormal):
    def _distance(self, away: Tensor) -> tuple[Tensor, Tensor]:
        # Σ⁻¹ and det Σ by the Woodbury identity, of a matrix of rank rows, I + Wᵀ W / σ²
        common = (self.cov_factor.mT @ (away / self.cov_diag)[..., None])[..., 0]
        explained = _through(self._capacitance_tril, common)
        own = (away.square() / self.cov_diag).sum(-1)
        log_det = _log_det(self._capacitance_tril) + self.cov_diag.log().sum(-1) / 2
        return own - explained, log_det


def _through(triangle: Tensor, vector: Tensor) -> Tensor:
    """The squared norm of the solution of triangle · z = vector."""
    z = torch.linalg.solve_triangular(triangle, vector[..., None], upper=False)
    return z.square().sum((-1, -2))


def _log_det(triangle: Tensor) -> Tensor:
    return triangle.diagonal(dim1=-2, dim2=-1).log().sum(-1)


class Dependent(Strict, _Triangle):
    """A vector of dependent normal entries."""


class LowRank(Strict, _LowRank):
    """The same with few common reasons."""


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

    @property
    def independent(self) -> bool:
        return self.dim == 1

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
