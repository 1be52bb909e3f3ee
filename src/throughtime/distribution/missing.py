"""Values that are missing: what stands for them, and log p of those that are observed."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from throughtime.context.graphs import outside_graphs
from throughtime.distribution.ancestral import ancestral
from throughtime.distribution.process import Process
from throughtime.distribution.warp import Warp
from throughtime.outputs.output import Output
from throughtime.sequence import Sequence
from throughtime.wiring import Edge

STEPS_OF_A_ROUND = 4
"""A run over a whole sequence takes less time than so many steps of it, one by one."""


def check_observed(observed: Tensor, y: Sequence, output: Output) -> Tensor:
    """Which values are observed, as ``(*batch, T)``, or ``(*batch, T, D)`` if some vectors are
    observed in part.

    Raises:
        ValueError: if it has another shape or dtype; or vectors are observed in part, whose entries
            depend on each other.
    """
    shape = y.values.shape
    steps = shape[: len(shape) - len(y.event_shape)]
    if not isinstance(observed, Tensor) or observed.dtype != torch.bool:
        raise ValueError(
            "what is observed comes as a tensor of true and false, such as ~values.isnan()"
        )
    if observed.shape not in (steps, shape):
        raise ValueError(
            f"observed has shape {tuple(observed.shape)}; expected {tuple(steps)}, one for each "
            f"step, or {tuple(shape)}"
        )
    if observed.shape == steps:
        return observed
    every = observed.all(-1)
    if torch.equal(every, observed.any(-1)):
        return every
    if not output.independent:
        raise ValueError(
            f"some y(t) are observed in part, whose entries depend on each other in {output}; give "
            "an output of independent entries, or count such y(t) as missing: observed.all(-1)"
        )
    return observed


def rows_of(observed: Tensor, y: Sequence) -> Tensor:
    """What is observed of y, in one batch dimension, without steps that no row of y has."""
    depth = len(y.batch_shape)
    observed = observed.narrow(depth, 0, y.steps)
    return observed.reshape(math.prod(y.batch_shape), *observed.shape[depth:])


def steps_of(y: Sequence, seen: Tensor) -> Tensor:
    """Which of the steps y has, to be broadcast to what is observed of them."""
    mask = y.flatten().mask
    return mask.reshape(*mask.shape, *(1,) * (seen.dim() - 2))


def with_any(y: Sequence, observed: Tensor, output: Output) -> Sequence:
    """y with some possible value where it is not observed, where it may be anything, NaN too."""
    dtype = y.dtype if y.dtype.is_floating_point else torch.float32
    possible = output.most_probable(torch.zeros(output.size, dtype=dtype, device=y.device))
    return Sequence(
        torch.where(_seen(observed, y.values), y.values, possible.to(y.dtype)), y.lengths
    )


@outside_graphs
@torch.no_grad()
def drawn(process: Process, y: Sequence, keep: Tensor, *, greedy: bool = False) -> Tensor:
    """y, ``(rows, T, *event)``, with the model's own values where not ``keep``.

    Each is drawn given all before it, observed or drawn, by the model as it is used (without
    dropout).

    Args:
        process: the rows' process.
        y: a sequence for each row.
        keep: ``(rows, T)``, or of vectors ``(rows, T, D)``.
        greedy: the most probable values instead of draws.
    """
    return ancestral(process, Warp(greedy=greedy), y.steps, observed=y, keep=keep).values


def completed(process: Process, y: Sequence) -> Sequence:
    """y with draws of the model where it is missing, if the output edge carries y; elsewhere
    nothing depends on what is missing, and y is as it is."""
    observed = process.observed
    carried = process.graph.wiring.feedback is Edge.OBSERVED
    if observed is None or not carried or bool(observed.all()):
        return y
    missing = ~observed.reshape(*y.values.shape[:2], -1).all(-1) & y.mask
    most = int(missing.sum(1).max()) if len(missing) else 0
    few = most * STEPS_OF_A_ROUND <= y.steps
    own = _in_rounds(process, y, observed, missing) if few else drawn(process, y, observed)
    return Sequence(torch.where(_seen(observed, own), y.values, own), y.lengths)


@outside_graphs
@torch.no_grad()
def _in_rounds(process: Process, y: Sequence, observed: Tensor, missing: Tensor) -> Tensor:
    """What :func:`drawn` gives, all steps at once: the first missing value of each row is drawn
    from one run over the sequence, the second from the next run, which is given the first, …."""
    warp, which = Warp(), missing.cumsum(1)
    values = y.values.clone()
    for k in range(1, int(which.max()) + 1 if which.numel() else 1):
        at = missing & (which == k)
        rows = at.any(1).nonzero().flatten()
        t = at[rows].int().argmax(1)
        there = Sequence(values[rows, : int(t.max()) + 1], t + 1)
        some = process.pick(rows)
        _, (o,) = some.run(there, t + 1, lambda read, _: (read.o,), dropout=False)
        units = warp.split(o[t, torch.arange(len(t), device=t.device)], some.output, some.length)[1]
        own = warp.draw(process.output, units)
        seen = _seen(observed[rows, t], own)
        values[rows, t] = torch.where(seen, values[rows, t], own.to(values.dtype))
    return values


def _seen(observed: Tensor, values: Tensor) -> Tensor:
    """What is observed, to be broadcast to the values."""
    return observed.reshape(*observed.shape, *(1,) * (values.dim() - observed.dim()))
