"""Draw the gap between teacher forcing and free running, and how fast free running drifts."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from throughtime.analysis import Drift, Gap
from throughtime.report.style import BLUE, ORANGE, PALE, RED, figure, plain

SHARE = 0.1
"""Positions are drawn that at least this share of the rows has, and two."""


def draw_gap(gap: Gap, title: str = "The gap") -> Figure:
    """Draw the loss by position, given the true past and given the model's own draws.

    Example:
        >>> import torch
        >>> loss, rows = torch.ones(3), torch.tensor([2, 2, 2])
        >>> len(draw_gap(Gap(loss, loss, None, None, (0.0, None, None), rows, 1, 5)).axes)
        1
    """
    result = figure(7, 4)
    axes = result.add_subplot()
    value, low, high = gap.difference
    said = f"{title}: {value:+.3f} nats a step after position {gap.prefix}"
    if low is not None and high is not None:
        said += f", {low:+.3f} to {high:+.3f}"
    plain(axes, said.replace("-", "−"), "position t", "−log p(y(t)), nats")
    most = int(gap.rows.max()) if len(gap.rows) else 0
    there = (gap.rows >= max(min(2, most), SHARE * most)).numpy()
    at = np.arange(1, len(there) + 1)[there]
    both = (gap.forced, gap.closed)
    names = ("given the true past", f"given {gap.prefix} true values, then the model's own draws")
    for i, (values, name, colour) in enumerate(zip(both, names, (BLUE, ORANGE), strict=True)):
        axes.plot(at, values.numpy()[there], color=colour, marker=".", label=name)
        if gap.low is not None and gap.high is not None:
            ends = gap.low[i].numpy()[there], gap.high[i].numpy()[there]
            axes.fill_between(at, *ends, color=colour, alpha=0.15, linewidth=0)
    if gap.prefix:
        axes.axvline(gap.prefix + 0.5, color=PALE, linewidth=0.9, linestyle=":")
    axes.margins(y=0.12)
    axes.legend(frameon=False)
    return result


def draw_drift(drift: Drift, title: str = "How fast free running drifts") -> Figure:
    """Draw how far h(t) is from that of the true past, in units of unrelated rows.

    Example:
        >>> import torch
        >>> len(draw_drift(Drift(torch.tensor([0.0, 0.5]), None, None, 0, 2)).axes)
        1
    """
    result = figure(7, 4)
    axes = result.add_subplot()
    plain(axes, title, "position t", "distance of h(t) from that of the true past")
    distance = drift.distance.numpy()
    there = np.isfinite(distance)
    at = np.arange(1, len(distance) + 1)[there]
    if drift.low is not None and drift.high is not None:
        low, high = drift.low.numpy()[there], drift.high.numpy()[there]
        axes.fill_between(at, low, high, color=BLUE, alpha=0.15, linewidth=0)
    axes.plot(at, distance[there], color=BLUE, marker=".")
    axes.axhline(1, color=PALE, linestyle=":", label="as far as two unrelated rows are")
    if drift.prefix:
        axes.axvline(drift.prefix + 0.5, color=PALE, linewidth=0.9, linestyle=":")
    if drift.half is not None:
        values = "1 value" if drift.half == 1 else f"{drift.half} values"
        axes.axvline(drift.prefix + drift.half + 1, color=RED, linewidth=0.9,
                     label=f"half as far, after {values} of its own")  # fmt: skip
    axes.legend(frameon=False, loc="lower right")
    axes.set_ylim(0, max(1.15, *(1.1 * distance[there])) if there.any() else 1.15)
    return result
