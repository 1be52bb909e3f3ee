"""All series are forecast from the same time on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.helpers.shops import shops
from throughtime.data.panel.level import level
from throughtime.data.times.step import IRREGULAR


def test_what_is_not_there_yet_is_missing() -> None:
    panel = shops(2, missing=0.0)
    late, whole = panel.series[0].upto(97), panel.series[1]
    found = level(replace(panel, series=(late, whole)))
    assert [len(s) for s in found.series] == [100, 100]
    np.testing.assert_array_equal(found.series[0].times, whole.times)
    np.testing.assert_array_equal(found.series[0].y[:97], late.y)
    assert np.isnan(found.series[0].y[97:]).all()
    assert np.isnan(found.series[0].x["promo"][97:]).all()
    assert found.series[0].rows[97:].tolist() == [-1] * 3
    assert found.series[1] is whole


def test_times_on_no_grid_stay_as_they_are() -> None:
    panel = replace(shops(2), step=IRREGULAR)
    panel = replace(panel, series=(panel.series[0].upto(50), panel.series[1]))
    assert level(panel) is panel
