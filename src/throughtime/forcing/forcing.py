"""The protocol of a forcing: what the output edge carries in training.

Teacher forcing is maximum likelihood, but in closed loop the model meets its own values, which
training may never have shown it. There are two remedies (Goodfellow et al. 2016, 10.2.1): train on
both teacher-forced and free-running inputs; or choose at random between the observed value and a
generated one, with a curriculum that moves towards the generated ones.

Draws carry no gradient. So the values that the edge carries are drawn first, in closed loop and
without gradient; and then one ordinary run is given them. That run is as parallel over time, and
as exactly differentiated, as teacher forcing is.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor

from throughtime.distribution.distribution import SequenceDistribution
from throughtime.distribution.terms import LogProbTerms
from throughtime.sequence import Sequence


class Forcing:
    """A way to fill the output edge in training; ``objective`` is what to maximise."""

    def terms(self, p: SequenceDistribution, y: Sequence) -> LogProbTerms:
        """The terms of the objective, so that each step can be given a weight."""
        raise NotImplementedError

    def objective(self, p: SequenceDistribution, y: Sequence) -> Tensor:
        """A log-likelihood of y for each row of the batch, in nats."""
        return self.terms(p, y).total()

    def advance(self) -> None:
        """Count one training step, for what changes in the course of training."""

    def state_dict(self) -> dict[str, Any]:
        """What must be saved to resume."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take up what :meth:`state_dict` saved."""
