"""Generation: ancestral sampling, and beam search for the most probable sequence."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.distributions import Categorical as Distribution
from torch.nn.functional import logsigmoid

from throughtime.engine import generation
from throughtime.lengths.predicted import PredictedLength
from throughtime.outputs.categorical import Categorical
from throughtime.outputs.output import Output
from throughtime.sequence import Sequence

if TYPE_CHECKING:
    from throughtime.distribution.distribution import SequenceDistribution


@dataclass(frozen=True)
class Warp:
    """How each step's distribution is bent before it is drawn from.

    Temperature first, then top-k, then top-p (nucleus sampling, Holtzman et al. 2020), each on
    what the one before has left. An end symbol is a symbol like the others.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None

    def check(self, output: Output) -> None:
        """Raise a ``ValueError`` if an option is out of range or does not go with the output."""
        if not 0 < self.temperature < float("inf"):
            raise ValueError(
                f"temperature must be positive; got {self.temperature}. For the most probable "
                "sequence, use mode()"
            )
        if self.top_k is not None and self.top_k < 1:
            raise ValueError(f"top_k must be at least 1; got {self.top_k}")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise ValueError(f"top_p is a probability above 0; got {self.top_p}")
        if (self.top_k or self.top_p) and not isinstance(output, Categorical):
            raise ValueError(f"top_k and top_p choose among symbols, which {output} has not")

    def truncate(self, logits: Tensor) -> Tensor:
        """The logits with those outside top-k and top-p at minus infinity."""
        if self.top_k is not None and self.top_k < logits.shape[-1]:
            inside = logits.topk(self.top_k, -1).indices  # of equal ones, no more than k
            outside = torch.ones_like(logits, dtype=torch.bool).scatter(-1, inside, False)
            logits = logits.masked_fill(outside, -torch.inf)
        if self.top_p is not None and self.top_p < 1:
            ordered, at = logits.sort(-1, descending=True)
            before = ordered.softmax(-1).cumsum(-1) - ordered.softmax(-1)
            outside = torch.zeros_like(before, dtype=torch.bool).scatter(
                -1, at, before >= self.top_p
            )
            logits = logits.masked_fill(outside, -torch.inf)
        return logits


@dataclass(frozen=True, eq=False)
class Draws:
    """One sequence for each row of a distribution, each step given those before it.

    Args:
        p: the distribution.
        warp: how each step's distribution is bent.
        limit: the most values that a sequence may have.
        lengths: how many each row has, ``(rows,)``, where that is decided already.
        fed: values ``(rows, T, …)`` that stand where ``keep`` is true, and are fed back.
        keep: ``(rows, T)``.
        greedy: most probable values instead of draws.
    """

    p: SequenceDistribution
    warp: Warp
    limit: int
    lengths: Tensor | None = None
    fed: Tensor | None = None
    keep: Tensor | None = None
    greedy: bool = False


class Stepper:
    """A distribution taken step by step, for rows that each belong to a row of it."""

    def __init__(self, p: SequenceDistribution, row: Tensor) -> None:
        self.p, self.t, self.row = p, 0, row
        self.state = p.state.map(lambda s: s[row])

    def step(self, lengths: Tensor | None) -> Tensor:
        """o(t) of each row, given its τ where that is decided already."""
        p, graph = self.p, self.p.graph
        x = countdown = None
        if p.x is not None:
            x = p.x.values[self.row, self.t]
        if isinstance(p.length, PredictedLength):
            assert lengths is not None
            countdown = p.length.countdown((lengths - self.t).clamp(min=1), p.dtype)
        o, self.state = graph.step(graph.entering(self.state, x, countdown), self.state)
        self.t += 1
        return o

    def feed(self, o: Tensor, y: Tensor) -> None:
        """Give the output edge what it carries to the next step."""
        self.state = self.state._replace(fed=self.p.graph.feed(o, y))

    def select(self, rows: Tensor) -> None:
        """Go on with these of the rows; one may stand there more than once."""
        self.row = self.row[rows]
        self.state = self.state.map(lambda s: s[rows])


