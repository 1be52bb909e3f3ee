"""Free running: the output edge carries the model's own values."""

from __future__ import annotations

import torch

from throughtime.distribution.distribution import SequenceDistribution
from throughtime.distribution.terms import LogProbTerms
from throughtime.forcing.filling import fill
from throughtime.forcing.forcing import Forcing
from throughtime.sequence import Sequence


class FreeRunning(Forcing):
    """The model's own values at every step, as in closed-loop use; y is only the target.

    Args:
        argmax: the most probable value of each step instead of a draw.
    """

    def __init__(self, *, argmax: bool = False) -> None:
        self.argmax = argmax

    def terms(self, p: SequenceDistribution, y: Sequence) -> LogProbTerms:
        keep = torch.zeros_like(y.flatten().mask)
        return p.terms(y, fed=fill(p, y, keep, self.argmax))
