"""Times in files: whatever the writing, rows are in their order and they are no values."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import pytest

from tests.helpers.data_files import Write
from tests.helpers.reading import is_the_series, lengths
from throughtime.data import DataError, Reading, load

DAYS = [datetime(2020, 1, 5) + timedelta(3 * i) for i in range(60)]
HOURS = [datetime(2020, 1, 5) + timedelta(hours=i) for i in range(60)]
MONTHS = [datetime(2015 + i // 12, 1 + i % 12, 1) for i in range(60)]
UNIX = [str(int((t - datetime(1970, 1, 1)).total_seconds())) for t in DAYS[:30] + DAYS[31:]]
GERMAN = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
          "Oktober", "November", "Dezember")  # fmt: skip


def table(head: str, times: list[str]) -> str:
    return "\n".join([head, *(f'"{t}",{i * 7 % 11}.5' for i, t in enumerate(times))]) + "\n"


@pytest.mark.parametrize(
    "written",
    [
        [f"{t.day}. {GERMAN[t.month - 1]} {t.year}" for t in DAYS],
        [f"{t:%d}-{GERMAN[t.month - 1][:3]}-{t:%y}" for t in DAYS],
        [f"{t:%G-W%V-%u}" for t in DAYS],
        [f"{t:%A}, {t.day}th {t:%B %Y}" for t in DAYS],
        [f"{t:%Y%m}" for t in MONTHS],
        [f"{t:%Y%m%d%H%M}" for t in HOURS],
        [f"{t:%d/%b/%Y:%H:%M:%S +0100}" for t in HOURS],
        [f"{t:%d-%b-%y %I.%M.%S.000000000 %p}".upper() for t in HOURS],
        [f"{t:%m/%d/%Y %I %p}".lower() for t in HOURS],
        [f"{t:%a %b %d %H:%M:%S %Y}" for t in HOURS],
        [f"{t:%B %d, %Y at %I:%M} {'a' if t.hour < 12 else 'p'}.m." for t in HOURS],
        [f"{t.year}年{t.month}月{t.day}日" for t in DAYS],
        [f"{t.year}H{1 + t.month // 7}" for t in MONTHS[::6] * 3],
    ],
    ids=lambda times: times[0],
)
def test_writings(write: Write, written: list[str]) -> None:
    written = sorted(set(written), key=written.index)
    values = [i * 7 % 11 + 0.5 for i in range(len(written))]
    content = table("when,v", written)
    newest_first = "\n".join([content.split("\n")[0], *content.split("\n")[:0:-1]])
    for told in (Reading(), Reading(target="v")):
        if len(written) < 30:
            with pytest.raises(DataError, match=r"a\.csv: \d+ values for train; expected at least"):
                load(write("a.csv", content), reading=told)
            continue
        data = load(write("a.csv", content), reading=told)
        is_the_series(data, values)
        assert data.schema.y.name == "v"
        data = load(write("a.csv", newest_first), reading=told)
        is_the_series(data, values)
        assert "; the rows were not in the order of time; sorted" in data.description


def test_day_and_month_that_may_be_the_other_way_round(write: Write) -> None:
    path = write("a.csv", table("date,v", [f"{t:%d/%m/%Y}" for t in MONTHS]))
    data = load(path)
    assert "date as day/month/year, which goes on more evenly than month/day/year" in (
        data.description
    )
    assert "; time: date, 1 month, 2015-01-01 to 2019-12-01; " in data.description
    for point in ("2019-02-01", "01/02/2019"):  # which is a day and a month, as those of the file
        assert lengths(load(path, reading=Reading(split=f"date:{point}"))) == [43, 6, 11]
    with pytest.raises(
        DataError,
        match=r"'13/13/2019' is no time as 'date' has them; expected one such as date:2019",
    ):
        load(path, reading=Reading(split="date:13/13/2019"))
    daily = write("b.csv", table("date,v", [f"{t:%d/%m/%Y}" for t in DAYS]))
    assert "evenly" not in load(daily).description


def test_a_clock_by_another_name_is_asked_about(write: Write) -> None:
    for times in (UNIX, UNIX[::-1]):
        with pytest.raises(
            DataError,
            match=r"a\.csv:2: column 't' has \d{10}, which may be a time, 2020-0\d-\d\d 00:00:00, "
            r"or a value; give --target v, or --target t,v to model it too",
        ):
            load(write("a.csv", table("t,v", times)))
    values = [i * 7 % 11 + 0.5 for i in range(len(UNIX))]
    gap = [*values[:30], math.nan, *values[30:]]
    is_the_series(load(write("a.csv", table("t,v", UNIX)), reading=Reading(target="v")), gap)
    both = load(write("a.csv", table("t,v", UNIX)), reading=Reading(target="t,v"))
    assert both.schema.y.name == "t,v"
    newest_first = load(write("a.csv", table("t,v", UNIX[::-1])), reading=Reading(target="v"))
    is_the_series(newest_first, [*values[:28:-1], math.nan, *values[28::-1]])


def test_what_is_no_number_beside_times(write: Write) -> None:
    rows = "".join(f"{t:%Y-%m-%d},{i}:{i % 60:02}:00\n" for i, t in enumerate(DAYS))
    with pytest.raises(
        DataError,
        match=r"a\.csv:2: column 'took' has '0:00:00', which is no number, beside the times of "
        r"'day'; expected a series of numbers, such as 1 and 0 for yes and no, or options: "
        "--target took alone is a model of its",
    ):
        load(write("a.csv", "day,took\n" + rows))
    rows = "".join(f"{t:%Y-%m-%d},{i % 7}/8\n" for i, t in enumerate(DAYS))
    with pytest.raises(DataError, match=r"a\.csv:2: column 'v': '0/8' is not in a form"):
        load(write("a.csv", "day,v\n" + rows))


@pytest.mark.parametrize("name", ["year", "Jahr", "año", "anno", "jaar", "date", "Datum", "fecha"])
def test_a_time_by_its_name_is_in_order_and_understood(name: str, write: Write) -> None:
    falling = write("a.csv", f"{name},v\n" + "".join(f"{2000 - i},{i % 7}.5\n" for i in range(60)))
    series = Reading(format="series", target="v")
    is_the_series(load(falling, reading=series), [i % 7 + 0.5 for i in range(60)][::-1])
    odd = write("b.csv", f"{name},v\n" + "".join(f"A{i}.x,{i % 7}.5\n" for i in range(60)))
    with pytest.raises(DataError, match=rf"b\.csv:2: column '{name}' has 'A0.x', a time in a form"):
        load(odd, reading=series)


def test_times_of_day_under_any_name_are_no_texts(write: Write) -> None:
    rows = "".join(f"{t:%Y-%m-%d},{t:%H:%M},{t:%H}:59,{i % 9}\n" for i, t in enumerate(HOURS))
    data = load(write("a.csv", f"DATE,START TIME,END TIME,USAGE\n{rows}"))
    assert data.schema.y.name == "USAGE"
    is_the_series(data, [i % 9 for i in range(60)])


def test_the_order_of_months_in_an_unknown_form_is_said_to_be_unchecked(write: Write) -> None:
    rows = "".join(f"{10 + i // 12}-{GERMAN[i % 12][:3]},{i % 9}.5\n" for i in range(60))
    assert (
        "; Month has '10-Jan', a time in a form that is not known: the order of the rows is not "
        "checked" in load(write("a.csv", f"Month,v\n{rows}")).description
    )