def ancestral(
    p: SequenceDistribution,
    warp: Warp,
    limit: int,
    *,
    observed: Sequence | None = None,
    keep: Tensor | None = None,
    greedy: bool = False,
) -> Sequence:
    """One draw for each row of p, each step given the draws before it.

    Args:
        p: the distribution.
        warp: how each step's distribution is bent.
        limit: the most values that a sequence may have.
        observed: sequences whose lengths the draws take, and whose values stand where ``keep``,
            ``(rows, T)``, is true; with ``greedy``, the others are most probable values, not draws.
    """
    if p.x is not None and p.graph.wiring.independent:
        _, own = _warped(p, p.outputs(), warp)
        return p.of_values(_choose(p.output, own, warp, greedy), p.x.lengths)
    lengths = observed.flatten().lengths if observed is not None else _given_lengths(p, limit)
    fed = None
    if observed is not None and keep is not None:
        fed = observed.flatten().values
    draws = Draws(p, warp, limit, lengths, fed, keep, greedy)
    values, taken, cut = generation.draw(draws) if generation.takes(p) else _draw(draws)
    if cut:
        warnings.warn(
            f"{cut} of {len(taken)} sequences had not ended after max_length={limit} steps and "
            "were cut",
            stacklevel=4,
        )
    return p.of_values(values, taken)


def _draw(draws: Draws) -> tuple[Tensor, Tensor, int]:
    """The values ``(rows, T, …)``, how many each row has, and how many rows have been cut."""
    p, limit, lengths = draws.p, draws.limit, draws.lengths
    rows, device = p.batch_shape.numel(), p.device
    stepper = Stepper(p, torch.arange(rows, device=device))
    going = torch.ones(rows, dtype=torch.bool, device=device)
    taken = torch.zeros(rows, dtype=torch.int64, device=device)
    values: list[Tensor] = []
    last = limit if lengths is None else (int(lengths.max()) if rows else 0)
    for t in range(last + (lengths is None)):
        if lengths is not None:
            going = t < lengths
        raw = stepper.step(lengths)
        stop, own = _warped(p, raw, draws.warp)
        if lengths is None:
            assert stop is not None
            going = going & (torch.rand(stop.shape, device=device) >= stop.float().sigmoid())
        if t == last or not bool(going.any()):
            break
        y = _choose(p.output, own, draws.warp, draws.greedy)
        if draws.fed is not None and draws.keep is not None:
            given = draws.keep[:, t].reshape(-1, *(1,) * (y.dim() - 1))
            y = torch.where(given, draws.fed[:, t], y)
        stepper.feed(raw, y)
        values.append(y)
        taken = taken + going
    cut = 0 if lengths is not None else int((going & (taken == limit)).sum())
    return torch.stack(values, 1) if values else p.no_values(rows, 0), taken, cut


def _given_lengths(p: SequenceDistribution, limit: int) -> Tensor | None:
    """τ of each row, where it is decided before the first step."""
    if p.x is not None:
        return p.x.lengths
    rows = p.batch_shape.numel()
    if p.length_logits is not None:
        probabilities = p.length_logits.softmax(-1).expand(rows, -1)
        return Distribution(probs=probabilities, validate_args=False).sample()
    if p.length.stops:
        return None
    return torch.full((rows,), limit, device=p.device)


def _warped(p: SequenceDistribution, o: Tensor, warp: Warp) -> tuple[Tensor | None, Tensor]:
    """The log-odds of stopping and the output's units, bent. A temperature that the output
    itself applies (continuous values) is left to it."""
    if not isinstance(p.output, Categorical):
        stop, own = p.length.split(o)
        return None if stop is None else stop / warp.temperature, own
    o = o / warp.temperature
    if p.length.in_alphabet:
        stop, own = p.length.split(warp.truncate(o))
        nothing_left = own.isneginf().all(
            -1, keepdim=True
        )  # the end is certain; any symbol will do
        return stop, torch.where(nothing_left, 0.0, own)
    stop, own = p.length.split(o)
    return stop, warp.truncate(own)


