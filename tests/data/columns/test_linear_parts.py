"""What is linear in a series is learned before the test, and stays."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.helpers.shops import shops, with_y
from throughtime.data import DataError
from throughtime.data.columns import restored, saved
from throughtime.data.columns.linear_parts import OWN_SHAPES
from throughtime.data.columns.measured import Measured
from throughtime.data.columns.panel import Panel

BEFORE = 80
"""So many steps are before the test."""


def walks(count: int = 3) -> Panel:
    """Random walks without inputs."""
    panel = replace(shops(count), known=())
    draw = np.random.default_rng(0)
    series = [with_y(s, draw.normal(size=(100, 1)).cumsum(0)) for s in panel.series]
    return replace(panel, series=tuple(series))


def learned(panel: Panel) -> Measured:
    return Measured("sales", "number").of(panel, [s.y[:BEFORE] for s in panel.series])


@pytest.mark.parametrize("count", [3, OWN_SHAPES + 1])
def test_what_comes_later_changes_nothing_of_what_was_learned(count: int) -> None:
    panel = walks(count)
    column = learned(panel)
    assert column.linear is not None
    for series in panel.series:
        later = series.y.copy()
        later[BEFORE:] += 100.0
        whole, other, short = (
            column.encode_series(s)[0][:BEFORE]
            for s in (series, with_y(series, later), series.upto(BEFORE))
        )
        assert torch.equal(whole, short)
        assert torch.equal(whole, other)
        assert float(whole.square().mean()) == pytest.approx(1, abs=1e-5)
        (linear,) = column.linear.known[series.name]
        z = np.ones((5, 4))
        np.testing.assert_array_equal(
            column.back(series, torch.from_numpy(z)[..., None])[..., 0],
            linear.back(series.y[:, 0], z),
        )


def test_it_is_restored_and_a_damaged_one_is_refused() -> None:
    panel = walks(OWN_SHAPES + 1)
    column = learned(panel)
    said = json.loads(json.dumps(saved(column)))
    again = restored(said)
    assert again.alike(column)
    assert isinstance(again, Measured)
    assert again.linear is not None
    assert column.linear is not None
    assert again.linear.shapes == column.linear.shapes
    other = learned(replace(panel, series=tuple(with_y(s, -s.y) for s in panel.series)))
    other.scales = column.scales
    assert not other.alike(column)
    for damaged in ({"season": "x"}, {"known": 3}, {"shapes": [[1]]}):
        with pytest.raises(DataError, match="damaged"):
            restored(said | {"linear": said["linear"] | damaged})
