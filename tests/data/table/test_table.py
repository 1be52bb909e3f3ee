"""Tables: the same rows from every kind of file, and what is wrong is named with its line."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pyarrow
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pyarrow import parquet

from tests.helpers.data_files import Write
from tests.helpers.models import quick
from throughtime.data import DataError, read
from throughtime.data.formats.tables import read_table
from throughtime.data.numbers.number import number
from throughtime.data.table.table import Table
from throughtime.extras import MissingPackage

CELL = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=8)


def rows_of(table: Table) -> list[dict[str, object]]:
    return [{name: values[i] for name, values in table.columns.items()} for i in range(len(table))]


def test_row_numbers_that_programs_write_are_no_column(write: Write) -> None:
    table = read_table(write("a.csv", ",name,kind\n0,ada,x\n1,bo,y\n"))
    assert rows_of(table) == [{"name": "ada", "kind": "x"}, {"name": "bo", "kind": "y"}]
    with pytest.raises(DataError, match=r"a\.csv:1: no column has a name"):
        read_table(write("a.csv", ",,\n0,ada,x\n"))


@quick
@given(
    rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6), delimiter=st.sampled_from(",;\t|")
)
def test_what_is_written_is_read(
    rows: list[tuple[str, str]], delimiter: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("one", "two"), *rows])
    path = tmp_path_factory.mktemp("t") / "a.csv"
    path.write_text(out.getvalue(), newline="")
    assume(any(cell.strip() for cell in rows[-1]))  # empty rows at the end are left out
    table = read_table(path)
    assert rows_of(table) == [{"one": a, "two": b} for a, b in rows]
    assert list(table.lines) == list(range(2, len(rows) + 2))
    lines = path.with_suffix(".jsonl")
    lines.write_text("\n".join(json.dumps(row) for row in rows_of(table)))
    assert rows_of(read_table(lines)) == rows_of(table)


def test_a_row_over_several_lines_has_the_first_ones_number(write: Write) -> None:
    table = read_table(write("a.csv", 'a,b\n"x\ny",1\nz,2\n'))
    assert table.columns == {"a": ["x\ny", "z"], "b": ["1", "2"]}
    assert table.lines == [2, 4]


def test_without_names_columns_are_numbered(write: Write) -> None:
    assert read_table(write("a.csv", "1,2\n3,4\n")).columns == {"1": ["1", "3"], "2": ["2", "4"]}


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", "", "a.csv: an empty file"),
        ("a.csv", "\n\n", "a.csv: nothing but blank lines"),
        ("a.csv", "a,b\n", "a.csv: no rows"),
        ("a.csv", "a,a\n1,2\n", "a.csv:1: two columns are called 'a'"),
        ("a.csv", "a,b\n1,2\n3\n", "a.csv:3: 1 columns; expected 2"),
        ("a.csv", 'a,b\n1,"2,3\n', "a.csv:2: "),
        ("a.csv", b"a,b\n\xff,1\n", "a.csv:2: byte 0xFF is not UTF-8"),
        ("a.jsonl", '{"a": 1}\n[1]\n', "a.jsonl:2: a list; expected an object"),
        ("a.jsonl", '{"a": 1}\n{"a": \n', "a.jsonl:2: not JSON"),
        ("a.jsonl", "[" * 100_000, "a.jsonl:1: not JSON"),
        (
            "a.jsonl",
            '{"a": 1}\n{"a": ["\\ud800"]}\n',
            "a.jsonl:2: not JSON ('\\ud800' in it is half",
        ),
        ("a.parquet", "nothing", "a.parquet: "),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    write: Write, name: str, content: str | bytes, expected: str
) -> None:
    with pytest.raises(DataError) as caught:
        read_table(write(name, content))
    assert expected in str(caught.value)


def test_a_refusal_is_one_line(write: Write) -> None:
    table = read_table(write("a.jsonl", '{"na\\nme": "Ada", "age": 36}\n'))
    with pytest.raises(DataError, match=r"did you mean 'na\\nme'\? The columns are: na\\nme, age$"):
        table.column("name")


def test_a_wrong_name_is_told_the_right_one(write: Write) -> None:
    table = read_table(write("a.csv", "name,age\nAda,36\n"))
    with pytest.raises(DataError, match=r"no column 'nmae'; did you mean 'name'\? .* name, age"):
        table.column("nmae")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1.5", 1.5), (" 2 ", 2.0), (3, 3.0), ("nan", None), ("inf", None), ("", None), (None, None),
     ("1e999", None), (10**400, None), ([1], None)],
)  # fmt: skip
def test_numbers_are_finite(value: object, expected: float | None) -> None:
    assert number(value) == expected


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    parquet.write_table(pyarrow.table({"a": ["x", "y"], "b": [[1, 2], [3]]}), path)
    assert read_table(path).columns == {"a": ["x", "y"], "b": [[1, 2], [3]]}
    assert read_table(path).at(1) == f"{path}:2"
    parquet.write_table(pyarrow.table({"a": []}), path)
    with pytest.raises(DataError, match="no rows; expected some"):
        read_table(path)


def test_parquet_without_its_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.parquet"
    parquet.write_table(pyarrow.table({"a": ["x"]}), path)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingPackage, match="needs pyarrow, which is not installed: pip install"):
        read_table(path)


def test_a_cell_may_be_longer_than_a_tenth_of_a_megabyte(write: Write) -> None:
    text = "ab" * 100_000
    assert read_table(write("a.csv", f"x,y\n{text},1\n")).column("x") == [text]


@pytest.mark.parametrize("name", ["", " "])
def test_a_column_without_a_name_is_refused_in_every_format(write: Write, name: str) -> None:
    path = write("a.jsonl", f'{{"v": 1, "{name}": 2}}\n' * 40)
    with pytest.raises(DataError, match=r"a.jsonl: column 2 has no name; give it one$"):
        read_table(path)
    with pytest.raises(DataError, match=r"the rows: column 2 has no name; give it one$"):
        read([{"v": 1, name: 2}])
