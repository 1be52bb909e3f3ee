"""The Mackey-Glass series: a chaotic real-valued process, from its equation."""

from __future__ import annotations

import torch

from throughtime.data.dataset import Dataset, Examples
from throughtime.data.text import Y_ALONE
from throughtime.lengths import Unending
from throughtime.outputs import Normal
from throughtime.sequence import Sequence

DELAY = 17
"""τ of the equation: at 17 the series is chaotic, but barely."""

SPACING = 6
"""Time from one value to the next, as is usual. Closer values are all but linear in each other."""


def mackey_glass() -> Dataset:
    """6,000 values of Mackey-Glass in one row, cut 80/10/10, in units of training's deviation.

    There is no noise, and yet a model's small errors grow when it runs on its own output.
    """
    x = torch.tensor(series(6000 * SPACING)[::SPACING], dtype=torch.float64)
    training = x[:4800]
    x = ((x - training.mean()) / training.std()).float()[None, :, None]
    return Dataset(
        name="mackey-glass",
        description=f"the Mackey-Glass equation with a delay of {DELAY}, solved numerically: "
        f"6,000 values, {SPACING} units of time apart",
        splits={
            "train": Examples(x=None, y=Sequence(x[:, :4800])),
            "valid": Examples(x=None, y=Sequence(x[:, 4800:5400])),
            "test": Examples(x=None, y=Sequence(x[:, 5400:])),
        },
        wiring=Y_ALONE,
        output=Normal(1),
        length=Unending(),
        running=True,
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
