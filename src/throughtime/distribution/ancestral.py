"""Ancestral sampling: y(1), y(2), … drawn one after the other, each given those before it."""

from __future__ import annotations

import warnings

from torch import Tensor

from throughtime.distribution import by_engine, by_loop
from throughtime.distribution.process import Process
from throughtime.distribution.sampling import Drawn, Sampling
from throughtime.distribution.warp import Warp
from throughtime.sequence import Sequence


def ancestral(
    process: Process,
    warp: Warp,
    limit: int,
    *,
    observed: Sequence | None = None,
    keep: Tensor | None = None,
) -> Drawn:
    """One sequence for each row, each value given those before it.

    Args:
        process: the rows' process.
        warp: how each step's distribution is warped.
        limit: the most values that a sequence may have.
        observed: sequences whose lengths the draws take, and whose values stand where ``keep``,
            ``(rows, T)`` or, of vectors, ``(rows, T, D)``, is true.
        keep: which of them stand.
    """
    if process.needs_no_values:
        assert process.x is not None
        _, units = warp.split(process.outputs(), process.output, process.length)
        return Drawn(warp.draw(process.output, units), process.x.lengths)
    lengths = observed.flatten().lengths if observed is not None else process.draw_lengths(limit)
    values = observed.flatten().values if observed is not None and keep is not None else None
    sampling = Sampling(process, warp, limit, lengths, values, keep)
    draw = by_engine.draw if by_engine.takes(process) else by_loop.draw
    drawn = draw(sampling)
    if drawn.cut:
        warnings.warn(
            f"{drawn.cut} of {len(drawn.lengths)} sequences had not ended after "
            f"max_length={limit} steps and were cut",
            stacklevel=4,
        )
    return drawn
