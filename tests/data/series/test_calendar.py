"""Years, months, days and hours in columns of their own are one time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.helpers.data_files import Write
from tests.helpers.models import quick
from tests.helpers.reading import is_the_series
from throughtime.data import Reading, load
from throughtime.data.series.calendar import cycle, is_time, joined
from throughtime.data.table.table import Table

PARTS = {
    ("year", "Monat", "DAY", "hour"): lambda t: (t.year, t.month, t.day, t.hour),
    ("jahr", "month", "day", "HE", "minute"): lambda t: (t.year, t.month, t.day, t.hour, t.minute),
    ("date", "hour", "minute", "second"): lambda t: (f"{t:%d.%m.%Y}", t.hour, t.minute, t.second),
    ("year", "day"): lambda t: (t.year, t.timetuple().tm_yday),
    ("year", "month"): lambda t: (t.year, f"{t:%b}"),
    ("year", "quarter"): lambda t: (t.year, (t.month + 2) // 3),
}
Clocks = dict[tuple[str, ...], NDArray[Any]]

FIRST: dict[tuple[str, ...], dict[str, Any]] = {
    ("year", "day"): {"hour": 0},
    ("year", "month"): {"hour": 0, "day": 1},
}


def of(columns: dict[str, list[object]]) -> Table:
    rows = len(next(iter(columns.values())))
    return Table(Path("a.csv"), columns, range(2, rows + 2))


@quick
@given(
    st.lists(st.datetimes(datetime(1900, 1, 1), datetime(2099, 1, 1)), min_size=1, max_size=5),
    st.sampled_from(list(PARTS)),
)
def test_what_is_written_in_parts_is_read(times: list[datetime], names: tuple[str, ...]) -> None:
    first = FIRST.get(names, {})
    times = [t.replace(second=0, microsecond=0, minute=0, **first) for t in times]
    if names[-1] == "quarter":
        times = [t.replace(month=1 + (t.month - 1) // 3 * 3, day=1, hour=0) for t in times]
    table = of(
        dict(zip(names, map(list, zip(*map(PARTS[names], times), strict=True)), strict=True))
    )
    days = np.array([t.replace(hour=0) for t in times], "datetime64[us]")
    years = np.array([float(t.year) for t in times])
    clock = days if names[0] == "date" else years
    ((columns, found),) = joined(table, list(names), {names[:1]: clock}).items()
    assert set(columns) == set(names)
    assert found.tolist() == times


def test_parts_that_are_none() -> None:
    table = of({"month": [1, 13], "hour": [0, 24], "day": ["1", "x"], "HE": [1.5, 2], "v": [1, 2]})
    assert cycle(table, "hour").tolist() == [0, 24]
    assert [cycle(table, name) for name in ("month", "day", "HE", "v")] == [None] * 4
    assert [n for n in table.columns if is_time(table, n)] == ["month", "hour", "day"]
    years: Clocks = {("year",): np.array([1999.0, 2000.0])}
    assert joined(table, ["month", "v"], years) == years
    at_noon: Clocks = {("date",): np.array(["2020-01-01T12"] * 2, "datetime64[us]")}
    assert joined(table, ["hour"], at_noon) == at_noon


@pytest.mark.parametrize(
    ("head", "rows", "when"),
    [
        (
            "year,month,v", [f"{2015 + i // 12},{12 - i % 12},{i % 7}.5" for i in range(48)],
            "time: year and month, 1 month, 2015-01-01 to 2018-12-01",
        ),
        (
            "Date,HE,v", [f"01/{1 + i // 24:02}/2020,{24 - i % 24},{i % 7}.5" for i in range(48)],
            "time: Date and HE, 1 hour, 2020-01-01T01:00:00 to 2020-01-03T00:00:00",
        ),
    ],
    ids=["months", "hours"],
)  # fmt: skip
def test_order(write: Write, head: str, rows: list[str], when: str) -> None:
    """Rows go back within each year or day."""
    content = "\n".join([head, *rows]) + "\n"
    data = load(write("a.csv", content), reading=Reading(target="v"))
    cycle = 12 if "month" in head else 24
    is_the_series(data, [(i - i % cycle + cycle - 1 - i % cycle) % 7 + 0.5 for i in range(48)])
    assert f"; {when}; " in data.description
    assert "; the rows were not in the order of time; sorted" in data.description


def test_the_whole_time_is_shown(write: Write) -> None:
    rows = "".join(f"2000,{1 + i // 28},{1 + i % 28},{i % 7}.5\n" for i in range(60))
    data = load(write("a.csv", f"Year,Month,Day,v\n{rows}"))
    assert "; time: Year and Month and Day, 1 day, 2000-01-01 to 2000-03-04; " in data.description


def test_hours_that_end_are_no_value(write: Write) -> None:
    rows = "".join(f"01/{1 + i // 24:02}/2020,{1 + i % 24},{i % 7}.5\n" for i in range(60))
    data = load(write("a.csv", f"Date,HE,v\n{rows}"))
    assert data.schema.y.name == "v"
    assert "differ" not in data.description
    assert "repeat" not in data.description


def test_short_names_are_parts_of_times_beside_a_year(write: Write) -> None:
    rows = "".join(f"2020,{1 + i // 28},{1 + i % 28},{i % 9}\n" for i in range(80))
    assert load(write("a.csv", f"YEAR,MO,DY,rain\n{rows}")).schema.y.name == "rain"
    assert load(write("b.csv", f"yyyy,mm,dd,rain\n{rows}")).schema.y.name == "rain"
    rows = "".join(f"2020-{1 + i // 28:02d}-{1 + i % 28:02d},{i % 9},{i % 5}\n" for i in range(80))
    assert load(write("c.csv", f"date,mm,hr\n{rows}")).schema.y.name == "mm,hr"


def test_days_of_a_year_go_on(write: Write) -> None:
    rows = "".join(f"{2019 + i // 365},{1 + i % 365},{i % 9}\n" for i in range(340, 420))
    data = load(write("a.csv", f"YEAR,DOY,T2M\n{rows}"))
    assert data.schema.y.name == "T2M"
    assert "differ" not in data.description
