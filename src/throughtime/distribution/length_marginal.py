"""The distribution of τ, with y summed out."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid, pad

from throughtime.distribution.process import Process
from throughtime.distribution.stepper import Stepper
from throughtime.lengths.length import DecidedBy
from throughtime.whole import whole


def length_marginal(process: Process, max_length: int, samples: int) -> Tensor:
    """P(τ = 0 … max_length) of each row, ``(rows, max_length + 1)``; see
    ``SequenceDistribution.length_marginal``."""
    whole("max_length", max_length, 0)
    whole("samples", samples)
    if process.length.decided_by is DecidedBy.NOTHING:
        raise ValueError(f"{process.length}: τ is not random, so it has no distribution")
    if process.x is not None:
        n = torch.arange(max_length + 1, device=process.device)
        return (process.x.lengths[:, None] == n).to(process.dtype)
    if process.length_logits is not None:
        known = process.length_logits.softmax(-1).expand(process.rows, -1)
        return pad(known, (0, max(0, max_length + 1 - known.shape[-1])))[:, : max_length + 1]
    # Where no y enters the recurrence, all draws give the same decisions; one is enough.
    draws = 1 if process.graph.wiring.independent else samples
    stop = _stopping(process.repeat(draws), max_length)
    gone_on = pad(logsigmoid(-stop).cumsum(-1), (1, 0))[..., :-1]
    probability = (gone_on + logsigmoid(stop)).exp()
    return probability.reshape(draws, process.rows, max_length + 1).mean(0)


def _stopping(process: Process, max_length: int) -> Tensor:
    """The log-odds of stopping at 1 … max_length + 1, along draws that go on for ever."""
    stepper = Stepper(process, torch.arange(process.rows, device=process.device))
    stops: list[Tensor] = []
    for _ in range(max_length + 1):
        o = stepper.step(None)
        stop, units = process.length.split(o)
        assert stop is not None
        stops.append(stop)
        stepper.feed(o, process.output.distribution(units).sample())
    return torch.stack(stops, -1)
