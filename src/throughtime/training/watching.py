"""What is called in the course of training, and may ask it to stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

OnEpoch = Callable[[Mapping[str, float | None]], object]
"""Is called after each validation, when all is saved, with its row of the metrics; if it returns
True, training stops, and can be gone on with."""

OnUpdate = Callable[[Mapping[str, float]], object]
"""Is called after each update with its numbers: ``"epoch"`` and ``"step"``, from 1; ``"nats"`` per
symbol and the ``"gradient norm"`` before it is clipped, both before the update; the ``"learning
rate"``; and how many ``"symbols"`` the batch has. If it returns True, training is saved and stops,
and can be gone on with."""


def asks_to_stop(answer: object) -> bool:
    """Whether what was called has answered True, Python's or NumPy's.

    Example:
        >>> asks_to_stop(True), asks_to_stop(None), asks_to_stop(1)
        (True, False, False)
    """
    return isinstance(answer, bool | np.bool_) and bool(answer)
