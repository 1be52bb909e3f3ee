"""The y of series: each is measured by its own scale."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from tests.helpers.shops import shop, shops, with_y
from throughtime.data import DataError
from throughtime.data.columns import restored, saved
from throughtime.data.columns.measured import Measured, kind_of, may_be_linear
from throughtime.data.columns.panel import Panel


def learned(panel: Panel, kind: str) -> Measured:
    return Measured("sales", kind).of(panel, [s.y for s in panel.series])


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0.0, 3.0, np.nan], "count"),
        ([0.0, 3.5], "number"),
        ([-1.0, 3.0], "number"),
        ([0.0, 1.0], "number"),  # yes and no
        ([np.nan], "number"),
    ],
)
def test_counts_are_guessed_and_nothing_else(values: list[float], kind: str) -> None:
    assert kind_of(np.array(values)[:, None]) == kind


def test_large_counts_are_numbers_where_their_trend_and_season_can_be_taken_out() -> None:
    panel = shops(1)  # with known inputs, which would be taken for news
    alone = replace(panel, known=(), past=())
    assert (may_be_linear(panel), may_be_linear(alone)) == (False, True)
    few, many = np.full((9, 1), 50.0), np.full((9, 1), 51.0)
    assert [kind_of(v, linear) for v in (few, many) for linear in (False, True)] == [
        "count", "count", "count", "number"
    ]  # fmt: skip


def test_numbers_of_each_series_are_standardised_by_its_own_training() -> None:
    panel = shops(3)
    column = learned(panel, "number")
    for series in panel.series:
        y, unit = column.encode_series(series)
        seen = y[~y.isnan()]
        assert float(seen.mean()) == pytest.approx(0, abs=1e-5)
        assert float(seen.std(correction=0)) == pytest.approx(1, abs=1e-5)
        np.testing.assert_allclose(column.back(series, y), series.y, rtol=1e-5, atol=1e-4)
        assert float(unit) == pytest.approx(np.nanstd(series.y), rel=1e-5)
        assert torch.equal(y.isnan(), torch.from_numpy(np.isnan(series.y)))


def test_counts_are_as_they_are_and_their_scale_is_their_mean() -> None:
    panel = shops(3)
    column = learned(panel, "count")
    for series in panel.series:
        y, scale = column.encode_series(series)
        np.testing.assert_array_equal(y.numpy(), series.y.astype(np.float32))
        assert float(scale) == pytest.approx(np.nanmean(series.y), rel=1e-5)
        np.testing.assert_array_equal(column.back(series, y), series.y)


def test_a_series_of_zeros_and_a_constant_one_have_scales() -> None:
    panel = shops(2)
    zeros = replace(panel, series=tuple(with_y(s, s.y * 0) for s in panel.series))
    _, scale = learned(zeros, "count").encode_series(zeros.series[0])
    assert 0 < float(scale) < 0.1
    y, unit = learned(zeros, "number").encode_series(zeros.series[0])
    assert float(unit) == 1.0
    assert not bool(y[~y.isnan()].any())


def test_positive_numbers_are_divided_by_their_mean_and_shares_by_nothing() -> None:
    panel = shops(2, counts=False)
    y, _ = learned(panel, "positive").encode_series(panel.series[1])
    assert float(y[~y.isnan()].mean()) == pytest.approx(1, rel=1e-5)
    shares = replace(panel, series=tuple(with_y(s, s.y / 1000) for s in panel.series))
    y, _ = learned(shares, "share").encode_series(shares.series[1])
    assert_close(y, torch.from_numpy(shares.series[1].y).float(), equal_nan=True)


def test_a_series_that_training_has_not_seen_is_measured_by_what_is_given() -> None:
    column = learned(shops(3), "count")
    new = shop("new", 50, 500.0)
    assert float(column.scale_of(new).unit) == pytest.approx(np.nanmean(new.y))
    nothing = with_y(new, new.y * np.nan)
    middle = sorted(float(s.unit) for s in column.scales.values())[1]
    assert float(column.scale_of(nothing).unit) == middle


def test_it_is_restored_with_all_that_it_has_learned() -> None:
    column = learned(shops(3), "count")
    again = restored(json.loads(json.dumps(saved(column))))
    assert isinstance(again, Measured)
    assert again.alike(column)
    assert saved(again) == saved(column)
    assert again.panel is not None
    assert again.panel.step == shops().step
    assert again.panel.series[0].static == {"region": ""}
    other = learned(shops(3, steps=90), "count")
    assert not again.alike(other)


@pytest.mark.parametrize(("kind", "value"), [("count", 1.5), ("count", -1.0), ("positive", 0.0)])
def test_values_of_another_kind_are_refused(kind: str, value: float) -> None:
    panel = shops(2, missing=0.0)
    column = Measured("sales", kind).of(panel, [s.y + 1 for s in panel.series])
    series = with_y(panel.series[0], panel.series[0].y + 1)
    series.y[3] = value
    with pytest.raises(DataError, match=rf"s0: has {value:g}; expected"):
        column.encode_series(series)


def test_other_kinds_of_series_are_refused() -> None:
    with pytest.raises(DataError, match="no kind 'weights' of series; expected number, count"):
        Measured("sales", "weights")


@pytest.mark.parametrize("values", [[5000.0], [5000.0] * 30, [5000.0, 5001.0]])
def test_the_deviation_of_few_or_equal_values_is_steadied_by_the_others(
    values: list[float],
) -> None:
    """The others are of mean 1000 and deviation 200: a fifth."""
    rng = np.random.default_rng(0)
    others = [with_y(shop(f"s{i}", 60, 1.0), rng.normal(1000, 200, (60, 1))) for i in range(3)]
    few = with_y(shop("few", len(values), 1.0), np.array(values)[:, None])
    panel = replace(shops(1), series=(*others, few))
    for column in (
        learned(panel, "number"),
        learned(replace(panel, series=tuple(others)), "number"),
    ):
        assert 300 < float(column.scale_of(few).unit) < 1500
    assert 150 < float(learned(panel, "number").scale_of(others[0]).unit) < 250


def test_what_is_to_be_measured_does_not_say_how() -> None:
    column = learned(shops(3), "number")
    new, other = shop("new", 20, 50.0), shop("new", 20, 50.0)
    other.y[12:] = 900.0
    one, same = (column.encode_series(s, 12)[0][:12].nan_to_num() for s in (new, other))
    assert torch.equal(one, same)
    assert column.encode_series(new, 0)[1] == column.encode_series(other, 0)[1]
