"""Scheduled sampling: observed values or the model's own, by chance."""

from __future__ import annotations

from typing import Any, Literal

from throughtime.context.share import here
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.distribution.terms import LogProbTerms
from throughtime.forcing.filling import fill
from throughtime.forcing.forcing import Forcing
from throughtime.forcing.schedules import Schedule
from throughtime.sequence import Sequence


class ScheduledSampling(Forcing):
    """Each value is observed with probability ε, and otherwise the model's own.

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

    def terms(self, p: SequenceDistribution, y: Sequence) -> LogProbTerms:
        mask = y.flatten().mask
        steps = mask.shape[1] if self.per == "token" else 1
        drawn = here().uniform(len(mask), steps, mask.device)
        keep = (drawn < self.probability).expand(mask.shape)
        return p.terms(y, fed=fill(p, y, keep, self.argmax))

    def advance(self) -> None:
        self.step += 1

    def state_dict(self) -> dict[str, Any]:
        return {"step": self.step}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.step = int(state["step"])
