"""τ is the length of the input."""

from __future__ import annotations

from dataclasses import dataclass

from throughtime.lengths.length import DecidedBy, Length
from throughtime.outputs.output import Output
from throughtime.wiring import Edge, Wiring


@dataclass(frozen=True)
class SameAsInput(Length):
    """One output for each x(t): P(τ given x) is one at the length of x (Goodfellow
    et al. 2016, 10.2.4).

    An empty input has one output, the empty sequence, with probability one.
    """

    @property
    def decided_by(self) -> DecidedBy:
        return DecidedBy.INPUT

    def check(self, wiring: Wiring, output: Output) -> None:
        if Edge.INPUT not in wiring:
            raise ValueError(
                f"{self} needs {Edge.INPUT.value}, and this wiring has no x(t) to take a length "
                "from; use EndOfSequence, Halt, PredictedLength or Unending"
            )
