"""Teacher forcing: the output edge carries the observed values."""

from __future__ import annotations

from throughtime.distribution.distribution import SequenceDistribution
from throughtime.distribution.terms import LogProbTerms
from throughtime.forcing.forcing import Forcing
from throughtime.sequence import Sequence


class TeacherForcing(Forcing):
    """The observed values: exactly log p(y given x)."""

    def terms(self, p: SequenceDistribution, y: Sequence) -> LogProbTerms:
        return p.terms(y)
