"""Data frames whose times say their zone, or are periods: they are read as the times they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet
import pytest

import throughtime as tt
from tests.helpers.panels import read
from throughtime.data import Reading
from throughtime.data.columns.measured import Measured
from throughtime.data.columns.panel import Panel
from throughtime.data.formats.arrow.periods import freq_of
from throughtime.data.formats.memory import table_of
from throughtime.data.panel.reading import as_panel

BERLIN = "Europe/Berlin"


def frame(time: pd.DatetimeIndex | pd.PeriodIndex) -> pd.DataFrame:
    return pd.DataFrame({"at": time, "v": np.arange(len(time)) % 7 + 0.5})


def panel_of(time: pd.DatetimeIndex | pd.PeriodIndex) -> Panel:
    return as_panel(table_of(frame(time)), Reading(time="at"))


@pytest.mark.parametrize("first", ["2024-03-20", "2024-10-20", "2024-01-10"])
def test_local_midnights_are_days_whatever_the_clock_does(first: str) -> None:
    panel = panel_of(pd.date_range(first, periods=30, freq="D", tz=BERLIN))
    (series,) = panel.series
    assert (panel.step.text, panel.step.zone, panel.step.season) == ("1 day", BERLIN, 7)
    assert not np.isnan(series.y).any()
    days = np.datetime64(first) + np.arange(33)
    assert panel.step.written(series.times) == list(map(str, days[:30]))
    assert panel.step.written(panel.step.after(series.times[-1], 3)) == list(map(str, days[30:]))


def test_hours_go_on_where_the_clock_does_not() -> None:
    panel = panel_of(pd.date_range("2024-03-30", periods=72, freq="h", tz=BERLIN))
    (series,) = panel.series
    assert (panel.step.text, len(series)) == ("1 hour", 72)
    shown = panel.step.written(series.times)
    assert shown[25:27] == ["2024-03-31T01:00:00+01:00", "2024-03-31T03:00:00+02:00"]


def test_days_that_are_missing_and_months() -> None:
    days = pd.date_range("2024-03-20", periods=40, freq="D", tz=BERLIN)
    panel = panel_of(days.delete([3, 11, 12]))
    assert (panel.step.text, int(np.isnan(panel.series[0].y).sum())) == ("1 day", 3)
    panel = panel_of(pd.date_range("2023-01-31", periods=18, freq="ME", tz="America/New_York"))
    assert (panel.step.text, panel.step.zone) == ("month ends", "America/New_York")


def test_a_frame_is_data_and_a_file_of_it_too(tmp_path: Path) -> None:
    data = frame(pd.date_range("2024-03-01", periods=90, freq="D", tz=BERLIN))
    y = tt.data.read(data, time="at", target="v").schema.y
    assert isinstance(y, Measured)
    assert y.panel is not None
    assert (y.panel.step.text, y.panel.step.zone) == ("1 day", BERLIN)
    data.to_parquet(tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet", time="at").step == y.panel.step


@pytest.mark.parametrize(
    ("freq", "text", "begins"),
    [
        ("D", "1 day", "2024-01-05"),
        ("M", "1 month", "2024-01-01"),
        ("Q", "1 quarter", "2024-01-01"),
        ("W-SUN", "1 week", "2024-01-01"),
        ("h", "1 hour", "2024-01-05T00:00:00"),
    ],
)
def test_periods_begin_where_they_begin(freq: str, text: str, begins: str, tmp_path: Path) -> None:
    periods = pd.period_range("2024-01-05", periods=60, freq=freq)
    panel = panel_of(periods)
    assert panel.step.text == text
    assert len(panel.series[0]) == 60
    assert panel.step.written(panel.series[0].times[:1]) == [begins]
    frame(periods).to_parquet(tmp_path / "a.parquet")
    of_file = read(tmp_path / "a.parquet", time="at")
    assert of_file.step == panel.step
    assert (of_file.series[0].times == panel.series[0].times).all()


def test_periods_that_are_missing_and_files_of_them_without_pandas(tmp_path: Path) -> None:
    data = pd.DataFrame({"at": pd.PeriodIndex(["2024-01", None, "2024-03"], freq="M")})
    assert table_of(data).columns["at"] == ["2024-01-01", None, "2024-03-01"]
    said = {"ARROW:extension:name": "pandas.period", "ARROW:extension:metadata": '{"freq": "M"}'}
    assert freq_of(pyarrow.field("at", pyarrow.int64(), metadata=said)) == "M"
    assert freq_of(pyarrow.field("at", pyarrow.int64(), metadata={"a": "b"})) is None
    assert freq_of(pyarrow.field("at", pyarrow.int64())) is None
