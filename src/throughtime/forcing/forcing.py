"""What fills the output edge in training: the observed values, the model's own draws, or both.

Teacher forcing is maximum likelihood, but in closed loop the model meets its own values, which
training may never have shown it (notes, 2.2). The notes' two remedies: (a) train on both
teacher-forced and free-running inputs; (b) choose at random between the data's value and a
generated one, with a curriculum that moves towards the generated ones.

Draws carry no gradient. So each of these is a filling of the edge, made first, in closed loop and
without gradient; and then one ordinary run in which the edge carries it. That run is as parallel
over time, and as exactly differentiated, as teacher forcing is.
"""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor

from throughtime.distribution import decoding, refuse
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.forcing.schedules import Schedule
from throughtime.sequence import Sequence
from throughtime.wiring import Edge


class Forcing:
    """A way to fill the output edge in training; ``objective`` is what to maximise."""

    def objective(self, p: SequenceDistribution, y: Sequence) -> Tensor:
        """A log-likelihood of y for each row of the batch, in nats."""
        raise NotImplementedError

    def advance(self) -> None:
        """Count one training step, for what changes in the course of training."""

    def state_dict(self) -> dict[str, Any]:
        """What must be saved to resume."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take up what :meth:`state_dict` saved."""


class TeacherForcing(Forcing):
    """The observed values: exactly log p(y given x)."""

    def objective(self, p: SequenceDistribution, y: Sequence) -> Tensor:
        return p.log_prob(y)


class FreeRunning(Forcing):
    """The model's own values at every step, as in closed-loop use; y is only the target.

    Args:
        argmax: the most probable value of each step instead of a draw.
    """

    def __init__(self, *, argmax: bool = False) -> None:
        self.argmax = argmax

    def objective(self, p: SequenceDistribution, y: Sequence) -> Tensor:
        keep = torch.zeros_like(y.flatten().mask)
        return p.terms(y, fed=fill(p, y, keep, self.argmax)).total()


class Both(Forcing):
    r"""Remedy (a): :math:`(1 - w)` × teacher-forced + :math:`w` × free-running.

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

    def objective(self, p: SequenceDistribution, y: Sequence) -> Tensor:
        forced = p.log_prob(y)
        return forced + self.weight * (self.free.objective(p, y) - forced)


class ScheduledSampling(Forcing):
    """Remedy (b): each value is observed with probability ε, and otherwise the model's own.

    ε follows a schedule over training steps, counted by :meth:`advance` (Bengio et al. 2015).

    Args:
        schedule: ε as a function of the training step; see :mod:`throughtime.forcing.schedules`.
        per: flip the coin for each ``"token"``, or once for a whole ``"sequence"``.
        argmax: the most probable value instead of a draw.

    Raises:
        ValueError: for another ``per``.
        TypeError: if the schedule is none.

    Example:
        >>> from throughtime.forcing.schedules import Linear
        >>> forcing = ScheduledSampling(Linear(1.0, 0.5, steps=10))
        >>> for _ in range(5): forcing.advance()
        >>> forcing.probability, forcing.state_dict()
        (0.75, {'step': 5})
    """

    def __init__(
        self,
        schedule: Schedule,
        *,
        per: Literal["token", "sequence"] = "token",
        argmax: bool = False,
    ) -> None:
        if per not in ("token", "sequence"):
            raise ValueError(f"the coin is flipped per 'token' or per 'sequence'; got {per!r}")
        if not callable(schedule):
            raise TypeError(
                f"the schedule is {schedule!r}; expected one such as "
                f"schedules.Constant({schedule!r}) or schedules.Linear(1.0, 0.5, steps=1000)"
            )
        self.schedule, self.per, self.argmax, self.step = schedule, per, argmax, 0

    @property
    def probability(self) -> float:
        """ε now: the probability of an observed value."""
        return self.schedule(self.step)

    def objective(self, p: SequenceDistribution, y: Sequence) -> Tensor:
        mask = y.flatten().mask
        shape = mask.shape if self.per == "token" else (len(mask), 1)
        keep = (torch.rand(shape, device=mask.device) < self.probability).expand(mask.shape)
        return p.terms(y, fed=fill(p, y, keep, self.argmax)).total()

    def advance(self) -> None:
        self.step += 1

    def state_dict(self) -> dict[str, Any]:
        return {"step": self.step}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.step = int(state["step"])


@torch.no_grad()
def fill(p: SequenceDistribution, y: Sequence, keep: Tensor, argmax: bool) -> Sequence:
    """What the output edge carries, of y's lengths: y where ``keep``, else the model's own values.

    Each own value is drawn given all that was fed before it, observed or drawn, by the model as it
    is used (without dropout).

    Raises:
        ValueError: if no value is fed back, so that there is nothing to fill.
    """
    wiring = p.graph.wiring
    if Edge.OBSERVED not in wiring:
        raise ValueError(
            f"only {Edge.OBSERVED.value} carries a value that can be observed or drawn; {wiring} "
            "has no such edge, so train it with TeacherForcing()"
        )
    y = refuse.values(y, p)
    return decoding.ancestral(
        p.expand(y.batch_shape), decoding.Warp(), y.steps, observed=y, keep=keep, greedy=argmax
    )
