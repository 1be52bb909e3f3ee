"""What log p(y, τ) is the sum of."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from throughtime.context.transforms import recorded, values_hidden
from throughtime.distribution.process import Emit, Process
from throughtime.gradients.gradient import Tensors
from throughtime.graph.steps import Steps
from throughtime.lengths.length import Length
from throughtime.outputs.against_the_rest import against_the_rest
from throughtime.outputs.output import Output
from throughtime.sequence import Sequence


class LogProbTerms(NamedTuple):
    r"""The terms of the log-probability of a sequence; zero on padding.

    .. math:: \log p(y, \tau) = \sum_{t \le \tau} \log p(y^{(t)} \mid \dots)
              + \sum_{t \le \tau + 1} \log P(\text{decision at } t) + \log P(\tau)

    Args:
        values: log p(y(t) | …), ``(*batch, T)``.
        decisions: log P(go on) at 1 … τ and log P(stop) at τ+1, ``(*batch, T+1)``; zero if the
            length does not stop.
        length: log P(τ), ``(*batch,)``; zero if the length is not predicted.
    """

    values: Tensor
    decisions: Tensor
    length: Tensor

    def total(self) -> Tensor:
        """log p(y, τ), of shape ``batch``."""
        return self.values.sum(-1) + self.decisions.sum(-1) + self.length

    def split(self, start: Tensor) -> tuple[Tensor, Tensor]:
        """The sums of the terms of the steps before ``start``, ``(*batch, 1)``, and of the others;
        that of the length is with the others."""
        sums = []
        for terms in (self.values, self.decisions):
            before = torch.arange(terms.shape[-1], device=terms.device) < start
            sums.append(torch.where(before, terms, 0.0).sum(-1))
            sums.append(torch.where(before, 0.0, terms).sum(-1))
        return sums[0] + sums[2], sums[1] + sums[3] + self.length


def of_steps(output: Output, length: Length) -> Emit:
    """From o(t) to log p(y(t) | …) and the log-probability of the decision at t, ``(T, rows)``."""

    def made(o: Tensor, steps: Steps) -> Tensors:
        y = steps.target
        assert y is not None
        assert steps.has_value is not None
        if output.symbolic and output.size > 1 and not (values_hidden() or recorded((o, y))):
            o, y = against_the_rest(o, y, output.size), torch.zeros_like(y)
        stop, units = length.split(o)
        log_p = output.log_prob(units, y, steps.observed)
        values = torch.where(steps.has_value, log_p, 0.0)
        if stop is None:
            return values, torch.zeros_like(values)
        decisions = logsigmoid(torch.where(steps.has_value, -stop, stop))
        return values, torch.where(steps.alive, decisions, 0.0)

    return lambda read, steps: read.each(made, steps)


def log_prob_terms(process: Process, y: Sequence, fed: Sequence | None = None) -> LogProbTerms:
    """The terms of each row, with as many values as the longest row has.

    Args:
        process: the rows' process.
        y: a sequence for each row.
        fed: what the output edge carries instead of y.
    """
    length = process.length
    taken = y.lengths + int(length.stops)
    _, (values, decisions) = process.run(y, taken, of_steps(process.output, length), fed)
    values, decisions = values.T[:, : y.steps], decisions.T
    log_p_length = values.new_zeros(process.rows)
    if process.length_logits is not None:
        log_p = process.length_logits.log_softmax(-1).expand(process.rows, -1)
        log_p_length = log_p.gather(-1, y.lengths[:, None]).squeeze(-1)
    return LogProbTerms(values, decisions, log_p_length)
