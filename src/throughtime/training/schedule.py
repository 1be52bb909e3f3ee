"""The learning rate in the course of training."""

from __future__ import annotations

import math
from dataclasses import dataclass

WARM_UP = 50
"""Updates of the linear warm-up of the learning rate; at most a tenth of training."""


@dataclass(frozen=True)
class Cosine:
    r"""A linear warm-up, and a cosine decay to zero where training ends (Loshchilov & Hutter 2017).

    .. math:: r \cdot \min(1, \text{rise}) \cdot \frac{1 + \cos \pi s}{2}

    where s is the share of training that is over: of the updates or, if more, of the seconds.

    Args:
        rate: r, the rate at its peak.
        updates: the number of updates that are planned.
        seconds: the time that training may take; None for as long as the updates take.

    Example:
        >>> rate = Cosine(0.01, 1_000)
        >>> rate.at(0, 0.0), rate.at(500, 0.0), rate.at(1_000, 0.0)
        (0.0002, 0.005, 0.0)
    """

    rate: float
    updates: int
    seconds: float | None = None

    def at(self, step: int, seconds: float) -> float:
        """The learning rate after so many updates and seconds."""
        of_time = 0.0 if self.seconds is None else seconds / self.seconds
        rise = max((step + 1) / min(WARM_UP, max(self.updates // 10, 1)), 10 * of_time)
        share = max(step / self.updates, of_time)
        fall = (1 + math.cos(math.pi * min(share, 1.0))) / 2
        return self.rate * min(rise, 1.0) * fall
