"""Outputs of what is measured, for the tests that go over all outputs, and their textbook formulas,
which are scipy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from scipy import stats
from torch import Tensor

from throughtime.outputs import (
    Beta,
    Gamma,
    LogNormal,
    MultivariateNormal,
    NegativeBinomial,
    Output,
    Poisson,
    StudentT,
    ZeroInflated,
)

COUNTS: list[Output] = [
    Poisson(),
    Poisson(2),
    NegativeBinomial(),
    NegativeBinomial(3),
    ZeroInflated(Poisson(2)),
    ZeroInflated(NegativeBinomial()),
]
POSITIVE: list[Output] = [Gamma(), Gamma(2), LogNormal(), LogNormal(3)]
SHARES: list[Output] = [Beta(), Beta(2)]
REALS: list[Output] = [
    StudentT(),
    StudentT(2),
    MultivariateNormal(1),
    MultivariateNormal(3),
    MultivariateNormal(3, rank=2),
]
CONTINUOUS = POSITIVE + SHARES + REALS
MEASURED = COUNTS + CONTINUOUS


def units(output: Output, *shape: int, seed: int = 0, scale: float = 0.7) -> Tensor:
    """o of distributions without extremes: ``(*shape, size)``."""
    generator = torch.Generator().manual_seed(seed)
    o = scale * torch.randn(*shape, output.size, dtype=torch.float64, generator=generator)
    if isinstance(output, Gamma):
        o[..., output.dim :] += 2  # not all of it nearer to 0 than floats are
    if isinstance(output, Beta):
        o[..., output.dim :] += 5  # the same, and 1
    if isinstance(output, StudentT):
        o[..., 2 * output.dim :] += 6  # a fourth moment
    return o


def drawn(output: Output, *shape: int, generator: torch.Generator) -> Tensor:
    """Values that the output can produce, drawn without a model: ``(*shape, *event)``."""
    normal = torch.randn(*shape, *output.event_shape, dtype=torch.float64, generator=generator)
    if output.counts:
        return (3 * normal.abs()).floor()
    if isinstance(output, Gamma | LogNormal):
        return normal.exp()
    return torch.sigmoid(normal) if isinstance(output, Beta) else normal


def log_density(output: Output, o: Tensor, y: Tensor) -> Tensor:
    """log p(y(t) given o(t))."""
    return torch.tensor(np.sum(_of_entries(output, o.numpy(), y.numpy())), dtype=torch.float64)


def _of_entries(output: Output, o: Any, y: Any) -> Any:
    d = output.value_size
    first, second = o[:d], np.log1p(np.exp(o[d : 2 * d])) + 1e-4
    if isinstance(output, Poisson):
        return stats.poisson.logpmf(y, np.exp(first))
    if isinstance(output, NegativeBinomial):
        return stats.nbinom.logpmf(y, 1 / second, 1 / (1 + second * np.exp(first)))
    if isinstance(output, ZeroInflated):
        zeros = 1 / (1 + np.exp(-o[-d:]))
        counts = np.log(1 - zeros) + _of_entries(output.of, o[:-d], y)
        return np.where(y == 0, np.logaddexp(np.log(zeros), counts), counts)
    if isinstance(output, Gamma):
        return stats.gamma.logpdf(y, second, scale=np.exp(first) / second)
    if isinstance(output, LogNormal):
        return stats.lognorm.logpdf(y, second, scale=np.exp(first))
    if isinstance(output, Beta):
        mean = 1 / (1 + np.exp(-first))
        return stats.beta.logpdf(y, second * mean, second * (1 - mean))
    if isinstance(output, StudentT):
        return stats.t.logpdf(y, 2 + np.log1p(np.exp(o[2 * d :])) + 1e-4, first, second)
    assert isinstance(output, MultivariateNormal)
    return stats.multivariate_normal.logpdf(y, first, covariance(output, o))


def covariance(output: MultivariateNormal, o: Any) -> Any:
    """Σ, entry by entry."""
    d, numbers = output.dim, list(o[2 * output.dim :])
    scale = np.log1p(np.exp(o[d : 2 * d])) + 1e-4
    rows = [[numbers.pop(0) for _ in range(i if output.rank is None else output.rank)]
            for i in range(d)]  # fmt: skip
    found = np.zeros((d, d))
    for i in range(d):
        for j in range(d):
            if output.rank is None:
                one, other = (rows[n] + [1.0] + [0.0] * (d - n - 1) for n in (i, j))
            else:
                one, other = rows[i], rows[j]
            common = sum(a * b for a, b in zip(one, other, strict=True))
            own = float(i == j and output.rank is not None)
            found[i, j] = scale[i] * scale[j] * (common + own)
    return found
