"""The edit distance between sequences."""

from __future__ import annotations

from typing import TypeVar

Symbol = TypeVar("Symbol")


def edit_distance(a: list[Symbol], b: list[Symbol]) -> int:
    """The fewest insertions, deletions and substitutions that turn a into b (Levenshtein).

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
