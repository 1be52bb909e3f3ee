"""The Mackey-Glass series: a chaotic real-valued process, from its equation."""

from __future__ import annotations

import torch

from throughtime.data.columns import Numbers, Scale
from throughtime.data.dataset import Dataset
from throughtime.data.examples import Examples
from throughtime.data.schema import Schema
from throughtime.sequence import Sequence

DELAY = 17
"""τ of the equation: at 17 the series is chaotic, but barely."""

SPACING = 6
"""Time from one value to the next, as is usual. Closer values are all but linear in each other."""


ROWS, STEPS = 100, 200
"""How many stretches the series is cut into, and the values of each."""


def mackey_glass() -> Dataset:
    """20,000 values of Mackey-Glass in 100 stretches, in units of training's deviation.

    The first 80 stretches are for training, ten each for validation and test. Each is read without
    knowing the one before, so it begins with some steps whose values nobody can know exactly;
    training has many such beginnings to learn from, where one long row would have one. There is no
    noise, and yet a model's small errors grow when it runs on its own output.
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
    r"""The solution at ``count`` integer times, after ``skip`` others for it to settle.

    .. math:: \dot x(t) = \frac{0.2 \, x(t - 17)}{1 + x(t - 17)^{10}} - 0.1 \, x(t), \qquad
        x(t \le 0) = 1.2

    by the classical Runge-Kutta method with ``steps`` steps to a unit of time (Mackey & Glass,
    1977). Only additions, multiplications and divisions enter, which every machine rounds alike:
    with ``pow`` in it, chaos would soon make another series of another machine's last digit.
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
