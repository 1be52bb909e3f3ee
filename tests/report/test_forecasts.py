"""Pictures of forecasts: what is on them is what was forecast, and can be read."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import FillBetweenPolyCollection, LineCollection
from matplotlib.dates import num2date
from matplotlib.figure import Figure
from numpy.typing import NDArray

from throughtime.data.columns.panel import Panel, Series
from throughtime.data.times.step import Step
from throughtime.inference.forecast import Forecast
from throughtime.report.forecasts import LONG, MOST, draw, page


def made(names: list[str], targets: tuple[str, ...] = ("sales",), steps: int = 6, count: int = 60,
         zone: str | None = None, whole: bool = False) -> tuple[Panel, list[Forecast]]:  # fmt: skip
    """Daily series, and forecasts of them."""
    rng, step = np.random.default_rng(0), Step.of("D", zone)
    times = np.datetime64("2024-01-01", "us") + np.arange(count) * np.timedelta64(1, "D")
    series, forecasts = [], []
    for name in names:
        y = rng.poisson(20, (count, len(targets))).astype(float)
        series.append(Series(name, times, y, {}, {}, np.arange(count)))
        paths = rng.poisson(20, (200, steps, len(targets))).astype(float)
        said = tuple(step.written(step.after(times[-1], steps)))
        forecasts.append(Forecast(name, said, targets, paths, whole))
    return Panel(targets, (), (), (), step, tuple(series), ()), forecasts


def texts(drawn: Figure) -> list[str]:
    found = [a.get_title(loc="left") for a in drawn.axes]
    return [text.replace(r"\$", "$") for text in found]


def lines(axes: Axes) -> list[NDArray[Any]]:
    return [np.asarray(line.get_ydata()) for line in axes.lines]


def test_bands_are_the_quantiles_of_the_paths() -> None:
    panel, (one,) = made(["a"])
    truth = np.arange(6.0)[:, None]
    truth[2] = np.nan
    (axes,) = draw(panel, one, truth).axes
    bands = [c for c in axes.collections if isinstance(c, FillBetweenPolyCollection)]
    for band, share in zip(bands, (0.95, 0.8, 0.5), strict=True):
        corners = band.get_paths()[0].vertices
        assert isinstance(corners, np.ndarray)
        for x, t in zip(np.unique(corners[:, 0]), range(6), strict=True):
            ys = corners[corners[:, 0] == x, 1]
            drawn = one.paths[:, t, 0]
            expected = np.quantile(drawn, [(1 - share) / 2, (1 + share) / 2])
            np.testing.assert_allclose([ys.min(), ys.max()], expected)
    history, median, came, _ = lines(axes)
    np.testing.assert_array_equal(history, panel.series[0].y[-len(history) :, 0])
    np.testing.assert_array_equal(median, np.median(one.paths[:, :, 0], 0))
    np.testing.assert_array_equal(came, truth[:, 0])
    # the forecast begins a day after the history
    ends, begins = (np.asarray(line.get_xdata()) for line in axes.lines[:2])
    assert begins[0] - ends[-1] == np.timedelta64(1, "D")


def test_a_single_step_has_bars() -> None:
    panel, (one,) = made(["a"], steps=1)
    (axes,) = draw(panel, one).axes
    bars = [c for c in axes.collections if isinstance(c, LineCollection)]
    lengths = [np.ptp(bar.get_segments()[0][:, 1]) for bar in bars]
    assert len(lengths) == 3
    assert lengths[0] > lengths[1] > lengths[2] > 0


def test_counts_begin_at_zero_and_their_bands_are_counts() -> None:
    panel, (one,) = made(["a"], whole=True)
    (axes,) = draw(panel, one).axes
    assert axes.get_ylim()[0] == 0
    assert (lines(axes)[1] % 1 == 0).all()
    panel, (one,) = made(["a"])
    assert draw(panel, one).axes[0].get_ylim()[0] > 0


def test_a_page_has_the_first_twelve_and_says_so() -> None:
    names = [f"shop {i}" for i in range(MOST + 2)]
    panel, forecasts = made(names)
    drawn = page(panel, forecasts)
    assert texts(drawn) == names[:MOST]
    assert drawn.get_suptitle() == "sales: 6 days to come (the first 12 of 14 series)"
    assert page(panel, forecasts[:2]).get_suptitle() == "sales: 6 days to come"
    assert [bool(axes.get_ylabel()) for axes in drawn.axes[:4]] == [True, False, False, True]


def test_each_target_has_its_place_and_truths_go_to_their_series() -> None:
    panel, forecasts = made(["a", "b"], ("u", "v"))
    drawn = page(panel, forecasts, {"b": np.full((6, 2), [3.0, 4.0])})
    assert [(a.get_title(loc="left"), a.get_ylabel()) for a in drawn.axes] == [
        ("a", "u"), ("a", "v"), ("b", "u"), ("b", "v")
    ]  # fmt: skip
    assert [len(axes.lines) for axes in drawn.axes] == [3, 3, 4, 4]
    assert lines(drawn.axes[3])[2].tolist() == [4.0] * 6
    (legend,) = drawn.legends
    said = [text.get_text() for text in legend.get_texts()]
    assert said == ["history", "truth", "median", "50 %", "80 %", "95 %"]


def test_names_are_no_mathematics_and_not_too_long() -> None:
    name = "$a$ " + "long " * 20 + "end"
    panel, forecasts = made([name, r"$\frac$"], ("in $",))
    drawn = page(panel, forecasts)
    long, other = texts(drawn)
    assert (len(long), long[:4], long[-3:], other) == (LONG, "$a$ ", "end", r"$\frac$")
    drawn.savefig(BytesIO(), format="svg")  # a name with mathematics that is none would raise


@pytest.mark.parametrize("many", [1, 5, 12])
def test_no_text_lies_on_another(many: int) -> None:
    panel, forecasts = made([f"a shop with a rather long name {i}" for i in range(many)])
    drawn = page(panel, forecasts)
    drawn.draw_without_rendering()
    boxes = [drawn.legends[0].get_window_extent()]
    for axes in drawn.axes:
        labels = [t.label1 for t in axes.xaxis.get_major_ticks() + axes.yaxis.get_major_ticks()]
        low, high = sorted(axes.get_xlim())
        shown = [t for t in labels if t.get_text() and (
            t in [k.label1 for k in axes.yaxis.get_major_ticks()]
            or low <= t.get_position()[0] <= high)]  # fmt: skip
        bottom, top = sorted(axes.get_ylim())
        inside = [t for t in shown if t.get_position()[0] != 0
                  or bottom <= t.get_position()[1] <= top]  # fmt: skip
        boxes += [t.get_window_extent() for t in inside]
        boxes.append(axes._left_title.get_window_extent())  # type: ignore[attr-defined]
    for i, one in enumerate(boxes):
        for other in boxes[:i]:
            assert not one.overlaps(other)
    width, height = drawn.bbox.size
    assert all(b.x0 >= 0 and b.y0 >= 0 and b.x1 <= width and b.y1 <= height for b in boxes)


def test_times_are_those_of_the_zones_clock() -> None:
    panel, (one,) = made(["a"], zone="+05:00")
    there = draw(panel, one).axes[0].lines[0].get_xdata()
    assert np.asarray(there)[-1] == panel.series[0].times[-1] + np.timedelta64(5, "h")


def test_few_dates_are_on_the_axis_and_numbers_stay_whole() -> None:
    panel, (one,) = made(["a"])
    drawn = draw(panel, one)
    drawn.draw_without_rendering()
    said = [label.get_text() for label in drawn.axes[0].get_xticklabels()]
    assert 2 <= len(said) <= 6
    days = [f"{num2date(tick):%d %b}" for tick in drawn.axes[0].get_xticks()]
    assert said == days
    (series,) = panel.series
    years = replace(series, times=np.arange(1960, 2020))
    of_years = replace(panel, series=(years,), step=Step.of_numbers(1))
    drawn = draw(of_years, replace(one, times=tuple(map(str, range(2020, 2026)))))
    drawn.draw_without_rendering()
    assert all(t.get_text().isdigit() for t in drawn.axes[0].get_xticklabels() if t.get_text())


def test_a_value_without_neighbours_is_seen() -> None:
    panel, (one,) = made(["a"], steps=50, count=400)
    (series,) = panel.series
    y = series.y.copy()
    y[-100:-1:2] = np.nan
    drawn = draw(replace(panel, series=(replace(series, y=y),)), one)
    marked = drawn.axes[0].lines[0].get_markevery()
    assert isinstance(marked, list)
    history = lines(drawn.axes[0])[0]
    assert len(marked) == 50
    assert not np.isnan(history[marked]).any()
