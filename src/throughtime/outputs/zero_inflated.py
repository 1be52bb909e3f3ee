"""Counts with more zeros than their distribution has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution, constraints
from torch.nn.functional import logsigmoid

from throughtime.outputs.measured import Counts
from throughtime.outputs.output import Output
from throughtime.outputs.strict import Vector, marginals


class MoreZeros(Distribution):
    """Counts that are 0 with probability π = σ(logits), and else draws of ``base``."""

    arg_constraints = {"logits": constraints.real}  # noqa: RUF012  (as torch declares them)
    support = constraints.nonnegative_integer

    def __init__(
        self, base: Distribution, logits: Tensor, validate_args: bool | None = None
    ) -> None:
        self.base, self.logits = base, logits
        super().__init__(logits.shape, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> MoreZeros:
        new: MoreZeros = self._get_checked_instance(MoreZeros, _instance)
        shape = torch.Size(batch_shape)
        new.base, new.logits = self.base.expand(shape), self.logits.expand(shape)
        super(MoreZeros, new).__init__(shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    @property
    def mean(self) -> Tensor:
        return torch.sigmoid(-self.logits) * self.base.mean

    @property
    def variance(self) -> Tensor:
        more = torch.sigmoid(self.logits) * self.base.mean.square()
        return torch.sigmoid(-self.logits) * (self.base.variance + more)

    @property
    def mode(self) -> Tensor:
        mode = self.base.mode
        nothing = torch.zeros_like(mode)
        return torch.where(self.log_prob(mode) > self.log_prob(nothing), mode, nothing)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        kept = logsigmoid(-self.logits)
        zero = torch.logaddexp(
            logsigmoid(self.logits), kept + self.base.log_prob(torch.zeros_like(value))
        )
        return torch.where(value == 0, zero, kept + self.base.log_prob(value))

    @torch.no_grad()
    def sample(self, sample_shape: Any = ()) -> Tensor:
        counts = self.base.sample(torch.Size(sample_shape))
        return counts * (torch.rand_like(counts) >= torch.sigmoid(self.logits))

    def cdf(self, value: Tensor) -> Tensor:
        below = torch.sigmoid(self.logits) + torch.sigmoid(-self.logits) * self.base.cdf(value)
        return torch.where(value < 0, 0.0, below)


@dataclass(frozen=True)
class ZeroInflated(Counts):
    r"""Counts of another output, some of which are zero for a reason of their own.

    .. math:: P(y_i = 0) = \pi_i + (1 - \pi_i)\, p(0), \qquad
              P(y_i = n) = (1 - \pi_i)\, p(n), \quad n > 0

    o(t) = (o(t) of the other output, logits of π) (Lambert 1992, for the Poisson distribution). A
    temperature T divides the logits, and is the other output's temperature too.

    Args:
        of: an output of counts, such as :class:`Poisson` or :class:`NegativeBinomial`, with
            independent entries.

    Raises:
        ValueError: if ``of`` is no output of counts, or has its zeros inflated already.

    Example:
        >>> from throughtime.outputs import Poisson
        >>> p = ZeroInflated(Poisson()).distribution(torch.zeros(2))
        >>> p.log_prob(torch.zeros(1)).exp()  # 1/2 + 1/2 · 1/e
        tensor(0.6839)
    """

    of: Output

    def __post_init__(self) -> None:
        of: object = self.of
        if not isinstance(of, Output) or not of.counts or isinstance(of, ZeroInflated):
            raise ValueError(
                f"of must be an output of counts, such as Poisson() or NegativeBinomial(); "
                f"got {of!r}"
            )

    @property
    def size(self) -> int:
        return self.of.size + self.value_size

    @property
    def value_size(self) -> int:
        return self.of.value_size

    def distribution(self, o: Tensor, temperature: float = 1.0, validate: bool = False) -> Vector:
        of, logits = o.split([self.of.size, self.value_size], -1)
        counts = marginals(self.of.distribution(of, temperature, validate))
        zeros = MoreZeros(counts, logits / temperature, validate_args=validate)
        return Vector(zeros, 1, validate_args=validate)
