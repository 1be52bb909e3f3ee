"""Draw forecasts of series: what came before, and the bands of what comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter
from numpy.typing import NDArray

from throughtime.data.columns.panel import Panel, Series
from throughtime.data.times.zones import to_wall
from throughtime.inference.forecast import Forecast
from throughtime.report.style import BLUE, INK, ORANGE, PALE, figure, literal, plain

BANDS = ((0.95, "#dde8f3"), (0.8, "#b9d0e8"), (0.5, "#8db2d9"))
"""The probabilities of the bands, and their colours, which are opaque, as in the legend."""

DATES = {
    "formats": ["%Y", "%b", "%d %b", "%H:%M", "%H:%M", "%S.%f"],
    "zero_formats": ["", "%Y", "%d %b", "%d %b", "%H:%M", "%H:%M"],
    "offset_formats": ["", "%Y", "%Y", "%d %b %Y", "%d %b %Y", "%d %b %Y %H:%M"],
}
"""How dates are said, from years to seconds; and what all have, at the end of the axis."""

MOST = 12
"""The most series on a page."""

ACROSS = 3
"""The most side by side."""

BEFORE, AFTER = 3, 8
"""So many seasons of history are shown; but at least so many times the steps that are forecast, and
at most so many times, so that these can be seen."""

LEAST = 20
"""The fewest steps of history that are shown, if there are as many."""

FEW = 90
"""So many values have a dot each."""

LONG, LABEL = 36, 24
"""Names of series and of targets that are longer are cut in the middle."""


def draw(history: Panel, forecast: Forecast, truth: NDArray[np.float64] | None = None) -> Figure:
    """Draw the forecast of one series: its last steps, the median, the bands that have 50, 80 and
    95 % of what may come, and what came, where that is known.

    Args:
        history: the series so far.
        forecast: of one of them.
        truth: what came, ``(steps, targets)``, NaN where that is not known.

    Raises:
        KeyError: if the history has no series of the name.

    Example:
        >>> from throughtime.data.times.step import Step
        >>> one = Series("a", np.arange(9), np.ones((9, 1)), {}, {}, np.arange(9))
        >>> panel = Panel(("v",), (), (), (), Step.of_numbers(1), (one,), ())
        >>> paths = np.random.default_rng(0).normal(size=(50, 2, 1))
        >>> len(draw(panel, Forecast("a", ("9", "10"), ("v",), paths)).axes)
        1
    """
    return _page(history, [forecast], {} if truth is None else {forecast.series: truth}, "", 7, 3.8)


def page(
    history: Panel,
    forecasts: Sequence[Forecast],
    truths: Mapping[str, NDArray[np.float64]] | None = None,
    title: str = "",
) -> Figure:
    """Draw the forecasts of up to twelve series, each by itself, on axes of its own.

    Args:
        history: the series so far.
        forecasts: of some of them; those after the twelfth are left out, which the title says.
        truths: what came, by series, as in :func:`draw`.
        title: what is above all; if empty, how many steps are forecast of what.

    Raises:
        KeyError: if the history has no series of a name.
    """
    shown = forecasts[:MOST]
    if len(shown) == 1:
        return _page(history, shown, truths or {}, title, 7, 3.8)
    if not title and shown:
        title = f"{', '.join(history.targets)}: {history.step.lasting(len(shown[0].times))} to come"
    if len(forecasts) > MOST:
        title += f" (the first {MOST} of {len(forecasts):,} series)"
    return _page(history, shown, truths or {}, title, 4.2, 2.4)


def _page(
    history: Panel,
    forecasts: Sequence[Forecast],
    truths: Mapping[str, NDArray[np.float64]],
    title: str,
    width: float,
    height: float,
) -> Figure:
    by_name = {series.name: series for series in history.series}
    cells = [(f, d) for f in forecasts for d in range(len(f.targets))]
    across = min(ACROSS, len(cells)) if len(forecasts[0].targets) == 1 else len(history.targets)
    across = 2 if len(cells) == 4 and across == ACROSS else across
    down = -(-len(cells) // max(across, 1))
    result = figure(width * across, height * down + (0.7 if title else 0.4))
    named: dict[str, Any] = {}
    for number, (one, d) in enumerate(cells):
        axes = result.add_subplot(down, across, number + 1)
        truth = truths.get(one.series)
        one_truth = None if truth is None else truth[:, d]
        named |= _on(axes, history, by_name[one.series], one, d, one_truth)
        if len(one.targets) == 1 and number % across:
            axes.set_ylabel("")  # all have the same
    result.get_layout_engine().set(h_pad=0.07, w_pad=0.07)  # type: ignore[union-attr,call-arg]
    if title:
        result.suptitle(literal(title), x=0.01, ha="left", color=INK, fontsize=13)
    order = ["history", "truth", "median", *(f"{share:.0%}" for share, _ in reversed(BANDS))]
    keys = [key for key in order if key in named]
    result.legend(
        [named[key] for key in keys],
        [key.replace("%", " %") for key in keys],
        loc="outside lower center",
        ncols=len(keys),
        frameon=False,
        labelcolor=INK,
    )
    return result


def _on(
    axes: Axes,
    panel: Panel,
    series: Series,
    forecast: Forecast,
    d: int,
    truth: NDArray[np.float64] | None,
) -> dict[str, Any]:
    """Draw one target of one series, and return what a legend names."""
    steps = len(forecast.times)
    shown = max(min(BEFORE * panel.step.season, AFTER * steps), BEFORE * steps, LEAST)
    after = to_wall(panel.step.after(series.times[-1], steps), panel.step.zone)
    before = to_wall(series.times[-shown:], panel.step.zone)
    past = series.y[-shown:, d]
    name, target = series.name, forecast.targets[d]
    plain(axes, _short(name or target, LONG), "", _short(target, LABEL) if name else "")
    named: dict[str, Any] = {}
    for share, color in BANDS:
        low, high = (forecast.quantile((1 + side * share) / 2)[:, d] for side in (-1, 1))
        named[f"{share:.0%}"] = _band(axes, after, low, high, color)
    median = forecast.median[:, d]
    (named["history"],) = axes.plot(before, past, color=INK, linewidth=1, **_dots(past))
    (named["median"],) = axes.plot(after, median, color=BLUE, linewidth=1.6, **_dots(median))
    if truth is not None and not np.isnan(truth).all():
        (named["truth"],) = axes.plot(
            after[: len(truth)], truth, color=ORANGE, linewidth=1, **_dots(truth)
        )
    axes.axvline(_between(before[-1], after[0]), color=PALE, linewidth=0.8, linestyle=":")
    axes.margins(x=0.02)
    _ticks(axes, before)
    if forecast.whole:
        axes.set_ylim(bottom=0)  # of counts there is nothing below
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    else:
        axes.yaxis.set_major_locator(MaxNLocator(5))
    if max(map(abs, axes.get_ylim())) < 1e6:  # beyond, matplotlib says a power of ten
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.6g}"))
    return named


def _band(
    axes: Axes,
    times: NDArray[Any],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    color: str,
) -> Any:
    """A band; of a single step, which has no width, a bar."""
    if len(times) > 1:
        return axes.fill_between(times, low, high, color=color, linewidth=0)
    return axes.vlines(times, low, high, color=color, linewidth=9)


def _dots(values: NDArray[np.float64]) -> dict[str, Any]:
    """Dots where values are few; where they are many, at those alone that have no neighbours, and
    of which a line would show nothing."""
    dots: dict[str, Any] = {"marker": "o", "markersize": 2.4, "clip_on": False}
    if len(values) <= FEW:
        return dots
    near = np.pad(~np.isnan(values), 1)
    alone = np.flatnonzero(near[1:-1] & ~near[:-2] & ~near[2:])
    return {**dots, "markevery": alone.tolist()} if len(alone) else {"clip_on": False}


def _between(one: Any, other: Any) -> Any:
    return one + (other - one) / 2


def _ticks(axes: Axes, times: NDArray[Any]) -> None:
    """Few dates, each said as shortly as can be; numbers are whole where times are."""
    if times.dtype.kind == "M":
        places = AutoDateLocator(minticks=3, maxticks=5)
        axes.xaxis.set_major_locator(places)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(places, **DATES))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=times.dtype.kind == "i"))
        axes.ticklabel_format(axis="x", useOffset=False, style="plain")


def _short(name: str, most: int) -> str:
    half = most // 2
    return literal(name if len(name) <= most else f"{name[:half]}…{name[half + 1 - most :]}")
