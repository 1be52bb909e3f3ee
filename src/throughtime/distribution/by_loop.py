"""Ancestral sampling by a loop over the steps, of any process."""

from __future__ import annotations

import torch
from torch import Tensor

from throughtime.distribution.sampling import Drawn, Sampling
from throughtime.distribution.stepper import Stepper


def draw(sampling: Sampling) -> Drawn:
    """One sequence for each row, each step given the draws before it."""
    process, limit, lengths = sampling.process, sampling.limit, sampling.lengths
    rows, device = process.rows, process.device
    stepper = Stepper(process, torch.arange(rows, device=device))
    going = torch.ones(rows, dtype=torch.bool, device=device)
    taken = torch.zeros(rows, dtype=torch.int64, device=device)
    values: list[Tensor] = []
    last = limit if lengths is None else (int(lengths.max()) if rows else 0)
    for t in range(last + (lengths is None)):
        if lengths is not None:
            going = t < lengths
        o = stepper.step(lengths)
        stop, units = sampling.warp.split(o, process.output, process.length)
        if lengths is None:
            assert stop is not None
            going = going & (torch.rand(stop.shape, device=device) >= stop.float().sigmoid())
        if t == last or not bool(going.any()):
            break
        y = sampling.choose(units)
        if sampling.observed is not None and sampling.keep is not None:
            keep = sampling.keep[:, t].reshape(-1, *(1,) * (y.dim() - 1))
            y = torch.where(keep, sampling.observed[:, t], y)
        stepper.feed(o, y)
        values.append(y)
        taken = taken + going
    cut = 0 if lengths is not None else int((going & (taken == limit)).sum())
    return Drawn(torch.stack(values, 1) if values else process.no_values(rows, 0), taken, cut)
