"""Windows of series, to train on: some steps of some series at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import torch

from throughtime.data.examples import Examples
from throughtime.sequence import Sequence

FEWEST = 20
"""The fewest batches that are an epoch: few and short series are seen several times in one."""

NAMELESS = 0.1
"""The share of windows that do not say which series they are of."""

HIDDEN = 0.5
"""The share of windows that end as a forecast does: without what is observed only in the past."""


def count_windows(examples: Examples, rows: int, steps: int) -> int:
    """How many batches an epoch has: they hold as many steps as all series have, or more."""
    assert isinstance(examples.y, Sequence)
    return max(FEWEST, math.ceil(int(examples.y.lengths.sum()) / (rows * steps)))


def windows(
    examples: Examples,
    rows: int,
    steps: int,
    generator: torch.Generator,
    own: slice | None = None,
    unknown: torch.Tensor | None = None,
) -> Iterator[Examples]:
    """The batches of an epoch: windows of at most ``steps`` steps, each of a series that is drawn
    with its length as its weight, and from a place in it that is drawn.

    A window begins as a series does, from h(0), with nothing before it. It ends where the series
    does if that is shorter. One without any value is drawn again, as it has no loss.

    Args:
        examples: whole series.
        rows: the windows of a batch.
        steps: the most steps of a window.
        generator: draws them.
        own: where in the static vector it says which series it is: left out in one of ten windows,
            as it will be of a series that training has not seen.
        unknown: x(t) of which nothing is observed, as :attr:`Inputs.unknown` has it: in half of the
            windows it is so from a step that is drawn to the end, as it is after the origin of a
            forecast. None: no input is observed only in the past.
    """
    y = examples.y
    assert isinstance(y, Sequence)
    seen = ~y.values.isnan().all(-1) & y.mask
    before = torch.nn.functional.pad(seen.cumsum(1), (1, 0))
    for _ in range(count_windows(examples, rows, steps)):
        chosen, starts = torch.zeros(rows, dtype=torch.int64), torch.zeros(rows, dtype=torch.int64)
        wanted = torch.ones(rows, dtype=torch.bool)
        while bool(wanted.any()):
            count = int(wanted.sum())
            series = torch.multinomial(
                y.lengths.double(), count, replacement=True, generator=generator
            )
            room = (y.lengths[series] - steps).clamp(min=0) + 1
            start = (torch.rand(count, generator=generator) * room).long()
            chosen[wanted], starts[wanted] = series, start
            end = (starts + steps).clamp(max=y.lengths[chosen])
            wanted = before[chosen, end] == before[chosen, starts]
        batch = examples[chosen]
        if own is not None and batch.vector is not None:
            vector = batch.vector.clone()
            vector[torch.rand(rows, generator=generator) < NAMELESS, own] = 0.0
            batch = replace(batch, vector=vector)
        found = window(batch, starts, steps)
        if unknown is not None and isinstance(found.x, Sequence):
            found = replace(found, x=_as_forecast(found.x, unknown, generator))
        yield found


def _as_forecast(x: Sequence, unknown: torch.Tensor, generator: torch.Generator) -> Sequence:
    """The inputs of windows, some of which have an origin within: the step from which on nothing
    new is observed, the second at the earliest."""
    some = torch.rand(len(x), generator=generator) < HIDDEN
    origins = 1 + (torch.rand(len(x), generator=generator) * (x.lengths - 1)).long()
    after = some[:, None] & (torch.arange(x.steps) >= origins[:, None])
    hidden = after[..., None] & ~unknown.isnan()
    return Sequence(torch.where(hidden, unknown, x.values), x.lengths)


def window(examples: Examples, starts: torch.Tensor, steps: int) -> Examples:
    """A window of each row, from ``starts``, ``(rows,)``, on, all of it to be measured."""
    assert isinstance(examples.y, Sequence)

    def cut(values: Sequence) -> Sequence:
        lengths = (values.lengths - starts).clamp(0, steps)
        at = (starts[:, None] + torch.arange(int(lengths.max()))).clamp(max=values.steps - 1)
        return Sequence(values.values[torch.arange(len(starts))[:, None], at], lengths)

    x = examples.x
    return Examples(
        x=cut(x) if isinstance(x, Sequence) else None,
        y=cut(examples.y),
        vector=examples.vector,
        scale=examples.scale,
        start=torch.zeros_like(starts),
    )
