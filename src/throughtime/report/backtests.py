"""Draw a backtest: how often the intervals have the value, and what is left of the values."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from throughtime.data.times.aliases import several
from throughtime.evaluation.metrics.paths import COVERED
from throughtime.inference.backtest import Backtest
from throughtime.report.style import BLUE, GREEN, INK, ORANGE, PALE, figure, plain

COLORS = dict(zip(COVERED, (GREEN, ORANGE, BLUE), strict=True))
"""Of each interval, by its probability."""

BINS = 10
"""The shares of the paths are drawn in so many parts."""

RESIDUALS = ((0.9, "#dde8f3"), (0.5, "#8db2d9"))
"""The shares of the residuals in the bands, and their colours."""


def draw(found: Backtest, title: str = "") -> Figure:
    """Draw a backtest.

    On the left, of each step after the origin, how often the central intervals of 50, 80 and 95 %
    have the value in them, beside how often they should. In the middle, how often the value lies
    in each tenth of the paths: equally often, if they spread as they should; at the ends, if they
    are too narrow; in the middle, if they are too wide. On the right the residuals of each step,
    the value less the median: about 0, if the median is right.

    Args:
        found: the backtest.
        title: what is above all; if empty, what was forecast from where.

    Example:
        >>> from throughtime.inference.backtest import Errors
        >>> t = np.arange(1, 4)
        >>> errors = Errors(np.full(3, "a", object), 0 * t, t, 0 * t, np.ones((3, 8)),
        ...                 np.tile([0.2, 0.3], (3, 1)), np.zeros(3))
        >>> [axes.get_xlabel() for axes in draw(Backtest(3, ("7",), ("v",), errors)).axes]
        ['step', 'share of the paths below the value', 'step']
    """
    result = figure(13.5, 4.2)
    coverage, places, residuals = (result.add_subplot(1, 3, n) for n in (1, 2, 3))
    _coverage(coverage, found)
    _places(places, found.errors.places)
    _residuals(residuals, found)
    if not title:
        begins = found.origins[0] + (f" to {found.origins[-1]}" if len(found.origins) > 1 else "")
        title = (
            f"{', '.join(found.targets)}: {several(found.horizon, 'step')} of "
            f"{len(found.series):,} series from {several(len(found.origins), 'origin')} ({begins})"
        )
    result.suptitle(title.replace("$", r"\$"), x=0.01, ha="left", color=INK, fontsize=13)
    result.get_layout_engine().set(w_pad=0.09)  # type: ignore[union-attr,call-arg]
    return result


def _coverage(axes: Axes, found: Backtest) -> None:
    plain(axes, "coverage (dotted: as it should be)", "step", "")
    by_step = found.by_step()
    for share, color in reversed(COLORS.items()):
        values = [numbers[f"coverage of {share:.0%}"] for numbers in by_step.values()]
        axes.axhline(share, color=color, linewidth=1, linestyle=":")
        axes.plot(list(by_step), values, color=color, label=f"{share:.0%}".replace("%", " %"),
                  **_dots(found.horizon))  # fmt: skip
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    _steps(axes)
    _legend(axes)


def _places(axes: Axes, places: NDArray[np.float64]) -> None:
    plain(axes, "where the values lie", "share of the paths below the value", "")
    ends = np.linspace(0, 1, BINS + 1)
    axes.bar(ends[:-1], histogram(places, ends), 1 / BINS, align="edge", color=RESIDUALS[1][1],
             edgecolor="white")  # fmt: skip
    axes.axhline(1 / BINS, color=INK, linewidth=1, linestyle=":")
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    axes.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    axes.yaxis.set_major_locator(MaxNLocator(5))


def histogram(places: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much of the values lies in each bin, ``(bins,)``, each value spread evenly over its
    interval.

    Args:
        places: ``(n, 2)``.
        ends: ``(bins + 1,)``, the ends of the bins.

    Example:
        >>> histogram(np.array([[0.0, 0.5], [0.4, 0.6]]), np.array([0, 0.5, 1])).tolist()
        [0.75, 0.25]
    """
    low, high = places.T[..., None]
    return np.diff(np.clip((ends - low) / (high - low), 0, 1).mean(0))


def _residuals(axes: Axes, found: Backtest) -> None:
    plain(axes, "residuals, in errors of the naive forecast", "step", "")
    steps = range(1, found.horizon + 1)
    of_steps = [found.errors.residuals[found.errors.step == t] for t in steps]
    known = [values[~np.isnan(values)] for values in of_steps]
    there = [t for t, values in zip(steps, known, strict=True) if len(values)]
    known = [values for values in known if len(values)]
    for share, color in RESIDUALS:
        low, high = (
            [np.quantile(values, (1 + side * share) / 2) for values in known] for side in (-1, 1)
        )
        label = f"{share:.0%} of them".replace("%", " %")
        if len(there) > 1:
            axes.fill_between(there, low, high, color=color, linewidth=0, label=label)
        else:
            axes.vlines(there, low, high, color=color, linewidth=9, label=label)
    axes.plot(there, list(map(np.median, known)), color=BLUE, label="median",
              **_dots(found.horizon))  # fmt: skip
    axes.axhline(0, color=PALE if known else INK, linewidth=1, linestyle=":")
    _steps(axes)
    _legend(axes)


def _legend(axes: Axes) -> None:
    """What the colours are, below the axes."""
    axes.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, -0.17),
        ncols=3,
        frameon=False,
        labelcolor=INK,
        fontsize="small",
        columnspacing=1.2,
    )


def _steps(axes: Axes) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))


def _dots(steps: int) -> dict[str, Any]:
    """A dot for each step, where there are few."""
    return {"marker": "o", "markersize": 3} if steps <= 30 else {}
