"""A real vector from a mixture of normals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Categorical, MixtureSameFamily
from torch.nn.functional import softplus

from throughtime.outputs.normal import SMALLEST_SCALE, Real
from throughtime.outputs.output import Output, only_the_best
from throughtime.outputs.strict import Entries, Strict
from throughtime.whole import whole


class MixtureOfVectors(Strict, MixtureSameFamily):
    """A mixture of vectors."""


@dataclass(frozen=True)
class Mixture(Output):
    r"""A real vector from a mixture of K normals with independent entries.

    .. math:: p(y) = \sum_k \pi_k \prod_i N(y_i; \mu_{ki}, \sigma_{ki}^2)

    o(t) = (logits of π, μ, s), with σ as in :class:`Normal` (mixture density networks, Bishop
    1994; in recurrent nets, Graves 2013). A temperature T divides the logits and multiplies σ by
    √T.

    Args:
        components: K.
        dim: D, the size of y(t).

    Example:
        >>> Mixture(components=4, dim=2).size
        20
    """

    components: int
    dim: int = 1

    def __post_init__(self) -> None:
        whole("components", self.components)
        whole("dim", self.dim)
        whole("components * (1 + 2 * dim)", self.size)

    @property
    def size(self) -> int:
        return self.components * (1 + 2 * self.dim)

    @property
    def value_size(self) -> int:
        return self.dim

    def distribution(
        self, o: Tensor, temperature: float = 1.0, validate: bool = False
    ) -> MixtureOfVectors:
        k, d = self.components, self.dim
        logits, mean, s = o.split([k, k * d, k * d], -1)
        scale = (softplus(s) + SMALLEST_SCALE) * math.sqrt(temperature)
        mean, scale = (v.unflatten(-1, (k, d)) for v in (mean, scale))
        return MixtureOfVectors(
            Categorical(logits=logits / temperature, validate_args=validate),
            Entries(Real(mean, scale, validate_args=validate), 1, validate_args=validate),
            validate_args=validate,
        )

    def best(self, o: Tensor, k: int) -> tuple[Tensor, Tensor]:
        # A mixture's mode has no closed form; of the components' means, take the densest.
        only_the_best(self, k)
        distribution = self.distribution(o)
        means = distribution.component_distribution.mean
        densities = torch.stack([distribution.log_prob(m) for m in means.unbind(-2)], -1)
        density, which = densities.max(-1, keepdim=True)
        return means.gather(-2, which[..., None].expand(*which.shape, self.dim)), density

    def impossible(self, values: Tensor) -> Tensor:
        return ~torch.isfinite(values).all(-1)

    def expects(self) -> str:
        return f"{self.dim} finite numbers"
