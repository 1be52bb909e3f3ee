"""The process goes on for ever."""

from __future__ import annotations

from dataclasses import dataclass

from throughtime.lengths.length import DecidedBy, Length


@dataclass(frozen=True)
class Unending(Length):
    """A process without an end, such as running text: τ is not random, it is how far you look.

    ``log_prob(y)`` is the probability that the *first τ values* of the process are y, so the
    probabilities of all sequences of one length sum to one. ``sample`` and ``mode`` need a
    ``max_length``, which is then the length.
    """

    @property
    def decided_by(self) -> DecidedBy:
        return DecidedBy.NOTHING
