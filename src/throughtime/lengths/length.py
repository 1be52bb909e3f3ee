"""The protocol of a length: how τ is decided, as part of the probability."""

from __future__ import annotations

from torch import Tensor

from throughtime.outputs.output import Output
from throughtime.wiring import Edge, Wiring


class Length:
    """How τ is decided (notes, section 1.4). Like an output, a plain value without parameters.

    A length that ``stops`` decides before every value, from h(t), whether there is one:

        P(y(1..τ), τ) = Π_{t≤τ} P(go on at t) p(y(t) | …) × P(stop at τ+1)

    so a sequence of τ values takes τ + 1 steps of the recurrence and τ = 0 is legal.
    """

    @property
    def stops(self) -> bool:
        """Whether every step decides between going on and stopping."""
        return False

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

    def check(self, wiring: Wiring, output: Output) -> None:
        """Raise a ``ValueError`` with the reason if the length cannot go with the other choices."""
        if Edge.INPUT in wiring:
            raise ValueError(
                f"{self} decides a length, but with {Edge.INPUT.value} there is one output for "
                "each x(t) and so the input decides it; use lengths.SameAsInput()"
            )
