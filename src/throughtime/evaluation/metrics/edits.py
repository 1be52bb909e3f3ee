"""How far one sequence is from another."""

from __future__ import annotations

from typing import TypeVar

Symbol = TypeVar("Symbol")


def edit_distance(a: list[Symbol], b: list[Symbol]) -> int:
    """How many symbols to put in, take out or change, at least, to make b of a (Levenshtein).

    Example:
        >>> edit_distance([1, 2, 3, 4], [2, 3, 5, 4])
        2
        >>> edit_distance("the cat sat".split(), "a cat".split())
        2
    """
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]
