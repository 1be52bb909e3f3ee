"""Temperature, top-k and top-p: how each step's distribution is changed before it is drawn from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from throughtime.lengths.length import Length
from throughtime.outputs.output import Output
from throughtime.whole import whole


@dataclass(frozen=True)
class Warp:
    """How each step's distribution is warped before it is drawn from.

    Temperature first, then top-k, then top-p (nucleus sampling, Holtzman et al. 2020), each on
    what the one before has left. An end symbol is a symbol like the others.

    If ``greedy``, the most probable value is taken instead of a draw, which is what draws come to
    as the temperature goes to zero.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    greedy: bool = False

    def check(self, output: Output) -> None:
        """Raise a ``ValueError`` if an option is out of range or does not go with the output."""
        if not 0 < _number("temperature", self.temperature) < math.inf:
            raise ValueError(
                f"temperature must be positive; got {self.temperature}. For the most probable "
                "sequence, use mode()"
            )
        if self.top_k is not None:
            whole("top_k", self.top_k)
        if self.top_p is not None and not 0 < _number("top_p", self.top_p) <= 1:
            raise ValueError(f"top_p is a probability above 0; got {self.top_p}")
        if (self.top_k or self.top_p) and not output.symbolic:
            raise ValueError(f"top_k and top_p choose among symbols, which {output} has not")

    def split(self, o: Tensor, output: Output, length: Length) -> tuple[Tensor | None, Tensor]:
        """The log-odds of stopping, warped, and the output's units, of which symbols are warped.

        What is not a symbol is warped by :meth:`draw`, which gives the output the temperature.
        """
        if not output.symbolic:
            stop, units = length.split(o)
            return None if stop is None else stop / self.temperature, units
        o = o / self.temperature
        if length.in_alphabet:
            stop, units = length.split(self.truncate(o))
            only_the_end = units.isneginf().all(-1, keepdim=True)  # then any symbol will do
            return stop, torch.where(only_the_end, 0.0, units)
        stop, units = length.split(o)
        return stop, self.truncate(units)

    def truncate(self, logits: Tensor) -> Tensor:
        """The logits with those outside top-k and top-p at minus infinity."""
        if self.top_k is not None and self.top_k < logits.shape[-1]:
            inside = logits.topk(self.top_k, -1).indices  # of equal ones, no more than k
            outside = torch.ones_like(logits, dtype=torch.bool).scatter(-1, inside, False)
            logits = logits.masked_fill(outside, -torch.inf)
        if self.top_p is not None and self.top_p < 1:
            ordered, at = logits.sort(-1, descending=True)
            before = ordered.softmax(-1).cumsum(-1) - ordered.softmax(-1)
            outside = torch.zeros_like(before, dtype=torch.bool).scatter(
                -1, at, before >= self.top_p
            )
            logits = logits.masked_fill(outside, -torch.inf)
        return logits

    def draw(self, output: Output, units: Tensor) -> Tensor:
        """A value for each of the output's units that :meth:`split` gives."""
        if self.greedy:
            return output.most_probable(units)
        temperature = 1.0 if output.symbolic else self.temperature
        return output.distribution(units, temperature).sample()


def _number(name: str, value: Any) -> float:
    try:
        return math.fsum([value])  # as float(), but of no text
    except (TypeError, ValueError, RuntimeError):
        raise ValueError(f"{name} must be a number; got {value!r:.60}") from None
