"""The machine's own rate: a product of two matrices that is large, and still fits in cache."""

from __future__ import annotations

import torch

from benchmarks.row import PRODUCT
from benchmarks.rows.training import Layer
from benchmarks.run import Run

NAME = PRODUCT
VERSION = torch.__version__
SIZE = 1536


def measure(problem: object) -> Run:
    """The time that a layer's arithmetic would take at that rate."""
    assert isinstance(problem, Layer)
    a = torch.randn(SIZE, SIZE)
    return Run(lambda: a @ a, check=tuple, share=2 * SIZE**3 / problem.flops)
