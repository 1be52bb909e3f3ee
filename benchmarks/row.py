"""A row of the bench: problems of one kind, who is measured on them, and what is to be reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

PRODUCT = "matrix product"
BEST = "best peer"


class Problem(Protocol):
    """Weights, data and sizes, which every peer makes for itself from the same seed."""

    @property
    def cell(self) -> str:
        """The kind of cell."""

    @property
    def size(self) -> str:
        """The sizes, as the table has them."""


@dataclass(frozen=True)
class Goal:
    """A bound for one quantity of a measurement.

    ``× name`` is how many times faster than ``name`` ours is; other quantities are in the words of
    :func:`benchmarks.measure.quantities`.
    """

    quantity: str
    least: float = float("-inf")
    most: float = float("inf")
    where: Callable[[Any], bool] = lambda problem: True

    def __str__(self) -> str:
        bound = f"≥ {self.least:,g}" if self.most == float("inf") else f"≤ {self.most:,g}"
        return f"{bound} {self.quantity}"

    def reached(self, value: float) -> bool:
        """Whether the value is within the bound."""
        return self.least <= value <= self.most


@dataclass(frozen=True)
class Row:
    """One row.

    Args:
        name: what it is called, on the command line too.
        task: the name of the function that makes a :class:`~benchmarks.run.Run` of a problem; a
            peer that has it takes part.
        problems: what is measured, and ``quick`` what of it with ``--quick``.
        tiny: a problem for the tests.
        baseline: whose results the others must have, as ``peers.torch_nn``.
        yardsticks: what is measured beside the peers and is none (``benchmarks/yardsticks``).
        goals: to be reached by every problem, and ``means`` by the geometric mean of all.
        once: a step takes so long that one is enough. It runs in processes of its own, so that
            its memory can be told.
    """

    name: str
    task: str
    problems: tuple[Problem, ...]
    quick: tuple[Problem, ...]
    tiny: Problem
    baseline: str
    goals: tuple[Goal, ...]
    means: tuple[Goal, ...] = ()
    yardsticks: tuple[str, ...] = ()
    once: bool = False
