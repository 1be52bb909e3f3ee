"""The first row of a table names its columns, or is a row like the others."""

from __future__ import annotations

import pytest

from tests.helpers.data_files import Write
from throughtime.data import DataError, Reading
from throughtime.data.formats.tables import read_table


@pytest.mark.parametrize(
    ("content", "names", "rows"),
    [
        ("name,age\nAda,36\nAlan,41\n", ["name", "age"], 2),
        ("country,1960,1961,1962\na,0.5,1,2\n", ["country", "1960", "1961", "1962"], 1),
        ("x,2000,2005,2010\n1.5,1,2,3\n", ["x", "2000", "2005", "2010"], 1),
        ("0\n100.5\n101.2\n", ["0"], 2),
        (",0\n0,100.5\n1,101.2\n", ["0"], 2),
        ("0,1\n0.5,0.1\n0.2,0.3\n", ["0", "1"], 2),
        ("10,20,30\n0.5,1,2\n", ["1", "2", "3"], 2),  # no years
        ("1.5,2\n3,4.5\n", ["1", "2"], 2),
        ("0\n1\n2\n3\n", ["1"], 4),
        ("a good film\t0\nthe film\t14,27\na book\t2\n", ["1", "2"], 3),  # a label, no name
        ("2020-01-01,a word\n2020-01-02,another\n", ["1", "2"], 2),
        ("spam\tcheap pills\nham\thello you\nspam\tbuy now\nspam\tone\n", ["1", "2"], 4),
        ("go 0 now\tva 0\ngo 1 now\tva 1\ngo 2 now\tva 2\n", ["1", "2"], 3),
        ("1 Mar 24;54,3\n1 Apr 24;7 521,8\n1 May 24;7 869,1\n", ["1", "2"], 3),
        ("March 1|12,50 €\nApril 1|1.212,50 €\nMay 1|1.112,50 €\n", ["1", "2"], 3),
        ("day|25%\nMonday|1.212,50 €\nTuesday|2.212,50 €\n", ["day", "25%"], 2),
        ("part,w,y\ntrain,ab,x\ntrain,cd,y\ntrain,ef,y\n", ["part", "w", "y"], 3),
    ],
)
def test_names(write: Write, content: str, names: list[str], rows: int) -> None:
    table = read_table(write("a.csv", content))
    assert list(table.columns) == names
    assert len(table) == rows


def test_an_option_says_it(write: Write) -> None:
    path = write("a.csv", "one,two\nthree,four\n")
    assert list(read_table(path).columns) == ["one", "two"]
    without = read_table(path, Reading(header=False))
    assert without.columns == {"1": ["one", "three"], "2": ["two", "four"]}
    numbers = write("b.csv", "0,1\n2,3\n4,5\n")
    with pytest.raises(DataError, match=r"b.csv:1: 0, 1 may be names of columns or values; say"):
        read_table(numbers)
    assert read_table(numbers, Reading(header=True)).columns == {"0": ["2", "4"], "1": ["3", "5"]}
    assert read_table(numbers, Reading(header=False)).columns["1"] == ["0", "2", "4"]


def test_a_text_that_is_long_may_be_a_row(write: Write) -> None:
    with pytest.raises(DataError, match=r"a.csv:1: 'long .* say which: --header yes if the first"):
        read_table(write("a.csv", f"long {'word ' * 40};b\nword;c\n"))


def test_an_index_without_a_name(write: Write) -> None:
    """As pandas writes it: row numbers in any order are left out, and times are kept."""
    rows = [f"{7 * i % 60},a text {i},{'pq'[i % 2]}\n" for i in range(60)]
    table = read_table(write("a.csv", ",text,label\n" + "".join(rows)))
    assert list(table.columns) == ["text", "label"]
    assert table.notes == ("left out: column 1, row numbers without a name",)
    days = "".join(f"2024-01-{i:02},{i}.5\n" for i in range(1, 31))
    assert list(read_table(write("b.csv", ",close\n" + days)).columns) == ["time", "close"]
    for cells in (["3", "3", "5"], ["x", "y", "z"], ["0.5", "1", "2"]):
        rows = [f"{cell},{i}.5\n" for i, cell in enumerate(cells)]
        with pytest.raises(DataError, match=r"c.csv:1: column 1 has no name, and values below"):
            read_table(write("c.csv", ",close\n" + "".join(rows)))
    with pytest.raises(DataError, match=r"d.csv:1: column 2 has no name, and values below"):
        read_table(write("d.csv", "text,,label\na b,1,x\nc d,2,y\n"))


@pytest.mark.parametrize(
    "rows",
    [
        [
            f"{d:02} {m} 2020;CHF {d},5{'-' * (d == 1)}"
            for m in ("Mar", "Apr")
            for d in range(1, 29)
        ],
        [f"{d}. März 2020;{d},5 kg" for d in range(1, 29)],
    ],
)
def test_a_date_with_the_name_of_a_month_above_others_is_no_name(
    write: Write, rows: list[str]
) -> None:
    table = read_table(write("a.csv", "\n".join(rows) + "\n"))
    assert len(table) == len(rows)
    assert list(table.columns) == ["1", "2"]


def test_a_name_over_two_lines_is_one_line(write: Write) -> None:
    content = 'day,"temp\n(degC)",v\u00a0kW\n' + "".join(f"{i},{i}.5,1\n" for i in range(9))
    assert list(read_table(write("a.csv", content)).columns) == ["day", "temp (degC)", "v kW"]


def test_single_quotes_are_none(write: Write) -> None:
    content = "'day','v'\n" + "".join(f"'{i}','{i}.5'\n" for i in range(9))
    with pytest.raises(DataError, match=r"a.csv:1: names in single quotes \('day'\); expected"):
        read_table(write("a.csv", content))


@pytest.mark.parametrize("first", ["Go.\tGeh!", "the old house\tdas ganz alte Haus"])
def test_a_sentence_above_sentences_may_be_a_row(first: str, write: Write) -> None:
    rows = "He ran.\tEr lief.\nYou all go to it.\tIhr geht alle dahin.\n"
    with pytest.raises(DataError, match=r"a\.tsv:1: '.*' may be a name or a value; say which"):
        read_table(write("a.tsv", f"{first} now.\n{rows}".replace("\t", " now.\t")))
    table = read_table(write("b.tsv", f"English\tGerman now.\n{rows}"))
    assert list(table.columns) == ["English", "German now."]


@pytest.mark.parametrize(
    ("first", "labels"),
    [
        ("message,spam", ["spam", "not spam"]),
        ("name,male", ["male", "female"]),
        ("text,v1", ["v0", "v1"]),
    ],
)
def test_a_label_beside_a_word_may_be_a_name(first: str, labels: list[str], write: Write) -> None:
    rows = "".join(f"a text no {'abc'[i % 3]}{i},{labels[i % 2]}\n" for i in range(60))
    path = write("a.csv", f"{first}\n{rows}")
    said = rf"a\.csv:1: '{first.split(',')[1]}' may be a name or a value; say which: --header yes"
    with pytest.raises(DataError, match=said):
        read_table(path)
    assert list(read_table(path, Reading(header=True)).columns) == first.split(",")
    assert len(read_table(path, Reading(header=False))) == 61
    days = [f"2024-01-{i + 1:02},Oslo,{labels[i % 2]}\n" for i in range(30)]  # no name is a date
    assert len(read_table(write("b.csv", "".join(days)))) == 30
