"""What holds of every panel: the order of rows does not matter, nor how it was written."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.panels import assert_same, read
from throughtime.data.columns.panel import Panel

TOLD = {"time": "when", "series": "shop", "target": "y", "input": "promo:known,sky,town"}

FREQUENCIES = ("D", "h", "15min", "B", "W-WED", "ME", "MS", "QE-DEC", "YS-JAN")

Rows = list[dict[str, object]]


@st.composite
def rows_of(draw: st.DrawFn) -> Rows:
    """The rows of up to four series."""
    freq = draw(st.sampled_from(FREQUENCIES))
    rows: Rows = []
    for shop in draw(st.lists(st.sampled_from(["a", "b", "10", "9", "é x"]), min_size=1,
                              max_size=4, unique=True)):  # fmt: skip
        begin = pd.Timestamp("2020-01-01") + draw(st.integers(0, 50)) * pd.Timedelta(days=1)
        count = draw(st.integers(12, 40))
        town = draw(st.sampled_from(["Ulm", "Bonn"]))
        seed = np.random.default_rng(draw(st.integers(0, 1000)))
        for i, time in enumerate(pd.date_range(begin, periods=count, freq=freq)):
            y = "" if seed.random() < 0.1 else repr(float(seed.normal()))
            sky = str(seed.choice(["sun", "rain", ""]))
            rows.append({"when": str(time), "shop": shop, "town": town, "promo": i % 2,
                         "sky": sky, "y": y})  # fmt: skip
    return rows


def panel_of(rows: Rows) -> Panel:
    """The panel of rows, through a file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_text(text.getvalue())
        return read(path, **TOLD)


def unsorted(notes: tuple[str, ...]) -> list[str]:
    return [note for note in notes if "in the order of time; sorted" not in note]


@settings(max_examples=30)
@given(rows_of(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing_but_a_note(rows: Rows, random: Random) -> None:
    order = list(range(len(rows)))
    random.shuffle(order)
    one, other = panel_of(rows), panel_of([rows[i] for i in order])
    assert_same(one, other, rows=False)
    assert unsorted(one.notes) == unsorted(other.notes)
    for a, b in zip(one.series, other.series, strict=True):
        assert a.rows.tolist() == [order[row] for row in b.rows.tolist()]


@settings(max_examples=30)
@given(rows_of(), st.integers(0, 1000))
def test_rows_that_are_gone_are_missing_at_their_times(rows: Rows, seed: int) -> None:
    whole = panel_of(rows)
    inner = [row for series in whole.series for row in series.rows[1:-1].tolist()]
    count = len(inner) // 5
    gone = set(np.random.default_rng(seed).permutation(inner)[:count].tolist())
    kept = [row for row in range(len(rows)) if row not in gone]
    some = panel_of([rows[row] for row in kept])
    assert some.step == whole.step
    for a, b in zip(whole.series, some.series, strict=True):
        np.testing.assert_array_equal(a.times, b.times)
        lost = np.isin(a.rows, list(gone))
        assert (b.rows < 0).tolist() == lost.tolist()
        assert [kept[row] for row in b.rows[~lost].tolist()] == a.rows[~lost].tolist()
        np.testing.assert_array_equal(b.y, np.where(lost[:, None], np.nan, a.y))
        np.testing.assert_array_equal(b.x["promo"], np.where(lost, np.nan, a.x["promo"]))
        sky = a.x["sky"].copy()
        sky[lost] = None
        np.testing.assert_array_equal(b.x["sky"], sky)


@settings(max_examples=30)
@given(rows_of())
def test_a_panel_written_and_read_again_is_equal(rows: Rows) -> None:
    panel = panel_of(rows)
    again: Rows = [
        {"when": when, "shop": series.name, "town": series.static["town"],
         "promo": series.x["promo"][i], "sky": series.x["sky"][i] or "",
         "y": "" if np.isnan(series.y[i, 0]) else repr(float(series.y[i, 0]))}
        for series in panel.series
        for i, when in enumerate(panel.step.written(series.times))
    ]  # fmt: skip
    assert_same(panel_of(again), panel, rows=False)
