"""The steps between times: which one is usual, and which are equal to it but for the calendar."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

NO_TIME = np.timedelta64(0, "us")

SEVERAL = 2**20
"""So many steps show which is the usual one."""


def usual(steps: NDArray[Any]) -> Any:
    """The most frequent step ahead, of several the first; None if there is none.

    Example:
        >>> usual(np.array([1, 2, 1, 0, 0, 0], "timedelta64[D]")).item().days
        1
    """
    some = steps[:: 1 + len(steps) // SEVERAL]
    ahead = some[some > NO_TIME]
    if not len(ahead):
        return None
    found, counts = np.unique(ahead, return_counts=True)
    return ahead[np.isin(ahead, found[counts == counts.max()]).argmax()]


def alike(steps: NDArray[Any], step: Any) -> NDArray[np.bool_]:
    """Which steps are equal to one, or are a month, a quarter, half a year or a year as it is.

    Example:
        >>> alike(np.array([31, 28, 35], "timedelta64[D]"), np.timedelta64(30, "D")).tolist()
        [True, True, False]
    """
    found = steps == step
    for least, most in ((28, 31), (90, 92), (181, 184), (365, 366)):
        if least <= step.item().days <= most:
            days = steps // np.timedelta64(1, "D")
            found |= (days >= least) & (days <= most)
    return found


def evenness(times: NDArray[Any]) -> float:
    """The part of the steps between times that is like the usual one.

    Example:
        >>> evenness(np.array(["2020-01", "2020-02", "2020-03", "2020-07"], "datetime64[us]"))
        0.6666666666666666
    """
    steps = np.diff(times)
    step = usual(steps)
    return 0.0 if step is None else float(alike(steps, step).mean())
