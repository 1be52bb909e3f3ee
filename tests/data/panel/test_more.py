"""A later file is read by what the first one has shown: a history, or the inputs of the future."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.helpers.data_files import Write
from tests.helpers.panels import assert_same, days, later, read, table
from throughtime.data import DataError
from throughtime.data.columns.panel import Panel

TOLD = {"time": "date", "series": "shop", "target": "sales", "input": "promo:known,rain,town"}

HEAD = "date,shop,town,promo,rain,sales"


def rows(shops: str, times: list[str]) -> list[str]:
    return [f"{day},{shop},T{shop},{i % 2},{i % 3},{i}" for shop in shops
            for i, day in enumerate(times)]  # fmt: skip


@pytest.fixture
def panel(write: Write) -> Panel:
    return read(write("first.csv", table(HEAD, *rows("ab", days(20)))), **TOLD)


FUTURE = "date,shop,promo"


def future(*lines: str) -> str:
    return table(FUTURE, *lines)


NEXT = ["2022-01-21,a,1", "2022-01-22,a,0", "2022-01-21,b,0"]


def test_a_history_with_a_new_series(write: Write, panel: Panel) -> None:
    path = write("b.csv", table(HEAD, *rows("bc", [*days(3), "2022-01-05"])))
    found = later(path, panel, **TOLD)
    assert [series.name for series in found.series] == ["b", "c"]
    assert np.isnan(found.series[1].y[3, 0])
    assert found.series[1].static == {"town": "Tc"}
    assert (found.known, found.past, found.static) == (("promo",), ("rain",), ("town",))
    assert_same(later(write("b.csv", table(HEAD, *rows("ab", days(20)))), panel, **TOLD), panel)


def test_one_row_is_read_by_the_step_of_the_first_file(write: Write, panel: Panel) -> None:
    found = later(write("b.csv", table(HEAD, *rows("a", days(1)))), panel, **TOLD)
    assert found.step == panel.step
    assert len(found.series[0]) == 1


def test_guessed_columns_are_kept(write: Write) -> None:
    first = read(write("a.csv", table(HEAD, *rows("ab", days(20)))), target="sales")
    found = later(write("b.csv", table(HEAD, *rows("a", days(2)))), first, target="sales")
    assert (found.time, found.labels, found.static) == (("date",), ("shop",), ())


@pytest.mark.parametrize("empty", [False, True])
def test_a_future(write: Write, panel: Panel, empty: bool) -> None:
    text = future(*NEXT)
    if empty:
        text = table(FUTURE + ",rain,sales", *(f"{line},," for line in NEXT))
    found = later(write("b.csv", text), panel, **TOLD)
    a, b = found.series
    assert a.x["promo"].tolist() == [1.0, 0.0]
    assert np.isnan(a.x["rain"]).all()
    assert np.isnan(a.y).all()
    assert a.y.shape == (2, 1)
    assert b.static == {"town": "Tb"}
    assert found.step.written(a.times) == ["2022-01-21", "2022-01-22"]


def test_a_future_of_some_series(write: Write, panel: Panel) -> None:
    found = later(write("b.csv", future(*NEXT[:2])), panel, **TOLD)
    assert [series.name for series in found.series] == ["a"]
    assert found.notes[-1].startswith("1 series have no rows in ")
    assert found.notes[-1].endswith("b.csv: b")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (table("date,shop", "2022-01-21,a"), "b.csv: no column 'promo', an input that is known in"),
        (future("2022-01-21,a,"), "b.csv:2: series 'a' has no promo at 2022-01-21; expected it, a"),
        (future("2022-01-20,a,1"), "b.csv:2: series 'a' begins at 2022-01-20, but is known until "),
        (future("2022-01-22,a,1"), "b.csv:2: series 'a' goes on at 2022-01-22, but is known until "
                                   "2022-01-20; expected 2022-01-21 first: add the rows"),
        (future(NEXT[2], NEXT[0], "2022-01-23,a,1"), "b.csv:3: series 'a' has no row for 2022-01-"
                                                    "22 after this one; expected one for each tim"),
        (future(NEXT[0], NEXT[0]), "b.csv:3: series 'a' has the time 2022-01-21 twice: here and a"),
        (future("2022-01-21 12:00,a,1"), "b.csv:2: column 'date' has '2022-01-21 12:00'; expected "
                                         "dates without a time of day, as in the first file"),
        (future("2022-01-21T00:00:00+01:00,a,1"), "b.csv:2: column 'date' has '2022-01-21T00:00:00"
                                                  "+01:00'; expected times without a zone, as in"),
        (future("21,a,1"), "b.csv:2: column 'date' has '21'; expected times, as in the first file"),
        (table("date,promo", "2022-01-21,1"), "b.csv: no column 'shop'"),
        (table(HEAD.replace(",rain", ""), "2022-01-01,a,Ta,1,5"), "b.csv: no column 'rain', an in"),
        (table(HEAD, "2022-01-01,a,Ta,often,1,5"), "b.csv:2: column 'promo' has 'often'; expected"),
    ],
)  # fmt: skip
def test_later_files_that_are_refused(write: Write, panel: Panel, text: str, said: str) -> None:
    path = write("b.csv", text)
    with pytest.raises(DataError) as error:
        later(path, panel, **TOLD)
    assert str(error.value).replace(f"{path.parent}/", "").startswith(said)


def test_a_time_off_the_grid(write: Write) -> None:
    ends = ["2022-01-31", "2022-02-28", "2022-03-31", "2022-04-30"]
    first = read(write("a.csv", table("t,v", *(f"{day},{i}" for i, day in enumerate(ends)))),
                 time="t")  # fmt: skip
    text = table("t,v", "2022-04-30,1", "2022-05-30,2")
    said = r"b\.csv:3: the series has the time 2022-05-30 after 2022-04-30, which is not on the"
    with pytest.raises(DataError, match=f"{said} grid of month ends; mend it"):
        later(write("b.csv", text), first, time="t")


def test_days_and_months_are_as_in_the_first_file(write: Write) -> None:
    months = [f"01/{m:02}/2020,{m}" for m in range(1, 13)] + ["01/01/2021,5"]
    first = read(write("a.csv", table("t,v", *months)), time="t")
    assert first.step.text == "1 month"
    found = later(write("b.csv", table("t,v", "01/02/2021,1", "01/03/2021,2")), first, time="t")
    assert found.step.written(found.series[0].times) == ["2021-02-01", "2021-03-01"]


def test_the_zone_is_kept(write: Write) -> None:
    text = table("t,v", *(f"2024-01-0{d}T00:00:00+01:00,{d}" for d in range(1, 9)))
    first = read(write("a.csv", text), time="t")
    found = later(write("b.csv", table("t,v", "2024-01-08T23:00:00Z,")), first, time="t")
    assert found.step.written(found.series[0].times) == ["2024-01-09"]
    with pytest.raises(DataError, match=r"expected times with a zone, such as \+01:00, as in the"):
        later(write("b.csv", table("t,v", "2024-01-09T00:00:00,")), first, time="t")


def test_inputs_of_a_column_each(write: Write) -> None:
    told = {"time": "t", "series": "columns", "input": "hot:known"}
    text = table("t,a,b,hot", *(f"{i},{i},{2 * i},{i % 2}" for i in range(9)))
    first = read(write("a.csv", text), **told)
    found = later(write("b.csv", table("t,hot", "9,1", "10,0")), first, **told)
    assert [series.name for series in found.series] == ["a", "b"]
    assert found.series[1].x["hot"].tolist() == [1.0, 0.0]
    assert found.series[1].rows.tolist() == [0, 1]


def test_inputs_in_lists(write: Write) -> None:
    row = {"shop": "a", "start": "2024-01-01", "freq": "D"}
    told = {"target": "v", "input": "p:known"}
    first = read(write("a.jsonl", json.dumps(row | {"v": [1, 2, 3], "p": [0, 1, 0]}) + "\n"),
                 series="shop", **told)  # fmt: skip
    text = json.dumps(row | {"start": "2024-01-04", "p": [1, 1]}) + "\n"
    found = later(write("b.jsonl", text), first, series="shop", **told)
    assert found.series[0].x["p"].tolist() == [1.0, 1.0]


def test_a_future_in_tenths(write: Write) -> None:
    told = {"time": "t", "target": "v", "input": "p:known"}
    first = read(write("a.csv", table("t,p,v", *(f"{i / 10},{i % 2},{i}" for i in range(9)))),
                 **told)  # fmt: skip
    found = later(write("b.csv", table("t,p", "0.9,1", "1.0,0", "1.1,1")), first, **told)
    assert found.series[0].times == pytest.approx([0.9, 1.0, 1.1])
    with pytest.raises(
        DataError, match=r"goes on at 1, but is known until 0.8; expected 0.9 first"
    ):
        later(write("b.csv", table("t,p", "1.0,0")), first, **told)


def test_a_history_by_another_step(write: Write) -> None:
    """Weeks, for a model of days: six of seven days would count as missing."""
    panel = read(write("a.csv", table("day,v", *(f"{d},1" for d in days(20)))), time="day")
    weeks = [f"{day},1" for day in days(70)[::7]]
    with pytest.raises(DataError) as error:
        later(write("b.csv", table("day,v", *weeks)), panel, time="day")
    assert str(error.value).endswith(
        "b.csv:3: 2022-01-08 comes after 2022-01-01, and no row is 1 day after the one before it; "
        "expected a history by 1 day, as in the first file; where values are missing, give their "
        "rows without a value"
    )
    one = later(write("c.csv", table("day,v", *weeks, "2022-03-06,2")), panel, time="day")
    assert len(one.series[0]) == 65  # one day follows another
    filled = [f"{day},{'' if i % 7 else 1}" for i, day in enumerate(days(70))]
    assert len(later(write("d.csv", table("day,v", *filled)), panel, time="day").series[0]) == 70
