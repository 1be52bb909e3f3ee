"""Columns that only say which row it is, such as an id: nothing depends on them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from throughtime.data.numbers.number import all_numbers

OF_IDS = re.compile(
    r"(?i:(.*[\W_])?id|uuid|guid|index|idx|#|nr\.?|no\.|row|row_?names?|level_0|unnamed: 0)"
    r"|.*[a-z]I[dD]"
)
"""Names of columns that say which row it is."""


def numbers_rows(name: str, values: Sequence[Any]) -> bool:
    """Whether a column numbers the rows: it counts them from 0 or 1; or has such a name, and no
    value twice.

    Example:
        >>> numbers_rows("n", ["1", "2", "3"]), numbers_rows("n", ["3", "1", "2"])
        (True, False)
        >>> numbers_rows("PostId", ["c7", "a1"]), numbers_rows("user_id", ["7", "7"])
        (True, False)
    """
    return is_id(name, values) or _counts(values)


def is_id(name: str, values: Sequence[Any]) -> bool:
    """Whether a column is called an id or the like, and has no value twice.

    Example:
        >>> is_id("user_id", ["c7", "a1"]), is_id("user_id", ["c7", "c7"]), is_id("n", ["1", "2"])
        (True, False, False)
    """
    if not OF_IDS.fullmatch(name.strip()):
        return False
    single = all(isinstance(value, str | int | float) for value in values)
    return single and len(set(values)) == len(values)


def _counts(values: Sequence[Any]) -> bool:
    found = all_numbers(values)
    return found is not None and found[0] in (0, 1) and bool((np.diff(found) == 1).all())


def are_row_numbers(values: Sequence[Any]) -> bool:
    """Whether values are whole numbers that are all different, as those of rows in any order.

    Example:
        >>> are_row_numbers(["17", "3"]), are_row_numbers(["3", "3"]), are_row_numbers(["0.5"])
        (True, False, False)
    """
    found = all_numbers(values)
    if found is None or bool((found % 1 != 0).any()) or bool((found < 0).any()):
        return False
    return len(np.unique(found)) == len(found)
