"""From a table with a row for each step of each series to a panel."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from tests.helpers.data_files import Write
from tests.helpers.panels import days, read, refused, said_to_be, table
from throughtime.data import DataError, Reading
from throughtime.data.formats.tables import read_table
from throughtime.data.panel.reading import as_panel

DAYS = days(40)

SHOPS = table("date,shop,town,promo,rain,sales", *(
    f"{day},{shop},{town},{i % 7 == 0:d},{i % 5 / 2},{i * k}"
    for k, (shop, town) in enumerate([("b", "Bonn"), ("a", "Ulm"), ("c", "Bonn")], 1)
    for i, day in enumerate(DAYS)))  # fmt: skip

TOLD: dict[str, Any] = {
    "time": "date",
    "series": "shop",
    "target": "sales",
    "input": "promo:known,rain,town",
}


def test_a_long_table(write: Write) -> None:
    panel = read(write("a.csv", SHOPS), **TOLD)
    assert [series.name for series in panel.series] == ["a", "b", "c"]
    assert (panel.targets, panel.known, panel.past) == (("sales",), ("promo",), ("rain",))
    assert (panel.static, panel.time, panel.labels) == (("town",), ("date",), ("shop",))
    assert (panel.step.text, panel.step.season, panel.step.dates) == ("1 day", 7, True)
    first = panel.series[0]
    assert first.y[:, 0].tolist() == [2.0 * i for i in range(40)]
    assert first.x["promo"].tolist() == [float(i % 7 == 0) for i in range(40)]
    assert first.x["rain"].tolist() == [i % 5 / 2 for i in range(40)]
    assert first.static == {"town": "Ulm"}
    assert first.rows.tolist() == list(range(40, 80))
    assert panel.step.written(first.times[:2]) == ["2022-01-01", "2022-01-02"]
    assert panel.notes == (
        "time: date, 1 day, 2022-01-01 to 2022-02-09",
        "series: shop, 3 (a, b, c), 40 steps each",
        "promo: known in the future, 0/1",
        "rain: known in the past, 0 to 2",
        "town: does not change within a series, 2 texts",
    )


def test_it_is_guessed_where_it_is_plain(write: Write) -> None:
    path = write("a.csv", SHOPS)
    assert said_to_be(path)
    panel = read(path, target="sales")
    assert (panel.time, panel.labels, panel.static) == (("date",), ("shop",), ("town",))
    assert panel.notes[-1] == (
        "left out: promo, rain (--input NAME:known or NAME:past says what is an input)"
    )


@pytest.mark.parametrize("shuffled", [False, True])
def test_labels_that_are_numbers(write: Write, shuffled: bool) -> None:
    rows = [f"{store},{item},{t},{store * 7.5 + t * item % 11}"
            for store in (10, 9) for item in (7, 8) for t in range(30)]  # fmt: skip
    if shuffled:  # one row of each series after the other
        rows = [rows[30 * s + t] for t in range(30) for s in range(4)]
    path = write("a.csv", table("store,item,step,sales", *rows))
    assert said_to_be(path)
    panel = read(path)
    assert (panel.time, panel.labels, panel.targets) == (("step",), ("store", "item"), ("sales",))
    assert [series.name for series in panel.series] == ["9/7", "9/8", "10/7", "10/8"]
    assert panel.step.text == "1"
    assert panel.series[0].times.dtype == np.int64


def test_codes_are_labels_as_they_stand(write: Write) -> None:
    rows = [f"{day},{code},{i}.5" for code in ("007", "07") for i, day in enumerate(DAYS)]
    panel = read(write("a.csv", table("date,post code,v", *rows)))
    assert [series.name for series in panel.series] == ["007", "07"]


def test_several_ways_are_options(write: Write) -> None:
    rows = [f"{day},{'ab'[k]},{'xy'[(i + k) % 2]},{i * k}.5"
            for i, day in enumerate(DAYS) for k in range(2)]  # fmt: skip
    path = write("a.csv", table("date,shop,my till,v", *rows))
    said = refused(path)
    assert said == (
        "a.csv: columns may be the time and the labels of series in 2 ways; give one of --time "
        "date --series shop, or --time date --series 'my till'"
    )
    assert read(path, series="my till").labels == ("my till",)


def test_no_time_at_all(write: Write) -> None:
    path = write("a.csv", table("shop,v", *(f"{s},{i % 3}" for s in "ab" for i in (1, 5, 2))))
    assert not said_to_be(path)
    assert refused(path, series="shop") == (
        "a.csv: no column is seen to say the time of the rows; expected --time NAME. The columns "
        "are: shop, v"
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"time": "dat"}, "a.csv: no column 'dat'; did you mean 'date'? The columns are: "),
        ({"series": "shp"}, "a.csv: no column 'shp'; did you mean 'shop'? The columns are: "),
        ({"target": "sale"}, "a.csv: no column 'sale'; did you mean 'sales'? The columns are: "),
        ({"input": "prom:known"}, "a.csv: no column 'prom'; did you mean 'promo'? The columns "),
        ({"time": "shop"}, "a.csv: column 'shop' is given by --time and by --series; expected "),
    ],
)
def test_unknown_columns(write: Write, options: dict[str, Any], said: str) -> None:
    assert refused(write("a.csv", SHOPS), **(TOLD | options)).startswith(said)


def test_a_label_that_is_missing(write: Write) -> None:
    path = write("a.csv", SHOPS.replace("2022-01-03,b", "2022-01-03,"))
    assert refused(path, **TOLD) == (
        "a.csv:4: column 'shop' has no label; expected one that says of which series the row is: "
        "fill it in, or leave the row out"
    )


def test_times_that_are_missing(write: Write) -> None:
    path = write("a.csv", SHOPS.replace("2022-01-03,b", ",b"))
    for told in (TOLD, TOLD | {"time": None}, {"target": "sales"}):
        assert refused(path, **told) == (
            "a.csv:4: column 'date' has no time; fill it in, or leave the row out"
        )
    path = write("a.csv", "".join(line[line.index(","):] if line[0] == "2" else line
                                  for line in SHOPS.splitlines(keepends=True)))  # fmt: skip
    assert refused(path, **TOLD) == "a.csv: column 'date' has no time in any row; expected times"


def test_a_time_that_is_none(write: Write) -> None:
    path = write("a.csv", SHOPS.replace("2022-01-30,c", "soon,c"))
    assert refused(path, **TOLD).startswith("a.csv:111: column 'date' has 'soon', which is no time")


def test_rows_in_any_order_are_sorted(write: Write) -> None:
    head, *rows = SHOPS.splitlines()
    newest_first = read(write("a.csv", table(head, *rows[::-1])), **TOLD)
    assert newest_first.series[0].y[:3, 0].tolist() == [0, 2, 4]
    assert newest_first.series[0].rows[0] == 79
    assert (
        "rows of 3 of 3 series were not in the order of time; sorted within each"
        in newest_first.notes
    )
    rows[3], rows[4] = rows[4], rows[3]
    panel = read(write("a.csv", table(head, *rows)), **TOLD)
    assert panel.notes[2] == (
        "rows of 1 of 3 series were not in the order of time; sorted within each"
    )
    one = read(write("b.csv", table(head, *rows[:40])), **TOLD)
    assert "the rows were not in the order of time; sorted" in one.notes


@pytest.mark.parametrize("value", ["0", "7"])
def test_a_time_that_is_there_twice(write: Write, value: str) -> None:
    head, *rows = SHOPS.splitlines()
    rows.insert(80, f"2022-01-01,a,Ulm,1,0.0,{value}")  # as the first of this series, or not
    assert refused(write("a.csv", table(head, *rows)), **TOLD) == (
        "a.csv:82: series 'a' has the time 2022-01-01 twice: here and at a.csv:42; expected one "
        "row for each time: keep one of them, or add them up; or name all columns that say of "
        "which series a row is by --series NAME,NAME"
    )


def test_a_part_of_the_time_is_named(write: Write) -> None:
    rows = [f"{day},{hour},{hour}.5" for day in DAYS[:5] for hour in range(24)]
    path = write("a.csv", table("date,hour,v", *rows))
    said = refused(path, time="date", target="v")
    assert "give --time date,hour if hour is a part of the time" in said
    panel = read(path, time="date,hour", target="v")
    assert (panel.step.text, len(panel.series[0])) == ("1 hour", 120)


def test_a_table_that_is_one_series(write: Write) -> None:
    path = write("a.csv", table("date,v", *(f"{day},{i % 7}" for i, day in enumerate(DAYS))))
    assert not said_to_be(path)
    assert said_to_be(path, time="date")
    panel = read(path, time="date")
    assert panel.notes == (
        "time: date, 1 day, 2022-01-01 to 2022-02-09",
        "series: one, 40 steps",
    )
    assert (panel.series[0].name, panel.labels) == ("", ())


def test_other_tables_are_not_taken_for_several_series(write: Write) -> None:
    text = table("text,label", *(f"text {i},{i % 2}" for i in range(40)))
    assert not said_to_be(write("a.csv", text))
    days_twice = (f"{DAYS[i // 2]},{'ab'[i // 4 % 2]},{i}" for i in range(80))
    assert not said_to_be(write("b.csv", table("date,kind,v", *days_twice)))
    words = table("sentence,word,tag", *(f"{i // 5},w{i},N" for i in range(40)))
    assert not said_to_be(write("c.csv", words))
    assert not said_to_be(write("d.csv", SHOPS), target="town")
    assert not said_to_be(write("e.csv", SHOPS), input="rain", target="sales")
    assert said_to_be(write("e.csv", SHOPS), input="rain:past", target="sales")


def test_a_missing_time_and_a_missing_value(write: Write) -> None:
    rows = [row for row in SHOPS.splitlines() if not row.startswith(
        ("2022-01-05,a", "2022-01-06,a", "2022-01-30,c"))]  # fmt: skip
    text = "\n".join(rows).replace("2022-01-02,b,Bonn,0,0.5,1", "2022-01-02,b,Bonn,0,NA,n/a")
    panel = read(write("a.csv", text + "\n"), **TOLD)
    a, b, c = panel.series
    assert np.flatnonzero(np.isnan(a.y[:, 0])).tolist() == [4, 5] == np.flatnonzero(
        a.rows < 0).tolist()  # fmt: skip
    assert np.isnan(a.x["rain"][4])
    assert np.isnan(c.y[29, 0])
    assert np.isnan(b.y[1, 0])
    assert np.isnan(b.x["rain"][1])
    assert b.rows[1] == 1
    assert {
        "3 of 120 times are missing (2.5 %), the longest gap 2 days in a",
        "sales: 1 of 117 values are missing",
        "rain: known in the past, 0 to 2, 1 of 117 missing",
    } < set(panel.notes)


def test_text_among_numbers(write: Write) -> None:
    path = write(
        "a.csv", SHOPS.replace("2022-01-02,b,Bonn,0,0.5,1", "2022-01-02,b,Bonn,0,0.5,many")
    )
    assert refused(path, **TOLD) == (
        "a.csv:3: column 'sales' has 'many'; expected a number, or nothing where one is missing"
    )


def test_written_numbers(write: Write) -> None:
    rows = [f"{day};{shop};1.234,{i}" for shop in "ab" for i, day in enumerate(DAYS[:9])]
    panel = read(write("a.csv", table("date;shop;v", *rows)))
    assert panel.series[1].y[:3, 0].tolist() == [1234.0, 1234.1, 1234.2]
    assert "v: a decimal comma, '.' between thousands" in panel.notes


def test_texts_as_inputs(write: Write) -> None:
    text = SHOPS.replace(",0.5,", ",sun,").replace(",1.0,", ",,").replace(",0.0,", ",fog,")
    text = text.replace(",1.5,", ",sun,").replace(",2.0,", ",sun,")
    panel = read(write("a.csv", text), **TOLD)
    assert panel.series[0].x["rain"][:3].tolist() == ["fog", "sun", None]
    assert "rain: known in the past, 2 texts, 24 of 120 missing" in panel.notes


def test_a_series_of_one_step_and_a_constant_one(write: Write) -> None:
    rows = [*(f"{day},a,5" for day in DAYS), "2022-01-07,b,1"]
    panel = read(write("a.csv", table("date,shop,v", *rows)), time="date", series="shop")
    assert [len(series) for series in panel.series] == [40, 1]
    assert panel.notes[1:] == (
        "series: shop, 2 (a, b), 1 to 40 steps each",
        "v does not change in a",
        "1 series of one step alone in b",
    )


def test_a_gap_longer_than_the_series_is_said(write: Write) -> None:
    rows = [*(f"{day},{i % 4}" for i, day in enumerate([*DAYS[:5], "2022-03-01"]))]
    panel = read(write("a.csv", table("date,v", *rows)), time="date")
    assert len(panel.series[0]) == 60
    assert panel.notes[3] == (
        "the gap of 54 days is longer than its 6 rows: see whether a time is mistyped"
    )


def test_no_rows(write: Write) -> None:
    some = read_table(write("a.csv", SHOPS))
    with pytest.raises(DataError, match=r"there are no rows; expected the steps of series$"):
        as_panel(some[range(0)], Reading(**TOLD))


def test_pandas_is_imported_where_it_is_needed() -> None:
    code = (
        "import sys, throughtime.data.panel.reading, throughtime.data.panel.folder; "
        "print('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


MONTHS = [(2000 + i // 12, i % 12 + 1) for i in range(30)]


@pytest.mark.parametrize(
    ("head", "times", "step", "second"),
    [
        ("ts", [str(1_600_000_000 + 3600 * i) for i in range(30)], "1 hour", "2020-09-13T13:26:40"),
        ("unix", [str(1_600_000_000_000 + 60_000 * i) for i in range(30)], "1 minute",
         "2020-09-13T12:27:40"),
        ("year,month", [f"{y},{m}" for y, m in MONTHS], "1 month", "2000-02-01"),
        ("date,time", [f"2024-01-{1 + i // 24:02},{i % 24:02}:00" for i in range(30)], "1 hour",
         "2024-01-01T01:00:00"),
        ("quarter", [f"{2000 + i // 4}Q{i % 4 + 1}" for i in range(30)], "1 quarter", "2000-04-01"),
        ("week", [f"2024-W{i:02}" for i in range(1, 31)], "1 week", "2024-01-08"),
        ("day", [f"{i}.1.2024" for i in range(1, 31)], "1 day", "2024-01-02"),
        ("Year", [str(1950 + i) for i in range(30)], "1 year", "1951"),
        ("t", [str(5 * i) for i in range(30)], "5", "5"),
    ],
    ids=lambda value: value if isinstance(value, str) and "," not in value else None,
)  # fmt: skip
def test_writings_of_time(
    write: Write, head: str, times: list[str], step: str, second: str
) -> None:
    rows = [f"{time},{shop},{i * 0.5}" for shop in "ab" for i, time in enumerate(times)]
    path = write("a.csv", table(f"{head},shop,v", *rows))
    assert said_to_be(path)
    panel = read(path)
    assert panel.step.text == step
    assert panel.step.written(panel.series[0].times[1:2]) == [second]
    assert panel.time == tuple(head.split(","))


def test_a_numbers_column_that_may_be_a_label_or_the_target(write: Write) -> None:
    rows = [f"{day},{store},{(7 * i * store) % 5 + 1},{i % 9}"
            for i, day in enumerate(DAYS) for store in (1, 2)]  # fmt: skip
    path = write("a.csv", table("date,store,visits,sales", *rows))
    assert refused(path) == (
        "a.csv: 2 columns may be the target: visits, sales; give --target visits, or --target sales"
        " (several by commas), and --input NAME:known or NAME:past for what is an input"
    )
    assert read(path, target="sales,visits").targets == ("sales", "visits")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"input": "promo:often"},
            "--input promo:often: 'often' is no kind of an input of several",
        ),
        ({"input": "sales"}, "a.csv: --target sales: it is the time, the label of the series or a"),
        (
            {"input": "shop"},
            "a.csv: --input shop: it is the time or the label of the series; leave",
        ),
        (
            {"target": "town", "input": None},
            "a.csv:2: column 'town' has 'Bonn'; expected a number, or nothing wh",
        ),
    ],
)
def test_options_that_do_not_fit(write: Write, options: dict[str, Any], said: str) -> None:
    assert refused(write("a.csv", SHOPS), **(TOLD | options)).startswith(said)


def test_series_that_are_called_the_same_are_refused(write: Write) -> None:
    rows = [f"{day},{a},{b},{i}" for a, b in (("x/y", "z"), ("x", "y/z"))
            for i, day in enumerate(days(5))]  # fmt: skip
    path = write("a.csv", table("day,a,b,v", *rows))
    assert "two series are called 'x/y/z' by a and b" in refused(path, series="a,b", target="v")


@pytest.mark.parametrize("text", ["free", "state"])
def test_what_may_be_a_table_of_texts_is_no_series_by_a_guess(write: Write, text: str) -> None:
    rows = [
        f"{day},{s},{i % 5}.5," + (f"{s} word {i}" if text == "free" else "on" if i % 3 else "off")
        for s in "ab"
        for i, day in enumerate(days(30))
    ]
    path = write("a.csv", table("day,sensor,v,text", *rows))
    assert not said_to_be(path)
    assert said_to_be(path, time="day")
    assert said_to_be(path, target="v") == (text == "state")
