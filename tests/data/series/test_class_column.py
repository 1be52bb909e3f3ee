"""Classes of rows of numbers are no series of whole numbers."""

from __future__ import annotations

import pytest

from tests.helpers.data_files import Write
from tests.helpers.reading import is_the_series
from throughtime.data import DataError, Reading, load

ROWS = [[f"{(7 * i + t) % 11}.25" for t in range(20)] for i in range(40)]
PARTS = ("train", "valid", "test")
NAMES = [f"t{t}" for t in range(20)]


def table(names: list[str], rows: list[list[str]]) -> str:
    return "".join(",".join(row) + "\n" for row in (names, *rows))


@pytest.mark.parametrize("target", ["label", None])
@pytest.mark.parametrize("numbered", [False, True])
def test_series_in_rows_with_their_class(write: Write, target: str | None, numbered: bool) -> None:
    rows = [[*([str(i)] if numbered else []), *row, str(i % 2)] for i, row in enumerate(ROWS)]
    names = [*(["PersonId"] if numbered else []), *NAMES, "label"]
    with pytest.raises(DataError) as error:
        load(write("a.csv", table(names, rows)), reading=Reading(target=target))
    assert str(error.value).rpartition("/")[2] == (
        "a.csv: column 'label' has 2 different whole numbers, beside other numbers and without a "
        "time; if they are classes of series, one in each row, write them first, leave out the "
        "line of names and give --format ucr; if each row is a step of a series, give --format "
        "series --target label"
    )


def test_a_column_of_the_parts_says_nothing_of_classes(write: Write) -> None:
    rows = [[*row, str(i % 2), PARTS[i // 15]] for i, row in enumerate(ROWS)]
    with pytest.raises(DataError, match=r"a.csv: column 'label' has 2 different whole numbers, be"):
        load(write("a.csv", table([*NAMES, "label", "part"], rows)), reading=Reading(split="part"))


def test_the_ways_that_are_said_are_read(write: Write) -> None:
    rows = [[str(i % 2), *row] for i, row in enumerate(ROWS)]
    data = load(write("a.csv", table(rows[0], rows[1:])), reading=Reading(format="ucr"))
    assert [data.schema.x[0].kind, data.schema.y.kind] == ["numbers", "label"]
    path = write("b.csv", table(["label", *NAMES], rows))
    assert load(path, reading=Reading(format="series", target="label")).schema.running
    assert load(path, reading=Reading(target="label:number")).schema.running


@pytest.mark.parametrize(
    ("names", "column"),
    [
        (["date", "label"], [f"2024-01-{1 + i % 31:02} {i // 31:02}:00" for i in range(31)]),
        (["step", "label"], [str(i) for i in range(40)]),
    ],
)
def test_classes_in_the_order_of_time_are_a_series(
    write: Write, names: list[str], column: list[str]
) -> None:
    path = write("a.csv", table(names, [[cell, str(i % 2)] for i, cell in enumerate(column)]))
    data = load(path, reading=Reading(target="label"))
    is_the_series(data, [i % 2 for i in range(len(column))])
