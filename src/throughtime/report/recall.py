"""Draw how much of each label is found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from throughtime.evaluation.metrics.classes import ClassScore
from throughtime.report.calibration import wilson
from throughtime.report.style import BLUE, PALE, figure, literal, plain

MOST = 30
"""The most labels, the most frequent ones, that are drawn."""

LONG = 24
"""Names that are longer are cut."""


def draw(scores: Sequence[ClassScore], title: str = "how much of each label is found") -> Figure:
    """Draw the recall of each label, with its 95 % interval by Wilson, the most frequent label
    first.

    The interval takes each label as one draw, independent of the others.

    Args:
        scores: what ``run.evaluate().classes.scores`` is.
        title: what is above all.

    Example:
        >>> scores = [ClassScore("Oslo", 0.5, 0.5, 0.5, 2), ClassScore("Rome", None, 0.5, 0.5, 0)]
        >>> [label.get_text() for label in draw(scores).axes[0].get_yticklabels()]
        ['Oslo (2)']
    """
    shown = [score for score in scores[:MOST] if score.recall is not None]
    recall = np.array([score.recall for score in shown], float)
    count = np.array([score.count for score in shown])
    low, high = wilson(recall * count, count)
    result = figure(5, 1.1 + 0.27 * max(len(shown), 3))
    axes = result.add_subplot()
    plain(axes, title, "recall", "")
    places = np.arange(len(shown))
    axes.hlines(places, low, high, color=PALE, linewidth=2.5)
    axes.plot(recall, places, color=BLUE, marker="o", markersize=5, linestyle="")
    names = [s.label if len(s.label) <= LONG else f"{s.label[: LONG - 1]}…" for s in shown]
    labels = [literal(f"{n} ({s.count:,})") for n, s in zip(names, shown, strict=True)]
    axes.set_yticks(places, labels)
    axes.set(xlim=(0, 1.02), ylim=(len(shown) - 0.4, -0.6))
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    axes.grid(axis="y", visible=False)
    return result
