"""Beam search for the most probable sequence."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from throughtime.distribution.process import Process
from throughtime.distribution.stepper import Stepper

WIDEST = 2**20
"""No beam is wider: were there as many hypotheses, few machines would have the memory for their
states."""


class Hypotheses(NamedTuple):
    """What a beam has kept of each row, the most probable first.

    Args:
        values: ``(rows, k, T, *event)``.
        lengths: τ, ``(rows, k)``.
        log_prob: ``(rows, k)``; of continuous values, the parts of it that decided the search.
            Minus infinity if there are fewer sequences than the beam is wide.
    """

    values: Tensor
    lengths: Tensor
    log_prob: Tensor


def beam_search(process: Process, width: int, limit: int) -> Hypotheses:
    """The most probable sequences that a beam has kept.

    A hypothesis that has ended goes on as itself, so ended and unended ones compete for the same
    places, and nothing is lost while the beam has room for all. Where τ is predicted, each
    hypothesis has a τ from the start, and the best of P(τ) compete from the start.

    Args:
        process: the rows' process.
        width: how many hypotheses are kept of each row; fewer where there are no more.
        limit: the most values that a sequence may have.
    """
    if process.needs_no_values:
        return _of_independent_values(process, width)
    rows, device = process.rows, process.device
    score, lengths = _first_hypotheses(process, width, limit)
    stepper = Stepper(process, torch.arange(rows, device=device).repeat_interleave(score.shape[1]))
    ended = torch.zeros_like(score, dtype=torch.bool)
    taken = torch.zeros_like(score, dtype=torch.int64)
    values = process.no_values(score.numel(), 0)
    while True:
        if lengths is not None:
            ended = taken == lengths
        if bool((ended | score.isneginf()).all()):
            break
        o = stepper.step(None if lengths is None else lengths.flatten())
        last = lengths is None and stepper.t > limit
        go_on, y, stop = _choices(process, o, width, last)
        k, m = score.shape[1], go_on.shape[1]
        # each hypothesis's choices: its m best next values, and last: to end, or to have ended
        going = torch.where(ended[..., None], -torch.inf, score[..., None] + go_on.view(rows, k, m))
        ending = torch.where(ended, score, score + stop.view(rows, k))
        choices = torch.cat([going, ending[..., None]], -1).flatten(1)
        score, choice = choices.topk(min(width, choices.shape[1]), -1)
        parent = choice // (m + 1) + torch.arange(rows, device=device)[:, None] * k
        ends = ((choice % (m + 1) == m) | last).flatten()  # even where an end is impossible
        taken = taken.flatten()[parent] + ~ends.view_as(parent)
        ended = ends.view_as(parent)
        if lengths is not None:
            lengths = lengths.flatten()[parent]
        parent = parent.flatten()
        value = y[parent, (choice % (m + 1)).flatten().clamp(max=m - 1)]
        stepper.select(parent)
        stepper.feed(o[parent], value)
        values = torch.cat([values[parent], value[:, None]], 1)
    shape = (rows, score.shape[1])  # topk has sorted them
    return Hypotheses(values.view(*shape, *values.shape[1:]), taken.view(shape), score)


def _of_independent_values(process: Process, width: int) -> Hypotheses:
    """The same where o(1) … o(T) are known at once: exact, for no value depends on another."""
    assert process.x is not None
    lengths, device = process.x.lengths, process.device
    _, units = process.length.split(process.outputs())
    score = torch.zeros(process.rows, 1, dtype=process.dtype, device=device)
    values = process.no_values(process.rows, 0)[:, None]
    row = torch.arange(process.rows, device=device)[:, None]
    for t in range(units.shape[1]):
        y, log_p = process.output.best(units[:, t], width)
        if not process.output.discrete:
            log_p = torch.zeros_like(log_p)
        nothing = torch.full_like(log_p, -torch.inf)  # padding is one value, which is certain
        nothing[:, :1] = 0.0
        log_p = torch.where((t < lengths)[:, None], log_p, nothing)
        choices = (score[..., None] + log_p[:, None]).flatten(1)
        score, choice = choices.topk(min(width, choices.shape[1]), -1)
        m = log_p.shape[1]
        values = torch.cat([values[row, choice // m], y[row, choice % m][:, :, None]], 2)
    return Hypotheses(values, lengths[:, None].expand(score.shape), score)


def _first_hypotheses(process: Process, width: int, limit: int) -> tuple[Tensor, Tensor | None]:
    """Scores ``(rows, k)`` and, where τ is decided before the first step, its values."""
    if process.length_logits is not None:
        log_p = process.length_logits.log_softmax(-1).expand(process.rows, -1)
        return log_p.topk(min(width, log_p.shape[-1]), -1)
    lengths = process.draw_lengths(limit)
    score = torch.zeros(process.rows, 1, dtype=process.dtype, device=process.device)
    return score, None if lengths is None else lengths[:, None]


def _choices(process: Process, o: Tensor, width: int, last: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Log-probabilities of the best next values, the values, and that of ending instead."""
    stop, units = process.length.split(o)
    y, go_on = process.output.best(units, width)
    if not process.output.discrete:
        go_on = torch.zeros_like(go_on)  # a density is not to be weighed against a probability
    if stop is None:
        return go_on, y, torch.full_like(go_on[:, 0], -torch.inf)
    go_on = go_on + logsigmoid(-stop)[:, None]
    return torch.full_like(go_on, -torch.inf) if last else go_on, y, logsigmoid(stop)
