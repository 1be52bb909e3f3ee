"""Ancestral sampling by a loop over the steps, of any process."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from throughtime.context.launches import Launched, can_launch, stretches
from throughtime.distribution.sampling import Drawn, Sampling
from throughtime.distribution.stepper import one_step, prepared_step
from throughtime.distribution.warp import Warp
from throughtime.graph.folded import FoldedGraph
from throughtime.graph.prepared import PreparedStep
from throughtime.graph.state import GraphState

LONGEST = 16
"""The most steps of which a GPU's kernels are launched together. So many may be drawn in vain
where every step decides whether to go on."""


class Going(NamedTuple):
    """The rows between two steps.

    Args:
        state: what the steps to come need to know.
        going: which rows have not ended, ``(rows,)``.
        taken: how many values each has, ``(rows,)``.
    """

    state: GraphState
    going: Tensor
    taken: Tensor


class Given(NamedTuple):
    """What a stretch of steps is given, with ``(steps, rows)`` first.

    Args:
        x: x(t).
        left: τ - t + 1, the values that are left; None if every step decides whether to go on.
        observed: values that stand where ``keep`` is true.
        keep: where they do, of a vector also for each entry.
    """

    x: Tensor | None = None
    left: Tensor | None = None
    observed: Tensor | None = None
    keep: Tensor | None = None

    def at(self, t: int) -> Given:
        """What step t of the stretch is given."""
        return Given(*(None if v is None else v[t] for v in self))


def draw(sampling: Sampling) -> Drawn:
    """One sequence for each row, each step given the draws before it."""
    process, limit, lengths = sampling.process, sampling.limit, sampling.lengths
    rows, device = process.rows, process.device
    last = limit if lengths is None else (int(lengths.max()) if rows else 0)
    steps, values, t = Launched(process.graph, _draw), [process.no_values(rows, 0)], 0
    going = torch.ones(rows, dtype=torch.bool, device=device)
    prepared = prepared_step(process, process.distinct)
    at = Going(process.state, going, torch.zeros(rows, dtype=torch.int64, device=device))
    # where each decides, one more than there may be values decides whether the last was the end
    for count in stretches(last + (lengths is None), LONGEST if can_launch(device) else 1):
        given = _given(sampling, t, t + count)
        y, at = steps(count, at, given, sampling.warp, prepared)
        values.append(y)
        t += count
        if not bool(at.going.any()):
            break
    taken = at.taken.clamp(max=last)
    cut = int((at.taken > last).sum())
    drawn = torch.cat(values, 1)[:, : int(taken.max()) if rows else 0]
    return Drawn(drawn, taken, cut)


def _given(sampling: Sampling, start: int, end: int) -> Given:
    """What the steps from ``start`` on are given, before ``end``."""
    process, lengths = sampling.process, sampling.lengths
    x = None if process.x is None else process.x.values[:, start:end].transpose(0, 1)
    left = observed = keep = None
    if lengths is not None:
        left = lengths - torch.arange(start, end, device=process.device)[:, None]
    if sampling.observed is not None and sampling.keep is not None:
        observed = sampling.observed[:, start:end].transpose(0, 1)
        keep = sampling.keep[:, start:end].transpose(0, 1)
    return Given(x, left, observed, keep)


def _draw(
    graph: FoldedGraph,
    count: int,
    at: Going,
    given: Given,
    warp: Warp,
    prepared: PreparedStep | None,
) -> tuple[Tensor, Going]:
    """The values of so many steps, ``(rows, steps, *event)``, and the rows after them."""
    output, length = graph.output, graph.length
    assert output is not None
    assert length is not None
    state, going, taken = at
    values: list[Tensor] = []
    for t in range(count):
        x, left, observed, keep = given.at(t)
        o, state = one_step(graph, state, x, left, prepared)
        stop, units = warp.split(o, output, length)
        if left is not None:
            going = left > 0
        else:
            assert stop is not None
            going = going & (torch.rand(stop.shape, device=o.device) >= stop.float().sigmoid())
        y = warp.draw(output, units)
        if observed is not None and keep is not None:
            y = torch.where(keep.reshape(*keep.shape, *(1,) * (y.dim() - keep.dim())), observed, y)
        state = state._replace(fed=graph.feed(o, y, state.scale))
        values.append(y)
        taken = taken + going
    return torch.stack(values, 1), Going(state, going, taken)
