"""A training step of a recurrent layer: h(1) … h(T), and the gradients of its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from benchmarks.row import BEST, PRODUCT, Goal, Row

GATES = {"tanh": 1, "gru": 3, "lstm": 4}


class LayerArrays(NamedTuple):
    """Gates in torch.nn's order: r, z, n of the GRU and i, f, g, o of the LSTM.

    ``m`` is the GRU's bias inside of the reset, torch.nn's b_hn; other cells have none.
    """

    U: np.ndarray  # (G H, I)
    W: np.ndarray  # (G H, H)
    b: np.ndarray  # (G H,)
    m: np.ndarray  # (H,)
    x: np.ndarray  # (T, B, I)
    arriving: np.ndarray  # (T, B, H), the gradient that arrives at every h(t)


@dataclass(frozen=True)
class Sizes:
    """A cell, and B, T, I and H."""

    cell: str
    rows: int
    steps: int
    inputs: int
    hidden: int

    @property
    def size(self) -> str:
        return f"{self.rows}, {self.steps}, {self.inputs}, {self.hidden}"


@dataclass(frozen=True)
class Layer(Sizes):
    """One layer, one direction, no padding. The results are h and the gradients of U, W and b."""

    @property
    def flops(self) -> int:
        """In matrix products: U and W forward, W backward, and the gradients of both."""
        gates = GATES[self.cell] * self.hidden
        return 2 * self.rows * self.steps * gates * (2 * self.inputs + 3 * self.hidden)

    def arrays(self) -> LayerArrays:
        rng, H = np.random.default_rng(0), self.hidden
        gates = GATES[self.cell] * H

        def uniform(*shape: int) -> np.ndarray:
            return rng.uniform(-(H**-0.5), H**-0.5, shape).astype(np.float32)

        def normal(*shape: int) -> np.ndarray:
            return rng.standard_normal(shape, np.float32)

        return LayerArrays(
            uniform(gates, self.inputs),
            uniform(gates, H),
            uniform(gates),
            uniform(H) if self.cell == "gru" else np.zeros(H, np.float32),
            normal(self.steps, self.rows, self.inputs),
            normal(self.steps, self.rows, H),
        )


LONG = ((1, 1000, 128, 256), (32, 1000, 128, 256), (16, 100, 512, 1024))
FULL = (*((b, 100, h // 2, h) for h in (64, 128, 256, 512) for b in (1, 8, 32, 128)), *LONG)
THINNED = (*((b, 100, h // 2, h) for h in (64, 256, 512) for b in (1, 32)), *LONG)
QUICK = ((1, 100, 32, 64), (32, 100, 128, 256))


def _row(cell: str, sizes: tuple[tuple[int, ...], ...], goals: tuple[Goal, ...], nn: float,
         best: float) -> Row:  # fmt: skip
    return Row(
        f"{cell} train step",
        "train",
        tuple(Layer(cell, *size) for size in sizes),
        quick=tuple(Layer(cell, *size) for size in QUICK),
        tiny=Layer(cell, 2, 5, 3, 4),
        baseline="peers.torch_nn",
        goals=goals,
        means=(Goal("× torch.nn", nn), Goal(f"× {BEST}", best)),
        yardsticks=("product",),
    )


def _large(layer: Layer) -> bool:
    return layer.hidden >= 512 and layer.rows >= 32


ROWS = (
    _row("tanh", FULL, (Goal(f"× {BEST}", 1.1), Goal(f"× {PRODUCT}", 0.85, where=_large)), 4, 2),
    _row("gru", THINNED, (Goal(f"× {BEST}", 1.0),), 3, 1.7),
    _row("lstm", THINNED, (Goal(f"× {BEST}", 1.0),), 3, 1.7),
)
