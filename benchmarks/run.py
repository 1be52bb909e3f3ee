"""What a peer makes of a problem: something to time, and something to compare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Arrays = tuple[np.ndarray, ...]


class Declined(Exception):
    """A peer does not do this problem; the message says why."""


class Run(NamedTuple):
    """A problem on a peer's own terms: weights and data are already in its form.

    Args:
        step: what is timed. It returns when the results are there, and not before.
        read: what ``step`` returned as the arrays that all peers must agree on.
        check: gives those arrays where a step cannot, such as one that draws random numbers.
        share: which part of the problem one step does. Times are divided by it.
    """

    step: Callable[[], Any]
    read: Callable[[Any], Any] = tuple
    check: Callable[[], Any] | None = None
    share: float = 1.0

    def results(self) -> Arrays:
        """What must be the same for all."""
        found = self.read(self.step()) if self.check is None else self.check()
        return tuple(np.asarray(array) for array in found)


def agree(a: Arrays, b: Arrays) -> bool:
    """Whether all arrays are equal to the rounding of float32 sums."""
    return len(a) == len(b) and all(
        v.shape == w.shape and bool(np.linalg.norm(v - w) <= 1e-4 * np.linalg.norm(w))
        for v, w in zip(a, b, strict=True)
    )
