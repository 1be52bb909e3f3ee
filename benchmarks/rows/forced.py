"""Wiring 2.2, whose only memory is its output: under teacher forcing all steps are one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from benchmarks.row import Goal, Row


class ForcedArrays(NamedTuple):
    U: np.ndarray  # (H, I)
    S: np.ndarray  # (H, K), what y(t-1) brings; nothing at the first step
    b: np.ndarray  # (H,)
    V: np.ndarray  # (K, H)
    c: np.ndarray  # (K,)
    x: np.ndarray  # (T, B, I)
    y: np.ndarray  # (T, B), symbols


@dataclass(frozen=True)
class Forced:
    """h(t) = tanh(U x(t) + S y(t-1) + b) and y(t) ~ softmax(c + V h(t)), y being given.

    The results are log p(y | x) of each row, and the gradients of U, S, b, V and c for the mean
    of -log p(y | x).
    """

    rows: int
    steps: int
    inputs: int
    hidden: int
    symbols: int
    cell: str = "tanh"

    @property
    def size(self) -> str:
        return f"{self.rows}, {self.steps}, {self.inputs}, {self.hidden}, {self.symbols} symbols"

    def arrays(self) -> ForcedArrays:
        rng, H, K = np.random.default_rng(0), self.hidden, self.symbols

        def uniform(*shape: int) -> np.ndarray:
            return rng.uniform(-(H**-0.5), H**-0.5, shape).astype(np.float32)

        return ForcedArrays(
            uniform(H, self.inputs),
            uniform(H, K),
            uniform(H),
            uniform(K, H),
            uniform(K),
            rng.standard_normal((self.steps, self.rows, self.inputs), np.float32),
            rng.integers(0, K, (self.steps, self.rows)),
        )


PROBLEMS = (Forced(8, 1000, 128, 256, 64),)
ROW = Row(
    "output-recurrent (2.2) teacher-forced",
    "force",
    PROBLEMS,
    quick=PROBLEMS,
    tiny=Forced(2, 5, 3, 4, 5),
    baseline="peers.torch_loop",
    goals=(Goal("× torch loop", 50), Goal("× torch by hand", 1.0)),
)
