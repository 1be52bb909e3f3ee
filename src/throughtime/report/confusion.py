"""Draw which labels are taken for which."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from throughtime.evaluation.metrics.classes import Classes
from throughtime.report.style import BLUE, INK, RED, figure, literal, tinted

MOST = 20
"""The most labels, the most frequent ones, that are drawn."""

STRONGEST = 0.5
"""So much of the colour is in a full cell: text can still be read on it."""

LONG = 16
"""Names that are longer are cut."""


def draw(classes: Classes, title: str = "which label is taken for which") -> Figure:
    """Draw the confusion matrix: of each true label, a row, the share that is taken for each label.

    The diagonal, in blue, is right; the rest, in red, wrong. The numbers are counts.

    Args:
        classes: what ``run.evaluate().classes`` is, of single labels.
        title: what is above all.

    Example:
        >>> from throughtime.evaluation.metrics.classes import ClassScore
        >>> scores = [ClassScore(n, 0.5, 0.5, 0.5, 2) for n in ("Oslo", "Rome")]
        >>> found = Classes(scores, {"Oslo": {"Oslo": 1, "Rome": 1}, "Rome": {"Rome": 2}})
        >>> [text.get_text() for text in draw(found).axes[0].texts]
        ['1', '1', '2']
    """
    names = [score.label for score in classes.scores[:MOST]]
    counts = np.array([[classes.confusion.get(t, {}).get(g, 0) for g in names] for t in names])
    totals = np.array([sum(classes.confusion.get(t, {}).values()) for t in names])
    shares = counts / np.maximum(totals, 1)[:, None]
    colors = tinted(shares, RED, STRONGEST)
    np.einsum("iic->ic", colors)[:] = tinted(shares.diagonal(), BLUE, STRONGEST)
    size = 1.6 + 0.42 * len(names)
    result = figure(max(size, 3.6), max(size - 0.3, 3.2))
    axes = result.add_subplot()
    axes.imshow(colors)
    for (t, g), count in np.ndenumerate(counts):
        if count:
            axes.text(g, t, f"{count:,}", ha="center", va="center", color=INK, fontsize=8)
    shown = [literal(name if len(name) <= LONG else f"{name[: LONG - 1]}…") for name in names]
    axes.set_xticks(range(len(names)), shown, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), shown)
    axes.tick_params(colors=INK, length=0, labelsize=9)
    axes.set_title(title, loc="left", color=INK, fontsize=11)
    axes.set_xlabel("the model's", color=INK)
    axes.set_ylabel("true", color=INK)
    axes.spines[:].set_visible(False)
    return result
