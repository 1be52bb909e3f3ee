"""Numbers, as they are written in files."""

from __future__ import annotations

import math
from typing import Any


def number(value: Any) -> float | None:
    """A value as a finite number; None if it is not one.

    Example:
        >>> number(" 1.5e3 "), number("nan"), number("seven"), number(True)
        (1500.0, None, None, 1.0)
    """
    if not isinstance(value, str | int | float):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None
