"""A training step of a cell that no library has built in, written as one step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from benchmarks.row import Goal, Row
from benchmarks.rows.training import Sizes

GATES = {"layer-norm GRU": 3, "peephole LSTM": 4}


class OwnArrays(NamedTuple):
    U: np.ndarray  # (G H, I)
    W: np.ndarray  # (G H, H)
    b: np.ndarray  # (G H,)
    p: np.ndarray  # (3 H,), the layer norm's scales or the peepholes
    x: np.ndarray  # (T, B, I)
    arriving: np.ndarray  # (T, B, H)


@dataclass(frozen=True)
class OwnCell(Sizes):
    """The results are h and the gradients of U, W, b and p."""

    def arrays(self) -> OwnArrays:
        rng, H = np.random.default_rng(0), self.hidden
        gates = GATES[self.cell] * H

        def uniform(*shape: int, scale: float = H**-0.5) -> np.ndarray:
            return rng.uniform(-scale, scale, shape).astype(np.float32)

        return OwnArrays(
            uniform(gates, self.inputs),
            uniform(gates, H),
            uniform(gates),
            uniform(3 * H, scale=1.0),
            rng.standard_normal((self.steps, self.rows, self.inputs), np.float32),
            rng.standard_normal((self.steps, self.rows, H), np.float32),
        )


PROBLEMS = tuple(OwnCell(cell, 32, 100, 64, 128) for cell in GATES)
ROW = Row(
    "user-defined cell",
    "own",
    PROBLEMS,
    quick=PROBLEMS,
    tiny=OwnCell("peephole LSTM", 2, 5, 3, 4),
    baseline="peers.torch_loop",
    goals=(
        Goal("× torch loop", 3),
        Goal("× the time of our built-in LSTM", most=3),
    ),
    yardsticks=("built_in_lstm",),
)
