"""What a drawing shows of a net."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from throughtime.wiring.edge import FEEDBACK, Edge

Mode = Literal["training", "closed-loop"]
"""Where the values of y come from: given, in training; or drawn, one after another."""

MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True)
class Net:
    """A wiring and, where it is one of a model, what else the model is made of.

    Args:
        edges: the edges of the wiring.
        layers: what is said of each layer, the lowest first.
        x: what is said of x(t).
        vector: what is said of the vector x.
        output: what is said of y(t); None if h(τ) itself is what the net gives.
        length: what is said of τ.
        countdown: whether each step is told how many values remain.
        encoder: the net, or the name of what it is, whose summary is the vector.
    """

    edges: frozenset[Edge]
    layers: tuple[str, ...] = ("",)
    x: str = ""
    vector: str = ""
    output: str | None = ""
    length: str = ""
    countdown: bool = False
    encoder: Net | str | None = None

    @property
    def feedback(self) -> Edge | None:
        """The edge from the previous output, or None."""
        return next(iter(self.edges & FEEDBACK), None)

    @property
    def both(self) -> bool:
        """Whether there are two sets of hidden units, one for each direction of time."""
        return self.edges >= {Edge.HIDDEN, Edge.BACKWARD}

    @property
    def emits_last(self) -> bool:
        """Whether there is one output for all steps."""
        return Edge.EMIT_LAST in self.edges

    @property
    def every_step_reads(self) -> bool:
        """Whether each step has something of its own to read."""
        return Edge.INPUT in self.edges or self.countdown

    @property
    def rail(self) -> bool:
        """Whether the vector stands beside what the steps read, instead of below them."""
        return Edge.VECTOR in self.edges and self.every_step_reads

    @property
    def from_the_first(self) -> bool:
        """Whether step 1 has a place of its own: there the backward units have read all."""
        return self.emits_last and Edge.BACKWARD in self.edges

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The modes that differ in what enters the hidden units."""
        return MODES if self.feedback is Edge.OBSERVED else MODES[:1]
