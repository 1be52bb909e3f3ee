"""Draw what happens inside: h(t) over a sequence, as a heatmap and as a path."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from throughtime.report.style import BLUE, INK, ORANGE, PALE, figure, literal, plain, tinted

UNITS = 64
"""The most units that are drawn, those that vary most."""

NAMED = 64
"""So many steps have their symbols below them."""

DOTS = 2_000
"""The most states of other sequences that are drawn behind a path."""

Floats = NDArray[np.float64]


def heatmap(h: Floats, symbols: Sequence[str] = ()) -> Figure:
    """Draw h(t) of a sequence: a row for each unit, a column for each step; blue above zero, orange
    below, in the order in which the units are most active.

    Args:
        h: the states ``(τ, H)``, as one of ``run.hidden_states(rows)[0]``.
        symbols: what the model reads at each step, if it is to be written below.

    Example:
        >>> drawn = heatmap(np.sin(np.arange(12.0).reshape(4, 3)), "abcd")
        >>> [label.get_text() for label in drawn.axes[0].get_xticklabels()]
        ['a', 'b', 'c', 'd']
    """
    chosen = h[:, np.argsort(-h.var(0), kind="stable")[:UNITS]]
    chosen = chosen[:, np.argsort(np.abs(chosen).argmax(0), kind="stable")].T
    most = max(float(np.abs(chosen).max(initial=0)), 1e-9)
    colors = np.where(
        (chosen >= 0)[..., None], tinted(chosen / most, BLUE), tinted(-chosen / most, ORANGE)
    )
    result = figure(8.4, min(1.3 + 0.07 * len(chosen), 5))
    axes = result.add_subplot()
    of = f"{len(chosen)} of {h.shape[1]:,} units" if h.shape[1] > UNITS else f"{len(chosen)} units"
    plain(axes, f"h(t) of {of}; the strongest colour is ±{most:.2g}", "step t", "unit")
    axes.imshow(colors, aspect="auto", interpolation="nearest")
    axes.grid(visible=False)
    if symbols and len(symbols) <= NAMED:
        axes.set_xticks(range(len(symbols)), [literal(s).replace(" ", "␣") for s in symbols])
        axes.set_xlabel("")
        if max(map(len, symbols)) > 1:
            axes.tick_params(axis="x", rotation=45)
    else:
        axes.xaxis.set_major_locator(MaxNLocator(10, integer=True))
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    return result


def components(h: Floats) -> tuple[Floats, Floats, Floats]:
    """The mean of states, their first two principal components, ``(2, H)``, and the share of the
    variance that each has.

    Args:
        h: states ``(n, H)``, of at least two.

    Example:
        >>> _, axes, share = components(np.array([[0.0, 1], [0, 2], [0, 5]]))
        >>> np.abs(axes[0]).round(6).tolist(), share.tolist()
        ([0.0, 1.0], [1.0, 0.0])
    """
    mean = h.mean(0)
    _, sizes, axes = np.linalg.svd(h - mean, full_matrices=False)
    axes = axes * np.where(axes[np.arange(len(axes)), np.abs(axes).argmax(1)] < 0, -1, 1)[:, None]
    share = sizes**2 / max(float((sizes**2).sum()), 1e-30)
    return mean, axes[:2], share[:2]


def path(h: Floats, others: Floats, symbols: Sequence[str] = ()) -> Figure:
    """Draw the way of h(t) through the first two principal components of the states of many
    sequences, which are dots behind it.

    Args:
        h: the states of a sequence, ``(τ, H)``.
        others: states of many sequences, ``(n, H)``.
        symbols: what the model reads at each step, if it is to be written beside.

    Example:
        >>> states = np.random.default_rng(0).normal(size=(9, 4))
        >>> [text.get_text() for text in path(states[:2], states, "ab").axes[0].texts]
        ['a', 'b']
    """
    mean, both, share = components(others)
    at, behind = (h - mean) @ both.T, (others[:DOTS] - mean) @ both.T
    result = figure(5.6, 4.8)
    axes = result.add_subplot()
    names = [f"component {i + 1} ({s:.0%})".replace("%", " %") for i, s in enumerate(share)]
    plain(axes, "the way of h(t)", *names)
    axes.plot(behind[:, 0], behind[:, 1], ".", color=PALE, markersize=2, alpha=0.5, rasterized=True)
    for t in range(1, len(at)):  # the later, the stronger
        axes.plot(*at[t - 1 : t + 1].T, color=BLUE, linewidth=1.3, alpha=0.15 + 0.85 * t / len(at))
    axes.plot(at[:, 0], at[:, 1], "o", color=BLUE, markersize=3)
    axes.plot(at[:1, 0], at[:1, 1], "o", color=ORANGE, markersize=6, label="first step")
    axes.legend(frameon=False, labelcolor=INK, loc="upper right")
    if symbols and len(symbols) <= NAMED:
        for (x, y), symbol in zip(at, symbols, strict=True):
            axes.annotate(
                literal(symbol).replace(" ", "␣"), (x, y), xytext=(4, 4),
                textcoords="offset points", color=INK, fontsize=8,
            )  # fmt: skip
    return result
