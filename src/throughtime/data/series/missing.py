"""Numbers that programs write where one is missing, such as -9999."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from throughtime.data.numbers.number import all_numbers
from throughtime.data.table.table import Table

NINES = 3
"""So many nines, and no other digit, are such a mark."""


def missing_marks(table: Table, names: list[str]) -> Iterator[str]:
    """What is to be said of numbers of nines far from all others: the file may mean none by them.

    Example:
        >>> from pathlib import Path
        >>> rows = Table(Path("a.csv"), {"v": ["1.5", "-999", "2"]}, [2, 3, 4])
        >>> next(missing_marks(rows, ["v"]))
        'v has -999 at a.csv:3, which is taken as a number: fill it in if it stands for a missing
        one'
    """
    for name in names:
        values = all_numbers(table.numbers(name).values)
        if values is None:
            continue
        for mark in (values.min(), values.max()):
            rest = values[values != mark]
            digits = f"{abs(mark):g}".replace(".", "")
            if len(digits) < NINES or digits.strip("9") or not np.ptp(rest):
                continue
            if abs(mark) - np.abs(rest).max() > np.ptp(rest):
                at = table.at(int((values == mark).argmax()))
                yield (
                    f"{name} has {mark:g} at {at}, which is taken as a number: fill it in if it "
                    "stands for a missing one"
                )
