"""What training maximises: the log-likelihood of a batch, as the forcing fills the output edge."""

from __future__ import annotations

from contextlib import nullcontext

import torch
from torch import Tensor

from throughtime.data import Examples
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import log_prob, there, y_given, y_of
from throughtime.forcing import Forcing, TeacherForcing
from throughtime.runs.build import Model
from throughtime.sequence import Sequence
from throughtime.training.class_weights import weighted


class Objective:
    """log p(y | x) of each row of a batch, and what is maximised in its place.

    Running text goes on from the chunk before: ``carried`` is its distribution, without a gradient
    into the past.

    Args:
        model: the model.
        forcing: what the output edge carries.
        running: whether y is one long row, in chunks.
        class_weights: what each label weighs, where the model is; None if they weigh the same.
        half: whether products are of bfloat16; probabilities are float32 all the same.
    """

    def __init__(
        self,
        model: Model,
        forcing: Forcing,
        *,
        running: bool,
        class_weights: Tensor | None = None,
        half: bool = False,
    ) -> None:
        self.model, self.forcing, self.running = model, forcing, running
        self.class_weights, self.half = class_weights, half
        self.carried: SequenceDistribution | None = None

    def of(self, batch: Examples) -> tuple[Tensor, Tensor]:
        """The log-likelihood of each row, and what is maximised: the same but for class weights."""
        batch = there(self.model, batch)
        kind = next(self.model.parameters()).device.type
        with torch.autocast(kind, torch.bfloat16) if self.half else nullcontext():
            if self.class_weights is not None:
                return self._by_class(batch, self.class_weights)
            log_p = self._forced(batch)
            return log_p, log_p

    def _by_class(self, batch: Examples, weights: Tensor) -> tuple[Tensor, Tensor]:
        p, y = y_given(self.model, batch.x), batch.y
        if not isinstance(y, Sequence):
            return log_prob(p, y), weighted(p, y, weights)
        assert isinstance(p, SequenceDistribution)
        terms = self.forcing.terms(p, y)
        by_class = terms._replace(values=terms.values * weights[y.values])
        return terms.total(), by_class.total()

    def _forced(self, batch: Examples) -> Tensor:
        if not isinstance(batch.y, Sequence):
            return log_prob(y_given(self.model, batch.x), batch.y)
        p = self.carried or y_of(self.model, batch)
        assert isinstance(p, SequenceDistribution)
        if (observed := batch.observed) is not None:
            if not p.output.independent:
                observed = observed.all(-1)
            return self.forcing.objective(*p.seeing(batch.y, observed))
        if not self.running:
            return self.forcing.objective(p, batch.y)
        log_p, following = p.observe(batch.y)
        self.carried = following.detach()
        forced = isinstance(self.forcing, TeacherForcing)
        return log_p if forced else self.forcing.objective(p, batch.y)
