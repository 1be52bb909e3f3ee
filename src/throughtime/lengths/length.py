"""The protocol of a length: how τ is decided, as part of the probability."""

from __future__ import annotations

from enum import Enum

import torch
from torch import Tensor

from throughtime.outputs.output import Output
from throughtime.wiring import Edge, Wiring


class DecidedBy(Enum):
    """What decides the length τ of y."""

    INPUT = "the length of x"
    PREDICTION = "P(τ), before the first step"
    EACH_STEP = "every step, which stops or goes on"
    NOTHING = "nothing: the process has no end"


class Length:
    """How τ is decided. Like an output, a plain value without parameters.

    A length that ``stops`` decides before every value, from h(t), whether there is one:

        P(y(1..τ), τ) = Π_{t≤τ} P(go on at t) p(y(t) | …) × P(stop at τ+1)

    so a sequence of τ values takes τ + 1 steps of the recurrence and τ = 0 is legal.
    """

    @property
    def decided_by(self) -> DecidedBy:
        """What decides τ."""
        raise NotImplementedError(f"{type(self).__name__} does not say what decides τ")

    @property
    def stops(self) -> bool:
        """Whether every step decides between going on and stopping."""
        return self.decided_by is DecidedBy.EACH_STEP

    @property
    def random(self) -> bool:
        """Whether τ is random, given x: then P(τ) is a part of the probability."""
        return self.decided_by in (DecidedBy.PREDICTION, DecidedBy.EACH_STEP)

    # ---- of a length that stops ----------------------------------------------------------------

    @property
    def in_alphabet(self) -> bool:
        """Whether the stop is a symbol that competes with the output's own in one softmax."""
        return False

    def units(self, output: Output) -> int:
        """How many units o(t) has: those of the output, and one more where there is a stop."""
        return output.size + self.stops

    def split(self, o: Tensor) -> tuple[Tensor | None, Tensor]:
        """The log-odds of stopping at t, if the length stops, and the output's own units."""
        return None, o

    # ---- of a length that is predicted ---------------------------------------------------------

    @property
    def longest(self) -> int | None:
        """The largest τ that the model predicts a probability of; None if τ is not predicted."""
        return None

    @property
    def features(self) -> int:
        """How many numbers tell each step how many values remain; zero if no step is told."""
        return 0

    def countdown(self, remaining: Tensor, dtype: torch.dtype | None = None) -> Tensor:
        """φ of the numbers of values that remain: ``(*,)`` to ``(*, features)``."""
        raise NotImplementedError(
            f"{type(self).__name__} has features but no countdown(); write it"
        )

    @property
    def has_beginnings(self) -> bool:
        """Whether the first values of y have a probability before τ is known."""
        return self.longest is None and not self.features

    # ---- with the other choices ----------------------------------------------------------------

    def check(self, wiring: Wiring, output: Output) -> None:
        """Raise a ``ValueError`` with the reason if the length cannot go with the other choices."""
        if Edge.INPUT in wiring:
            raise ValueError(
                f"{self} decides a length, but with {Edge.INPUT.value} there is one output for "
                "each x(t) and so the input decides it; use lengths.SameAsInput()"
            )
