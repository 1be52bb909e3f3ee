"""Lyapunov exponents: how fast two states that are close to each other part, or meet."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from throughtime.analysis.intervals import interval, ratios
from throughtime.analysis.jacobians import jacobians, recurrent_lines
from throughtime.analysis.nodes import Line, unfolded
from throughtime.data.examples import Examples
from throughtime.runs.build import Model

SETTLING = 0.2
"""The share of the steps at the beginning that is not counted."""


@dataclass(frozen=True, eq=False)
class Exponents:
    """The leading Lyapunov exponents, the largest first, in nats a step.

    Args:
        values: ``(k,)``.
        low: ``(k,)``, the lower ends of their 95 % intervals; None where rows are too few.
        high: the upper ends.
        steps: how many steps of all rows they are the mean of.
    """

    values: Tensor
    low: Tensor | None
    high: Tensor | None
    steps: int


def lyapunov(model: Model, rows: Examples, leading: int = 8) -> Exponents:
    r"""The leading Lyapunov exponents of h(t) = f(h(t-1), u(t)) along the examples.

    .. math:: \lambda_i = \lim_{T \to \infty} \frac1T \log \sigma_i (J^{(T)} \cdots J^{(1)}),
              \qquad J^{(t)} = \frac{\partial h^{(t)}}{\partial h^{(t-1)}}

    by the QR method (Benettin et al. 1980): Q(t) R(t) = J(t) Q(t-1), and λ is the mean of
    log abs R(t)_ii. The first fifth of each row is left out, where Q still settles. σ are singular
    values, and J's transpose has the same: λ is also the rate at which gradients that go back from
    step to step grow, or vanish.

    The drive u(t) is that of the examples, y included; these are the exponents of the driven net,
    as in training. For those of the net by itself, give its own draws as y. Of several layers they
    are those of all, for a lower layer is not moved by a higher one. Rows are short, so that they
    are estimates at a finite T; the intervals (bootstrap over rows) say how much rows differ.

    Args:
        model: the model; nothing is dropped.
        rows: the examples.
        leading: k.

    Raises:
        ValueError: if there is no step, or no edge from step to step but that of y.

    Example:
        >>> import throughtime as tt
        >>> model = tt.RecurrentModel(
        ...     tt.cells.GRU(4), tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Normal(), input_size=2)
        >>> x, y = tt.Sequence(torch.randn(8, 6, 2)), tt.Sequence(torch.randn(8, 6, 1))
        >>> found = lyapunov(model, tt.data.Examples(x, y), leading=2)
        >>> bool(found.values[0] > found.values[1]), found.steps
        (True, 40)
    """
    lines = recurrent_lines(unfolded(model, rows))
    sums = torch.cat([_stretched(line, leading) for line in lines], 1)
    alive = lines[0].alive
    counted = _counted(alive).sum(0).double()
    pairs = torch.stack([sums, counted[:, None].expand_as(sums)], -1).cpu()
    found, drawn = ratios(pairs)
    order = found.argsort(descending=True)[:leading]
    low, high = interval(None if drawn is None else drawn[:, order])
    return Exponents(found[order], low, high, int(counted.sum()))


def _counted(alive: Tensor) -> Tensor:
    """Which steps are counted, ``(T, rows)``: those after the first fifth of each row."""
    t = torch.arange(len(alive), device=alive.device)[:, None]
    return alive & (t >= (SETTLING * alive.sum(0)).floor())


def _stretched(line: Line, leading: int) -> Tensor:
    """Σ log abs R(t)_ii of each row over the steps that count, ``(rows, k)``."""
    rows, k = line.drive.shape[1], min(leading, line.size)
    start = torch.randn(rows, line.size, k, generator=torch.Generator().manual_seed(0))
    q = torch.linalg.qr(start.to(line.drive.device, torch.float64))[0]
    sums = q.new_zeros(rows, k)
    for (jacobian, alive), counted in zip(jacobians(line), _counted(line.alive), strict=True):
        new, r = torch.linalg.qr(jacobian.double() @ q)
        stretch = r.diagonal(dim1=1, dim2=2).abs().log()
        sums = sums + torch.where(counted[:, None], stretch, 0.0)
        q = torch.where(alive[:, None, None], new, q)
    return sums
