"""The benchmark of series: the made shops are what they are said to be, and the script runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.series.__main__ import Measuring
from benchmarks.series.page import page
from benchmarks.series.shops import FIRST, Shops, follow
from benchmarks.series.sunspots import UNIT, autoregression
from throughtime.data.columns.panel import Panel, Series
from throughtime.data.times.step import Step


def history_of(shops: Shops, days: int) -> Panel:
    series = [
        Series(name, FIRST + np.arange(days), y[:days, None], {}, {}, np.arange(days))
        for name, y in zip(shops.names, shops.y, strict=True)
    ]
    return Panel(("sales",), (), (), (), Step.of("D"), tuple(series), ())


def test_what_the_generator_forecasts_is_what_it_draws() -> None:
    """Of many shops its central intervals have the values in them as often as they say, and the
    mean of the first day is the true one."""
    shops = Shops.drawn(count=300, days=40)
    drawn = np.stack(shops.own(400)(history_of(shops, 30), 10))[..., 0]
    truth = shops.y[:, 30:]
    seen = ~np.isnan(truth)
    for share in (0.5, 0.9):
        low, high = np.quantile(drawn, [(1 - share) / 2, (1 + share) / 2], axis=1)
        inside = ((low <= truth) & (truth <= high))[seen].mean()
        assert inside == pytest.approx(share, abs=0.08)  # of counts more, as ends belong to it
        assert inside >= share - 0.02
    r = np.zeros(300)
    for t in range(30):
        r = follow(r, np.exp(shops.known(t) + r), shops.y[:, t])
    assert drawn[:, :, 0].mean(1) == pytest.approx(np.exp(shops.known(30) + r), rel=0.15)


def test_promotions_raise_counts_and_holidays_lower_them() -> None:
    shops = Shops.drawn(count=5, days=20)
    usual = replace(shops, promo=np.zeros((5, 20)), holiday=np.zeros(20))
    promoted = replace(usual, promo=np.ones((5, 20)))
    closed = replace(usual, holiday=np.ones(20))
    assert (promoted.known(3) > usual.known(3)).all()
    assert (closed.known(3) < usual.known(3)).all()


def test_missing_days_are_no_rows_and_draws_are_the_same_each_time() -> None:
    shops = Shops.drawn(count=20, days=100)
    missing = np.isnan(shops.y).mean()
    assert 0 < missing < 0.08
    assert len(shops.rows()["sales"]) == round(2000 * (1 - missing))
    assert np.array_equal(shops.y, Shops.drawn(count=20, days=100).y, equal_nan=True)


def test_the_weekday_is_that_of_the_date() -> None:
    """2021-01-04 is a Monday, and so are the days that are a multiple of seven later."""
    week = np.tile(np.arange(7.0), (2, 1))
    flat = np.zeros(2)
    shops = replace(Shops.drawn(count=2, days=20), weekday=week, base=flat, height=flat,
                    effect=flat, of_holiday=flat)  # fmt: skip
    assert [shops.known(t)[0] for t in (3, 4, 9, 10)] == [0, 1, 6, 0]


def test_an_autoregression_knows_an_autoregression() -> None:
    """Its error is about that of the true coefficients, in units of 1535."""
    noise, y = np.random.default_rng(0).normal(0, 10, 256), [50.0] * 9
    for t in range(9, 256):
        y.append(20 + 0.6 * y[-9] + noise[t])
    found = autoregression(np.arange(1700, 1956), np.array(y), 1921)
    true = (noise[-35:] ** 2).mean() / UNIT
    assert 0.9 * true < found["error"] < 1.3 * true
    assert 0.7 < found["coverage"] <= 1


def test_the_script_measures_and_keeps_what_it_has_measured(tmp_path: Path) -> None:
    def measured() -> dict[str, object]:
        return {"shops": Measuring(tmp_path, seeds=1, short=True, epochs=0).shops()}

    found = measured()
    text = "\n".join(page(found, {}))
    assert "| the generator itself |" in text
    assert "| ours |" in text
    files = sorted(tmp_path.rglob("*.json"))
    times = [file.stat().st_mtime_ns for file in files]
    assert "\n".join(page(measured(), {})) == text
    assert [file.stat().st_mtime_ns for file in files] == times
