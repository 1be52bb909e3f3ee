"""A training step of our cells that have no kernel of their own, in C or in torch."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.row import Goal, Row
from benchmarks.rows.training import Sizes


@dataclass(frozen=True)
class AsStep(Sizes):
    """The results are h and the gradients of U and the cell's parameters."""


CELLS = ("peephole LSTM", "layer-norm LSTM", "layer-norm GRU", "minGRU", "minLSTM", "IndRNN")
SIZES = ((32, 100, 64, 128), (32, 100, 512, 512))
ROW = Row(
    "cell without a kernel",
    "as_step",
    tuple(AsStep(cell, *size) for size in SIZES for cell in CELLS),
    quick=tuple(AsStep(cell, *SIZES[0]) for cell in CELLS),
    tiny=AsStep("layer-norm LSTM", 2, 9, 3, 4),
    baseline="peers.torch_loop",
    goals=(Goal("× the time of our built-in LSTM", most=2),),
    yardsticks=("built_in_lstm",),
)
