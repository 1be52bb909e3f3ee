"""Every row of a delimited file is read, by the delimiter that gives all rows as many cells."""

from __future__ import annotations

import pytest

from tests.helpers.data_files import Write
from throughtime.data import DataError
from throughtime.data.formats.tables import read_table


@pytest.mark.parametrize(
    ("name", "content", "columns"),
    [
        ("a.csv", "text;mark\nyes, no;1,5\nno, yes;2,5\n",
         {"text": ["yes, no", "no, yes"], "mark": ["1,5", "2,5"]}),
        ("a.csv", "Review (short, plain)\tLabel\na, b\tx\nc, d\ty\n",
         {"Review (short, plain)": ["a, b", "c, d"], "Label": ["x", "y"]}),
        ("a.csv", "a|b\n1,2|3,4\n", {"a": ["1,2"], "b": ["3,4"]}),
        ("a.csv", "sep=;\na;b\n1;2\n", {"a": ["1"], "b": ["2"]}),
        ("a.csv", "sep=\t\na\tb\n1\t2\n", {"a": ["1"], "b": ["2"]}),
        ("a.tsv", 'label\ttext\nx\t"word" she said\ny\tplain\n',
         {"label": ["x", "y"], "text": ['"word" she said', "plain"]}),
        ("a.tsv", 'label\ttext\nx\t"it began\ny\tplain\nz\tit ended"\n',
         {"label": ["x", "y", "z"], "text": ['"it began', "plain", 'it ended"']}),
        ("a.csv", 'a,b\n"x\ny",1\nz,2\n', {"a": ["x\ny", "z"], "b": ["1", "2"]}),
        ("a.csv", 'a,b\nx,1\n"Hello, x\nbye",2\n', {"a": ["x", "Hello, x\nbye"], "b": ["1", "2"]}),
        ("a.csv", "n\nx\ny\n", {"n": ["x", "y"]}),
        ("a.txt", "  0   1.5\n  1   2.5\n 10   3.5\n", {"1": ["0", "1", "10"],
                                                         "2": ["1.5", "2.5", "3.5"]}),
    ],
)  # fmt: skip
def test_cells(write: Write, name: str, content: str, columns: dict[str, list[str]]) -> None:
    assert read_table(write(name, content)).columns == columns


def test_lines_are_those_of_the_file(write: Write) -> None:
    assert list(read_table(write("a.csv", "sep=;\n\na;b\n1;2\n\n3;4\n")).lines) == [4, 6]


def test_a_row_that_is_longer_is_named(write: Write) -> None:
    with pytest.raises(DataError, match=r"a.csv:3: 3 columns; expected 2, as in line 1: a, b"):
        read_table(write("a.csv", "a,b\n1,2\n3,4,5\n"))


def test_a_table_is_not_wider_than_it_can_be(write: Write) -> None:
    with pytest.raises(DataError, match="100,000 columns; expected at most 10,000"):
        read_table(write("a.csv", "x," * 99_999 + "x\n"))
