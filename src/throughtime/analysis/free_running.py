"""The gap between teacher forcing and free running: the loss by position, both ways."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from throughtime.analysis.intervals import interval, ratios
from throughtime.analysis.nodes import differentiated, given
from throughtime.data.examples import Examples
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.distribution.missing import completed
from throughtime.distribution.process import Process
from throughtime.distribution.terms import log_prob_terms
from throughtime.evaluation.likelihood import decoder, there, y_of
from throughtime.gradients import FullBPTT
from throughtime.runs.build import Model
from throughtime.sequence import Sequence
from throughtime.whole import whole
from throughtime.wiring import Edge

DRAWS = 100
"""Histories that the model draws for each row."""


NUMBERS = 2**24
"""So many numbers of o(1) … o(T) are computed at a time: 64 MiB, and some copies of them."""


@dataclass(frozen=True, eq=False)
class Gap:
    """-log p(y(t)) by position t = 1 … T, in nats: the mean over the rows that have a y(t).

    Args:
        forced: ``(T,)``, given the true past.
        closed: ``(T,)``, given the first ``prefix`` values, and from there on the model's own.
        low, high: ``(2, T)``, the 95 % intervals of both; None where rows are too few.
        difference: closed - forced over all positions after the prefix, and its interval.
        rows: ``(T,)``, how many rows there are.
        prefix: n, how many values are given.
        draws: how many histories are drawn for each row.
    """

    forced: Tensor
    closed: Tensor
    low: Tensor | None
    high: Tensor | None
    difference: tuple[float, float | None, float | None]
    rows: Tensor
    prefix: int
    draws: int


@torch.no_grad()
def gap(model: Model, rows: Examples, prefix: int = 0, draws: int = DRAWS) -> Gap:
    r"""The loss by position, teacher-forced and in closed loop.

    .. math::
        \text{forced}^{(t)} &= -\log p(y^{(t)} \mid y^{(1)} \dots y^{(t-1)}, x) \\
        \text{closed}^{(t)} &= -\log p(y^{(t)} \mid y^{(1)} \dots y^{(n)}, x)
            = -\log E_{\tilde y}\, p(y^{(t)} \mid y^{(1)} \dots y^{(n)},
              \tilde y^{(n+1)} \dots \tilde y^{(t-1)}, x)

    where ỹ are the model's own draws. The one is what training minimises; the other is what the
    model knows of y(t) when it has gone on by itself since n: the loss of a forecast t - n steps
    ahead. Their difference is, of a true model, the information that the values in between have of
    y(t), and in the mean not negative. Of a model of which the differences go on to grow, to more
    than the loss of knowing the frequencies alone, free running has gone where the data are not.

    The expectation is a mean over draws, so that closed(t) is a little too large (Jensen's
    inequality; by about half the variance of p over its squared mean, through the number of draws).
    Where the model may stop at each step, p is that of y(t) if there is one: each history weighs as
    much as it was probable to go on. Where no y enters the recurrence, both are the same.

    Args:
        model: the model; nothing is dropped.
        rows: the examples.
        prefix: n.
        draws: histories for each row.

    Raises:
        ValueError: if the model gives one value after the last step, or there is no step.

    Example:
        >>> import throughtime as tt
        >>> model = tt.RecurrentModel(
        ...     tt.cells.GRU(4), tt.Wiring("h(t-1) -> h(t)", "y(t-1) -> h(t)", "h(t) -> o(t)"),
        ...     tt.outputs.Categorical(3), tt.lengths.Unending())
        >>> rows = tt.data.Examples(None, tt.Sequence(torch.randint(3, (8, 6))))
        >>> found = gap(model, rows, prefix=2)
        >>> bool((found.forced[:3] - found.closed[:3]).abs().max() < 1e-5), found.closed.shape
        (True, torch.Size([6]))
    """
    rows = there(model, rows)
    with differentiated(model, FullBPTT()), torch.no_grad():
        forced, closed, seen = _both(model, rows, prefix, draws)
    counted = seen.double()
    pairs = torch.stack(
        [torch.stack([torch.where(seen, v, 0.0), counted], -1) for v in (forced, closed)], 1
    )
    found, drawn = ratios(pairs.flatten(1, 2).double().cpu())
    low, high = interval(drawn)
    later = pairs[:, :, prefix:].sum(2)
    apart = torch.stack([later[:, 1, 0] - later[:, 0, 0], later[:, 0, 1]], -1)[:, None]
    value, again = ratios(apart.double().cpu())
    least, most = interval(again)
    means = found.unflatten(0, (2, -1))
    return Gap(
        forced=means[0],
        closed=means[1],
        low=None if low is None else low.unflatten(0, (2, -1)),
        high=None if high is None else high.unflatten(0, (2, -1)),
        difference=(
            float(value),
            None if least is None else float(least),
            None if most is None else float(most),
        ),
        rows=seen.sum(0).cpu(),
        prefix=prefix,
        draws=draws,
    )


def _both(model: Model, rows: Examples, prefix: int, draws: int) -> tuple[Tensor, Tensor, Tensor]:
    """-log p(y(t)) given the true past and the drawn ones, a few draws at a time; and which of them
    are measured, each ``(rows, T)``."""
    with_values, alone, done = None, None, 0
    while True:
        some = min(draws - done, _at_once(model, rows))
        y, seen, fed, process = histories(model, rows, prefix, some)
        forced = log_prob_terms(process, y).values
        if fed is None:
            return -forced, -forced, seen
        values, weights = _weighed(process, y, fed, some)
        with_values = values if with_values is None else torch.logaddexp(with_values, values)
        alone = weights if alone is None else torch.logaddexp(alone, weights)
        done += some
        if done >= draws:
            return -forced, alone - with_values, seen


def _at_once(model: Model, rows: Examples) -> int:
    """So many draws of each row have at most :data:`NUMBERS` numbers in their o(1) … o(T)."""
    if not isinstance(rows.y, Sequence):
        return 1
    inner = decoder(model)
    units = 1 if inner.output is None else inner.output.size
    return max(1, NUMBERS // max(1, len(rows) * rows.y.steps * units))


def histories(
    model: Model, rows: Examples, prefix: int, draws: int
) -> tuple[Sequence, Tensor, Sequence | None, Process]:
    """What the model goes on with by itself after the first ``prefix`` values of each row; of
    series after all that came before what is measured.

    Returns:
        y; which of its values are measured, ``(rows, T)``; y with the model's own draws after the
        prefix, ``draws`` times all rows, or None where no y enters the recurrence; and the rows'
        process.

    Raises:
        ValueError: as :func:`gap`.
    """
    whole("prefix", prefix, 0)
    whole("draws", draws)
    inner = decoder(model)
    if inner.wiring.emits_last:
        raise ValueError(
            f"{Edge.EMIT_LAST.value} gives one value after the last step: there is no loop to "
            "close; expected a model with an output at every step"
        )
    p = y_of(model, rows)
    assert isinstance(p, SequenceDistribution)
    p, y = given(p, rows)
    seen = y.mask
    if not seen.any():
        raise ValueError("there is no step to look at: give examples with at least one")
    if rows.start is not None and rows.observed is not None:
        t = torch.arange(y.steps, device=y.device)
        seen = seen & rows.observed.any(-1)[:, : y.steps] & (t >= rows.start[:, None])
    process = p.process
    if inner.wiring.feedback is not Edge.OBSERVED:
        return y, seen, None, process
    many = Sequence(*(v.expand(draws, *v.shape).flatten(0, 1) for v in (y.values, y.lengths)))
    given_of_each = torch.full_like(y.lengths, prefix)
    if rows.start is not None:  # all that came before is known of a series
        given_of_each = torch.maximum(given_of_each, rows.start.to(y.device))
    keep = torch.arange(y.steps, device=y.device) < given_of_each[:, None]
    keep = keep.expand(draws, *keep.shape).flatten(0, 1)
    fed = completed(replace(process.repeat(draws), observed=keep), many)
    return y, seen, fed, process


def _weighed(process: Process, y: Sequence, fed: Sequence, draws: int) -> tuple[Tensor, Tensor]:
    """log Σ w p(y(t)) and log Σ w over the drawn pasts, where w is how probable each was to go on
    until t, ``(rows, T)``."""
    many = Sequence(*(v.expand(draws, *v.shape).flatten(0, 1) for v in (y.values, y.lengths)))
    values, decisions, _ = log_prob_terms(process.repeat(draws), many, fed)
    weights = decisions[:, : y.steps].cumsum(1).unflatten(0, (draws, -1))
    values = values.unflatten(0, (draws, -1))
    return (weights + values).logsumexp(0), weights.logsumexp(0)
