"""Times of which an hour comes twice, zones, and days that may be months."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.data_files import Write
from tests.helpers.panels import read, refused, table

HALVES = [f"2021-10-31 {h:02}:{m:02}" for h in (*range(3), 2, *range(3, 24)) for m in (0, 30)]
"""Local times of a day on which the clock is set back at three."""

HOURS = HALVES[::2]


@pytest.mark.parametrize("times", [HALVES, HOURS], ids=["half hours", "hours"])
@pytest.mark.parametrize("newest_first", [False, True])
def test_a_clock_that_is_set_back(write: Write, times: list[str], newest_first: bool) -> None:
    rows = [f"{time},{i}.5" for i, time in enumerate(times)]
    panel = read(write("a.csv", table("time,v", *rows[:: -1 if newest_first else 1])), time="time")
    series = panel.series[0]
    assert series.y[:, 0].tolist() == [i + 0.5 for i in range(len(times))]
    shown = [time.replace("T", " ")[:16] for time in panel.step.written(series.times)]
    assert shown == times
    (note,) = (note for note in panel.notes if "repeats" in note)
    assert note.endswith(", as a clock that is set back: rows are taken in the order of the file")


def test_it_is_set_back_in_one_of_two_series_with_a_gap(write: Write) -> None:
    rows = [f"{time},a,{i}" for i, time in enumerate(HALVES) if i not in (8, 9)]
    rows += [f"2021-11-01 {h:02}:{m:02},b,{h + m}" for h in range(9) for m in (0, 30)]
    panel = read(write("a.csv", table("time,s,v", *rows)), time="time", series="s")
    a, b = panel.series
    assert np.flatnonzero(np.isnan(a.y[:, 0])).tolist() == [8, 9]
    assert a.times[8].astype(str)[11:16] == "03:00"
    assert len(b) == 18
    assert "time repeats an hour in series a at " in "\n".join(panel.notes)


def test_in_no_order_of_the_file_times_in_utc_are_asked_for(write: Write) -> None:
    rows = [f"{time},{i}.5" for i, time in enumerate(HALVES)]
    rows[2], rows[20] = rows[20], rows[2]
    said = refused(write("a.csv", table("time,v", *rows)), time="time")
    assert said.endswith(
        "; or if the clock was set back, write times in UTC or with their offset, as +01:00"
    )
    rows = [f"{time},{i}.5" for i, time in enumerate([*HALVES[:10], HALVES[9], *HALVES[10:]])]
    assert "the time 2021-10-31 02:00 twice" in refused(
        write("a.csv", table("time,v", *rows)), time="time"
    )


def test_an_hour_that_merely_is_there_twice(write: Write) -> None:
    rows = [f"2021-10-27 {h:02}:00,{h}.5" for h in (*range(5), 4, *range(5, 24))]
    said = refused(write("a.csv", table("time,v", *rows)), time="time")
    assert said.startswith("a.csv:7: the series has the time 2021-10-27 04:00 twice: here and at a")
    assert "clock" not in said


def test_one_zone_is_kept(write: Write) -> None:
    rows = [f"2024-01-{d:02}T00:00:00+01:00,{d}" for d in range(1, 9)]
    panel = read(write("a.csv", table("time,v", *rows)), time="time")
    assert panel.step.zone == "+01:00"
    assert panel.step.text == "1 day"
    assert panel.series[0].times[0] == np.datetime64("2023-12-31T23:00")
    after = panel.step.after(panel.series[0].times[-1], 1)
    assert panel.step.written(after) == ["2024-01-09"]
    assert panel.notes[0] == "time: time, 1 day, 2024-01-01 to 2024-01-08, zone +01:00"


def test_month_ends_in_a_zone(write: Write) -> None:
    rows = [f"2024-{m:02}-{d}T00:00:00+01:00,{m}" for m, d in
            ((1, 31), (2, 29), (3, 31), (4, 30), (5, 31))]  # fmt: skip
    panel = read(write("a.csv", table("time,v", *rows)), time="time")
    assert panel.step.text == "month ends"
    assert panel.step.written(panel.step.after(panel.series[0].times[-1], 2)) == [
        "2024-06-30", "2024-07-31",
    ]  # fmt: skip


def test_mixed_offsets_are_utc(write: Write) -> None:
    shown = ["00:00:00+02", "01:00:00+02", "02:00:00+02", "02:00:00+01", "03:00:00+01"]
    rows = [f"2024-10-27T{time}:00,{i}" for i, time in enumerate([*shown, "04:00:00+01"])]
    panel = read(write("a.csv", table("time,v", *rows)), time="time")
    assert (panel.step.zone, panel.step.text, len(panel.series[0])) == ("UTC", "1 hour", 6)
    assert "time: times with offsets +02:00 and +01:00, taken in UTC" in panel.notes
    assert panel.step.written(panel.series[0].times[:1]) == ["2024-10-26T22:00:00+00:00"]


def test_days_that_may_be_months(write: Write) -> None:
    months = [f"01/{m:02}/{y}" for y in (2020, 2021) for m in range(1, 13)]
    rows = [f"{time},{s},{i}.5" for s in "ab" for i, time in enumerate(months)]
    panel = read(write("a.csv", table("date,s,v", *rows)))
    assert panel.step.text == "1 month"
    assert panel.form == "day/month/year"
    assert "date as day/month/year, which goes on more evenly than month/day/year" in panel.notes


def test_steps_that_differ(write: Write) -> None:
    rows = [f"2024-01-{1 + i // 24:02} {i % 24:02}:00,a,{i}" for i in range(60)]
    rows += [f"2024-01-{d:02} 00:00,b,{d}" for d in range(1, 20)]
    path = write("a.csv", table("time,s,v", *rows))
    assert refused(path, time="time", series="s") == (
        "a.csv: time goes on by 1 day in series 'b', and by 1 hour in 'a'; expected one step for "
        "all: give a file for each step"
    )
    rows = [f"2024-{m:02}-{d},a,{m}" for m, d in ((1, 31), (2, 29), (3, 31), (4, 30))]
    rows += [f"2024-{m:02}-01,b,{m}" for m in range(1, 5)]
    path = write("a.csv", table("time,s,v", *rows))
    assert refused(path, time="time", series="s").startswith(
        "a.csv: time goes on by month ends in series 'a', and by 1 month in 'b'; expected one"
    )


def test_no_grid(write: Write) -> None:
    seconds = (0, 17, 18, 400, 431, 970, 1400)
    rows = [f"2024-01-01 00:{s // 60:02}:{s % 60:02},{s}" for s in seconds]
    panel = read(write("a.csv", table("time,v", *rows)), time="time")
    assert (panel.step.text, panel.step.regular, len(panel.series[0])) == ("irregular", False, 7)
    assert "the times are on no regular grid: taken as they stand, one after the other" in (
        panel.notes
    )


def test_a_time_far_from_the_others(write: Write) -> None:
    rows = [f"2024-01-01 00:00:{s:02},{s}" for s in range(50)] + ["2924-01-01 00:00:00,1"]
    said = refused(write("a.csv", table("time,v", *rows)), time="time")
    assert said.startswith("a.csv:52: 28,401,235,151 steps of 1 second after the row before it, of")
