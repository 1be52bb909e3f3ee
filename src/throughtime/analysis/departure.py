"""How fast free running drifts away from where the true past has led."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from throughtime.analysis.free_running import histories
from throughtime.analysis.intervals import interval, ratios
from throughtime.analysis.nodes import differentiated
from throughtime.data.examples import Examples
from throughtime.evaluation.likelihood import there
from throughtime.gradients import FullBPTT
from throughtime.runs.build import Model

HALF = 0.5

FEWEST_ROWS = 2
"""Of fewer rows there are no two that could be compared."""


@dataclass(frozen=True, eq=False)
class Drift:
    """How far h(t) in free running is from h(t) given the true past, by position.

    Args:
        distance: ``(T,)``; 0 up to the step after the prefix, 1 where the two are as far from each
            other as those of unrelated rows; not a number where fewer than two rows are left.
        low: ``(T,)``, the lower end of its 95 % interval; None where rows are too few.
        high: the upper end.
        prefix: n, how many values are given.
        half: after how many values of its own the distance is a half; None if it never is.
    """

    distance: Tensor
    low: Tensor | None
    high: Tensor | None
    prefix: int
    half: int | None


@torch.no_grad()
def drift(model: Model, rows: Examples, prefix: int = 0, draws: int = 20) -> Drift:
    r"""How far the states of a model that goes on by itself are from those of the true past.

    .. math:: d^{(t)} = \sqrt{\frac{E \lVert \tilde h^{(t)} - h^{(t)} \rVert^2}
                     {E_{a \neq b} \lVert h_a^{(t)} - h_b^{(t)} \rVert^2}}

    h is that of all layers; h̃ has the same first n values, and after them the model's own draws; a
    and b are different rows. d is 1 where the model has forgotten how the row began, and more where
    free running leads to states that data do not lead to. Where no y enters the recurrence, d is 0.

    Args:
        model: the model; nothing is dropped.
        rows: the examples.
        prefix: n.
        draws: continuations for each row.

    Raises:
        ValueError: if the model gives one value after the last step, or there is no step.

    Example:
        >>> import throughtime as tt
        >>> model = tt.RecurrentModel(
        ...     tt.cells.GRU(4), tt.Wiring("h(t-1) -> h(t)", "y(t-1) -> h(t)", "h(t) -> o(t)"),
        ...     tt.outputs.Categorical(3), tt.lengths.Unending())
        >>> rows = tt.data.Examples(None, tt.Sequence(torch.randint(3, (8, 6))))
        >>> [round(d, 6) for d in drift(model, rows, prefix=2).distance[:3].tolist()]
        [0.0, 0.0, 0.0]
    """
    rows = there(model, rows)
    with differentiated(model, FullBPTT()), torch.no_grad():
        y, _, fed, process = histories(model, rows, prefix, draws)
        h = torch.cat(process.hidden_states(y), -1)
        own = h if fed is None else torch.cat(process.repeat(draws).hidden_states(fed), -1)
    own = own.unflatten(0, (-1, len(y)))
    alive = y.mask.double()
    apart = (own - h).double().square().sum(-1).mean(0) * alive
    count = alive.sum(0)
    mean = (h * y.mask[..., None]).double().sum(0) / count[:, None]
    # E‖h_a - h_b‖² of two different rows is twice the variance, with n - 1 below
    spread = ((h - mean).double().square().sum(-1) * alive).sum(0) * 2 / (count - 1)
    spread = torch.where(count < FEWEST_ROWS, torch.nan, spread)
    apart[:, : prefix + 1] = 0.0  # the same values have come before: what differs is rounding
    spread[apart.sum(0) == 0] += count[apart.sum(0) == 0] >= FEWEST_ROWS  # 0/0 is 0 here
    squares, drawn = ratios(torch.stack([apart, alive * spread], -1).cpu())
    low, high = interval(None if drawn is None else drawn.sqrt())
    distance = squares.sqrt()
    beyond = (distance >= HALF).nonzero().flatten().tolist()
    half = beyond[0] - prefix if beyond else None
    return Drift(distance, low, high, prefix, half)
