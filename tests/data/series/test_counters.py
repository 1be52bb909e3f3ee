"""Columns that count or go back are no values of a series without a word."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.helpers.data_files import Write
from throughtime.data import DataError, Reading, load

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def table(name: str, cell: Callable[[int], object], rows: int = 60) -> str:
    return f"{name},v\n" + "".join(f"{cell(i)},{i * 7 % 11}.5\n" for i in range(rows))


@pytest.mark.parametrize(
    ("name", "cell", "expected"),
    [
        (
            "t",
            lambda i: f"{0.1 * i + 0.01 * (i % 3):.2f}",
            "2: column 't' rises in every row, as a time does, or is a value; give --target v, or "
            "--target t,v to model it too",
        ),
        (
            "step",
            lambda i: 60 - i,
            "3: column 'step' falls in every row, as if the last row came first; if so, sort them; "
            "if not, give --target v, or --target step,v to model it too",
        ),
        (
            "step",
            lambda i: i % 20,
            "22: column 'step' begins again at 0; if each is a series of its own, give a file for "
            "each; if all are one, --target v, or --target step,v to model it too",
        ),
        (
            "time",
            lambda i: f"{0.1 * (i % 20):.1f}",
            "22: column 'time' begins again at 0; if each is a series of its own, give a file for "
            "each; if all are one, --target v",
        ),
    ],
)
def test_a_column_that_may_count_is_asked_about(
    write: Write, name: str, cell: Callable[[int], object], expected: str
) -> None:
    path = write("a.csv", table(name, cell))
    with pytest.raises(DataError) as refused:
        load(path)
    assert str(refused.value).split("a.csv:")[1] == expected
    assert load(path, reading=Reading(target="v")).schema.y.name == "v"
    assert load(path, reading=Reading(target=f"{name},v")).schema.y.name == f"{name},v"


@pytest.mark.parametrize(
    ("cell", "does"),
    [
        (lambda i: i % 20, "22: column 'frame' begins again at 0; if each is a series of its own"),
        (lambda i: f"{0.02 * i:.2f}", "2: column 'frame' rises in every row"),
        (lambda i: 60 - i, "3: column 'frame' falls in every row"),
    ],
)
def test_a_column_that_may_count_may_be_the_last(
    write: Write, cell: Callable[[int], object], does: str
) -> None:
    rows = "".join(f"{i * 7 % 11},{i * 5 % 11},{cell(i)}\n" for i in range(60))
    with pytest.raises(DataError, match=does) as refused:
        load(write("a.csv", "x,y,frame\n" + rows))
    assert str(refused.value).endswith("--target x,y, or --target x,y,frame to model it too")


def test_trends_beside_each_other_are_values(write: Write) -> None:
    rows = "".join(f"{i * 7 % 11},{i * i},{-i * i}\n" for i in range(60))
    assert load(write("a.csv", "x,a,b\n" + rows)).schema.y.name == "x,a,b"


def test_a_column_that_falls_beside_a_target_is_said(write: Write) -> None:
    told = Reading(target="v")
    falls = "t falls in every row, as if the last row came first: rows are taken in the order of"
    description = load(write("a.csv", table("t", lambda i: 60 - i)), reading=told).description
    assert falls in description
    rows = "".join(f"{i},{60 - i},{i * 7 % 11}\n" for i in range(60))
    assert falls not in load(write("b.csv", "step,t,v\n" + rows), reading=told).description


def test_a_value_beside_a_clock_may_rise_or_begin_again(write: Write) -> None:
    for clock in ("2020-01-{:02d}", "{}"):
        for value in (lambda i: 3 * i, lambda i: i % 5):
            rows = "".join(f"{clock.format(1 + i)},{value(i)},{i % 7}\n" for i in range(31))
            assert load(write("a.csv", f"when,a,b\n{rows}")).schema.y.name == "a,b"


@pytest.mark.parametrize("name", ["Time (s)", "Zeit [s]", "time_ms"])
def test_a_time_with_its_unit_is_no_value(write: Write, name: str) -> None:
    assert load(write("a.csv", table(name, lambda i: i * 0.5))).schema.y.name == "v"


def test_a_time_with_a_decimal_comma_is_no_value(write: Write) -> None:
    rows = "".join(f"{44000 + i},5;{i % 7},5\n" for i in range(60))
    assert load(write("a.csv", f"Zeitpunkt;v\n{rows}")).schema.y.name == "v"


@pytest.mark.parametrize(
    ("name", "cell", "goes"),
    [
        ("Month", lambda i: MONTHS[-1 - i % 12], "from Dec to Nov"),
        ("month", lambda i: 12 - i % 12, "from 12 to 11"),
        ("hour", lambda i: 23 - i % 24, "from 23 to 22"),
        ("time", lambda i: f"{23 - i // 4}:{45 - 15 * (i % 4):02d}", "from 23:45 to 23:30"),
        ("Clock", lambda i: f"{11 - i // 12}:{55 - 5 * (i % 12):02d} PM", "from 11:55 PM to 11:50"),
    ],
)
def test_what_begins_again_does_not_go_back(
    write: Write, name: str, cell: Callable[[int], object], goes: str
) -> None:
    with pytest.raises(DataError, match=rf"a.csv:3: column '{name}' goes {goes}.*: sort them, or "):
        load(write("a.csv", table(name, cell)))
    forward = table(name, lambda i: cell(59 - i))
    assert load(write("b.csv", forward)).schema.y.name == "v"


def test_every_eighteen_hours_is_forward(write: Write) -> None:
    assert load(write("a.csv", table("hour", lambda i: 18 * i % 24))).schema.y.name == "v"


def test_equal_steps_that_may_go_on_or_back_are_said(write: Write) -> None:
    data = load(write("a.csv", table("second", lambda i: 50 * i % 60)))
    assert data.schema.y.name == "v"
    assert "second goes from 0 to 50, on by 50 or back by 10: rows are taken" in data.description
