"""A table of several series is told by the column that tells them apart; one series is not."""

from __future__ import annotations

import pytest

from tests.helpers.data_files import Write
from tests.helpers.reading import is_the_series
from throughtime.data import DataError, Reading, load

HOURS = [f"2020-01-{1 + i // 24:02} {i % 24:02}:00" for i in range(60)]


def table(head: str, *rows: str) -> str:
    return head + "\n" + "\n".join(rows) + "\n"


STACKED = {
    "dates": table("date,sensor,v", *(f"{h},{s},{i * 0.5}" for s in "abc"
                                      for i, h in enumerate(HOURS))),
    "counts": table("sensor,step,v", *(f"{s},{i},{i * 0.5}" for s in "abc" for i in range(60))),
    "together": table("date,sensor,v", *(f"{h},{s},{i * 0.5}" for i, h in enumerate(HOURS)
                                         for s in "abc")),
}  # fmt: skip


@pytest.mark.parametrize("name", STACKED)
def test_several_series(write: Write, name: str) -> None:
    for target in ("v", "v:number"):
        data = load(write("a.csv", STACKED[name]), reading=Reading(target=target))
        assert data.schema.of_series
    assert "series: sensor, 3 (a, b, c), 60 steps each" in data.description


@pytest.mark.parametrize("name", STACKED)
def test_several_series_that_have_a_row_twice_are_no_single_one(write: Write, name: str) -> None:
    lines = STACKED[name].splitlines()
    twice = "\n".join([*lines[:5], lines[4], *lines[5:]]) + "\n"
    with pytest.raises(DataError, match=r"a\.csv:\d+: .*'sensor' says of which"):
        load(write("a.csv", twice), reading=Reading(target="v"))


def test_several_series_by_two_columns_of_numbers(write: Write) -> None:
    rows = (f"{s},{i},{t},{t % 7 + 0.5}" for s in (1, 2) for i in (7, 9, 11) for t in range(30))
    data = load(write("a.csv", table("store,item,step,sales", *rows)))
    assert "series: store and item, 6 (1/7, 1/9, 1/11, 2/7, 2/9, 2/11)" in data.description
    assert "time: step, 1, 0 to 29" in data.description


@pytest.mark.parametrize(
    ("content", "values"),
    [
        (
            table("date,v", *(f"{h},{i % 7}" for i, h in enumerate(HOURS))),
            [i % 7 for i in range(60)],
        ),
        (
            table("year,month,v", *(f"{1990 + i // 12},{1 + i % 12},{i / 2}" for i in range(120))),
            [i / 2 for i in range(120)],
        ),
        (
            table("date,kind,v", *(f"{h},{'ab'[i // 30]},{i / 2}" for i, h in enumerate(HOURS))),
            [i / 2 for i in range(60)],
        ),
    ],
    ids=["one", "months of years", "a column that changes"],
)
def test_one_series(write: Write, content: str, values: list[float]) -> None:
    is_the_series(load(write("a.csv", content), reading=Reading(target="v")), values)


@pytest.mark.parametrize(
    "content",
    [
        table("date,v", *(f"{HOURS[i // 2]},{i % 60}" for i in range(120))),
        table("date,kind,v", *(f"{HOURS[i // 2]},{'ab'[i // 4 % 2]},{i}" for i in range(120))),
    ],
    ids=["repeated times", "both at one time"],
)
def test_rows_that_share_times_are_taken_in_their_order(write: Write, content: str) -> None:
    data = load(write("a.csv", content), reading=Reading(target="v"))
    assert data.schema.running
    assert "; 60 times of date repeat the one before" in data.description


def test_gaps_and_repeats_are_said(write: Write) -> None:
    hours = [*HOURS[:20], *HOURS[40:], HOURS[-1]]
    rows = (f"{h},{i % 7 + 0.5}" for i, h in enumerate(hours))
    said = load(write("a.csv", table("time,v", *rows))).description
    assert "1 times of time repeat the one before" in said
    assert "1 steps of time differ from the usual 1:00:00; the largest, 21:00:00, ends at" in said
    assert "a.csv:22: steps are taken as equal" in said


def test_a_clock_that_is_set_back(write: Write) -> None:
    back = [*HOURS[:28], HOURS[27], *HOURS[28:]]  # an hour comes twice, at 60 minutes
    half = [h.replace(":00", m) for h in back[:27] for m in (":00", ":30")]
    half += [back[27].replace(":00", ":00"), back[27].replace(":00", ":30")] * 2
    half += [h.replace(":00", m) for h in back[29:] for m in (":00", ":30")]
    rows = (f"{h},{i % 7 + 0.5}" for i, h in enumerate(half))
    said = load(write("a.csv", table("time,v", *rows))).description
    assert "; time repeats an hour at " in said
    assert "a.csv:58, as a clock that is set back: rows are taken in the order of the file" in said


def test_a_clock_that_is_set_back_again_and_again_is_out_of_order(write: Write) -> None:
    halves = [h.replace(":00", m) for h in HOURS for m in (":00", ":30")]
    swapped = [*halves[:60], *(h for i in range(60, 120, 3) for h in (halves[i], halves[i - 1]))]
    rows = (f"{h},{i % 7 + 0.5}" for i, h in enumerate(swapped))
    with pytest.raises(DataError, match=r"a.csv:63: column 'time' goes from 2020-01-02 06:00 to "):
        load(write("a.csv", table("time,v", *rows)))
