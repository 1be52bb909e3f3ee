"""The picture of a backtest: coverage by step, where the values lie, and residuals."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from matplotlib.collections import FillBetweenPolyCollection, LineCollection
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from throughtime.data.columns.panel import Panel, Series
from throughtime.data.times.step import Step
from throughtime.evaluation.metrics.paths import places_of
from throughtime.inference.backtest import Backtest, backtest
from throughtime.report.backtests import BINS, draw, histogram

ENDS = np.linspace(0, 1, BINS + 1)


def made(wide: float = 1.0, horizon: int = 5, off: float = 0.0) -> Backtest:
    """Normal values, and forecasts whose deviation is so many times theirs, and whose mean is off
    by so much at each further step."""
    rng = np.random.default_rng(0)
    series = tuple(
        Series(name, np.arange(400), rng.normal(size=(400, 1)), {}, {}, np.arange(400))
        for name in "ab$"
    )
    panel = Panel(("v",), (), (), (), Step.of_numbers(1), series, ())

    def way(history: Panel, steps: int) -> list[NDArray[np.float64]]:
        mean = off * np.arange(steps)[:, None]
        return [mean + wide * rng.normal(size=(99, steps, 1)) for _ in history.series]

    return backtest(panel, way, horizon=horizon, origins=60, first=100)


@pytest.mark.parametrize("kind", ["normal", "poisson"])
def test_where_a_draw_lies_among_draws_of_the_same_is_uniform(kind: str) -> None:
    rng = np.random.default_rng(0)
    drawn, y = (rng.normal(size=s) if kind == "normal" else rng.poisson(1.5, s).astype(float)
                for s in ((19, 20_000), 20_000))  # fmt: skip
    places = places_of(drawn, y)
    assert bool((places[:, 0] < places[:, 1]).all())
    np.testing.assert_allclose(histogram(places, ENDS), 0.1, atol=0.008)


def test_each_value_counts_once_wherever_it_lies() -> None:
    places = np.array([[0.0, 0.01], [0.99, 1.0], [0.1, 0.9]])
    found = histogram(places, ENDS)
    np.testing.assert_allclose(found, [1 / 3, *[1 / 24] * 8, 1 / 3])


def test_paths_that_are_too_narrow_have_the_values_at_their_ends() -> None:
    narrow, right, wide = (histogram(made(w).errors.places, ENDS) for w in (0.5, 1.0, 2.0))
    assert narrow[[0, -1]].min() > 0.15 > narrow[1:-1].max()
    assert right.max() < 0.14
    assert wide[[0, -1]].max() < 0.05 < wide[4:6].min()


def test_what_is_drawn_are_the_numbers_of_the_backtest() -> None:
    found = made(off=1.0)
    coverage, places, residuals = draw(found).axes
    lines = {str(line.get_label()): np.asarray(line.get_ydata()) for line in coverage.lines}
    for share in (0.5, 0.8, 0.95):
        name = f"{share:.0%}"
        expected = [step[f"coverage of {name}"] for step in found.by_step().values()]
        np.testing.assert_array_equal(lines[name.replace("%", " %")], expected)
        assert [share, share] in [list(line) for line in lines.values()], "as it should be"
    bars = [p.get_height() for p in places.patches if isinstance(p, Rectangle)]
    np.testing.assert_allclose(bars, histogram(found.errors.places, ENDS))
    assert sum(bars) == pytest.approx(1)
    median = np.asarray(residuals.lines[0].get_ydata())
    for t in range(1, 6):
        assert median[t - 1] == np.median(found.errors.residuals[found.errors.step == t])
    assert bool((np.diff(median) < -0.3).all()), "the forecasts are higher at each further step"
    bands = [c for c in residuals.collections if isinstance(c, FillBetweenPolyCollection)]
    heights = [np.ptp(np.asarray(band.get_paths()[0].vertices)[:, 1]) for band in bands]
    assert heights[0] > heights[1] > 0
    draw(found, "$ v").savefig(BytesIO(), format="svg")


def test_a_residual_is_that_of_the_median_in_errors_of_the_naive_forecast() -> None:
    y = np.array([0.0, 2.0, 0.0, 2.0, 5.0])[:, None]
    series = Series("a", np.arange(5), y, {}, {}, np.arange(5))
    panel = Panel(("v",), (), (), (), Step.of_numbers(1), (series,), ())
    paths = np.array([4.0, 4.0, 10.0])[:, None, None]
    found = backtest(panel, lambda h, n: [paths], horizon=1, origins=1)
    assert found.errors.residuals.tolist() == [0.5]


def test_a_single_step_and_no_history_to_measure_by() -> None:
    residuals = draw(made(horizon=1)).axes[2]
    assert sum(isinstance(c, LineCollection) for c in residuals.collections) == 2
    y = np.array([1.0, 1.0, 1.0, 5.0])[:, None]
    series = Series("a", np.arange(4), y, {}, {}, np.arange(4))
    panel = Panel(("v",), (), (), (), Step.of_numbers(1), (series,), ())
    found = backtest(panel, lambda h, n: [np.ones((3, n, 1))], horizon=1, origins=1)
    assert np.isnan(found.errors.residuals).all()
    draw(found).savefig(BytesIO())
