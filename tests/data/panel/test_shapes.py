"""Tables of other shapes: a row or a column for each series, lists, and a file for each."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.data_files import Write
from tests.helpers.panels import assert_same, days, read, refused, said_to_be, table
from throughtime.data import DataError, Reading
from throughtime.data.columns.panel import Panel
from throughtime.data.panel.folder import files_table
from throughtime.data.panel.reading import as_panel

YEARS = [str(year) for year in range(1960, 1990)]

WIDE = table(
    ",".join(["country", *YEARS]),
    *(",".join([c, *(f"{k}.{i}" for i in range(30))]) for k, c in enumerate("zyx")),
)


def folder_panel(paths: list[Path], reading: Reading) -> Panel:
    """The panel of several files, of which each is a series."""
    table, label = files_table(paths, reading)
    return as_panel(table, replace(reading, series=label))


def test_a_row_each_with_years(write: Write) -> None:
    path = write("a.csv", WIDE.replace("0.7,", ","))
    assert said_to_be(path)
    panel = read(path)
    assert [series.name for series in panel.series] == ["x", "y", "z"]
    z = panel.series[2]
    assert (panel.step.text, panel.labels, panel.time) == ("1 year", ("country",), ("year",))
    assert z.times.tolist() == list(range(1960, 1990))
    assert panel.step.written(panel.step.after(z.times[-1], 2)) == ["1990", "1991"]
    assert z.y[:3, 0].tolist() == [0.0, 0.1, 0.2]
    assert np.isnan(z.y[7, 0])
    assert set(z.rows.tolist()) == {0}
    assert panel.notes[0] == ("a row for each series, with its values in the columns 1960, …, 1989")


def test_a_row_each_with_dates_and_a_gap(write: Write) -> None:
    path = write("a.csv", table("shop,town,2024-01-31,2024-02-29,2024-04-30",
                                "a,Ulm,1,2,4", "b,Ulm,2,4,8"))  # fmt: skip
    panel = read(path)
    assert panel.step.text == "month ends"
    assert panel.series[1].static == {"town": "Ulm"}
    assert np.isnan(panel.series[1].y[2, 0])


def test_a_target_that_is_a_time(write: Write) -> None:
    assert refused(write("a.csv", WIDE), series="country", target="1989") == (
        "a.csv: --target 1989: the columns 1960, …, 1989 are times, and their values are the "
        "series; leave --target out"
    )


def test_rows_that_are_not_told_apart(write: Write) -> None:
    said = refused(write("a.csv", WIDE.replace("z,", "x,")))
    assert said.startswith("a.csv: a row is a series, but the columns country have the same in two")


def test_text_in_a_row_each_is_at_its_line(write: Write) -> None:
    said = refused(write("a.csv", WIDE.replace("1.4,", "much,")))
    assert said.startswith("a.csv:3: column 'value' has 'much'; expected a number")


COLUMNS = table("date,a,b,hot", *(f"{day},{i},{2 * i},{i % 2}" for i, day in enumerate(days(9))))


def test_a_column_each(write: Write) -> None:
    path = write("a.csv", COLUMNS)
    assert not said_to_be(path)
    panel = read(path, target="a,b", series="columns", input="hot:known")
    assert [series.name for series in panel.series] == ["a", "b"]
    assert panel.targets == ("value",)
    assert panel.series[1].y[:, 0].tolist() == [2.0 * i for i in range(9)]
    assert panel.series[1].x["hot"].tolist() == [i % 2 for i in range(9)]
    assert panel.series[1].rows.tolist() == list(range(9))
    assert len(read(path, series="columns").series) == 3


def test_several_targets_of_one_series(write: Write) -> None:
    panel = read(write("a.csv", COLUMNS), target="a,b", time="date")
    assert panel.targets == ("a", "b")
    assert panel.series[0].y.shape == (9, 2)
    assert panel.series[0].y[2].tolist() == [2.0, 4.0]


START = {"start": "2024-01-01", "freq": "D"}

ROWS: list[dict[str, Any]] = [
    {"shop": "a", **START, "sales": [1, 2, 3], "promo": [0, 0, 1]},
    {"shop": "b", **START, "start": "2024-02-01", "sales": [4, None], "promo": [1, 0]},
]


def lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_lists(write: Write) -> None:
    path = write("a.jsonl", lines(ROWS))
    assert said_to_be(path)
    panel = read(path, target="sales", input="promo:known")
    a, b = panel.series
    assert (a.name, panel.step.text, panel.known) == ("a", "1 day", ("promo",))
    assert a.y[:, 0].tolist() == [1, 2, 3]
    assert np.isnan(b.y[1, 0])
    assert panel.step.written(b.times) == ["2024-02-01", "2024-02-02"]
    assert b.rows.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("freq", "start", "text", "second"),
    [
        ("1h", "2024-01-01T23:00", "1 hour", "2024-01-02T00:00:00"),
        ("W-MON", "2024-01-01", "1 week", "2024-01-08"),
        ("M", "2024-01-01", "1 month", "2024-02-01"),
        ("M", "2024-01-31", "month ends", "2024-02-29"),
        ("15 minutes", "2024-01-01", "15 minutes", "2024-01-01T00:15:00"),
        ("business days", "2024-01-05", "business days", "2024-01-08"),
        ("QE-DEC", "2024-03-31", "quarter ends", "2024-06-30"),
    ],
)
def test_the_step_of_lists(write: Write, freq: str, start: str, text: str, second: str) -> None:
    row = {"start": start, "freq": freq, "sales": list(range(9))}
    panel = read(write("a.jsonl", lines([row])), time="time", target="sales")
    assert panel.step.text == text
    assert panel.step.written(panel.series[0].times[1:2]) == [second]


def test_lists_without_times_and_labels_are_numbered(write: Write) -> None:
    rows = [{"sales": row["sales"]} for row in ROWS]
    panel = read(write("a.jsonl", lines(rows)), target="sales", series=None, time="time")
    assert [series.name for series in panel.series] == ["1", "2"]
    assert panel.series[0].times.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"promo": [1]}, "a.jsonl:2: sales has 2, promo has 1; expected lists of the same length"),
        ({"freq": "often"}, "a.jsonl:2: column 'freq' has 'often', which is no step; expected su"),
        ({"freq": None}, "a.jsonl:2: the series begins at 2024-02-01, but its step is not known"),
        ({"freq": "ME"}, "a.jsonl:2: the series begins at 2024-02-01, which is none of the month"),
        ({"start": "soon"}, "a.jsonl:2: column 'start' has 'soon'; expected a time, as 2024-01-"),
        ({"shop": "a"}, "a.jsonl: a row is a series, but the columns shop have the same in two r"),
    ],
)
def test_lists_that_are_refused(write: Write, change: dict[str, Any], said: str) -> None:
    path = write("a.jsonl", lines([ROWS[0], ROWS[1] | change]))
    assert refused(path, target="sales").startswith(said)


def test_a_file_each(write: Write) -> None:
    texts = {s: table("date,v", *(f"{day},{k * i}" for i, day in enumerate(days(9))))
             for k, s in enumerate("ba", 1)}  # fmt: skip
    paths = [write(f"{name}.csv", text) for name, text in texts.items()]
    panel = folder_panel(paths, Reading())
    assert [series.name for series in panel.series] == ["a", "b"]
    assert panel.series[0].y[:, 0].tolist() == [2.0 * i for i in range(9)]
    assert panel.labels == ("file",)
    rows = (f"{n},{line}" for n, text in texts.items() for line in text.splitlines()[1:])
    long = write("all.csv", table("file,date,v", *rows))
    assert_same(panel, read(long))


def test_files_that_are_refused(write: Write, tmp_path: Path) -> None:
    first = write("a.csv", table("date,v", *(f"{day},1" for day in days(9))))
    other = write("b.csv", table("date,w", *(f"{day},1" for day in days(9))))
    with pytest.raises(DataError, match=r"b\.csv: has the columns date, w; expected those of .*: "):
        folder_panel([first, other], Reading())
    twice = write("c.csv", table("date,v", *(f"{day},1" for day in ["2022-01-09", *days(9)])))
    with pytest.raises(DataError, match=r"c\.csv:11: series 'c' has the time 2022-01-09 twice: "):
        folder_panel([first, twice], Reading())
    text = write("d.csv", table("date,v", *(f"{day},{'x' if day[-1] == '4' else 1}"
                                            for day in days(9))))  # fmt: skip
    with pytest.raises(DataError, match=r"d\.csv:5: column 'v' has 'x'; expected a number"):
        folder_panel([first, text], Reading())
    with pytest.raises(DataError, match="there are no files; expected one for each series"):
        folder_panel([], Reading())
