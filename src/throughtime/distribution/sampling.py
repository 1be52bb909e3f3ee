"""What ancestral sampling is asked to draw, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor

from throughtime.distribution.process import Process
from throughtime.distribution.warp import Warp


@dataclass(frozen=True, eq=False)
class Sampling:
    """Draw one sequence for each row, each value given those before it.

    Args:
        process: the rows' process.
        warp: how each step's distribution is warped.
        limit: the most values that a sequence may have.
        lengths: τ of each row, ``(rows,)``; None if every step decides whether to go on.
        observed: values ``(rows, T, *event)`` that stand where ``keep`` is true, and are fed back.
        keep: ``(rows, T)``, or of vectors ``(rows, T, D)``.
    """

    process: Process
    warp: Warp
    limit: int
    lengths: Tensor | None = None
    observed: Tensor | None = None
    keep: Tensor | None = None


class Drawn(NamedTuple):
    """Values ``(rows, T, *event)``, τ of each row, and how many rows were cut at the limit."""

    values: Tensor
    lengths: Tensor
    cut: int = 0
