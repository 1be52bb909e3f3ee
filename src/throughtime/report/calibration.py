"""Draw how often something happens beside the probability that a model gives it."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from throughtime.report.style import BLUE, GRID, INK, MUTED, PALE, figure, plain

TENTHS = np.linspace(0, 1, 11)
"""The ends of ten bins of the same width."""

Floats = NDArray[np.float64]


class Calibration(NamedTuple):
    """What a model says of some events, and what became of them, in bins of what it says.

    Args:
        said: the mean probability in each bin that is not empty, ``(bins,)``.
        happened: the share of these events that happened.
        low: the lower end of its 95 % interval, by Wilson (1927).
        high: the upper end.
        counts: how many events are in each bin.
    """

    said: Floats
    happened: Floats
    low: Floats
    high: Floats
    counts: NDArray[np.int64]

    @property
    def error(self) -> float:
        r"""The expected calibration error,
        :math:`\sum_b \frac{n_b}{n} |\text{happened}_b - \text{said}_b|`."""
        return float(np.abs(self.happened - self.said) @ self.counts / self.counts.sum())


def calibration(said: Floats, happened: NDArray[np.bool_], ends: Floats = TENTHS) -> Calibration:
    """Count how often events happened to which a model gave similar probabilities.

    Args:
        said: the probability of each event, ``(n,)``.
        happened: whether it happened, ``(n,)``.
        ends: the ends of the bins.

    Example:
        >>> found = calibration(np.array([0.12, 0.18, 0.9]), np.array([False, True, True]))
        >>> found.said.tolist(), found.happened.tolist(), found.counts.tolist()
        ([0.15, 0.9], [0.5, 1.0], [2, 1])
    """
    bins = np.clip(np.searchsorted(ends, said, "right") - 1, 0, len(ends) - 2)
    count = np.bincount(bins, minlength=len(ends) - 1)
    there = count > 0
    sums: list[Floats] = [
        np.bincount(bins, v, len(ends) - 1)[there].astype(float) for v in (said, happened)
    ]
    count = count[there]
    return Calibration(sums[0] / count, sums[1] / count, *wilson(sums[1], count), count)


def wilson(hits: Floats, count: NDArray[Any]) -> tuple[Floats, Floats]:
    r"""The 95 % interval of a share, from how often something happened.

    .. math:: \frac{h + z^2/2}{n + z^2} \pm
              \frac{z}{n + z^2} \sqrt{\frac{h (n - h)}{n} + \frac{z^2}{4}}

    (Wilson 1927, "Probable inference, the law of succession, and statistical inference").

    Example:
        >>> [round(float(end), 3) for (end,) in wilson(np.array([8.0]), np.array([10]))]
        [0.49, 0.943]
    """
    z = NormalDist().inv_cdf(0.975)
    middle = (hits + z**2 / 2) / (count + z**2)
    half = z / (count + z**2) * np.sqrt(hits * (count - hits) / count + z**2 / 4)
    return np.maximum(middle - half, 0), np.minimum(middle + half, 1)


def draw(found: Calibration, title: str, said: str, happened: str, *, rare: bool = False) -> Figure:
    """Draw the share that happened over the probability that was given: on the dotted line both
    are the same. Below it, events are rarer than the model says; the bars are 95 % intervals.

    Args:
        found: the bins.
        title: what is above all.
        said: what the probability is of.
        happened: what the share is of.
        rare: whether most probabilities are small, and the axes logarithmic.

    Example:
        >>> found = calibration(np.array([0.2, 0.9]), np.array([False, True]))
        >>> [axes.get_xlabel() for axes in draw(found, "labels", "sure", "right").axes]
        ['', 'sure']
    """
    result = figure(4.6, 4.2)
    above, below = result.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    plain(above, title, "", happened)
    plain(below, "", said, "count")
    least = float(max(min(found.said.min(), 0.1) / 2, 1e-6)) if rare else 0.0
    above.plot([least, 1], [least, 1], color=INK, linewidth=1, linestyle=":")
    low, high = (np.maximum(end, least) for end in (found.low, found.high))
    shown = np.maximum(found.happened, least)
    above.vlines(found.said, low, high, color=PALE, linewidth=2)
    above.plot(found.said, shown, color=BLUE, marker="o", markersize=5, linewidth=1.2)
    if rare:
        above.set(xscale="log", yscale="log", xlim=(least, 1.1), ylim=(least, 1.1))
    else:
        above.set(xlim=(0, 1.02), ylim=(0, 1.02))
        for axis in (above.xaxis, above.yaxis):
            axis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    below.vlines(found.said, 0.8 if rare else 0, found.counts, color=BLUE, linewidth=5)
    if rare:
        below.set_yscale("log")
    else:
        below.set_ylim(bottom=0)
    below.tick_params(which="minor", colors=MUTED)
    for axes in (above, below):
        axes.minorticks_off()
        axes.grid(color=GRID)
    return result
