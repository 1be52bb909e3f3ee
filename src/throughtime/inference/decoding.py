"""Decoding: draws from a distribution over sequences, or the most probable sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from throughtime.distribution import SequenceDistribution
from throughtime.lengths import DecidedBy
from throughtime.sequence import Sequence

LONGEST = 1_000
"""The default length at which a sequence that has not ended is cut."""

LONGEST_UNENDING = 300
"""The default length of draws from a process without an end."""


@dataclass(frozen=True)
class Decoding:
    """How to decode: draws with temperature, top-k and top-p; or a beam search for the mode.

    Args:
        temperature: divides the logits and multiplies variances: below 1, draws vary less.
        top_k: draw from the k most probable symbols of each step.
        top_p: draw from the most probable symbols that have this total probability.
        beam: the width of a beam search for the most probable sequence, instead of draws.
        max_length: the length at which a sequence that has not ended is cut.

    Raises:
        ValueError: if both ``beam`` and an option of drawing are given.
    """

    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    beam: int | None = None
    max_length: int | None = None

    def __post_init__(self) -> None:
        if self.beam is not None and self.drawn:
            options = " and ".join(name.replace("_", "-") for name in self.drawn)
            raise ValueError(f"a beam does not draw, so {options} has no effect; leave one out")

    @property
    def drawn(self) -> dict[str, Any]:
        """The options of drawing that were given, by name."""
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
        """Draws of batch shape ``shape + p.batch_shape``; with a beam, the mode of each row."""
        if self.beam is not None:
            return self.take(p)
        return p.sample(shape, max_length=self._longest(p), **self.drawn)

    def _longest(self, p: SequenceDistribution) -> int | None:
        if self.max_length is None and p.length.decided_by is DecidedBy.NOTHING:
            return LONGEST_UNENDING
        if self.max_length is None and p.length.stops:
            return LONGEST
        return self.max_length
