"""Teacher forcing: the output edge carries the observed values."""

from __future__ import annotations

from torch import Tensor

from throughtime.distribution.distribution import SequenceDistribution
from throughtime.forcing.forcing import Forcing
from throughtime.sequence import Sequence


class TeacherForcing(Forcing):
    """The observed values: exactly log p(y given x)."""

    def objective(self, p: SequenceDistribution, y: Sequence) -> Tensor:
        return p.log_prob(y)
