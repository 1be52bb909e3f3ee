"""What is shown while a model is trained: a bar at a terminal, or else a line every half minute."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from tqdm import tqdm

from throughtime.training.progress import Progress

Clock = Callable[[], float]
"""Seconds since some moment, which only increase; by default ``time.monotonic``."""

EVERY = 30.0
"""Seconds from one line to the next."""


class Display:
    """Shows how far training is, how many symbols a second it takes, and how long the rest takes if
    nothing stops it before.

    At a terminal it is a bar that comes and goes. Without one, a line is said every half minute:
    an epoch may take hours.

    Args:
        progress: how far training is.
        total: the number of symbols that training will take.
        done: the number of those that were taken before, if a run is resumed.
        unit: what a symbol is: a symbol, the step of a series, or a row.
        say: receives the lines.
        clock: the time in seconds.
        shown: whether there is a bar at a terminal.

    Example:
        >>> seconds = iter([0.0, 10.0, 40.0])
        >>> progress = Progress(step=200)
        >>> display = Display(progress, 9_000, 0, "symbols", say=print, clock=lambda: next(seconds))
        >>> with display:
        ...     display.update(500, 1.25)
        ...     display.update(300, 1.75)
        epoch   1  step    200  nats per symbol: train 1.4375  20 symbols a second, 06:50 left
        >>> print(display.summary())
        800 symbols, 20 a second
    """

    def __init__(
        self,
        progress: Progress,
        total: int,
        done: int,
        unit: str,
        *,
        say: Callable[[str], None],
        clock: Clock = time.monotonic,
        shown: bool = True,
    ) -> None:
        self.progress, self.unit, self.say, self.clock = progress, unit, say, clock
        self.left = total - done
        self.taken, self.seconds, self.last = 0, 0.0, clock()
        self.bar = tqdm(
            total=total,
            initial=done,
            unit=f" {unit}",
            unit_scale=True,
            leave=False,
            disable=None if shown else True,  # None: where standard error is no terminal
        )
        self._begin(self.last)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.bar.close()

    def update(self, symbols: int, nats: float) -> None:
        """So many more symbols were taken; the last of them had so many ``nats`` per symbol."""
        now = self.clock()
        self.left, self.taken = self.left - symbols, self.taken + symbols
        self.seconds, self.last = self.seconds + now - self.last, now
        if not self.bar.disable:
            self.bar.set_postfix_str(f"{nats:.3f} nats per symbol", refresh=False)
            self.bar.update(symbols)
            return
        self.symbols += symbols
        self.nats += nats * symbols
        if now - self.since >= EVERY:
            speed = self.symbols / (now - self.since - self.pause)
            left = tqdm.format_interval(max(self.left, 0) / speed)
            self.say(
                f"epoch {self.progress.epoch + 1:3d}  step {self.progress.step:6,}  nats per "
                f"symbol: train {self.nats / self.symbols:.4f}  {speed:,.0f} {self.unit} a second, "
                f"{left} left"
            )
            self._begin(now)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """A context in which no symbols are taken, as in validation."""
        before = self.clock()
        yield
        self.last = self.clock()
        self.pause += self.last - before

    def summary(self) -> str:
        """How many symbols were taken, and how fast, without the time of pauses."""
        speed = f", {self.taken / self.seconds:,.0f} a second" if self.seconds > 0 else ""
        return f"{self.taken:,} {self.unit}{speed}"

    def _begin(self, now: float) -> None:
        self.since, self.pause, self.symbols, self.nats = now, 0.0, 0, 0.0
