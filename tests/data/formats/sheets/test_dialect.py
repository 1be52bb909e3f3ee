"""Every row of a delimited file is read, by the delimiter that gives all rows as many cells."""

from __future__ import annotations

import re

import pytest

from tests.helpers.data_files import Write
from throughtime.data import DataError
from throughtime.data.formats.sheets import dialect
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
        ("a.csv", 'a, b\n"x, 1", "neg"\n"y ""z"" a", pos\n', {"a": ["x, 1", 'y "z" a'],
                                                           "b": ["neg", "pos"]}),
        ("a.csv", "a, b\nx, neg\ny, pos\n", {"a": ["x", "y"], "b": [" neg", " pos"]}),
        ("a.csv", 'a,b\nShe, "so" they say\nHe, no\n',
         {"a": ["She", "He"], "b": [' "so" they say', " no"]}),
        ("a.csv", 'a; "b" 1,x\n"a; ""b"" 2",y\na; 3,x\na; 4,x\n',
         {"1": ['a; "b" 1', 'a; "b" 2', "a; 3", "a; 4"], "2": ["x", "y", "x", "x"]}),
        ("a.csv", "a | b 1,x\na | b 2,y\na | b 3,x\n",
         {"1": ["a | b 1", "a | b 2", "a | b 3"], "2": ["x", "y", "x"]}),
        ("a.csv", "a 1;1,5\na 2;2,5\na 3;3,5\n",
         {"1": ["a 1", "a 2", "a 3"], "2": ["1,5", "2,5", "3,5"]}),
        ("a.csv", "n\nx\ny\n", {"n": ["x", "y"]}),
        ("a.csv", "when:\nat: 1\nto: 2\n", {"when:": ["at: 1", "to: 2"]}),
        ("a.csv", "word count\n1 2\nthe cat\n", {"word count": ["1 2", "the cat"]}),
        ("a.csv", "1:30\n1:40\n1:45\n", {"1": ["1:30", "1:40", "1:45"]}),
        ("a.txt", "  0   1.5\n  1   2.5\n 10   3.5\n", {"1": ["0", "1", "10"],
                                                         "2": ["1.5", "2.5", "3.5"]}),
    ],
)  # fmt: skip
def test_cells(write: Write, name: str, content: str, columns: dict[str, list[str]]) -> None:
    assert read_table(write(name, content)).columns == columns


def test_lines_are_those_of_the_file(write: Write) -> None:
    assert list(read_table(write("a.csv", "sep=;\n\na;b\n1;2\n\n3;4\n")).lines) == [4, 6]


@pytest.mark.parametrize("at_once", [2, 100])
def test_lines_below_cells_of_several_lines(
    at_once: int, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "ROWS", at_once)
    rows = 'a,b\nw,0\n"x\ny",1\nz,2\n"q\nr",3\n'
    assert list(read_table(write("a.csv", rows)).lines) == [2, 3, 5, 6]
    with pytest.raises(DataError, match=r"b.csv:8: a quote ends within a cell"):
        read_table(write("b.csv", f'{rows}"p" q,4\n'))


def test_a_cell_may_be_longer_than_the_csv_module_takes(write: Write) -> None:
    text = "long " * 50_000
    assert read_table(write("a.csv", f"text,n\n{text},1\n")).columns["text"] == [text]


def test_a_row_that_is_longer_is_named(write: Write) -> None:
    with pytest.raises(DataError, match=r"a.csv:3: 3 columns; expected 2, as in line 1: a, b"):
        read_table(write("a.csv", "a,b\n1,2\n3,4,5\n"))


def test_a_table_is_not_wider_than_it_can_be(write: Write) -> None:
    with pytest.raises(DataError, match="100,000 columns; expected at most 10,000"):
        read_table(write("a.csv", "x," * 99_999 + "x\n"))


