"""Totals below a table are refused by their line; a row that has such a word is a row."""

from __future__ import annotations

import pytest

from tests.helpers.data_files import Write
from throughtime.data import DataError, load
from throughtime.data.formats.tables import read_table

DAYS = "".join(f"2020-01-{i:02},{i % 7}.5\n" for i in range(1, 31))
TEXTS = "".join(f"a text {i} of it,{i % 5}.5\n" for i in range(30))


@pytest.mark.parametrize("word", ["Total", "TOTAL:", "Grand total", "Summe", "Moyenne", "Average"])
@pytest.mark.parametrize("rows", [DAYS, TEXTS, f"when,v\n{DAYS}", f"a text,stars\n{TEXTS}"])
def test_a_footer(write: Write, word: str, rows: str) -> None:
    line = 1 + rows.count("\n")
    with pytest.raises(
        DataError,
        match=rf"a\.csv:{line}: '{word}' and a number below the rows; expected a row: delete the l",
    ):
        load(write("a.csv", f"{rows}{word},120\n"))


def test_the_first_of_several_footers_behind_an_empty_cell(write: Write) -> None:
    rows = "".join(f"{i},town {i},{i % 7}.5\n" for i in range(1, 31))
    content = f"id,place,v\n{rows},Total,90.5\n,Mean,3\n"
    with pytest.raises(DataError, match=r"a\.csv:32: 'Total' and"):
        read_table(write("a.csv", content))


@pytest.mark.parametrize(
    "last", ["Total,a\n", "a total,5\n", "Total,\n", "5,Total\n", "Total,5\nTotal,6\n", "Mean,"]
)
def test_no_footer(write: Write, last: str) -> None:
    table = read_table(write("a.csv", f"text,v\n{TEXTS}{last}"))
    assert len(table) == 30 + last.count(",")


def test_a_row_with_such_a_word_and_a_text(write: Write) -> None:
    rows = "".join(f"a text {i},{i}.5,b\n" for i in range(30))
    assert len(read_table(write("a.csv", f"text,v,w\n{rows}Total,5,b\n"))) == 31
