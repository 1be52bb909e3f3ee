"""Series as data: parts by time, of which only the first is learned from."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.helpers.shops import shop, shops, with_y
from throughtime.data import DataError, Schema
from throughtime.data.columns.inputs import Static
from throughtime.data.panel.dataset import OWN, encoded, of_panel
from throughtime.lengths import SameAsInput, Unending
from throughtime.outputs import NegativeBinomial, Normal
from throughtime.sequence import Sequence
from throughtime.wiring import Edge


def lengths(y: object) -> list[int]:
    assert isinstance(y, Sequence)
    return y.lengths.tolist()


def test_a_part_has_all_that_came_before_it_and_measures_its_own() -> None:
    data = of_panel(shops(3, missing=0.0), "shops")
    train, valid, test = (data.splits[part] for part in ("train", "valid", "test"))
    assert lengths(train.y) == [80, 80, 80]
    assert lengths(valid.y) == [90, 90, 90]
    assert lengths(test.y) == [100, 100, 100]
    assert [part.start.tolist() for part in (train, valid, test)] == [[0] * 3, [80] * 3, [90] * 3]


def test_series_are_cut_at_the_same_times() -> None:
    panel = shops(2, missing=0.0)
    late = shop("late", 100, 5.0, 7)
    late = replace(late, times=late.times + np.timedelta64(40, "D"))
    data = of_panel(replace(panel, series=(*panel.series, late)), "shops")
    ends = [str(s.times[n - 1]) for s, n in zip((*panel.series, late),
            lengths(data.splits["train"].y), strict=True)]  # fmt: skip
    assert len(set(ends)) == 1
    assert lengths(data.splits["train"].y)[2] == lengths(data.splits["train"].y)[0] - 40


def test_what_is_learned_is_of_training_alone() -> None:
    panel = shops(3)
    later = [with_y(s, np.where(np.arange(100)[:, None] < 80, s.y, s.y * 50)) for s in panel.series]
    one, other = of_panel(panel, "a"), of_panel(replace(panel, series=tuple(later)), "b")
    assert one.schema.alike(other.schema)


def test_a_series_that_begins_after_training_is_in_later_parts_alone() -> None:
    panel = shops(2, missing=0.0)
    new = shop("new", 100, 5.0, 3).upto(100)
    new = replace(
        new,
        times=new.times[95:],
        y=new.y[95:],
        x={"promo": new.x["promo"][95:]},
        rows=new.rows[95:],
    )
    data = of_panel(replace(panel, series=(*panel.series, new)), "shops")
    assert [len(part) for part in data.splits.values()] == [2, 2, 3]
    assert (data.splits["test"].start == 0).tolist() == [False, False, True]
    static = data.schema.static
    assert isinstance(static, Static)
    vector = data.splits["test"].vector
    assert vector is not None
    assert not bool(vector[2, static.places(OWN)].any()), "it has no parameters of its own"
    assert bool(vector[0, static.places(OWN)].any())


def test_the_usual_model_follows_from_the_columns() -> None:
    data = of_panel(shops(3), "shops")
    assert {*data.wiring} == {Edge.INPUT, Edge.VECTOR, Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT}
    assert (data.output, data.length) == (NegativeBinomial(), SameAsInput())
    alone = replace(shops(1), known=(), static=())
    alone = replace(alone, series=(replace(alone.series[0], x={}, static={}),))
    data = of_panel(alone, "one", what="number", calendar=())
    assert {*data.wiring} == {Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT}
    assert (data.output, data.length) == (Normal(), Unending())
    assert data.splits["train"].x is data.splits["train"].vector is None


def test_the_schema_is_restored() -> None:
    data = of_panel(shops(3), "shops")
    again = Schema.restored(json.loads(json.dumps(data.schema.saved())))
    assert again.alike(data.schema)
    rows = encoded(again, shops(3).series, [0, 0, 0])
    whole = encoded(data.schema, shops(3).series)
    assert isinstance(rows.y, Sequence)
    assert isinstance(whole.y, Sequence)
    assert torch.equal(rows.y.values.nan_to_num(), whole.y.values.nan_to_num())
    assert torch.equal(rows.observed, whole.observed)  # type: ignore[arg-type]


def test_a_point_in_time_cuts_the_test_part_off() -> None:
    panel = shops(2, missing=0.0)
    data = of_panel(panel, "shops", cut=panel.series[0].times[72])
    assert data.splits["test"].start.tolist() == [72, 72]
    assert lengths(data.splits["train"].y) == [64, 64]


@pytest.mark.parametrize("steps", [5, 20])
def test_too_few_values_are_refused(steps: int) -> None:
    with pytest.raises(DataError, match=r"the series: \d+ values for \w+; expected at least"):
        of_panel(shops(1, steps), "few")
