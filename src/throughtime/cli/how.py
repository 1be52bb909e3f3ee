"""How sequences are taken from a distribution: drawn, bent or not, or the most probable one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from throughtime.distribution.distribution import SequenceDistribution
from throughtime.lengths import DecidedBy
from throughtime.sequence import Sequence

LONGEST = 1_000
"""Where a sequence that has not ended is cut, unless something else is said."""

LONGEST_UNENDING = 300
"""The same, for a process without an end."""


@dataclass(frozen=True)
class How:
    """Draws, bent or not; or the most probable one."""

    bent: dict[str, Any]
    beam: int | None
    max_length: int | None

    def __post_init__(self) -> None:
        if self.beam is not None and self.bent:
            options = ", ".join(f"--{name.replace('_', '-')}" for name in self.bent)
            raise ValueError(f"--beam does not draw, so {options} means nothing; leave one out")

    def take(self, p: SequenceDistribution, shape: tuple[int, ...], draw: bool) -> Sequence:
        """Sequences of p; ``draw`` says what is done if the options say nothing."""
        longest = self.max_length
        if longest is None and p.length.decided_by is DecidedBy.NOTHING:
            longest = LONGEST_UNENDING
        elif longest is None and p.length.stops:
            longest = LONGEST
        if self.bent or (draw and self.beam is None):
            return p.sample(shape, max_length=longest, **self.bent)
        return p.mode(1 if self.beam is None else self.beam, max_length=longest)
