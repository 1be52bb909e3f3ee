"""Which format a file has, where its name does not say it."""

from __future__ import annotations

import json

import pytest

from tests.helpers.data_files import Write
from throughtime.data import DataError, Reading, load
from throughtime.data.formats.guess import format_of, known_format

ROWS = [{"text": f"a film number {i}", "label": "spam" if i % 2 else "ham"} for i in range(40)]
NUMBERS = "".join(f"{100 + i * 1.5:.2f}\n" for i in range(60))

TWO_WAYS = {
    "series.txt": (NUMBERS, "every line is a number; give --format series"),
    "rows.txt": ("0.1 0.2\n" * 30, "every line is 2 numbers; give --format series"),
    "sms.txt": ("spam\ta film, ok\nham\ta \"meal\n", "2 columns with a tab between; .* table"),
    "corpus": ("a\tb\tc\n" * 3, "3 columns with a tab between; give --format table"),
    "rows.text": ("a;b;c\n" * 20, "3 columns with ';' between; give --format table"),
    "two.txt": ("a text,pos\n" * 20, "2 columns with ',' between; give --format table"),
    "ids.txt": ("1 2\n3\n" * 10, "give --symbols words if each number is a symbol"),
    "many.txt": ("1,2\n3\n" * 10, "write spaces for the commas and give --symbols words"),
    "sst.txt": ("0 a film\n1 the film\n" * 10, "begins with one of 0, 1; write a tab after it"),
    "day.txt": ("01.02.2024 0.55\n02.02.2024 0,6\n" * 9, "is a time and numbers; write a tab"),
    "clock.txt": ("10:05 1\n10:06 0.5\n" * 9, "is a time and numbers; write a tab"),
    "log.txt": ("2024-01-31 10:00:00 5.3 1\n" * 9, "is a time and numbers; write a tab"),
    "pm.txt": ("+1 a film\n-1 the film\n" * 10, "begins with one of \\+1, -1; write a tab"),
}  # fmt: skip


@pytest.mark.parametrize("name", TWO_WAYS)
def test_what_can_be_read_in_two_ways_is_asked_about(name: str, write: Write) -> None:
    text, expected = TWO_WAYS[name]
    path = write(name, text)
    with pytest.raises(DataError, match=rf"{name}: every line .*{expected[-20:]}") as error:
        format_of(path, Reading())
    assert "or give --format lines to model the text of the lines" in str(error.value)
    assert format_of(path, Reading(symbols="characters")) == "lines"
    assert format_of(path, Reading(target="1")) == "table"
    assert known_format(path) is None


def test_a_series_of_numbers_in_a_text_is_read_as_told(write: Write) -> None:
    path = write("series.txt", NUMBERS)
    series = load(path, reading=Reading(format="series"))
    assert (series.schema.running, series.schema.y.kind) == (True, "numbers")
    lines = load(path, reading=Reading(format="lines"))
    assert (lines.schema.running, lines.schema.y.kind) == (False, "characters")


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"{i:05b}\n" for i in range(30)),  # noughts before: symbols, no numbers
        "".join(f"Smith, John {i}\n" for i in range(30)),
        "a\tb\nno tab\n" * 10,
        "Smith,John\nDe la Cruz, Ana\n" * 10,
        "1 2 of them\n3 of them\n" * 9,
        "42\n",
        "[1] a reference\n{not json\n" * 10,
        "> quoted\nyes\n" * 10,
        "a < b\n" * 10,
    ],
)
def test_other_lines_are_lines(text: str, write: Write) -> None:
    assert format_of(write("a.txt", text), Reading()) == "lines"


@pytest.mark.parametrize("name", ["a", "a.txt", "a.data"])
@pytest.mark.parametrize("indent", [None, 1])
def test_json_is_not_lines_of_text(name: str, indent: int | None, write: Write) -> None:
    said = (
        r": JSON; name it \.json if .*, and \.jsonl if .*; or give --format lines to model its text"
    )
    whole = write(name, json.dumps(ROWS, indent=indent))
    by_line = write(f"lines{name}", "".join(json.dumps(row) + "\n" for row in ROWS))
    lists = write(f"lists{name}", "[1, 2]\n[3]\n")
    for path in (whole, by_line, lists):
        with pytest.raises(DataError, match=said):
            format_of(path, Reading())
    assert load(by_line, reading=Reading(format="lines")).name == by_line.stem


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<?xml version='1.0'?>\n<a/>\n", "XML"),
        ("\n<!DOCTYPE html>\n<html>\n", r"a web page \(HTML\)"),
        ("@relation iris\n@data\n", "a file of Weka's"),
        ("@problemName x\n@data\n1,2:a\n", "a file of sktime's"),
    ],
)
def test_markup_is_named(text: str, name: str, write: Write) -> None:
    with pytest.raises(DataError, match=rf"a: {name}.*; make it plain text or a table first"):
        format_of(write("a", text), Reading())


SERIES = [",".join(f"{(7 * i + j) % 11 * 0.1:.3f}" for j in range(20)) for i in range(40)]


def test_series_in_rows_without_names_are_asked_about(write: Write) -> None:
    first = write("a.csv", "".join(f"{i % 2},{row}\n" for i, row in enumerate(SERIES)))
    with pytest.raises(DataError, match=r"a.csv: .* --format ucr if the first .*, or --format ser"):
        load(first)
    assert load(first, reading=Reading(format="ucr")).schema.y.name == "label"
    assert load(first, reading=Reading(format="series")).schema.running
    last = write("b.csv", "".join(f"{row};{i % 2}\n" for i, row in enumerate(SERIES)))
    with pytest.raises(DataError, match=r"b.csv: .*; if the last is the class .*, write it first"):
        load(last)
    named = write("c.csv", ",".join("abcdefghijklmnopqrst") + "\n" + "\n".join(SERIES))
    assert load(named).schema.running


def test_stanzas_in_a_file_of_an_unknown_ending_are_asked_about(write: Write) -> None:
    verses = "".join(f"my love{i}\noh dear{i}\n\n" for i in range(30))
    with pytest.raises(DataError, match=r"a\.lyrics: every line has as many columns, and there"):
        format_of(write("a.lyrics", verses), Reading())
    assert known_format(write("a.tagged", "the D\ncat N\n\n" * 30)) == "conll"
