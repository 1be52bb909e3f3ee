"""How far training is."""

from __future__ import annotations

from dataclasses import dataclass

from throughtime.runs.config import Config


@dataclass
class Progress:
    """The progress of training: counts, and sums over the current epoch.

    ``norms`` are the norms of the gradients, of which so many were ``clipped``.
    ``validation`` is the seconds that the last validation took; before the first one, a guess. Each
    is of so many symbols as were ``measured`` by the first one; all, if it is None.
    """

    epoch: int = 0
    position: int = 0
    step: int = 0
    seconds: float = 0.0
    nats: float = 0.0
    symbols: int = 0
    since_best: int = 0
    validation: float = 0.0
    measured: int | None = None
    norms: float = 0.0
    clipped: int = 0

    def end_of_updates(self, config: Config) -> float | None:
        """The seconds after which no update begins, so that the last validation ends in time; None
        without a limit. It gets half of them at most."""
        limit = config.max_seconds
        return None if limit is None else limit - min(self.validation, limit / 2)

    def reason_to_stop(self, config: Config) -> str | None:
        """Why a training of this configuration is over; None if it is not."""
        if self.epoch >= config.epochs:
            return f"all {config.epochs} epochs are done"
        if self.since_best >= config.patience:
            return f"no better for {config.patience} epochs"
        if config.max_steps is not None and self.step >= config.max_steps:
            return f"all {config.max_steps:,} steps are done"
        end = self.end_of_updates(config)
        if end is not None and self.seconds >= end:
            return f"{config.max_seconds:g} seconds are over"
        return None

    def check(self, updates: int) -> None:
        """Raise a ``ValueError`` if the counts, which were read from a file, are not possible in
        a training with so many ``updates`` per epoch."""
        counts = (self.epoch, self.position, self.step, self.symbols, self.since_best, self.clipped)
        sums = (self.seconds, self.nats, self.validation, self.norms)
        if not (
            all(isinstance(count, int) and 0 <= count < 2**63 for count in counts)
            and all(isinstance(total, float) for total in sums)
            and (self.measured is None or (isinstance(self.measured, int) and self.measured > 0))
            # equal where the last update of an epoch is saved and not validated yet
            and self.position <= updates
            and (self.position > 0) == (self.symbols > 0)
        ):
            raise ValueError(f"impossible counts: {self}")
