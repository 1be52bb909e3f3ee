"""Draw the next steps of one series: what came before, and the fan of what may come."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from throughtime.inference.results import ForecastStep
from throughtime.report.style import BLUE, INK, ORANGE, PALE, figure, literal, plain

BANDS = (((0.05, 0.95), "#dde8f3", "90 %"), ((0.25, 0.75), "#8db2d9", "50 %"))
"""The quantiles of the bands, and their colours."""

Floats = NDArray[np.float64]


def draw(
    history: Floats, steps: Sequence[ForecastStep], truth: Floats | None = None, title: str = ""
) -> Figure:
    """Draw a forecast: the last values, the mean of the paths, the bands that have 50 and 90 % of
    what may come, and what came.

    Args:
        history: the values so far, ``(T,)``.
        steps: what ``run.forecast(history, samples=…)`` is.
        truth: what came, if that is known.
        title: what is above all.

    Example:
        >>> levels = {0.05: 0.0, 0.25: 1.0, 0.5: 2.0, 0.75: 3.0, 0.95: 4.0}
        >>> drawn = draw(np.arange(5.0), [ForecastStep(2.0, 1.0, levels)] * 3)
        >>> len(drawn.axes[0].collections)
        2
    """
    result = figure(7, 3.8)
    axes = result.add_subplot()
    plain(axes, literal(title), "step", "")
    first = len(history)
    after = np.arange(first, first + len(steps))
    for (low, high), color, label in BANDS:
        below, above = ([_number(s.quantiles[level]) for s in steps] for level in (low, high))
        axes.fill_between(after, below, above, color=color, linewidth=0, label=label)
    axes.plot(np.arange(first), history, color=INK, linewidth=1, label="history")
    axes.plot(after, [_number(step.value) for step in steps], color=BLUE, label="mean")
    if truth is not None:
        axes.plot(after[: len(truth)], truth, color=ORANGE, linewidth=1, label="truth")
    axes.axvline(first - 0.5, color=PALE, linewidth=0.8, linestyle=":")
    axes.margins(x=0.02)
    axes.legend(frameon=False, labelcolor=INK, ncols=5, fontsize="small", loc="upper left")
    axes.set_ylim(top=axes.get_ylim()[1] + 0.15 * float(np.ptp(axes.get_ylim())))
    return result


def _number(value: object) -> float:
    """A number, which may be a list of one."""
    return float(np.asarray(value, dtype=np.float64).reshape(-1)[0])
