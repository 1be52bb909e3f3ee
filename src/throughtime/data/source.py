"""Where data come from, so that a run can read them again."""

from __future__ import annotations

from dataclasses import dataclass

from throughtime.data.reading import AS_IT_IS, Reading


@dataclass(frozen=True)
class Source:
    """An embedded set, or a file and how it was read.

    Args:
        name: the name of an embedded set, or the absolute path of a file or folder.
        reading: how the file was read.
        seed: decided the division of its rows into parts.
    """

    name: str
    reading: Reading = AS_IT_IS
    seed: int = 0
