"""Numbers of nines that may mean none are said, whatever else is in their column."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.data_files import Write
from throughtime.data import Reading, load
from throughtime.data.table.missing import missing_marks
from throughtime.data.table.table import Table


def said(values: list[str]) -> list[str]:
    rows = Table(Path("a.csv"), {"v": values}, range(2, 2 + len(values)))
    return [note.split(",")[0] for note in missing_marks(rows, ["v"])]


@pytest.mark.parametrize("constant", ["999", "99.9", "9999", "5"])
def test_a_constant_has_no_marks(constant: str) -> None:
    assert said([constant] * 40) == []


@pytest.mark.parametrize(
    ("marks", "others"),
    [
        (["-999", "999"], ["15.2", "15.7", "15.1"]),
        (["-999"], ["0", "0", "0"]),
        (["-9999", "-999"], ["15.2", "15.7", "15.1"]),
        (["-999.9", "9999999"], ["15.2", "-15.7", "0"]),
    ],
)
def test_each_mark_is_said(marks: list[str], others: list[str]) -> None:
    values = [*others, *marks, *others]
    expected = [f"v has {mark} at a.csv:{2 + values.index(mark)}" for mark in marks]
    assert said(values) == expected


@pytest.mark.parametrize("others", [["998", "997"], ["998.5", "998.5"], ["-500", "700"]])
def test_nines_near_the_others_are_values(others: list[str]) -> None:
    assert said([*others, "999", *others]) == []


def test_marks_of_pairs_are_said(write: Write) -> None:
    rows = "".join(f"w{i} is {i * i},{-999 if i == 4 else i % 7 + 0.5}\n" for i in range(40))
    path = write("a.csv", "text,temp\n" + rows)
    description = load(path, reading=Reading(input="text", target="temp")).description
    assert "temp has -999 at " in description
    assert "a.csv:6, which is taken as a number" in description
