"""Classical forecasts: paths that have the quantiles of a method, whatever is in a history."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from tests.inference.test_backtest import panel_of
from throughtime.inference.classical import LEVELS, METHODS, between, classical


def test_paths_of_a_normal_are_normal() -> None:
    z = [s * NormalDist().inv_cdf((1 + p / 100) / 2) for s in (-1, 1) for p in LEVELS]
    places = np.sort(z)
    quantiles = np.stack([5 + 2 * places, -1 + 0.1 * places], 1)
    drawn = np.random.default_rng(0).normal(size=(50, 2)) * 3
    np.testing.assert_allclose(between(places, quantiles, drawn), drawn * [2, 0.1] + [5, -1])


def test_each_method_forecasts_what_is_plain() -> None:
    pytest.importorskip("statsforecast")
    noise = np.random.default_rng(0).normal(0, 0.5, 140)
    y = np.tile([5.0, 6, 7, 8, 9, 20, 22], 20) + noise
    gap = y.copy()
    gap[100] = np.nan
    ways, failures = classical(300)
    assert list(ways) == list(METHODS)
    for name, way in ways.items():
        one, two = way(panel_of(y, gap, season=7), 7)
        assert one.shape == two.shape == (300, 7, 1)
        if name != "drift":
            error = np.abs(np.median(one, 0)[:, 0] - [5, 6, 7, 8, 9, 20, 22])
            assert error.max() < 2, name
    assert failures.said() == ()
    drift = ways["drift"](panel_of(np.arange(50.0) + noise[:50]), 10)[0]
    assert drift.mean(0)[:, 0] == pytest.approx(np.arange(50.0, 60), abs=2)
    assert drift[:, 9].std() > 1.5 * drift[:, 0].std()  # a random walk goes astray


def test_what_cannot_be_fitted_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("statsforecast")

    def broken(of: Any, season: int) -> Any:
        raise ZeroDivisionError

    monkeypatch.setitem(METHODS, "ETS", broken)
    ways, failures = classical(5)
    (drawn,) = ways["ETS"](panel_of(np.array([1.0, 2.0, np.nan])), 3)
    assert (drawn == 2).all()
    assert failures.said() == (
        "ETS: could not be fitted to 1 histories; there it repeats the last value",
    )
