"""A real vector from a mixture of normals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Categorical, MixtureSameFamily

from throughtime.outputs.bounds import positive
from throughtime.outputs.measured import Measured
from throughtime.outputs.normal import Real
from throughtime.outputs.output import only_the_best
from throughtime.outputs.strict import Entries, Strict
from throughtime.whole import whole


class MixtureOfVectors(Strict, MixtureSameFamily):
    """A mixture of vectors."""

    @property
    def marginals(self) -> MixtureSameFamily:
        """The distribution of each entry by itself, a mixture of numbers."""
        vectors, logits = self.component_distribution, self.mixture_distribution.logits
        assert isinstance(vectors, Entries)
        assert isinstance(vectors.base_dist, Real)
        mean, scale = vectors.base_dist.loc.mT, vectors.base_dist.scale.mT
        return MixtureSameFamily(
            Categorical(logits=logits[..., None, :].expand(mean.shape), validate_args=False),
            Real(mean, scale, validate_args=False),
            validate_args=False,
        )


@dataclass(frozen=True)
class Mixture(Measured):
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
        super().__post_init__()
        whole("components * (1 + 2 * dim)", self.size)

    @property
    def size(self) -> int:
        return self.components * (1 + 2 * self.dim)

    @property
    def independent(self) -> bool:
        return self.dim == 1

    def distribution(
        self, o: Tensor, temperature: float = 1.0, validate: bool = False
    ) -> MixtureOfVectors:
        k, d = self.components, self.dim
        logits, mean, s = o.split([k, k * d, k * d], -1)
        scale = positive(s) * math.sqrt(temperature)
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
