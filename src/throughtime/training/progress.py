"""How far training is."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass
class Progress:
    """The progress of training: counts, and sums over the current epoch."""

    epoch: int = 0
    position: int = 0
    step: int = 0
    seconds: float = 0.0
    nats: float = 0.0
    symbols: int = 0
    best: float = math.inf
    since_best: int = 0

    def check(self, updates: int) -> None:
        """Raise a ``ValueError`` if the counts, which were read from a file, are not possible in
        a training with so many ``updates`` per epoch."""
        counts = (self.epoch, self.position, self.step, self.symbols, self.since_best)
        sums = (self.seconds, self.nats, self.best)
        if not (
            all(isinstance(count, int) and 0 <= count < 2**63 for count in counts)
            and all(isinstance(total, float) for total in sums)
            and self.position
            <= updates  # the last update of an epoch is saved before it is validated
            and (self.position > 0) == (self.symbols > 0)
        ):
            raise ValueError(f"impossible counts: {self}")
