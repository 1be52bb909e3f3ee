"""Numbers as programs write them, such as 1.5e3: of one value, and of a whole column."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.storage.stored import Piece, gathered, mapped


def number(value: Any) -> float | None:
    """A value as a finite number; None if it is not one.

    Example:
        >>> number(" 1.5e3 "), number("nan"), number("seven"), number(True), number("1_0")
        (1500.0, None, None, 1.0, None)
    """
    if not isinstance(value, str | int | float) or (isinstance(value, str) and "_" in value):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def numbers_in(piece: Piece) -> NDArray[np.float64] | None:
    """Values of a column as numbers, all as by :func:`number`; None if one of them is not one.

    Example:
        >>> numbers_in(["1", "2.5"]), numbers_in(["1", ""])
        (array([1. , 2.5]), None)
    """
    if isinstance(piece, np.ndarray) and piece.dtype.kind in "biuf":
        found = piece.astype(np.float64)
    elif (kinds := set(map(type, piece))) <= {str, float}:  # in one go
        try:
            found = np.array(list(map(float, piece)), np.float64)
        except ValueError:
            return None
        if str in kinds and "_" in "".join(map(str, piece)):
            return None
    else:
        known = [n for value in piece if (n := number(value)) is not None]
        if len(known) < len(piece):
            return None
        found = np.array(known, np.float64)
    return found if bool(np.isfinite(found).all()) else None


def numbers_among(values: Sequence[Any]) -> Sequence[Any]:
    """The values of a column, those that are numbers as such.

    Example:
        >>> numbers_among(["1", "x"])
        [1.0, 'x']
    """
    return mapped(values, _numbers_among)


def _numbers_among(piece: Piece) -> Piece:
    if (found := numbers_in(piece)) is not None:
        return found
    return [value if (n := number(value)) is None else n for value in piece]


def all_numbers(values: Sequence[Any]) -> NDArray[np.float64] | None:
    """A column as numbers; None if a value is not one.

    Example:
        >>> all_numbers(["1", 2])
        array([1., 2.])
    """
    return gathered(values, numbers_in, np.float64)
