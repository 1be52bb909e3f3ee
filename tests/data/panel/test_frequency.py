"""The step of times is found where up to 30 % of them are missing, and goes on as pandas' does."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughtime.data import DataError
from throughtime.data.panel.frequency import differs, step_of
from throughtime.data.times.step import IRREGULAR, Step

FREQUENCIES = {
    "s": "1 second", "15s": "15 seconds", "min": "1 minute", "5min": "5 minutes",
    "15min": "15 minutes", "30min": "30 minutes", "h": "1 hour", "6h": "6 hours",
    "100ms": "100 milliseconds", "D": "1 day", "2D": "2 days", "B": "business days",
    **{f"W-{day}": "1 week" for day in ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")},
    "2W-MON": "2 weeks", "MS": "1 month", "ME": "month ends", "BME": "business month ends",
    "BMS": "1 month, first business day", "QS-JAN": "1 quarter", "QS-FEB": "1 quarter",
    "QE-DEC": "quarter ends", "QE-JAN": "quarter ends", "BQE-DEC": "business quarter ends",
    "YS-JAN": "1 year", "YS-APR": "1 year", "YE-DEC": "year ends", "YE-JUN": "year ends",
    "5YS-JAN": "5 years",
}  # fmt: skip


@pytest.mark.parametrize("freq", FREQUENCIES)
@settings(max_examples=15)
@given(data=st.data())
def test_the_step_is_found_with_gaps(freq: str, data: st.DataObject) -> None:
    start = data.draw(st.dates(date(1950, 1, 1), date(2030, 1, 1)))
    hour = data.draw(st.integers(0, 23)) if freq[-1] in "sDBEn" else 0
    count = data.draw(st.integers(60, 90))
    whole = pd.date_range(pd.Timestamp(start) + pd.Timedelta(hours=hour), periods=count, freq=freq,
                          unit="us")  # fmt: skip
    chosen = np.random.default_rng(data.draw(st.integers(0, 2**32))).permutation(count - 2) + 1
    gone = data.draw(st.integers(0, 3 * count // 10))  # of all weekends none would be left of days
    times = np.delete(whole.to_numpy(), chosen[:gone])
    step = step_of(times, np.zeros(len(times), np.int64), None)
    assert step is not None
    assert step.text == FREQUENCIES[freq]
    assert np.array_equal(step.grid(times[0], times[-1]), whole.to_numpy())
    further = pd.date_range(whole[-1], periods=8, freq=freq, unit="us").to_numpy()[1:]
    assert np.array_equal(step.after(times[-1], 7), further)


SEASONS = {"h": 24, "D": 7, "B": 5, "W-MON": 52, "ME": 12, "QS-JAN": 4, "YS-JAN": 1, "15min": 96,
           "5D": 1}  # fmt: skip


@pytest.mark.parametrize("freq", SEASONS)
def test_seasons(freq: str) -> None:
    times = pd.date_range("2020-01-01 00:00", periods=50, freq=freq, unit="us").to_numpy()
    assert step_of(times, np.zeros(50, np.int64), None).season == SEASONS[freq]


@pytest.mark.parametrize("day", [2, 15, 28, 29, 30])
def test_a_day_of_the_month(day: int) -> None:
    months = pd.date_range("2021-01-01", periods=30, freq="MS", unit="us")
    times = np.array([m + pd.Timedelta(days=min(day, m.days_in_month) - 1) for m in months],
                     "datetime64[us]")  # fmt: skip
    step = step_of(times[:20], np.zeros(20, np.int64), None)
    assert step.text == f"1 month, on day {day}"
    assert np.array_equal(step.after(times[19], 10), times[20:])


def test_series_that_begin_apart_have_one_step() -> None:
    a = pd.date_range("2024-01-01 00:00", periods=5, freq="15min", unit="us").to_numpy()
    b = a + np.timedelta64(7, "m")
    of = np.repeat([0, 1], 5)
    assert step_of(np.r_[a, b], of, None).text == "15 minutes"
    weeks = pd.date_range("2024-01-01", periods=5, freq="W-MON", unit="us").to_numpy()
    assert step_of(np.r_[weeks, weeks + np.timedelta64(2, "D")], of, None).text == "1 week"


def test_five_days_of_one_week_are_days() -> None:
    days = np.arange("2024-01-01", "2024-01-06", dtype="datetime64[D]").astype("datetime64[us]")
    assert step_of(days, np.zeros(5, np.int64), None).freq == "D"


def test_no_grid() -> None:
    times = np.array([0, 17, 18, 400, 431, 970, 1400], "datetime64[s]").astype("datetime64[us]")
    assert step_of(times, np.zeros(7, np.int64), None) is None
    assert step_of(times[:1], np.zeros(1, np.int64), None) is None
    assert step_of(np.array([0.0, 0.31, 1.0]), np.zeros(3, np.int64), None) is None


def test_numbers() -> None:
    of = np.zeros(4, np.int64)
    assert step_of(np.array([1, 3, 5, 9]), of, None).text == "2"
    assert step_of(np.array([1990, 1991, 1993, 1994]), of, None, "year").text == "1 year"
    step = step_of(np.array([0.0, 0.1, 0.2, 0.4]), of, None)
    assert step.text == "0.1"
    assert step.after(0.4, 2) == pytest.approx([0.5, 0.6])


def test_months_in_a_zone_go_by_its_clock() -> None:
    wall = pd.date_range("2024-01-31", periods=14, freq="ME", tz="Europe/Berlin", unit="us")
    times = wall.tz_convert("UTC").tz_localize(None).to_numpy()
    step = step_of(times[:9], np.zeros(9, np.int64), "Europe/Berlin")
    assert step.text == "month ends"
    assert np.array_equal(step.after(times[8], 5), times[9:])
    assert step.written(times[:2]) == ["2024-01-31", "2024-02-29"]


def test_days_in_a_zone_go_by_its_clock() -> None:
    wall = pd.date_range("2024-03-25", periods=14, freq="D", tz="Europe/Berlin", unit="us")
    times = wall.tz_convert("UTC").tz_localize(None).to_numpy()
    step = step_of(times[:3], np.zeros(3, np.int64), "Europe/Berlin")
    assert (step.text, step.dates) == ("1 day", True)
    assert np.array_equal(step.after(times[2], 11), times[3:])
    assert np.array_equal(step.grid(times[0], times[-1]), times)


def test_hours_in_a_zone_go_on_where_its_clock_does_not() -> None:
    wall = pd.date_range("2024-10-26", periods=72, freq="h", tz="Europe/Berlin", unit="us")
    times = wall.tz_convert("UTC").tz_localize(None).to_numpy()
    step = step_of(times, np.zeros(72, np.int64), "Europe/Berlin")
    assert np.array_equal(step.grid(times[0], times[-1]), times)
    assert [t[11:] for t in step.written(times[26:28])] == ["02:00:00+02:00", "02:00:00+01:00"]


def test_a_series_of_another_step_is_found() -> None:
    of = np.repeat([3, 5], [10, 20])
    assert differs(np.repeat([2, 1], [10, 20]), of) == 3
    assert differs(np.repeat([2, 1], [9, 20]), np.repeat([3, 5], [9, 20])) is None
    assert differs(np.r_[[2] * 9, 1, [1] * 20], of) is None


def test_times_on_no_grid_have_no_next_one() -> None:
    with pytest.raises(DataError, match="the times are on no regular grid, so that the next ones"):
        IRREGULAR.after(np.datetime64("2024-01-01"), 1)
    with pytest.raises(ValueError, match="'often' is no step that is known"):
        Step.of("often")
