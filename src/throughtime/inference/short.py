"""Numbers of a model as JSON has them, with no more digits than they are worth."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def short(value: Any) -> Any:
    """A number, or the numbers in lists and dicts, with the fewest digits of the same float32.

    A model computes in single precision, so that further digits mean nothing. Numbers that no
    float32 is close to stay as they are: those too large or too small for it. JSON has no word for
    what is not finite, such as log p of what cannot be: it is None, JSON's null.

    Example:
        >>> short({"mean": 15.199999467, "quantiles": {0.05: [0.30000001192092896, -2.0]}, "n": 3})
        {'mean': 15.2, 'quantiles': {0.05: [0.3, -2.0]}, 'n': 3}
        >>> short([1e300, 1e-300, float("-inf")])
        [1e+300, 1e-300, None]
    """
    if isinstance(value, dict):
        return {key: short(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [short(v) for v in value]
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return None
    with np.errstate(over="ignore", under="ignore"):
        near = np.float32(value)
    return float(str(near)) if abs(float(near) - value) <= 2**-24 * abs(value) else value