def test_of_two_delimiters_one_is_asked_for(write: Write) -> None:
    rows = "text 1;a,b\ntext 2;b,c\ntext 3;a,c\n"
    expected = (
        "a.csv: every row has 2 cells by ';' and 2 cells by ','; say in a line of its own above "
        "all others which is meant: sep=; or sep=,"
    )
    with pytest.raises(DataError, match=expected):
        read_table(write("a.csv", rows))
    assert read_table(write("b.csv", f"sep=;\n{rows}")).columns["2"] == ["a,b", "b,c", "a,c"]


@pytest.mark.parametrize("mark", ["^", "~", "::", "§", "+++$+++", " :: ", "\x01"])
def test_a_mark_that_is_no_delimiter_is_named(mark: str, write: Write) -> None:
    content = f"text{mark}label\na film{mark}neg\na book{mark}pos\n"
    with pytest.raises(DataError) as refused:
        read_table(write("a.csv", content))
    assert str(refused.value).split("a.csv")[1] == (
        f":1: {mark.strip()!r} stands in every line as often; expected a tab, a semicolon, | or a "
        "comma between columns: write one of these instead of it, or give --format lines if each "
        "line is one text"
    )


@pytest.mark.parametrize(
    "row", [r'"a \"b\" c","x"', '"1" "a b" "x"'], ids=["a backslash before a quote", "spaces"]
)
def test_quotes_that_are_not_read_are_refused_with_what_is(row: str, write: Write) -> None:
    expected = (
        "a.csv:1: a quote ends within a cell; expected a row of a CSV file, with commas or tabs "
        r"between columns, and a quote inside of quotes doubled \(not with a backslash before it\)"
    )
    with pytest.raises(DataError, match=expected):
        read_table(write("a.csv", f"{row}\n{row}\n"))


def test_a_line_in_quotes_is_no_row_of_what_is_in_it(write: Write) -> None:
    rows = "".join(f"{day},{day % 7}.5\n" for day in range(60))
    whole = "".join(f'"{line}"\n' for line in f"day,v\n{rows}".splitlines())
    for content, line in ((whole, 1), (f'day,v\n{rows}"Source: us, 2021"\n', 62)):
        with pytest.raises(DataError, match=rf"a.csv:{line}: the whole line stands in quotes; "):
            read_table(write("a.csv", content))


def test_spaces_between_columns_are_named(write: Write) -> None:
    rows = "".join(f"2020-01-{day:02d}  {day % 7}.5\n" for day in range(1, 31))
    with pytest.raises(DataError, match=r"a.txt:1: spaces stand in every line as often; expected"):
        read_table(write("a.txt", f"day         v\n{rows}"))


def test_decimal_commas_between_commas_are_named(write: Write) -> None:
    rows = "".join(f"2020-01-{day:02d},{day},5,{day},7\n" for day in range(1, 31))
    with pytest.raises(DataError, match="in them, as 20,5 has a comma, put them in quotes"):
        read_table(write("a.csv", f"day,v,w\n{rows}"))
    rows = "".join(f"{day},5\n" for day in range(1, 31))
    with pytest.raises(DataError, match="as 20,5 has a comma, put it in double quotes"):
        read_table(write("a.csv", f"v\n{rows}"))


@pytest.mark.parametrize("mark", ",;")
def test_another_delimiter_in_a_tsv_is_said(mark: str, write: Write) -> None:
    path = write("a.tsv", f"text{mark}label\n" + f"a film{mark}pos\n" * 9)
    said = f"a.tsv: no tabs, though its name ends in .tsv, and 2 cells by {mark!r} in every row;"
    with pytest.raises(DataError, match=re.escape(said)):
        read_table(path)
    texts = write("b.tsv", f"text\nwell{mark} yes\nso{mark} no\n")
    assert list(read_table(texts).columns) == ["text"]


@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
@pytest.mark.parametrize("text", ['{"a": "x", "b": 1}\n' * 9, '[\n{"a": 1},\n{"a": 2}\n]\n'])
def test_json_is_no_delimited_text(name: str, text: str, write: Write) -> None:
    with pytest.raises(DataError, match=rf"{name}: JSON; name it .json if it is a table"):
        read_table(write(name, text))