def _choose(output: Output, own: Tensor, warp: Warp, greedy: bool) -> Tensor:
    if greedy:
        return output.best(own, 1)[0].squeeze(-1 - len(output.event_shape))
    temperature = 1.0 if isinstance(output, Categorical) else warp.temperature
    return output.distribution(own, temperature).sample()


def beam_search(p: SequenceDistribution, width: int, limit: int) -> Sequence:
    """The most probable of the sequences that a beam of ``width`` hypotheses has kept.

    A hypothesis that has ended goes on as itself, so ended and unended ones compete for the same
    places, and nothing is lost while the beam has room for all. Where τ is predicted, each
    hypothesis has a τ from the start, and the best of P(τ) compete from the start.
    """
    if width < 1:
        raise ValueError(f"a beam keeps at least one hypothesis; got beam={width}")
    if p.x is not None and p.graph.wiring.independent:
        return p.of_values(_choose(p.output, p.outputs(), Warp(), greedy=True), p.x.lengths)
    rows = p.batch_shape.numel()
    score, lengths = _first_hypotheses(p, width, limit)
    stepper = Stepper(p, torch.arange(rows, device=p.device).repeat_interleave(score.shape[1]))
    ended = torch.zeros_like(score, dtype=torch.bool)
    taken = torch.zeros_like(score, dtype=torch.int64)
    values = p.no_values(score.numel(), 0)
    while True:
        if lengths is not None:
            ended = taken == lengths
        if bool((ended | score.isneginf()).all()):
            break
        o = stepper.step(None if lengths is None else lengths.flatten())
        last = lengths is None and stepper.t > limit
        go_on, y, stop = _choices(p, o, width, last)
        k, m = score.shape[1], go_on.shape[1]
        # each hypothesis's choices: its m best next values, and last: to end, or to have ended
        going = torch.where(ended[..., None], -torch.inf, score[..., None] + go_on.view(rows, k, m))
        ending = torch.where(ended, score, score + stop.view(rows, k))
        choices = torch.cat([going, ending[..., None]], -1).flatten(1)
        score, choice = choices.topk(min(width, choices.shape[1]), -1)
        parent = choice // (m + 1) + torch.arange(rows, device=p.device)[:, None] * k
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
    best = score.argmax(-1) + torch.arange(rows, device=p.device) * score.shape[1]
    return p.of_values(values[best], taken.flatten()[best])


def _first_hypotheses(
    p: SequenceDistribution, width: int, limit: int
) -> tuple[Tensor, Tensor | None]:
    """Scores ``(rows, k)`` and, where τ is decided before the first step, its values."""
    rows = p.batch_shape.numel()
    if p.length_logits is not None:
        log_p = p.length_logits.log_softmax(-1).expand(rows, -1)
        return log_p.topk(min(width, log_p.shape[-1]), -1)
    lengths = _given_lengths(p, limit)
    score = torch.zeros(rows, 1, dtype=p.dtype, device=p.device)
    return score, None if lengths is None else lengths[:, None]


def _choices(
    p: SequenceDistribution, o: Tensor, width: int, last: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Log-probabilities of the best next values, the values, and that of ending instead."""
    stop, own = p.length.split(o)
    y, go_on = p.output.best(own, width)
    if not p.output.discrete:
        go_on = torch.zeros_like(go_on)  # a density is not to be weighed against a probability
    if stop is None:
        return go_on, y, torch.full_like(go_on[:, 0], -torch.inf)
    go_on = go_on + logsigmoid(-stop)[:, None]
    return torch.full_like(go_on, -torch.inf) if last else go_on, y, logsigmoid(stop)
