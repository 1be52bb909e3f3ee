"""A Bernoulli at each step decides between going on and halting."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from throughtime.lengths.length import DecidedBy, Length


@dataclass(frozen=True)
class Halt(Length):
    r"""An extra Bernoulli output at each step (Goodfellow et al. 2016, 10.2.3).

    .. math:: P(\text{halt at } t) = \sigma(o_K^{(t)})

    The decision at t is taken before y(t) is emitted, so the empty sequence is legal. It goes with
    every output.
    """

    @property
    def decided_by(self) -> DecidedBy:
        return DecidedBy.EACH_STEP

    def split(self, o: Tensor) -> tuple[Tensor, Tensor]:
        return o[..., -1], o[..., :-1]
