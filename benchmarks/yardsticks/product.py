"""The machine's own rate: a product of two matrices that is large, and still fits in cache."""

from __future__ import annotations

import torch

from benchmarks.row import PRODUCT
from benchmarks.run import Run

NAME = PRODUCT
VERSION = torch.__version__
SIZE = 1536


def measure(problem: object) -> Run:
    """The time that the problem's arithmetic would take at that rate."""
    a = torch.randn(SIZE, SIZE)
    flops: int = problem.flops  # type: ignore[attr-defined]
    return Run(lambda: a @ a, check=tuple, share=2 * SIZE**3 / flops)
