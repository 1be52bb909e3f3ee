"""Drawing one text, symbol by symbol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from benchmarks.row import Goal, Row
from benchmarks.rows.training import GATES

COLD = 1e-4
"""A temperature at which the draw is the most probable symbol. Draws of different random numbers
cannot be compared; those at this temperature are made by the same code, and can."""


class TextArrays(NamedTuple):
    S: np.ndarray  # (G H, K), what y(t-1) brings; before the first symbol nothing enters
    W: np.ndarray  # (G H, H)
    b: np.ndarray  # (G H,)
    m: np.ndarray  # (H,)
    V: np.ndarray  # (K, H)
    c: np.ndarray  # (K,)


@dataclass(frozen=True)
class Text:
    """One stream of symbols from p(y(t) | y(1) … y(t-1)). The result is the text at ``COLD``."""

    cell: str
    hidden: int
    symbols: int
    length: int

    @property
    def size(self) -> str:
        return f"H {self.hidden}, {self.length} of {self.symbols} symbols"

    def arrays(self) -> TextArrays:
        rng, H, K = np.random.default_rng(0), self.hidden, self.symbols
        gates = GATES[self.cell] * H

        def uniform(*shape: int, scale: float = H**-0.5) -> np.ndarray:
            return rng.uniform(-scale, scale, shape).astype(np.float32)

        return TextArrays(
            uniform(gates, K, scale=1.0),
            uniform(gates, H),
            uniform(gates),
            uniform(H) if self.cell == "gru" else np.zeros(H, np.float32),
            uniform(K, H, scale=1.0),
            uniform(K),
        )


def _row(hiddens: tuple[int, ...]) -> tuple[Text, ...]:
    return tuple(Text(cell, hidden, 64, 96) for cell in GATES for hidden in hiddens)


ROW = Row(
    "generation",
    "generate",
    _row((128, 256)),
    quick=_row((128,)),
    tiny=Text("gru", 4, 5, 6),
    baseline="peers.torch_loop",
    goals=(
        Goal("× torch loop", 30),
        Goal("symbols a second", 400_000, where=lambda text: text.hidden == 128),
        Goal("symbols a second", 150_000, where=lambda text: text.hidden == 256),
    ),
)
