"""Linear autoregression: a baseline for series of real values."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import pad

from throughtime.sequence import Sequence


class Autoregression:
    r"""y(t) normal around a linear function of the p values before it, by least squares.

    The first p steps, which have fewer values before them, have the distributions of
    autoregressions of order 0 … p-1, fitted in the same way; so the whole series has a probability.

    Args:
        order: p, the number of values before y(t).

    Raises:
        ValueError: if the order is negative.

    Example:
        >>> t = torch.arange(200, dtype=torch.float64)
        >>> wave = Sequence((t / 5).sin()[None, :, None])
        >>> Autoregression(0).fit(wave).nats_per_step(wave)  # of a normal
        1.07...
        >>> Autoregression(2).fit(wave).nats_per_step(wave) < -5  # a sine wave satisfies it exactly
        True
    """

    def __init__(self, order: int) -> None:
        if order < 0:
            raise ValueError(f"order is {order}; expected a number of values, at least 0")
        self.order = order
        self._fits: list[tuple[Tensor, float]] = []

    def fit(self, y: Sequence) -> Autoregression:
        """Fit to one series ``(1, N, 1)`` or several ``(B, T, 1)``, and return the model.

        Raises:
            ValueError: if no series is long enough to determine the coefficients.
        """
        self._fits = []
        for order in range(self.order + 1):
            past, now = _regression(y, order)
            if len(now) <= order + 1:
                raise ValueError(
                    f"{len(now)} steps have {order} others before them, too few to determine "
                    f"{order + 1} coefficients; give a longer series or a lower order"
                )
            weights = torch.linalg.lstsq(past, now[:, None]).solution[:, 0]
            # A series without noise may have the error 0, whose log is infinite.
            deviation = max(float((now - past @ weights).square().mean().sqrt()), 1e-6)
            self._fits.append((weights, deviation))
        return self

    def nats_per_step(self, y: Sequence) -> float:
        """-log p per step, in nats, of series ``(B, T, 1)``."""
        total = 0.0
        for order, (weights, deviation) in enumerate(self._fits):
            # The first step with `order` others before it; the last fit has all the steps left.
            steps = y if order == self.order else y.take(torch.tensor(order + 1))
            past, now = _regression(steps, order)
            error = (now - past @ weights) / deviation
            constant = math.log(deviation) + math.log(2 * math.pi) / 2
            total += float(error.square().sum()) / 2 + len(now) * constant
        return total / int(y.lengths.sum())


def _regression(y: Sequence, order: int) -> tuple[Tensor, Tensor]:
    """For each step with ``order`` values before it: a row of 1 and these values; and its value."""
    windows = [
        row[:, 0].double().unfold(0, order + 1, 1) for row in y.to_list() if len(row) > order
    ]
    window = torch.cat([torch.zeros(0, order + 1, dtype=torch.float64), *windows])
    return pad(window[:, :-1], (1, 0), value=1.0), window[:, -1]
