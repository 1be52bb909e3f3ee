"""Backtests: the scores of forecasts, the points in the past that they begin at, what counts."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import throughtime as tt
from tests.helpers.trained_shops import DAYS, shops
from throughtime.data import DataError
from throughtime.data.columns.panel import Panel, Series
from throughtime.data.panel.parts import cuts_of
from throughtime.data.times.step import Step
from throughtime.evaluation.metrics.paths import crps
from throughtime.extras import MissingPackage
from throughtime.inference import backtests as module
from throughtime.inference.backtest import Backtest, backtest, first_of
from throughtime.inference.naive import Paths, filled, seasonal_naive
from throughtime.inference.panel import own_cuts
from throughtime.runs.errors import RunError

RNG = np.random.default_rng


def panel_of(*values: NDArray[np.float64], begins: tuple[int, ...] = (), season: int = 1) -> Panel:
    """A panel of numbered steps; one series for each ``(T,)`` or ``(T, D)``, named a, b, …"""
    series = []
    for i, y in enumerate(values):
        times = np.arange(len(y)) + (begins[i] if begins else 0)
        series.append(Series("abcdef"[i], times, y.reshape(len(y), -1), {}, {}, times))
    targets = tuple("uvw"[: series[0].y.shape[1]])
    step = replace(Step.of_numbers(1), season=season)
    return Panel(targets, (), (), (), step, tuple(series), ())


def constant(value: float) -> Paths:
    """The same value always."""
    return lambda history, steps: [np.full((2, steps, s.y.shape[1]), value) for s in history.series]


# ---- CRPS ----------------------------------------------------------------------------------------


def test_crps_is_that_of_a_double_loop() -> None:
    drawn, y = RNG(0).normal(size=(7, 3)), RNG(1).normal(size=3)
    for t in range(3):
        pairs = [abs(a - b) for i, a in enumerate(drawn[:, t]) for j, b in enumerate(drawn[:, t])
                 if i != j]  # fmt: skip
        slow = np.mean([abs(a - y[t]) for a in drawn[:, t]]) - np.mean(pairs) / 2
        assert crps(drawn, y)[t] == pytest.approx(slow)


def test_crps_of_a_normal_is_its_closed_form() -> None:
    """Gneiting and Raftery 2007: σ(z(2Φ(z) - 1) + 2φ(z) - 1/√π)."""
    for y in (-1.0, 0.3, 2.0):
        z = (y - 0.5) / 2
        phi = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
        exact = 2 * (z * math.erf(z / math.sqrt(2)) + 2 * phi - 1 / math.sqrt(math.pi))
        drawn = RNG(0).normal(0.5, 2, size=200_000)
        assert crps(drawn, np.array(y)) == pytest.approx(exact, abs=0.01)


def test_crps_of_few_draws_is_not_biased() -> None:
    """Of three draws at a time it is on average that of many."""
    drawn = RNG(0).normal(size=(3, 100_000))
    few = crps(drawn, np.zeros(100_000)).mean()
    exact = (math.sqrt(2) - 1) / math.sqrt(math.pi)
    assert few == pytest.approx(exact, abs=0.01)


# ---- the other metrics ---------------------------------------------------------------------------


def test_what_knows_the_distribution_covers_as_it_says() -> None:
    y = RNG(0).normal(size=(4_000, 2))

    def knows(history: Panel, steps: int) -> list[NDArray[np.float64]]:
        return [RNG(len(s)).normal(size=(1_000, steps, 2)) for s in history.series]

    found = backtest(panel_of(y), knows, horizon=20, origins=150, first=1_000).numbers()
    count = 150 * 20 * 2
    for share in (0.5, 0.8, 0.95):
        error = math.sqrt(share * (1 - share) / count)
        assert found[f"coverage of {share:.0%}"] == pytest.approx(share, abs=4 * error)
    # E|Y - y| - E|Y - Y'| / 2 = 1/√π for standard normals, and E|y| = √(2/π)
    assert found["CRPS"] == pytest.approx(1 / math.sqrt(2), abs=0.02)


def test_seasonal_naive_has_a_mase_of_one_in_its_own_history() -> None:
    """Within it, and after it where the errors are the same."""
    season, t = 4, np.arange(48)
    y = np.array([3.0, 9.0, 2.0, 5.0])[t % season] * (t // season % 2.0)

    def last_season(history: Panel, steps: int) -> list[NDArray[np.float64]]:
        return [np.tile(s.y[-season:], (1, 1, 1)) for s in history.series]

    found = backtest(panel_of(y, season=season), last_season, horizon=season, origins=6, first=24)
    assert found.numbers()["MASE"] == pytest.approx(1)
    assert found.numbers()["RMSSE"] == pytest.approx(1)
    assert found.by_step()[2]["MASE"] == pytest.approx(9 / np.mean([3, 9, 2, 5]))
    again = backtest(panel_of(np.arange(48.0), season=season), last_season, horizon=season,
                     origins=6, first=24).numbers()  # fmt: skip
    assert (again["MASE"], again["RMSSE"]) == (1.0, 1.0)


def test_all_metrics_of_a_known_case() -> None:
    y = np.array([0.0, 1.0, 3.0, 4.0, 6.0, 2.0])
    found = backtest(panel_of(y), constant(5.0), horizon=2, origins=1, first=4).numbers()
    size = (6 + 2) / 2
    naive = [1, 2, 1]
    assert found["CRPS"] == pytest.approx((1 + 3) / 2 / size)
    # the mean of level and 1 - level over 0.1 … 0.9, twice, is 1
    assert found["weighted quantile loss"] == pytest.approx((1 + 3) / 2 / size)
    assert found["MASE"] == pytest.approx(2 / np.mean(naive))
    assert found["RMSSE"] == pytest.approx(math.sqrt(5 / np.mean(np.square(naive))))
    assert found["coverage of 95%"] == 0.0


def test_the_quantile_loss_is_that_of_a_slow_sum() -> None:
    drawn, y = RNG(0).gamma(2, size=(30, 3, 1)), np.r_[1.0, 2.0, 0.1, 5.0, 1.5]
    found = backtest(panel_of(y), lambda history, steps: [drawn], horizon=3, origins=1, first=2)
    losses = []
    for level in np.arange(1, 10) / 10:
        for t in range(3):
            error = y[2 + t] - np.quantile(drawn[:, t, 0], level)
            losses.append(2 * max(level * error, (level - 1) * error))
    assert found.numbers()["weighted quantile loss"] == pytest.approx(
        np.mean(losses) / y[2:].mean()
    )


def test_naive_paths_are_the_last_season_and_its_errors() -> None:
    y = np.tile([3.0, 9.0, 2.0], 8) + 10.0 * (np.arange(24) // 3)
    (paths,) = seasonal_naive(50)(panel_of(y, season=3), 7)
    expected = [*(y[-3:] + 10), *(y[-3:] + 20), y[-3] + 30]
    np.testing.assert_allclose(paths[:, :, 0], np.tile(expected, (50, 1)))
    (short,) = seasonal_naive(9)(panel_of(np.array([1.0, 2.0]), season=3), 2)
    np.testing.assert_allclose(short[:, :, 0], np.tile([3.0, 4.0], (9, 1)))


def test_what_is_missing_is_the_value_before() -> None:
    nan = math.nan
    y = np.array([[nan, nan], [1, nan], [nan, nan], [4, nan]])
    np.testing.assert_array_equal(filled(y), [[1, 0], [1, 0], [1, 0], [4, 0]])
    assert np.isnan(y[0, 0])  # and y itself stays


# ---- origins and what is measured ----------------------------------------------------------------


def seen_by(panel: Panel, **options: int) -> tuple[Backtest, list[list[int]]]:
    """A backtest, and the length of each history that is forecast."""
    lengths = []

    def forecast(history: Panel, steps: int) -> list[NDArray[np.float64]]:
        lengths.append([len(s) for s in history.series])
        return constant(0.0)(history, steps)

    return backtest(panel, forecast, **options), lengths


def test_origins_lie_where_they_should() -> None:
    panel = panel_of(np.ones(20))
    found, lengths = seen_by(panel, horizon=3, origins=4, first=8)
    assert found.origins == ("8", "11", "14", "17")
    assert lengths == [[8], [11], [14], [17]]
    assert seen_by(panel, horizon=3, origins=3)[0].origins == ("11", "14", "17")
    assert seen_by(panel, horizon=3, origins=1, first=8)[0].origins == ("8",)
    assert seen_by(panel, horizon=3, origins=50, first=15)[0].origins == ("15", "16", "17")
    # behind the last value nothing is measured
    y = np.r_[np.ones(20), np.full(5, np.nan)]
    assert seen_by(panel_of(y), horizon=3, origins=3)[0].origins == ("11", "14", "17")


def test_the_first_origin_of_a_later_file() -> None:
    panel = panel_of(np.ones(20))
    assert first_of(panel, 3, 3) == 11
    assert first_of(panel, 3, 3, cut=14) == 14
    assert first_of(panel, 3, 3, cut=-5) == 11
    assert first_of(panel, 3, 3, cut=18) == 11  # from there on it is too short
    assert first_of(panel, 3, 30) == 2


def test_missing_truth_is_not_scored() -> None:
    y = np.arange(1.0, 11)
    with_gap = y.copy()
    with_gap[8] = math.nan
    found, _ = seen_by(panel_of(with_gap), horizon=4, origins=1, first=6)
    assert found.errors.step.tolist() == [1, 2, 4]
    assert found.errors.numbers[:, 2].tolist() == [7.0, 8.0, 10.0]
    assert all(math.isfinite(v) for v in found.numbers().values())
    assert math.isnan(found.by_step()[3]["CRPS"])


def test_a_series_that_begins_after_an_origin_is_left_out() -> None:
    panel = panel_of(np.ones(20), np.ones(8), np.ones(12), np.ones(4), begins=(0, 12, 0, 16))
    found, lengths = seen_by(panel, horizon=3, origins=4, first=8)
    assert lengths == [[8, 8], [11, 11], [14, 2], [17, 5]]
    got = {(str(s), int(o)) for s, o in zip(found.errors.series, found.errors.origin, strict=True)}
    assert got == {*(("a", o) for o in range(4)), ("b", 2), ("b", 3), ("c", 0), ("c", 1)}
    steps = found.errors.step[(found.errors.series == "c") & (found.errors.origin == 1)]
    assert steps.tolist() == [1]  # c ends there, and d has but one step before the last origin
    assert found.series == ("a", "c", "b")


def test_parts_average_to_the_whole() -> None:
    rng = RNG(0)
    panel = panel_of(rng.normal(9, 2, (40, 2)), rng.normal(90, 20, (35, 2)))
    found = backtest(panel, seasonal_naive(20), horizon=5, origins=6, first=20)
    errors, whole = found.errors, found.numbers()
    cases: list[tuple[dict[Any, dict[str, float]], NDArray[Any]]] = [
        (found.by_step(), errors.step), (found.by_series(), errors.series),
                          (found.by_target(), np.array(found.targets)[errors.target]),
    ]  # fmt: skip
    for parts, column in cases:
        keys = list(parts)
        counts = np.array([(column == key).sum() for key in keys])
        sizes = np.array([errors.numbers[column == key, 2].sum() for key in keys])
        assert counts.sum() == len(errors)
        for name, weights in (("MASE", counts), ("coverage of 50%", counts), ("CRPS", sizes),
                              ("weighted quantile loss", sizes)):  # fmt: skip
            each = [parts[key][name] for key in keys]
            assert len(set(each)) > 1
            assert np.average(each, weights=weights) == pytest.approx(whole[name])
        squares = [parts[key]["RMSSE"] ** 2 for key in keys]
        assert np.average(squares, weights=counts) ** 0.5 == pytest.approx(whole["RMSSE"])


def test_what_cannot_be_measured_is_said() -> None:
    panel = panel_of(np.ones(20))
    for options, reason in (
        ({"horizon": 5, "origins": 2, "first": 16}, "expected at most 4$"),
        ({"horizon": 19, "origins": 2}, "expected at most 18$"),
        ({"horizon": 1, "origins": 2, "first": 20}, "no step may be forecast$"),
    ):
        with pytest.raises(DataError, match=reason):
            backtest(panel, constant(1), **options)
    with pytest.raises(DataError, match="no series has a value of u"):
        backtest(panel_of(np.full(20, np.nan)), constant(1), horizon=1, origins=1)
    with pytest.raises(DataError, match=r"no series has a value before and after 10$"):
        backtest(panel_of(np.ones(10), np.ones(5), begins=(0, 10)), constant(1),
                 horizon=5, origins=1)  # fmt: skip
    with pytest.raises(ValueError, match="horizon must be a whole number"):
        backtest(panel, constant(1), horizon=0, origins=1)


# ---- a run's own ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shops(tmp_path_factory.mktemp("shops"))


def test_the_first_origin_of_a_run_is_where_its_test_part_begins(folder: Path) -> None:
    run = tt.load(folder / "run")
    panel, cuts = own_cuts(run.folder)
    assert cuts == cuts_of(panel)
    (begins,) = panel.step.written(np.array([cuts.test]))
    test = run.data().splits["test"]
    assert test.start.tolist() == [int(np.searchsorted(s.times, cuts.test)) for s in panel.series]
    found = run.backtest(4, 3, paths=20)
    assert found.ours.origins[0] == begins
    assert found.ours.origins[-1] == str(np.datetime64("2024-01-01") + DAYS - 4)
    assert found.measured.endswith(f"4 steps from each of 3 origins ({begins} to 2024-04-26)")
    for other in found.others.values():  # all are measured by the same values
        np.testing.assert_array_equal(other.errors.numbers[:, 2], found.ours.errors.numbers[:, 2])


def test_a_run_forecasts_as_it_does_by_itself_and_always_the_same(folder: Path) -> None:
    run = tt.load(folder / "run")
    one, two = (run.backtest(2, 2, paths=10).ours.errors.numbers for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_a_later_file_is_measured_from_its_end(folder: Path) -> None:
    run = tt.load(folder / "run")
    days = np.datetime64("2024-05-01") + np.arange(30)
    rows = [{"date": str(d), "shop": "a", "sales": 3 + t % 5, "promo": t % 2}
            for t, d in enumerate(days)]  # fmt: skip
    found = run.backtest(5, 3, on=rows, paths=10)
    assert found.ours.origins == ("2024-05-16", "2024-05-21", "2024-05-26")
    assert not [note for note in found.notes if "trained" in note]
    old = run.backtest(5, 3, on=[{**r, "date": str(d - 90)} for r, d in zip(rows, days,
                       strict=True)], paths=10)  # fmt: skip
    assert "are in the time that the run was trained or chosen on" in " ".join(old.notes)


def test_without_statsforecast_it_says_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(paths: int) -> None:
        raise MissingPackage("needs statsforecast: pip install 'throughtime[forecast]'")

    monkeypatch.setattr(module, "classical", missing)
    found = tt.load(folder / "run").backtest(2, 1, paths=10)
    assert list(found.all) == ["this run", "seasonal naive"]
    assert found.notes == ("needs statsforecast: pip install 'throughtime[forecast]'",)


def test_changed_data_are_refused(folder: Path, tmp_path: Path) -> None:
    run = tt.load(folder / "run")
    file = folder / "sales.csv"
    before = file.read_text()
    try:
        file.write_text(before.replace("2024-01-02,a,", "2024-01-02,a,9", 1))
        with pytest.raises(RunError, match="what is held out have changed"):
            run.backtest(2, 1, paths=10)
    finally:
        file.write_text(before)
