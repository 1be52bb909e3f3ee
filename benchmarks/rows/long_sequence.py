"""A gradient through a sequence that is too long to be kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.row import Goal, Row


@dataclass(frozen=True)
class Long:
    """The mean of -log p(y) of rows of running text, and its gradient.

    The results are those of the first ``short`` steps, which fit in memory whichever way.
    """

    cell: str
    rows: int
    steps: int
    hidden: int
    symbols: int
    short: int

    @property
    def size(self) -> str:
        return f"{self.rows}, {self.steps:,}, H {self.hidden}, {self.symbols} symbols"

    def text(self) -> np.ndarray:
        """The symbols, ``(B, T)``."""
        return np.random.default_rng(0).integers(0, self.symbols, (self.rows, self.steps))


ROW = Row(
    "long sequence",
    "go_through",
    (Long("tanh", 32, 100_000, 256, 64, short=1_000),),
    quick=(Long("tanh", 32, 10_000, 256, 64, short=1_000),),
    tiny=Long("tanh", 2, 20, 4, 5, short=10),
    baseline="yardsticks.full_bptt",
    goals=(Goal("× the time of full BPTT", most=1.4), Goal("MB above the data", most=300)),
    yardsticks=("full_bptt",),
    once=True,
)
