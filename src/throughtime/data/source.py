"""Where data come from, and how they were read, so that a run can read them again."""

from __future__ import annotations

from dataclasses import dataclass

from throughtime.data.reading import AS_IT_IS, Reading


@dataclass(frozen=True)
class Source:
    """An embedded set, a file, or rows in memory, and how they were read.

    Args:
        name: the name of an embedded set, or the absolute path of a file or folder; None for rows
            in memory, which have to be given again.
        reading: how the file or the rows were read.
        seed: decided the division of its rows into parts.
    """

    name: str | None
    reading: Reading = AS_IT_IS
    seed: int = 0
