"""One symbol out of K."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Categorical as CategoricalDistribution

from throughtime.context.integers import check_integers
from throughtime.outputs.output import Output
from throughtime.outputs.strict import Strict
from throughtime.sequence import Sequence
from throughtime.whole import whole


class Symbol(Strict, CategoricalDistribution):
    """One symbol out of K."""


@dataclass(frozen=True)
class Categorical(Output):
    r"""A symbol y(t) in 0 … K-1 with :math:`P(y^{(t)}) = \mathrm{softmax}(o^{(t)})_{y^{(t)}}`.

    Args:
        symbols: K.

    Example:
        >>> Categorical(3).distribution(torch.zeros(2, 3)).probs[0]
        tensor([0.3333, 0.3333, 0.3333])
    """

    symbols: int

    def __post_init__(self) -> None:
        whole("symbols", self.symbols)

    @property
    def size(self) -> int:
        return self.symbols

    @property
    def value_size(self) -> int:
        return self.symbols

    @property
    def value_norm(self) -> float:
        return 1.0

    @property
    def event_shape(self) -> torch.Size:
        return torch.Size(())

    @property
    def discrete(self) -> bool:
        return True

    @property
    def symbolic(self) -> bool:
        return True

    def distribution(self, o: Tensor, temperature: float = 1.0, validate: bool = False) -> Symbol:
        return Symbol(logits=o if temperature == 1 else o / temperature, validate_args=validate)

    def expected(self, o: Tensor) -> Tensor:
        return o.softmax(-1)

    def best(self, o: Tensor, k: int) -> tuple[Tensor, Tensor]:
        log_probs, values = o.log_softmax(-1).topk(min(k, self.symbols), -1)
        return values, log_probs

    def check(self, y: Sequence) -> None:
        check_integers("y", y.values)
        super().check(y)

    def impossible(self, values: Tensor) -> Tensor:
        return (values < 0) | (values >= self.symbols)

    def expects(self) -> str:
        return f"a symbol from 0 to {self.symbols - 1}"
