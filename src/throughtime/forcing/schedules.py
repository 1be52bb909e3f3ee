r"""Schedules of scheduled sampling: ε, the probability of an observed value, at training step i.

Each falls from (nearly) one, plain teacher forcing, towards generated values (Bengio et al. 2015,
section 2.4); as plain values they are part of a configuration.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


class Schedule:
    """A probability as a function of the training step."""

    def __call__(self, step: int) -> float:
        """ε at this step, from 0 to 1."""
        raise NotImplementedError


@dataclass(frozen=True)
class Constant(Schedule):
    """ε = ``value`` at every step."""

    value: float

    def __post_init__(self) -> None:
        _check("value", self.value, 0, 1)

    def __call__(self, step: int) -> float:
        return self.value


@dataclass(frozen=True)
class Linear(Schedule):
    """ε goes from ``start`` to ``end`` in a straight line over ``steps`` steps, and stays there.

    Example:
        >>> [Linear(1.0, 0.0, steps=4)(i) for i in (0, 1, 4, 9)]
        [1.0, 0.75, 0.0, 0.0]
    """

    start: float = 1.0
    end: float = 0.0
    steps: int = 1000

    def __post_init__(self) -> None:
        _check("start", self.start, 0, 1)
        _check("end", self.end, 0, 1)
        _check("steps", self.steps, 1, math.inf)

    def __call__(self, step: int) -> float:
        return self.start + (self.end - self.start) * min(step / self.steps, 1.0)


@dataclass(frozen=True)
class Exponential(Schedule):
    """ε = k^i, with k from 0 to 1."""

    k: float = 0.999

    def __post_init__(self) -> None:
        _check("k", self.k, 0, 1)

    def __call__(self, step: int) -> float:
        return self.k**step


@dataclass(frozen=True)
class InverseSigmoid(Schedule):
    """ε = k / (k + e^(i/k)), with k at least one: long near one, then a fall around i = k ln k."""

    k: float = 1000.0

    def __post_init__(self) -> None:
        _check("k", self.k, 1, math.inf)

    def __call__(self, step: int) -> float:
        return 1 / (1 + math.exp(min(step / self.k - math.log(self.k), 700.0)))


def _check(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be from {low} to {high}; got {value}")
