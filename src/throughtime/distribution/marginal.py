"""The distribution of τ, with y summed out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid, pad

from throughtime.distribution.decoding import Stepper
from throughtime.lengths.same_as_input import SameAsInput
from throughtime.lengths.unending import Unending

if TYPE_CHECKING:
    from throughtime.distribution.distribution import SequenceDistribution


def length_marginal(p: SequenceDistribution, max_length: int, samples: int) -> Tensor:
    """P(τ = 0 … max_length); see ``SequenceDistribution.length_marginal``."""
    if max_length < 0:
        raise ValueError(f"max_length must not be negative; got {max_length}")
    if samples < 1:
        raise ValueError(f"the mean needs at least one sample; got samples={samples}")
    if isinstance(p.length, Unending):
        raise ValueError(f"{p.length}: τ is not random, so it has no distribution")
    if isinstance(p.length, SameAsInput):
        assert p.x is not None
        n = torch.arange(max_length + 1, device=p.device)
        return (p.x.lengths.reshape(*p.batch_shape, 1) == n).to(p.dtype)
    if p.length_logits is not None:
        known = p.length_logits.softmax(-1).expand(p.batch_shape.numel(), -1)
        known = pad(known, (0, max(0, max_length + 1 - known.shape[-1])))[:, : max_length + 1]
        return known.reshape(*p.batch_shape, max_length + 1)
    # Where no y enters the recurrence, all draws give the same decisions; one is enough.
    draws = 1 if p.graph.wiring.independent else samples
    stop = _stopping(p.expand((draws, *p.batch_shape)), max_length)
    gone_on = pad(logsigmoid(-stop).cumsum(-1), (1, 0))[..., :-1]
    probability = (gone_on + logsigmoid(stop)).exp()
    return probability.reshape(draws, *p.batch_shape, max_length + 1).mean(0)


def _stopping(p: SequenceDistribution, max_length: int) -> Tensor:
    """The log-odds of stopping at 1 … max_length + 1, along draws that go on for ever."""
    stepper = Stepper(p, torch.arange(p.batch_shape.numel(), device=p.device))
    stops: list[Tensor] = []
    for _ in range(max_length + 1):
        o = stepper.step(None)
        stop, own = p.length.split(o)
        assert stop is not None
        stops.append(stop)
        stepper.feed(o, p.output.distribution(own).sample())
    return torch.stack(stops, -1)
