"""How sequences are taken from a distribution: by drawing, or the most probable one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from throughtime.distribution import SequenceDistribution
from throughtime.lengths import DecidedBy
from throughtime.sequence import Sequence

LONGEST = 1_000
"""Where a sequence that has not ended is cut, unless something else is said."""

LONGEST_UNENDING = 300
"""The same, for a process without an end."""


@dataclass(frozen=True)
class Decoding:
    """Draws, by temperature, top-k and top-p; or the most probable sequence, by a beam.

    Args:
        temperature: below 1 for the more probable, above for the odd.
        top_k: only the k most probable symbols of each step.
        top_p: only the most probable symbols of this probability.
        beam: instead of draws, the most probable sequence, by a search so wide.
        max_length: where to cut what has not ended.

    Raises:
        ValueError: if a beam and an option of drawing are given.
    """

    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    beam: int | None = None
    max_length: int | None = None

    def __post_init__(self) -> None:
        if self.beam is not None and self.drawn:
            options = ", ".join(f"--{name.replace('_', '-')}" for name in self.drawn)
            raise ValueError(f"--beam does not draw, so {options} means nothing; leave one out")

    @property
    def drawn(self) -> dict[str, Any]:
        """The options of drawing that are given."""
        options = {"temperature": self.temperature, "top_k": self.top_k, "top_p": self.top_p}
        return {name: value for name, value in options.items() if value is not None}

    def take(self, p: SequenceDistribution, shape: tuple[int, ...] = ()) -> Sequence:
        """The most probable sequence of each row of p; draws, if an option of drawing is given."""
        if self.drawn:
            return self.draw(p, shape)
        return p.mode(1 if self.beam is None else self.beam, max_length=self._longest(p))

    def best(self, p: SequenceDistribution, count: int) -> tuple[Sequence, Tensor]:
        """The ``count`` most probable sequences that the beam finds, and their log p."""
        return p.modes(count, self.beam, max_length=self._longest(p))

    def draw(self, p: SequenceDistribution, shape: tuple[int, ...] = ()) -> Sequence:
        """Draws of p, of batch shape ``shape + p.batch_shape``; with a beam, the most probable."""
        if self.beam is not None:
            return self.take(p)
        return p.sample(shape, max_length=self._longest(p), **self.drawn)

    def _longest(self, p: SequenceDistribution) -> int | None:
        if self.max_length is None and p.length.decided_by is DecidedBy.NOTHING:
            return LONGEST_UNENDING
        if self.max_length is None and p.length.stops:
            return LONGEST
        return self.max_length
