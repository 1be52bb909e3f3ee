"""What stands around a table is left out with a word, or refused with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from tests.helpers.data_files import Write
from tests.helpers.models import quick
from tests.helpers.reading import steps
from throughtime.data import DataError, load
from throughtime.data.formats.sheets import dialect
from throughtime.data.formats.sheets.tidy import Row, empty_at_end, end_in_nothing, untitled
from throughtime.data.formats.tables import read_table
from throughtime.data.storage import stored

DAYS = [[str(date(2020, 1 + i // 28, 1 + i % 28)), 1.5 + i % 7] for i in range(100)]
LINES = "".join(f"{day};{value}\n" for day, value in DAYS)


@pytest.mark.parametrize(
    "above",
    ["Sales of 2020\n", "Sales of 2020\n\n", "Sales of 2020;\n;\n", "# made by a logger\n# in m\n"],
)
def test_a_title_above_a_table_is_left_out_with_a_word(above: str, write: Write) -> None:
    data = load(write("a.csv", f"{above}day;sold\n{LINES}"))
    title = above.split("\n")[0].strip(";")
    assert f"; what stands above the names, {title!r}, left out" in data.description
    assert data.description.startswith("sold of ")
    values = steps(data)[:, 0]
    assert values[~values.isnan()].tolist() == pytest.approx([1.5 + i % 7 for i in range(100)])


def test_a_title_over_merged_cells_of_a_sheet(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["Sales"], [], ["day", "sold"], *DAYS):
        book.active.append(row)
    book.active.merge_cells("A1:B1")
    book.save(tmp_path / "a.xlsx")
    data = load(tmp_path / "a.xlsx")
    assert "what stands above the names, 'Sales', left out" in data.description
    assert data.schema.y.name == "sold"


@pytest.mark.parametrize(
    "rows",
    [
        [["review"], ["good", "very"], ["bad", "so"]],  # commas in texts
        [["review"], ["a1", "b2"], ["a3", "b4"]],
        [["", "0"], ["0", "1.5"], ["1", "2.5"]],  # pandas' row numbers
        [["1"], ["a", "b"], ["1", "2"]],
        [["title"], ["a", ""], ["1", "2"]],
        [["title", ""], ["", "a"], ["", "5"]],
        [["day", ""], ["2020-01-01", "5"], ["2020-01-02", "6"]],
    ],
)
def test_other_first_rows_are_no_titles(rows: list[list[str]]) -> None:
    numbered: list[Row] = list(enumerate(rows, 1))
    assert untitled(numbered) == (numbered, [])


def test_empty_rows_at_the_end_are_left_out_with_a_word(write: Write) -> None:
    data = load(write("a.csv", f"day;sold\n{LINES};\n;\n"))
    assert "series: one, 107 steps; 7 of 107 times are missing" in data.description
    assert "; 2 empty rows at the end left out" in data.description
    with pytest.raises(DataError, match=r"a.csv:2: column '(day|sold)' has ''"):
        load(write("a.csv", f"day;sold\n;\n{LINES}"))
    assert empty_at_end([["a"], ["x"], [""]]) == 0  # an empty value of a column


@pytest.mark.parametrize("end", ["", ";"])
def test_a_delimiter_at_the_end_of_rows_makes_no_column(end: str, write: Write) -> None:
    rows = LINES.replace("\n", ";\n")
    data = load(write("a.csv", f"day;sold{end}\n{rows}"))
    assert data.description.startswith("sold of ")


def test_a_value_where_the_others_end_in_a_delimiter_is_not_lost(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "ROWS", 3)  # of a large file, the end is not seen at first
    rows = "".join(f"{i},{i % 3},\n" for i in range(8))
    assert list(read_table(write("a.csv", f"n,v\n{rows}")).columns) == ["n", "v"]
    with pytest.raises(DataError, match=r"a.csv:10: 3 columns; expected 2, as in line 1: n, v"):
        read_table(write("a.csv", f"n,v\n{rows}8,1,7\n"))


def test_the_names_again_far_below(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "ROWS", 4)
    rows = "".join(f"some item {i},x\n" for i in range(10))
    with pytest.raises(DataError, match=r"a.csv:12: the names of the columns again \(text, kind"):
        read_table(write("a.csv", f"text,kind\n{rows}text,kind\n{rows}"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("day,x,y\n,(kg),(m)\n1,1.5,2\n2,2.5,3\n", r"a.csv:2: \(kg\), \(m\) below the names, and"),
        ("x,y\nkg,m/s2\n1.5,2\n2.5,3\n", "a.csv:2: kg, m/s2 below the names"),
        ("x,y\n1.5,2\n2.5,3\nx,y\n1,2\n", r"a.csv:4: the names of the columns again \(x, y\); "),
        ("text,label\na b,c\ntext,label\nd e,c\n", "a.csv:3: the names of the columns again"),
    ],
)
def test_rows_that_are_none_are_refused(content: str, expected: str, write: Write) -> None:
    with pytest.raises(DataError, match=expected):
        load(write("a.csv", content))


@pytest.mark.parametrize("cell", ["NA", "-", "$1.50", "(3%)", "<5", "1,5", ""])
def test_a_first_row_that_is_no_plain_number_is_no_unit(cell: str, write: Write) -> None:
    table = read_table(write("a.csv", f"x;y\n{cell};{cell}\n2.5;1\n3.5;1\n"))
    assert table.columns["x"] == [cell, "2.5", "3.5"]


LABELS = "".join(f"some item {'abc'[i % 3] * i},{'xyz'[i % 3]}\n" for i in range(30))


@pytest.mark.parametrize(
    "above",
    [
        "# exported by X, at noon\n",
        "# exported by X, at noon, on Monday\n",
        "# exported by X\n#a,b\n",
        "#group,false\n#datatype,string\n#default,\n",
    ],
)
def test_comments_above_names_are_left_out_with_a_word(above: str, write: Write) -> None:
    table = read_table(write("a.csv", f"{above}text,label\n{LABELS}"))
    assert (list(table.columns), len(table)) == (["text", "label"], 30)
    (first,) = table.notes
    assert (
        first == f"what stands above the names, {above.split(',')[0].split(chr(10))[0]!r}, left out"
    )


@pytest.mark.parametrize(
    "rows",
    [
        [["#word", "translation"], ["ab", "cd"], ["ef", "gh"]],  # names as numpy.savetxt has them
        [["# a good day", "pos"], ["so bad", "neg"], ["a c", "neg"]],  # rows without names
        [["#tag is it", "x"], ["so bad", "1.5"], ["a c", "2"]],
    ],
)
def test_other_rows_that_begin_with_a_mark_are_no_comments(rows: list[list[str]]) -> None:
    numbered: list[Row] = list(enumerate(rows, 1))
    assert untitled(numbered) == (numbered, [])


def test_a_comment_amid_the_rows_is_refused(write: Write) -> None:
    expected = r"a.csv:32: a comment \(# more of it\); expected a row: delete the line"
    with pytest.raises(DataError, match=expected):
        read_table(write("a.csv", f"text,label\n{LABELS}# more of it\n{LABELS}"))


def test_titles_that_are_divided_are_named(write: Write) -> None:
    titles = 'Data Source,"World Bank, all",\n\nLast updated,2024-01-01,\n'
    rows = "Country,Code,1990,1991\n" + "".join(f"a,b,{i},{i}\n" for i in range(9))
    with pytest.raises(DataError) as refused:
        read_table(write("a.csv", titles + rows))
    assert str(refused.value).split("a.csv")[1] == (
        ":1: 3 columns (Data Source, World Bank, all); expected 4, as in most lines from 4 on: if "
        "these are titles above the table, delete lines 1 to 3"
    )


def test_a_title_above_names_that_are_not_all_there(write: Write) -> None:
    with pytest.raises(DataError, match=r"a.csv:1: 1 columns \(Sales\); expected 3, as in most li"):
        read_table(write("a.csv", "Sales\nday,sold,\n1,2,3\n2,2,3\n"))


def test_several_lines_below_the_names_are_named_together(write: Write) -> None:
    content = "Price,Close\nTicker,AAPL\nDate,\n2024-01-02,1.5\n2024-01-03,2.5\n"
    with pytest.raises(DataError, match=r"a.csv:2: AAPL below the .* names, delete lines 2 to 3$"):
        load(write("a.csv", content))


CELL = st.text("ab1 ", max_size=3)


@quick
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6))
def test_rows_below_names_stay_as_they_are(cells: list[tuple[str, str]]) -> None:
    rows: list[Row] = list(enumerate([("one", "two"), *cells, ("x", "")], 1))
    assert untitled(rows) == (rows, [])
    assert (empty_at_end([row for _, row in rows]), end_in_nothing(rows)) == (0, False)


def test_names_of_rows_are_asked_about(write: Write) -> None:
    with pytest.raises(DataError, match=r"a.csv:1: 2 names, and one cell more in .* R write"):
        read_table(write("a.csv", "x,y\n1,2.5,3\n2,3.5,4\n"))
    with pytest.raises(DataError, match=r"a.csv:3: 1 columns; expected 2, .*: x, y: mend"):
        read_table(write("a.csv", "x,y\n1,2.5\n2\n"))
