"""Whole numbers that a caller gives: sizes, counts and lengths."""

from __future__ import annotations

import operator
from typing import Any

MOST = 2**28
"""No size, count or length is larger: a matrix of two such sizes, with its gates, still has fewer
bytes than 64 bits can count, which is what torch's tensors and the engine can say."""


def whole(name: str, value: Any, least: int = 1, most: int = MOST) -> int:
    """The value, if it is a whole number from ``least`` to ``most``.

    Raises:
        ValueError: if it is not.

    Example:
        >>> whole("beam", 10**30)
        Traceback (most recent call last):
        ...
        ValueError: beam must be at most 268,435,456; got 1e+30
    """
    try:
        number = least - 1 if isinstance(value, bool) else operator.index(value)  # NumPy's too
    except TypeError:
        number = least - 1
    if number < least:
        raise ValueError(f"{name} must be a whole number, at least {least}; got {value!r}")
    if number > most:
        got = f"{number:,}" if number < 10**18 else "far more"
        got = f"{number:.3g}" if 10**18 <= number < 10**300 else got
        raise ValueError(f"{name} must be at most {most:,}; got {got}")
    return number
