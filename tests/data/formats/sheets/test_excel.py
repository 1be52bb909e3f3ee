"""A sheet is the table that the same CSV file would be."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from tests.helpers.data_files import Write
from tests.helpers.reading import steps
from throughtime.data import DataError, load
from throughtime.data.formats.sheets import excel
from throughtime.data.formats.tables import read_table


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_cells_are_as_in_a_text(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["day", "text", "n", "x", "ok"],
        [date(2020, 1, 31), "ab", 3, 1.5, True],
        [datetime(2020, 2, 1, 12, 30), "cd", 4, -2.0, False],
    ]
    table = read_table(workbook(tmp_path / "a.xlsx", data=rows, empty=[]))
    assert table.columns == {
        "day": ["2020-01-31", "2020-02-01T12:30:00"],
        "text": ["ab", "cd"],
        "n": [3, 4],
        "x": [1.5, -2],
        "ok": [True, False],
    }
    assert list(table.lines) == [2, 3]


def test_a_series_in_a_sheet(tmp_path: Path) -> None:
    rows = [[date(2020, 1 + i // 28, 1 + i % 28), i % 7 + 0.5] for i in range(140)]
    data = load(workbook(tmp_path / "a.xlsx", s=[["Day", "Value"], *rows]))
    assert "; time: Day, 1 day, 2020-01-01 to 2020-05-28; " in data.description
    values = steps(data)[:, 0]
    assert values[~values.isnan()].tolist() == pytest.approx([i % 7 + 0.5 for i in range(140)])
    assert data.schema.y.name == "Value"


def test_what_is_no_one_sheet(tmp_path: Path, write: Write) -> None:
    two = workbook(tmp_path / "a.xlsx", one=[["a"], [1.5]], two=[["b"], [2.5]])
    with pytest.raises(DataError, match=r"a.xlsx: 2 sheets with cells \(one, two\); expected one"):
        read_table(two)
    with pytest.raises(DataError, match=r"a.xlsx: 0 sheets with cells"):
        read_table(workbook(tmp_path / "a.xlsx", one=[]))
    with pytest.raises(DataError, match=r"b.xls: cannot be read as a workbook"):
        read_table(write("b.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("<html><table>", "HTML; open it in a spreadsheet and save it as .xlsx or .csv"),
        ("\n<?xml version='1.0'?><Workbook>", "XML; open it in a spreadsheet"),
        ("a\tb\n1\t2\n", "delimited text; name it .csv"),
    ],
)
def test_texts_that_are_called_workbooks(content: str, name: str, write: Write) -> None:
    with pytest.raises(DataError, match=rf"b.xls: {name}.*, though its name ends in .xls"):
        load(write("b.xls", content))


def test_durations_are_seconds(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", s=[["x", "lap"], ["a", timedelta(minutes=1.5)]])
    assert read_table(path).columns["lap"] == [90]


def test_a_value_far_below_the_others_does_not_fill_the_memory(tmp_path: Path) -> None:
    book = Workbook()
    book.active["A1"] = "a"
    book.active["A2"] = 1.5
    book.active["XFD1048576"] = 2.5
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(DataError, match=r"549,755,813,888 bytes or more of cells \(1,048,576 rows"):
        load(tmp_path / "a.xlsx")


@pytest.mark.parametrize("block", [20, 2**20])
def test_a_formula_without_its_value_is_named(
    block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel, "BLOCK", block)  # a cell may stand in two of them
    rows: list[list[object]] = [["x", "twice"], [1.5, "=A2*2"], [2.5, "=A3*2"]]
    with pytest.raises(
        DataError, match=r"a.xlsx: cell B2 has a formula without its value, as prog"
    ):
        load(workbook(tmp_path / "a.xlsx", s=rows))


def test_a_formula_that_gives_an_empty_text_has_its_value(tmp_path: Path) -> None:
    made = workbook(tmp_path / "made.xlsx", s=[["x", "note"], ["a", '=IF(A2="b","yes","")']])
    with ZipFile(made) as archive, ZipFile(tmp_path / "a.xlsx", "w") as changed:
        for name in archive.namelist():
            text = archive.read(name).replace(b'<c r="B2">', b'<c r="B2" t="str">')
            changed.writestr(name, text)
    assert read_table(tmp_path / "a.xlsx").columns == {"x": ["a"], "note": [""]}
