"""Our own LSTM at the size of a user's cell: what a cell costs that the engine has built in."""

from __future__ import annotations

from benchmarks import ours
from benchmarks.rows.own_cell import OwnCell
from benchmarks.rows.training import Layer
from benchmarks.run import Run

NAME = "our built-in LSTM"
VERSION = ours.VERSION


def measure(problem: OwnCell) -> Run:
    """A training step. It is another function, so there is nothing to compare."""
    layer = Layer("lstm", problem.rows, problem.steps, problem.inputs, problem.hidden)
    return Run(ours.train(layer).step, check=tuple)
