"""Metrics of real values: errors of the one-step mean, coverage, and errors in closed loop."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.distributions import Distribution

from throughtime.data import Examples, streams
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import decides_length, decoder
from throughtime.evaluation.metrics.number import Measure
from throughtime.evaluation.metrics.rows import measured, table
from throughtime.outputs.strict import marginals
from throughtime.runs.build import Model
from throughtime.sequence import Sequence
from throughtime.wiring import Edge

CENTRAL = 0.9
"""The probability of the central interval whose coverage is measured."""

HORIZON = 10
"""Steps of a series that are forecast at once."""


def errors_and_coverage(
    model: Model, examples: Examples, running: bool, of: str = "y"
) -> list[Measure]:
    """The errors of the mean of p(y(t) | y(1), …, y(t-1)), and the coverage of its central part.

    Args:
        model: the model.
        examples: the rows.
        running: whether they are one long row.
        of: what the values are, in whose deviations the errors are given.
    """
    errors: list[Tensor] = []
    inside: list[Tensor] = []
    values: list[Tensor] = []
    for p, part in measured(model, examples, running):
        if isinstance(part.y, Sequence):
            assert isinstance(p, SequenceDistribution)
            rows, here = part.y, part.y.mask
            if (observed := part.observed) is not None and part.start is not None:
                p, rows = p.seeing(part.y, observed.all(-1))
                steps = torch.arange(rows.steps, device=here.device)
                here = observed.all(-1)[:, : rows.steps] & (steps >= part.start[:, None])
            one_step, y = p.predictive(rows), rows.values
        else:
            assert not isinstance(p, SequenceDistribution)
            one_step, y, here = p, part.y, torch.ones_like(part.y[:, 0], dtype=torch.bool)
        lengths = here.reshape(len(here), -1).sum(1).tolist()
        values += y[here].cpu().double().split(lengths)
        errors += (one_step.mean - y)[here].square().cpu().double().split(lengths)
        try:
            below = marginal_cdf(one_step, y)[here]
        except NotImplementedError:  # the distribution of a user's output may have no cdf
            continue
        inside += ((below - 0.5).abs() <= CENTRAL / 2).cpu().double().split(lengths)
    measures = _errors("of the one-step mean", errors, values, of)
    if inside:
        covered = table(_sums(inside), [v.numel() for v in values])
        measures.append(
            Measure(
                f"coverage of the central {CENTRAL:.0%} interval",
                "of values, 0.9 where the spread is right",
                covered,
            )
        )
    return measures


def closed_loop_errors(model: Model, examples: Examples, running: bool) -> list[Measure]:
    """The errors of the most probable y in closed loop: each step is given the model's own values.

    A series is forecast ``HORIZON`` steps at a time, from the true values before them. The list is
    empty if no value of y enters the recurrence, since closed loop and one-step mean are then
    equal; and if the model decides τ, since the most probable y may differ in length from y.
    """
    if decoder(model).wiring.feedback is not Edge.OBSERVED or decides_length(model):
        return []
    errors: list[Tensor] = []
    values: list[Tensor] = []
    for p, part in measured(model, examples, running):
        assert isinstance(p, SequenceDistribution)
        assert isinstance(part.y, Sequence)
        y, here = part.y.values, part.y.mask
        guess = _forecast(p, part.y) if running else p.mode(max_length=part.y.steps).values
        values += y[here].cpu().double().split(part.y.lengths.tolist())
        errors += (guess - y)[here].square().cpu().double().split(part.y.lengths.tolist())
    how = f"in closed loop{f', {HORIZON} steps at a time' if running else ''}"
    return _errors(how, errors, values)


def _forecast(p: SequenceDistribution, y: Sequence) -> Tensor:
    """Forecasts of one row ``(1, T, D)``, ``HORIZON`` steps at a time."""
    guesses = []
    for piece in streams(y, 1, HORIZON):
        guesses.append(p.mode(max_length=piece.steps).values.view_as(piece.values))
        p = p.observe(piece)[1]
    return torch.cat(guesses, 1)


def _errors(of: str, errors: list[Tensor], values: list[Tensor], units: str = "y") -> list[Measure]:
    """Errors relative to y, from the squared errors and the values of each row, ``(steps, D)``."""
    centre = torch.cat(values).mean(0)  # keeps the squares small, and the variance exact
    moments = [
        torch.cat([v.new_tensor([len(v)]), (v - centre).sum(0), (v - centre).square().sum(0)])
        for v in values
    ]
    rows = torch.cat([_sums(errors)[:, None], torch.stack(moments)], 1)
    return [
        Measure(
            f"error {of}",
            f"root mean square, in standard deviations of {units}",
            rows,
            lambda sums: relative_variance(sums).sqrt(),
        ),
        Measure(f"squared error {of}", f"mean, in variances of {units}", rows, relative_variance),
    ]


def relative_variance(sums: Tensor) -> Tensor:
    """The mean squared error divided by the variance of y, both averaged over the D entries.

    Args:
        sums: ``(*, 2 + 2 D)``: sums of squared errors, of steps, of each entry of y, and of its
            square.
    """
    error, n, moments = sums[..., 0], sums[..., 1, None], sums[..., 2:]
    first, second = moments.chunk(2, -1)
    variance = ((second - first.square() / n) / (n - 1)).mean(-1)
    return error / (n[..., 0] * first.shape[-1]) / variance


def marginal_cdf(p: Distribution, y: Tensor) -> Tensor:
    """P(Y_i ≤ y_i) for each entry of y, ``(*batch, D)``.

    Raises:
        NotImplementedError: if the distribution has no cdf.

    Example:
        >>> import throughtime as tt
        >>> p = tt.outputs.Mixture(2, dim=1).distribution(torch.zeros(6))
        >>> marginal_cdf(p, torch.zeros(1))
        tensor([0.5000])
    """
    return marginals(p).cdf(y)


def _sums(rows: list[Tensor]) -> Tensor:
    return torch.stack([row.sum() for row in rows])
