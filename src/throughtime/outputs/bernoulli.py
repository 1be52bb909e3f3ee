"""A vector of independent bits."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Bernoulli as BernoulliDistribution
from torch.nn.functional import logsigmoid

from throughtime.outputs.output import Output
from throughtime.outputs.strict import Vector
from throughtime.whole import whole


@dataclass(frozen=True)
class Bernoulli(Output):
    r"""A 0/1 vector y(t) with :math:`P(y_i^{(t)} = 1) = \sigma(o_i^{(t)})`, independent given o(t).

    A piano-roll, for instance: one bit a key. Values are floats 0.0 and 1.0.

    Args:
        bits: D.

    Example:
        >>> Bernoulli(2).distribution(torch.zeros(2)).log_prob(torch.tensor([1.0, 0.0])).exp()
        tensor(0.2500)
    """

    bits: int

    def __post_init__(self) -> None:
        whole("bits", self.bits)

    @property
    def size(self) -> int:
        return self.bits

    @property
    def value_size(self) -> int:
        return self.bits

    @property
    def discrete(self) -> bool:
        return True

    @property
    def independent(self) -> bool:
        return True

    def distribution(self, o: Tensor, temperature: float = 1.0, validate: bool = False) -> Vector:
        return Vector(
            BernoulliDistribution(logits=o / temperature, validate_args=validate),
            1,
            validate_args=validate,
        )

    def best(self, o: Tensor, k: int) -> tuple[Tensor, Tensor]:
        # The best vector sets each bit to its likelier value; flipping bit i costs |o_i|. After
        # each bit, only the k cheapest sets of flips so far can be part of the k cheapest overall.
        cost = o.new_zeros(*o.shape[:-1], 1)
        flips = torch.zeros(*o.shape[:-1], 1, self.bits, dtype=torch.bool, device=o.device)
        for i in range(self.bits):
            also = flips.clone()
            also[..., i] = True
            cost = torch.cat([cost, cost + o[..., i : i + 1].abs()], -1)
            cost, keep = cost.topk(min(k, cost.shape[-1]), -1, largest=False)
            flips = torch.cat([flips, also], -2)
            flips = flips.gather(-2, keep[..., None].expand(*keep.shape, self.bits))
        values = (flips ^ (o > 0)[..., None, :]).to(o.dtype)
        return values, logsigmoid(o.abs()).sum(-1, keepdim=True) - cost

    def impossible(self, values: Tensor) -> Tensor:
        return ((values != 0) & (values != 1)).any(-1)

    def expects(self) -> str:
        return f"{self.bits} numbers, each 0 or 1"
