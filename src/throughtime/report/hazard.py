"""Draw when sequences end: what a model gives as P(the end is here), and how often it is."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from throughtime.report.style import ORANGE, PALE, figure, plain

FEWEST = 20
"""Steps that fewer sequences reach are left out."""


def by_step(
    said: NDArray[np.float64], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """For t = 1, 2, …, of the sequences that get there: the mean P(the end is at t) that the model
    gives, the share that end there, and how many there are.

    Args:
        said: P(the end is at t), given all before it, ``(n, T + 1)``; NaN after the end.
        lengths: τ of each sequence; the end is at τ + 1.

    Example:
        >>> said = np.array([[0.2, 0.4, np.nan], [0.4, 0.2, 0.9]])
        >>> mean, share, count = by_step(said, np.array([1, 2]))
        >>> mean.round(2).tolist(), share.tolist(), count.tolist()
        ([0.3, 0.3, 0.9], [0.0, 0.5, 1.0], [2, 2, 1])
    """
    count = (~np.isnan(said)).sum(0)
    there = count > 0
    ends = np.bincount(lengths, minlength=said.shape[1])[: said.shape[1]]
    mean = np.nansum(said[:, there], 0) / count[there]
    return mean, ends[there] / count[there], count[there]


def draw(said: NDArray[np.float64], lengths: NDArray[np.int64]) -> Figure:
    """Draw the hazard: of the sequences that get to step t, how many end there, as bars, and the
    mean probability that the model gives to that, as a line.

    Args:
        said: as for :func:`by_step`.
        lengths: τ of each sequence.

    Example:
        >>> said = np.tile([0.1, 0.5], (30, 1))
        >>> draw(said, np.ones(30, int)).axes[0].get_xlabel()
        'step t'
    """
    mean, share, count = by_step(said, lengths)
    shown = max(int((count >= FEWEST).sum()), 1)
    result = figure(4.6, 4.2)
    axes = result.add_subplot()
    plain(axes, "who gets to step t, and ends there", "step t", "share, and P(end at t)")
    steps = np.arange(1, shown + 1)
    axes.bar(steps, share[:shown], width=1.0, color=PALE, alpha=0.6, label="held-out data")
    axes.step(steps, mean[:shown], where="mid", color=ORANGE, linewidth=1.8, label="model")
    axes.set_xlim(0.5, shown + 0.5)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, loc="upper left")
    return result
