"""Which backend computes a recursion."""

from __future__ import annotations

from throughtime.context.transforms import transforming
from throughtime.gradients.backends.backend import Backend
from throughtime.gradients.backends.engine import Engine
from throughtime.gradients.backends.fused import Fused
from throughtime.gradients.backends.operator import Operator
from throughtime.gradients.backends.scanned import Scanned
from throughtime.gradients.backends.stepwise import Stepwise
from throughtime.gradients.backends.traced import Traced
from throughtime.gradients.backends.unrolled import Unrolled
from throughtime.gradients.recursion import Recursion

BACKENDS: tuple[type[Backend], ...] = (
    *(Scanned, Engine, Operator, Fused, Traced, Stepwise, Unrolled),
)
"""The fastest first; each is asked whether it can compute a recursion."""


def chosen(recursion: Recursion) -> Backend:
    """The first backend that can compute the recursion; for transforms of torch the plain loop."""
    for backend in BACKENDS if not transforming() else ():
        if (found := backend.of(recursion)) is not None:
            return found
    return Unrolled()
