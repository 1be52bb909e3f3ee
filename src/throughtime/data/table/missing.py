"""Numbers that programs write where one is missing, such as -9999."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from throughtime.data.numbers.number import all_numbers
from throughtime.data.table.table import Table

NINES = 3
"""So many nines, and no other digit, are such a mark."""


def missing_marks(table: Table, names: list[str]) -> Iterator[str]:
    """What is to be said of numbers of nines far from all others: the file may mean none by them.

    Args:
        table: the rows.
        names: the columns of numbers.

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
        marks, rest = _without_nines(values)
        if not len(rest):
            continue
        far = float(np.ptp(rest)) or float(np.abs(rest).max())
        for mark in marks:
            if abs(mark) - np.abs(rest).max() > far:
                at = table.at(int((values == mark).argmax()))
                yield (
                    f"{name} has {mark:.7g} at {at}, which is taken as a number: fill it in if it "
                    "stands for a missing one"
                )


def _without_nines(values: NDArray[np.float64]) -> tuple[list[float], NDArray[np.float64]]:
    """The numbers of nines at the ends of the others, and these others."""
    marks: list[float] = []
    while len(values):
        ends = (float(values.min()), float(values.max()))
        nines = [end for end in ends if _is_nines(end)]
        if not nines:
            break
        marks.append(nines[0])
        values = values[values != nines[0]]
    return marks, values


def _is_nines(value: float) -> bool:
    digits = f"{abs(value):.7g}".replace(".", "")
    return len(digits) >= NINES and not digits.strip("9")
