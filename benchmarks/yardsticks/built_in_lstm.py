"""Our own LSTM at the size of another cell: what a cell costs that has a kernel."""

from __future__ import annotations

from benchmarks import ours
from benchmarks.rows.training import Layer, Sizes
from benchmarks.run import Run

NAME = "our built-in LSTM"
VERSION = ours.VERSION


def measure(problem: Sizes) -> Run:
    """A training step. It is another function, so there is nothing to compare."""
    layer = Layer("lstm", problem.rows, problem.steps, problem.inputs, problem.hidden)
    return Run(ours.train(layer).step, check=tuple)
