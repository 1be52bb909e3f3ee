"""Times: every usual way of writing them gives the same times, and nothing else is one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.models import quick
from throughtime.data.storage.scratch import Scratch
from throughtime.data.storage.stored import StoredColumn
from throughtime.data.times.times import goes_back, like_unix, timed, times_of
from throughtime.data.times.written_times import CLOCKS, DATES

DAYS = [datetime(2020, 1, 28) + timedelta(3 * i) for i in range(12)]
"""Days in January to March; some are the 13th or later, so that a day is no month."""

FORMS = tuple(
    dict.fromkeys(f for form in DATES for f in (form, form.replace("%b", "%B").replace("%a", "%A")))
)
"""All formats, with the names of months and weekdays short and in full."""


def read(values: list[Any], name: str = "") -> list[datetime] | None:
    found = times_of(values, name)
    return None if found is None else found.tolist()


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_date_is_known_in_every_format(clock: str) -> None:
    for form in (f for f in FORMS if "%d" in f):
        written = [f"{day.strftime(form)} {day.strftime(clock)}".strip() for day in DAYS]
        assert read(written) == DAYS, form


@quick
@given(
    st.lists(st.datetimes(datetime(1970, 1, 1), datetime(2068, 1, 1)), max_size=5),
    st.sampled_from([form for form in FORMS if "%z" not in form]),
    st.sampled_from(CLOCKS),
)
def test_what_is_written_is_read(times: list[datetime], form: str, clock: str) -> None:
    times = sorted([*times, datetime(1999, 12, 31, 22, 40, 50)])  # of which no day is a month
    form = f"{form} {clock}".strip() if "%d" in form and "%H" not in form else form
    written = [time.strftime(form) for time in times]
    assert read(written) == [datetime.strptime(text, form) for text in written]


def test_a_point_after_hours_is_before_minutes_and_one_after_minutes_is_not_read() -> None:
    assert read(["2020-01-31 22.40"]) == [datetime(2020, 1, 31, 22, 40)]
    assert read(["2020-01-31 22:40.5"]) is read(["2020-01-31T2240,5"]) is None
    assert read(["2020-01-31 22:40:50.5"]) == [datetime(2020, 1, 31, 22, 40, 50, 500_000)]


def test_of_day_and_month_the_more_even_one_is_taken_and_the_other_kept() -> None:
    months = [datetime(2019 + i // 12, 1 + i % 12, 1) for i in range(24)]
    for form, other in (("%d/%m/%Y", "%m/%d/%Y"), ("%m/%d/%Y", "%d/%m/%Y")):
        found = timed([f"{month:{form}}" for month in months])
        assert found.values.tolist() == months
        assert (found.form.format, found.other.format) == (form, other)
    assert timed([f"{day:%d/%m/%Y}" for day in DAYS]).other is None


@quick
@given(st.lists(st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1)), min_size=1, max_size=5))
def test_iso_times_are_themselves(times: list[datetime]) -> None:
    assert read([time.isoformat() for time in times]) == times
    assert read([time.isoformat(" ") for time in times]) == times


def test_day_and_month_are_told_apart_by_the_order_of_rows() -> None:
    of_months = [datetime(2020, month, day) for month in (1, 2) for day in (3, 9)]
    # whose other reading has more even steps, and goes back
    uneven = [datetime(2020, *when) for when in ((1, 12), (3, 12), (5, 12), (12, 6))]
    for ahead in (of_months, uneven):
        assert read([f"{t:%d/%m/%Y}" for t in ahead]) == ahead
        assert read([f"{t:%m/%d/%Y}" for t in ahead]) == ahead


def test_hours_from_1_to_24_and_zones() -> None:
    assert read(["2020-12-31 24:00"]) == [datetime(2021, 1, 1)]
    assert read(["31.12.2020 24:00"]) == [datetime(2021, 1, 1)]
    noon = datetime(2020, 5, 1, 12)
    for text in ("2020-05-01T14:00:00+02:00", "2020-05-01 12:00Z", "2020-05-01 12:00 UTC"):
        assert read([text]) == [noon]
    assert read(["01/13/2020 07:30 -0530"]) == [datetime(2020, 1, 13, 13)]
    assert read(["01/13/2020 07:30:00.5 +0000"]) == [datetime(2020, 1, 13, 7, 30, 0, 500_000)]


@pytest.mark.parametrize(
    "written",
    [
        "31/Jan/2020:12:00:00 +0100", "31-JAN-20 11.00.00.000000000 AM", "20200131110000",
        "202001311100", 20200131110000, "2020-01-31 12:00 CET", "31.01.2020 13:00 CEST",
        "01/31/2020 06:00 EST", "Fri Jan 31 2020 11:00",
    ],
)  # fmt: skip
def test_writings_of_programs(written: object) -> None:
    assert read([written]) == [datetime(2020, 1, 31, 11)]


def test_weeks_begin_on_monday_and_zones_of_several_places_are_unknown() -> None:
    weeks = [datetime(2020, 1, 27), datetime(2020, 2, 3)]
    for written in (["2020-W05", "2020-W06"], ["2020-W05-1", "2020-W06-1"], ["2020W05", "2020W06"]):
        assert read(written) == weeks
    for zone in ("IST", "CST", "BST"):
        assert read([f"2020-01-31 12:00 {zone}"]) is None


@quick
@given(st.integers(1, 4), st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%b %d, %Y"]))
def test_pieces_are_read_as_the_whole(size: int, form: str) -> None:
    cells = StoredColumn(Scratch())
    for at in range(0, len(DAYS), size):
        cells.write([day.strftime(form) for day in DAYS[at : at + size]])
    found = times_of(cells)
    assert found is not None
    assert found.tolist() == DAYS


def test_numbers_that_may_be_unix_times() -> None:
    for unit in (1, 1_000, 1_000_000):
        for ahead in (1, -1):
            found = like_unix([(1_600_000_000 + 90 * i) * unit for i in range(9)][::ahead])
            assert found is not None
            assert found[::ahead][1].item() == datetime(2020, 9, 13, 12, 28, 10)
    for others in ([1_600_000_000, 1_600_000_000], [1, 2], [1_600_000_000, 9], ["a", "b"], [1.6e9]):
        assert like_unix(others) is None


def test_quarters_and_months() -> None:
    for written in (
        ["2020Q1", "2020Q4"],
        ["Q1 2020", "Q4 2020"],
        ["2020-q1", "2020-q4"],
        ["2020/Q1", "2020/Q4"],
        ["1Q2020", "4Q2020"],
        ["T1-2020", "T4-2020"],
    ):
        assert read(written) == [datetime(2020, 1, 1), datetime(2020, 10, 1)]
    assert read(["2020H1", "2020-H2"]) == [datetime(2020, 1, 1), datetime(2020, 7, 1)]
    assert read(["201903", "201904"]) == [datetime(2019, 3, 1), datetime(2019, 4, 1)]
    assert read([201903, 201913]) is None
    assert read(["2020-03", "2020-04"]) == [datetime(2020, 3, 1), datetime(2020, 4, 1)]
    assert read(["Mar 2020", "May 2020"]) == [datetime(2020, 3, 1), datetime(2020, 5, 1)]


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000, 1_000_000_000])
@pytest.mark.parametrize("kind", [int, str, float])
def test_unix_times_of_a_column_that_says_so(unit: int, kind: type) -> None:
    seconds = [1_600_000_000 + 3_600 * i for i in range(3)]
    found = read([kind(s * unit) for s in seconds], "unix")
    assert found is not None
    assert [t - found[0] for t in found] == [timedelta(hours=i) for i in range(3)]
    assert found[0] == datetime(2020, 9, 13, 12, 26, 40)
    assert times_of([kind(s * unit) for s in seconds], "price") is None


@pytest.mark.parametrize(
    "values",
    [
        ["1.5", "2.5"], ["10", "11"], [10, 11], ["Monday", "Tuesday"], ["2020-01-01", ""],
        ["2020-01-01", "soon"], ["2020-13-01"], ["31.02.2020"], [None], [], [True], ["12:30"],
        ["2020-01-01", "01.02.2020"], ["12345678"], ["may"],
        ["15000131", "15000201"], ["150001", "150002"],
    ],
)  # fmt: skip
def test_what_is_no_column_of_times(values: list[object]) -> None:
    assert times_of(values) is None
    assert times_of(values, "time") is None


def test_the_first_row_that_goes_back() -> None:
    assert goes_back(np.array([1, 2, 2, 3])) == 0
    assert goes_back(np.array([1, 2, 1, 0])) == 2
