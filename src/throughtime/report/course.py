"""Draw the course of training: gradients, learning rate, forcing and speed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from throughtime.report.style import BLUE, figure, plain

Row = Mapping[str, float | None]

PANELS = {
    "gradient norm": ("norm of the gradient", "before clipping"),
    "share clipped": ("updates that were clipped", "share"),
    "learning rate": ("learning rate", "at the end of the epoch"),
    "epsilon": ("forcing: P(the true value is fed back)", "probability"),
    "symbols a second": ("speed", "symbols a second"),
}
"""What is drawn of each number, if it is known: its title, and what its axis says."""


def draw(rows: Sequence[Row]) -> Figure | None:
    """Draw what is known of the course of training, one panel for each: the norm of the gradient,
    the share of updates whose gradient was clipped, the learning rate, the probability of teacher
    forcing in scheduled sampling, and symbols a second. None if nothing is known.

    Args:
        rows: what ``run.metrics`` is, perhaps with ``symbols a second``.

    Example:
        >>> rows = [{"step": 10.0, "learning rate": 0.1}, {"step": 20.0, "learning rate": 0.0}]
        >>> [axes.get_title(loc="left") for axes in draw(rows).axes]
        ['learning rate']
    """
    known = {
        name: [(row["step"] or 0.0, value) for row in rows if (value := row.get(name)) is not None]
        for name in PANELS
    }
    known = {name: points for name, points in known.items() if points}
    if not known:
        return None
    across = min(len(known), 2)
    down = -(-len(known) // across)
    result = figure(3.4 * across, 2.2 * down + 0.1)
    for number, (name, points) in enumerate(known.items()):
        axes = result.add_subplot(down, across, number + 1)
        title, unit = PANELS[name]
        last = number + across >= len(known)
        plain(axes, title, "updates" if last else "", unit)
        axes.plot(*zip(*points, strict=True), color=BLUE, marker=".", linewidth=1.4)
        top = max(value for _, value in points)
        axes.set_ylim(0, 1.05 if name in ("share clipped", "epsilon") else 1.12 * top or 1.0)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.yaxis.label.set_fontsize("small")
    return result
