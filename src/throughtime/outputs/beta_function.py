"""The regularized incomplete beta function, which torch lacks."""

from __future__ import annotations

import torch
from torch import Tensor

TERMS = 20_000
"""No continued fraction is longer: √1,000,000 terms are many times enough for what is below."""

HUGE = 1e6
"""Beyond, a beta distribution is a gamma distribution: Wise's approximation (1950)."""


@torch.no_grad()
def betainc(a: Tensor, b: Tensor, x: Tensor) -> Tensor:
    r"""P(X ≤ x) of a beta distribution, :math:`I_x(a, b)`, without a gradient.

    By the continued fraction of Press et al. (Numerical Recipes, 2007, 6.4), in double precision;
    where a or b is above a million, and far above the other, as a gamma distribution.

    Args:
        a: positive.
        b: positive.
        x: from 0 to 1; the three are broadcast.

    Example:
        >>> betainc(torch.tensor(2.0), torch.tensor(1.0), torch.tensor(0.5))  # x²
        tensor(0.2500)
    """
    given = x
    # Apple's GPUs have no doubles; this is for measures, not for training
    a, b, x = torch.broadcast_tensors(*(v.detach().cpu().double() for v in (a, b, x)))
    swap = x > (a + 1) / (a + b + 2)  # the fraction converges fast on the other side
    a, b, x = torch.where(swap, b, a), torch.where(swap, a, b), torch.where(swap, 1 - x, x)
    huge = (a > HUGE) | (b > HUGE)
    found = torch.where(huge, _as_gamma(a, b, x), _by_fraction(*_only(~huge, a, b, x)))
    return torch.where(swap, 1 - found, found).to(given)


def _only(where: Tensor, a: Tensor, b: Tensor, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Elsewhere, what is found at once."""
    return torch.where(where, a, 1.0), torch.where(where, b, 1.0), torch.where(where, x, 0.0)


def _as_gamma(a: Tensor, b: Tensor, x: Tensor) -> Tensor:
    """-log(1 - X) (b + (a - 1)/2) is a gamma draw of concentration a, nearly, for b far above a."""
    few, many = torch.minimum(a, b), torch.maximum(a, b)
    share = torch.where(a < b, x, 1 - x)
    below = torch.special.gammainc(few, -(-share).log1p() * (many + (few - 1) / 2))
    return torch.where(a < b, below, 1 - below)


def _by_fraction(a: Tensor, b: Tensor, x: Tensor) -> Tensor:
    """By Lentz's algorithm."""
    tiny = torch.finfo(x.dtype).tiny

    def nonzero(v: Tensor) -> Tensor:
        return torch.where(v.abs() < tiny, tiny, v)

    c, d = torch.ones_like(x), 1 / nonzero(1 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, TERMS):
        before = fraction
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            c, d = nonzero(1 + term / c), 1 / nonzero(1 + term * d)
            fraction = fraction * c * d
        if bool(((fraction - before).abs() <= 1e-15 * fraction.abs()).all()):
            break
    log_beta = torch.lgamma(a) + torch.lgamma(b) - torch.lgamma(a + b)
    front = torch.xlogy(a, x) + torch.special.xlog1py(b, -x) - log_beta
    return front.exp() * fraction / a
