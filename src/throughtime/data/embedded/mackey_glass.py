"""The Mackey-Glass series: a chaotic process of real values, solved numerically."""

from __future__ import annotations

import torch

from throughtime.data.columns import Numbers, Scale
from throughtime.data.dataset import Dataset
from throughtime.data.examples import Examples
from throughtime.data.schema import Schema
from throughtime.sequence import Sequence

DELAY = 17
"""The delay in the equation: at 17 the series is barely chaotic."""

SPACING = 6
"""Time between values; 6 is usual. Closer values are almost linear functions of each other."""


ROWS, STEPS = 100, 200
"""How many rows the series is cut into, and the values of each."""


def mackey_glass() -> Dataset:
    """20,000 values of Mackey-Glass in 100 rows, standardised by training's mean and deviation.

    The first 80 rows are for training, ten each for validation and test. A model reads each row
    without the one before, so that its first values cannot be predicted exactly; training has 80
    such beginnings, where one long row would have one. There is no noise, but a model's small
    errors grow when it runs on its own output.
    """
    x = torch.tensor(series(ROWS * STEPS * SPACING)[::SPACING], dtype=torch.float64)
    x = x.view(ROWS, STEPS, 1)
    train, valid = ROWS * 8 // 10, ROWS * 9 // 10
    column = Numbers("x").measure(Scale(x[:train].mean()[None], x[:train].std()[None]))
    x = column.scale(x)
    return Dataset(
        name="mackey-glass",
        description=f"the Mackey-Glass equation with a delay of {DELAY}, solved numerically: "
        f"{ROWS} stretches of {STEPS} values, {SPACING} units of time apart",
        splits={
            "train": Examples(x=None, y=Sequence(x[:train])),
            "valid": Examples(x=None, y=Sequence(x[train:valid])),
            "test": Examples(x=None, y=Sequence(x[valid:])),
        },
        schema=Schema((), column),
    )


def series(count: int, steps: int = 10, skip: int = 500) -> list[float]:
    r"""The solution at ``count`` integer times, after ``skip`` others as a burn-in.

    .. math:: \dot x(t) = \frac{0.2 \, x(t - 17)}{1 + x(t - 17)^{10}} - 0.1 \, x(t), \qquad
        x(t \le 0) = 1.2

    by the classical Runge-Kutta method with ``steps`` steps to a unit of time (Mackey & Glass,
    1977). Only additions, multiplications and divisions are used, which every machine rounds alike:
    ``pow`` differs in the last digit between machines, and chaos would turn that into another
    series.

    Args:
        count: how many values.
        steps: the steps of the method to a unit of time.
        skip: the units of time before the first value.

    Example:
        >>> [round(x, 3) for x in series(3, skip=0)]
        [1.118, 1.043, 0.975]
    """
    h = 1 / steps
    back = DELAY * steps
    x = [1.2]
    # 0.2 x / (1 + x^10) at each step from time -17 on, and half a step after each.
    full, half = ([_feedback(1.2)] * back for _ in range(2))
    full.append(full[0])
    for i in range((skip + count) * steps):
        now = x[-1]
        k1 = full[i] - 0.1 * now
        k2 = half[i] - 0.1 * (now + h / 2 * k1)
        k3 = half[i] - 0.1 * (now + h / 2 * k2)
        k4 = full[i + 1] - 0.1 * (now + h * k3)
        x.append(now + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
        full.append(_feedback(x[-1]))
        # Hermite's cubic through both ends and their slopes, as exact as the method itself.
        slopes = k1 - (full[i + 1] - 0.1 * x[-1])
        half.append(_feedback((now + x[-1]) / 2 + h / 8 * slopes))
    return x[(skip + 1) * steps :: steps]


def _feedback(x: float) -> float:
    square = x * x
    fourth = square * square
    return 0.2 * x / (1 + fourth * fourth * square)
