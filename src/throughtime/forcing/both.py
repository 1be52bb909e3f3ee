"""A weighted sum of teacher forcing and free running."""

from __future__ import annotations

from torch import Tensor

from throughtime.distribution.distribution import SequenceDistribution
from throughtime.distribution.terms import LogProbTerms
from throughtime.forcing.forcing import Forcing
from throughtime.forcing.free_running import FreeRunning
from throughtime.sequence import Sequence


class Both(Forcing):
    r"""The objective :math:`(1 - w)` × teacher-forced + :math:`w` × free-running.

    Args:
        weight: w, from 0 to 1.
        argmax: whether the free run takes most probable values instead of draws.

    Raises:
        ValueError: if w is outside of 0 … 1.
    """

    def __init__(self, weight: float = 0.5, *, argmax: bool = False) -> None:
        if not 0 <= weight <= 1:
            raise ValueError(f"weight is a share from 0 to 1; got {weight}")
        self.weight, self.free = weight, FreeRunning(argmax=argmax)

    def terms(self, p: SequenceDistribution, y: Sequence) -> LogProbTerms:
        pairs = zip(p.terms(y), self.free.terms(p, y), strict=True)
        return LogProbTerms(*(forced + self.weight * (free - forced) for forced, free in pairs))

    def objective(self, p: SequenceDistribution, y: Sequence) -> Tensor:
        forced = p.log_prob(y)  # summed first: fewer roundings than by the terms
        return forced + self.weight * (self.free.objective(p, y) - forced)
