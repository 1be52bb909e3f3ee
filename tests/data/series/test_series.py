"""A table of numbers is a series in time; a running text is one long row."""

from __future__ import annotations

import math
import random
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import throughtime
from tests.helpers.data_files import Write
from tests.helpers.reading import is_the_series, lengths
from throughtime.data import DataError, Dataset, Reading, load
from throughtime.data.columns import Scale
from throughtime.data.formats import arrays
from throughtime.data.series import series
from throughtime.data.storage.flat import Flat
from throughtime.lengths import Unending
from throughtime.outputs import Bernoulli, Normal
from throughtime.sequence import Sequence

SINE = [math.sin(i / 5) * 3 + 7 for i in range(100)]

DAYS = [str(date(2020, 1, 1) + timedelta(i)) for i in range(100)]


def values_of(data: Dataset, part: str) -> torch.Tensor:
    y = data.splits[part].y
    assert isinstance(y, Sequence)
    return y.values[0]


def test_the_future_is_held_out(write: Write) -> None:
    data = load(write("a.csv", "x\n" + "".join(f"{x}\n" for x in SINE)))
    assert data.output == Normal(1)
    assert data.length == Unending()
    assert data.schema.running
    assert [len(values_of(data, p)) for p in ("train", "valid", "test")] == [80, 10, 10]
    whole = torch.cat([values_of(data, p) for p in ("train", "valid", "test")])[:, 0]
    train = torch.tensor(SINE[:80], dtype=torch.float64)
    expected = (torch.tensor(SINE, dtype=torch.float64) - train.mean()) / train.std(correction=0)
    torch.testing.assert_close(whole.double(), expected, rtol=1e-6, atol=1e-6)
    assert data.description.startswith("x of ")


def test_several_columns_are_a_vector(write: Write) -> None:
    path = write("a.csv", "a,b,c\n" + "".join(f"{x},{-x},{x * x}\n" for x in SINE))
    assert load(path).output == Normal(3)
    assert load(path, reading=Reading(target="a,c")).output == Normal(2)
    assert load(path, reading=Reading(target="b")).output == Normal(1)


@pytest.mark.parametrize("missing", ["", "nan", "NA", "inf"])
def test_a_missing_number_is_named_with_its_line(write: Write, missing: str) -> None:
    rows = [f"{x}" for x in SINE]
    rows[40] = missing or '""'
    with pytest.raises(DataError, match=r"a.csv:42: column 'x' has .*; expected a finite number"):
        load(write("a.csv", "x\n" + "\n".join(rows) + "\n"))


def test_a_missing_number_beside_a_time_may_be_missing(write: Write) -> None:
    rows = [f"{d},{x}" for d, x in zip(DAYS, SINE, strict=True)]
    rows[40] = f"{DAYS[40]},"
    path = write("a.csv", "the day,x\n" + "\n".join(rows) + "\n")
    data = load(path)
    assert "; x: 1 of 100 values are missing" in data.description
    is_the_series(data, [*SINE[:40], math.nan, *SINE[41:]])
    with pytest.raises(DataError, match=r"a.csv:42: column 'x' has ''; expected a finite number"):
        load(path, reading=Reading(test=str(path)))  # whose rows are taken in their order


def test_what_does_not_go_with_a_series_is_refused(write: Write) -> None:
    path = write("a.csv", "x\n" + "\n".join(map(str, SINE)) + "\n")
    with pytest.raises(DataError, match="--input: a series has no input but its own past"):
        load(path, reading=Reading(format="series", input="x"))
    with pytest.raises(DataError, match=r"b.csv: 2 values to train on; expected at least 24"):
        load(write("b.csv", "x\n1\n2\n3\n"))
    with pytest.raises(DataError, match="no column is numeric"):
        load(write("c.csv", "x\na\nb\n"), reading=Reading(format="series"))


YEARS = "year,x\n" + "".join(f"{1900 + i},{x}\n" for i, x in enumerate(SINE))


def test_a_point_in_time_begins_the_test_part(write: Write) -> None:
    data = load(write("a.csv", YEARS), reading=Reading(split="year:1945"))
    assert lengths(data) == [40, 5, 55]
    dates = "date,x\n" + "".join(f"2001-{1 + i // 28:02}-{1 + i % 28:02},{i}\n" for i in range(84))
    path = write("b.csv", dates)
    assert lengths(load(path, reading=Reading(split="date:2001-03-01"))) == [52, 7, 28]
    missing = [math.nan] * 3  # the 29th to the 31st of January
    is_the_series(load(path), [*range(28), *missing, *range(28, 84)])
    for point, reason in (
        ("year:1899", "0 values for train"),
        ("year:2000", "0 values for test"),
        ("year:1998", "2 values for test; expected at least 3"),
        ("year:1900", "0 values for train"),
        ("year:1901", "0 values for train; expected at least 24"),
        ("year:1926", "23 values for train; expected at least 24"),
        ("year:May", "--split year:May: 'May' is no time as 'year' has them; expected .*year:1990"),
        ("year:1950-01-01", "'1950-01-01' is no time as 'year' has them; expected one such as"),
        ("month:5", "no column 'month'"),
    ):
        with pytest.raises(DataError, match=reason):
            load(write("a.csv", YEARS), reading=Reading(format="series", split=point))
    with pytest.raises(DataError, match="'2001' is no time as 'date' has them; expected one"):
        load(path, reading=Reading(split="date:2001"))
    assert lengths(load(write("a.csv", YEARS), reading=Reading(split="year:1927"))) == [24, 3, 73]
    turned = "year,x\n" + "".join(f"{1900 + i % 50},{x}\n" for i, x in enumerate(SINE))
    with pytest.raises(DataError, match=r"c.csv:52: column 'year' goes from 1949.* to 1900"):
        load(write("c.csv", turned), reading=Reading(split="year:1945"))


def test_a_column_says_the_parts_of_a_series(write: Write) -> None:
    def rows(parts: list[str]) -> str:
        pairs = zip(SINE, parts, strict=True)
        return "x,part\n" + "".join(f"{x},{part}\n" for x, part in pairs)

    told = Reading(split="part")
    path = write("a.csv", rows(["train"] * 70 + ["dev"] * 10 + ["test"] * 20))
    data = load(path, reading=told)
    assert lengths(data) == [70, 10, 20]
    assert data.output == Normal(1)
    path = write("b.csv", rows(["train"] * 70 + ["test"] * 20 + ["dev"] * 10))
    with pytest.raises(DataError, match=r"b.csv:72: column 'part' says test before valid"):
        load(path, reading=told)


def test_a_series_has_parts_of_their_own_files(write: Write) -> None:
    path = write("a.csv", YEARS)
    later = write("b.csv", "year,x\n" + "".join(f"{2000 + i},{i}\n" for i in range(7)))
    assert lengths(load(path, reading=Reading(test=str(later)))) == [88, 12, 7]
    assert lengths(load(path, reading=Reading(test=str(later), valid=str(later)))) == [100, 7, 7]
    other = write("c.csv", "x\n1\n")
    with pytest.raises(DataError, match=r"c.csv: has the columns x; expected those of"):
        load(path, reading=Reading(test=str(other)))


def test_a_wrong_cell_of_a_part_is_named_in_its_own_file(write: Write) -> None:
    path = write("a.csv", YEARS)
    later = write(
        "b.csv", "year,x\n" + "".join(f"{2000 + i},{i}\n" for i in range(4)) + "2004,x1\n"
    )
    with pytest.raises(DataError) as refused:
        load(path, reading=Reading(test=str(later)))
    assert str(refused.value).startswith(f"{later}:6: column 'x' has 'x1'; expected a finite")


def test_every_part_of_a_series_has_some_values(write: Write) -> None:
    parts = ["train"] * 23 + ["valid"] * 10 + ["test"] * 10
    rows = "".join(f"{x},{part}\n" for x, part in zip(SINE, parts, strict=False))
    with pytest.raises(DataError, match=r"a.csv: 23 values to train on; expected at least 24"):
        load(write("a.csv", f"x,part\n{rows}"), reading=Reading(split="part"))
    path, short = write("b.csv", YEARS), write("c.csv", "year,x\n2000,1\n2001,2\n")
    with pytest.raises(DataError, match=r"c.csv: 2 values to test on; expected at least 3"):
        load(path, reading=Reading(test=str(short)))
    with pytest.raises(DataError, match=r"c.csv: 2 values to validate on; expected at least 3"):
        load(path, reading=Reading(valid=str(short)))
    with pytest.raises(DataError, match=r"c.csv: 1 values to train on; expected at least 24"):
        load(short, reading=Reading(test=str(path)))
    with pytest.raises(DataError, match="no numbers to take the mean of"):
        Scale.of(torch.zeros(0, 2))


def test_the_column_that_is_cut_by_is_a_value_if_it_is_told(write: Write) -> None:
    path = write("a.csv", YEARS)
    data = load(path, reading=Reading(split="year:1945", target="year"))
    assert data.description.startswith("year of")
    alone = write("b.csv", "v\n" + "".join(f"{i}\n" for i in range(100)))
    with pytest.raises(DataError, match=r"b.csv: column 'v' is the time, and .*--target v"):
        load(alone, reading=Reading(split="v:50"))
    assert lengths(load(alone, reading=Reading(split="v:50", target="v"))) == [44, 6, 50]


def test_names_and_points_have_colons(write: Write) -> None:
    hours = [f"2020-01-{1 + i // 24:02} {i % 24:02}:00" for i in range(96)]
    rows = "".join(f"{hour},{i},{i % 5}\n" for i, hour in enumerate(hours))
    path = write("a.csv", f"at,at:n,x\n{rows}")
    for split in ("at:2020-01-03 12:00", "at:2020-01-03T12:00:00", "at:n:60"):
        assert lengths(load(path, reading=Reading(split=split, target="x"))) == [53, 7, 36]
    assert lengths(load(path, reading=Reading(split="at:2020-01-03"))) == [42, 6, 48]
    with pytest.raises(DataError, match="no column 'when'"):
        load(path, reading=Reading(split="when:2020-01-03 12:00", target="x"))


def test_dates_are_compared_as_dates(write: Write) -> None:
    def dated(name: str, form: str) -> Path:
        days = [date(2020, 1, 1) + timedelta(i) for i in range(60)]
        rows = "".join(f"{day.strftime(form)},{i % 7}\n" for i, day in enumerate(days))
        return write(name, f"date,x\n{rows}")

    path = dated("a.csv", "%Y-%m-%d")
    assert lengths(load(path, reading=Reading(split="date:2020-02-01T00:00+00:00"))) == [27, 4, 29]
    before = Reading(split="date:2020-02-02T00:00-12:00")  # at noon of it, in UTC
    assert lengths(load(path, reading=before)) == [29, 4, 27]
    for point in ("15.2.2020", "2/1/2020", ""):
        reason = f"--split date:{point}: {point!r} is no time as 'date' has them; expected .*:2020"
        with pytest.raises(DataError, match=reason):
            load(path, reading=Reading(split=f"date:{point}"))
    path = dated("b.csv", "%d.%m.%Y")
    for point in ("2020-02-01", "1.2.2020"):
        assert lengths(load(path, reading=Reading(split=f"date:{point}"))) == [27, 4, 29]
    months = "".join(f"{2000 + i // 12}-{1 + i % 12:02},{i % 5}\n" for i in range(60))
    path = write("c.csv", f"month,x\n{months}")
    assert lengths(load(path, reading=Reading(split="month:2004-01"))) == [42, 6, 12]
    assert lengths(load(path, reading=Reading(split="month:2003-12-02"))) == [42, 6, 12]


def test_columns_that_are_not_modelled_are_said(write: Write) -> None:
    rows = "".join(f"{1900 + i},{i * 3},{x}\n" for i, x in enumerate(SINE))
    path = write("a.csv", f"year,population,x\n{rows}")
    data = load(path)
    assert data.description.startswith("population,x of")
    said = "; modelled together: population, x (--target says what is modelled)"
    assert data.description.endswith(said)
    assert load(path, reading=Reading(time="year")).description.endswith(said)
    rows = "".join(f"{i},{x},{-x}\n" for i, x in enumerate(SINE))
    path = write("b.csv", f"row,x,y\n{rows}")
    assert "; left out: row (" in load(path).description
    assert load(path, reading=Reading(target="x")).description.endswith("; left out: row, y")
    assert "left out" not in load(path, reading=Reading(target="row,x,y")).description
    assert "row" in load(path, reading=Reading(split="row:80")).description
    rows = "".join(
        f"{d},{'ab'[i % 2]},{x}\n" for i, (d, x) in enumerate(zip(DAYS, SINE, strict=True))
    )
    path = write("c.csv", f"seen_at,kind,x\n{rows}")
    for told in (
        Reading(target="x"),
        Reading(format="series"),
        Reading(split="seen_at:2020-03-01"),
    ):
        assert "; left out: kind (--input" in load(path, reading=told).description


def test_a_table_is_a_series_if_every_column_is_numbers_or_says_when(write: Write) -> None:
    def table(name: str, header: str, first: list[str]) -> Path:
        rows = "".join(f"{a},{x},{-x}\n" for a, x in zip(first, SINE, strict=True))
        return write(name, f"{header}\n{rows}")

    stores = ["north"] * 50 + ["south"] * 50
    with pytest.raises(DataError, match="no target is given; give --target one of"):
        load(table("a.csv", "store,x,y", stores))
    for mixed in ([*DAYS[:99], "later"], [""] * 100):
        with pytest.raises(DataError, match="no target is given"):
            load(table("b.csv", "seen_at,x,y", mixed))
    assert load(table("c.csv", "seen_at,x,y", DAYS)).output == Normal(2)
    assert load(table("d.csv", "Day,x,y", ["Monday"] * 100)).output == Normal(2)
    parts = ["train"] * 80 + ["valid"] * 10 + ["test"] * 10
    assert load(table("e.csv", "p,x,y", parts), reading=Reading(split="p")).output == Normal(2)
    rows = "".join(f"{d},{p},{x}\n" for d, p, x in zip(DAYS, parts, SINE, strict=True))
    assert lengths(load(write("f.csv", f"date,p,x\n{rows}"), reading=Reading(split="p")))[0] == 80


@pytest.mark.parametrize("bad", ['"1,23.5"', "?"])
def test_a_bad_cell_is_named_and_its_column_stays(write: Write, bad: str) -> None:
    def table(every: int) -> Path:
        rows = (
            f"{d},{x if i % every else bad},{-x}\n"
            for i, (d, x) in enumerate(zip(DAYS, SINE, strict=True), 1)
        )
        return write("a.csv", "date,x,y\n" + "".join(rows))

    named = re.escape("a.csv:61: column 'x' has '{}'; expected a number, or".format(bad.strip('"')))
    for reading in (Reading(), Reading(target="x"), Reading(split="date:2020-03-01")):
        with pytest.raises(DataError, match=named):
            load(table(60), reading=reading)
    with pytest.raises(DataError, match="no target is given"):
        load(table(2))  # half of them: it is no column of numbers
    with pytest.raises(DataError, match=r"a.csv:4: column 'x' has"):
        load(table(3))


def test_rows_do_not_go_back_in_time(write: Write) -> None:
    def table(name: str, times: list[str], header: str = "seen_at") -> Path:
        rows = "".join(f"{t},{x}\n" for t, x in zip(times, SINE, strict=False))
        return write(name, f"{header},x\n{rows}")

    newest_first = load(table("a.csv", DAYS[::-1]))
    is_the_series(newest_first, SINE[::-1])
    assert "; time: seen_at, 1 day, 2020-01-01 to 2020-04-09; " in newest_first.description
    assert "; the rows were not in the order of time; sorted" in newest_first.description
    for told in (Reading(target="x"), Reading(format="series")):
        with pytest.raises(DataError, match=r"a.csv:52: .*'seen_at' goes from .* to 2020-01-01"):
            load(table("a.csv", DAYS[:50] * 2), reading=told)
    with pytest.raises(
        DataError,
        match=r"a.csv:3: column 'seen_at' has '2020-01-01T13:00' below '2020-01-01T12:00\+00:00'; "
        "expected times that all have a zone, or none",
    ):
        load(table("a.csv", ["2020-01-01T12:00+00:00", "2020-01-01T13:00", *DAYS[2:]]))
    for name in ("year", "Timestamp"):
        years = [str(1900 + i % 50) for i in range(100)]
        with pytest.raises(DataError, match=rf"a.csv:52: column '{name}' goes from 1949 to 1900"):
            load(table("a.csv", years, name))
        modelled = load(table("a.csv", years, name), reading=Reading(target=f"{name},x"))
        assert modelled.output == Normal(2)
    for name in ("month", "day", "hour", "minute", "second"):
        assert load(table("b.csv", [str(i % 12) for i in range(100)], name)).output == Normal(1)
    with pytest.raises(DataError, match=r"b.csv:101: column 'date' has 'later', which is no time"):
        load(table("b.csv", [*DAYS[:99], "later"], "date"))
    with pytest.raises(DataError, match=r"b.csv:2: column 'date' has '2020-X05', a time in a form"):
        load(table("b.csv", ["2020-X05", "2020-W04"] * 50, "date"))
    both = [f"{day},2020-01-01" for day in DAYS[::-1]]  # a clock that stands still is none
    is_the_series(load(table("b.csv", both, "seen_at,made")), SINE[::-1])
    prices = [f"{day},{1 + i % 20}.{i % 60:02}" for i, day in enumerate(DAYS)]  # no times of day
    assert "differ from the usual" not in load(table("b.csv", prices, "seen_at,price")).description
    days = [f"{10 + i // 24}.03.2004,{i % 24:02}.00.00" for i in range(100)]  # one clock, not two
    assert load(table("b.csv", days, "Date,Time")).output == Normal(1)
    assert load(table("b.csv", sorted(DAYS * 2), "date")).output == Normal(1)
    later = table("c.csv", DAYS[20:10:-1])
    with pytest.raises(DataError, match=r"c.csv:3: column 'seen_at' goes from 2020-01-21 to"):
        load(table("b.csv", DAYS), reading=Reading(test=str(later)))
    parted = "".join(f"{d},{i},train\n" for i, d in enumerate(DAYS[::-1]))
    with pytest.raises(DataError, match=r"d.csv:3: column 'date' goes from"):
        load(write("d.csv", f"date,x,part\n{parted}"), reading=Reading(split="part"))


def test_a_first_column_that_counts_is_no_value(write: Write) -> None:
    rows = "".join(f"{5 + i},{x}\n" for i, x in enumerate(SINE))
    assert load(write("a.csv", f"k,v\n{rows}")).schema.y.name == "v"


def test_one_column_in_order_is_enough(write: Write) -> None:
    rows = "".join(f"{d},{born},{x}\n" for d, born, x in zip(DAYS, DAYS[::-1], SINE, strict=True))
    path = write("a.csv", f"date,born,x\n{rows}")
    assert lengths(load(path)) == [80, 10, 10]
    with pytest.raises(DataError, match="column 'born' goes from"):
        load(path, reading=Reading(split="born:2020-02-20"))
    assert lengths(load(path, reading=Reading(split="date:2020-02-20"))) == [44, 6, 50]


def test_dates_in_any_writing_say_when(write: Write) -> None:
    for day in ("{:02}/29/2020", "{}.1.2020 12:00"):
        rows = "".join(f"{day.format(1 + i * 12 // len(SINE))},{x}\n" for i, x in enumerate(SINE))
        data = load(write("a.csv", f"Trade Day,x\n{rows}"))
        assert data.schema.running
        assert "left out: Trade Day" in data.description


@pytest.mark.parametrize("split", ["dat:2020-02-01", "2020-02-01", "0.8"])
def test_a_split_by_no_column_says_so(write: Write, split: str) -> None:
    rows = "".join(f"{d},{x},{-x}\n" for d, x in zip(DAYS, SINE, strict=True))
    path = write("a.csv", f"date,x,y\n{rows}")
    expected = f"no column '{split.split(':')[0]}'.* are: date, x, y; a point in .* COLUMN:POINT"
    with pytest.raises(DataError, match=expected):
        load(path, reading=Reading(split=split))


def test_what_says_when_is_no_value_unless_it_is_told(write: Write) -> None:
    rows = "".join(f"{1900 + i // 12},{1 + i % 12},{x},{-x}\n" for i, x in enumerate(SINE))
    path = write("a.csv", f"Year,month,x,y\n{rows}")
    assert load(path).output == Normal(2)
    assert load(path).description.startswith("x,y of")
    assert load(path, reading=Reading(target="month,x")).output == Normal(2)
    assert load(path, reading=Reading(target="Year")).output == Normal(1)


def test_running_text_is_cut_once_and_never_mixed(write: Write) -> None:
    text = "".join(random.Random(0).choices("ab\n", k=2_000))
    data = load(write("a.txt", text), reading=Reading(format="running"))
    assert data.schema.running
    assert data.schema.y_vocabulary is not None
    parts = [
        data.schema.y_vocabulary.decode(values_of(data, p)) for p in ("train", "valid", "test")
    ]
    assert "".join(parts) == text
    assert list(map(len, parts)) == [1600, 200, 200]
    with pytest.raises(DataError, match="4 characters; expected at least"):
        load(write("b.txt", "abcd"), reading=Reading(format="running"))


def test_arrays_have_their_parts_by_name(write: Write) -> None:
    draw = np.random.default_rng(0)
    path = write("a.npz", b"")
    rolls: dict[str, Any] = {
        part: np.array([(draw.random((5, 3)) > 0.5).astype(np.uint8) for _ in range(n)])
        for part, n in (("train", 4), ("validdata", 2), ("test", 2))
    }
    np.savez(path, **rolls)
    data = load(path)
    assert data.output == Bernoulli(3)
    assert [len(data.splits[p]) for p in ("train", "valid", "test")] == [4, 2, 2]
    y = data.splits["train"].y
    assert isinstance(y, Sequence)
    assert torch.equal(y.values, torch.tensor(rolls["train"]).float())
    np.savez(
        path, train=rolls["train"] + draw.random((5, 3)), valid=rolls["test"], test=rolls["test"]
    )
    assert load(path).output == Normal(3)
    np.savez(path, train=rolls["train"])
    with pytest.raises(DataError, match="no array called valid or test; got train"):
        load(path)
    np.savez(path, train=rolls["train"], valid=np.array([]), test=rolls["test"])
    with pytest.raises(DataError, match="no sequences in the array for valid"):
        load(path)
    np.savez(path, train=np.array(3))
    with pytest.raises(DataError, match="no array called train or valid or test; got train"):
        load(path)


@pytest.mark.parametrize(
    ("program", "reason"),
    [("import os; os.kill(os.getpid(), 11)", "damaged"), ("1 / 0", "ZeroDivisionError")],
)
def test_a_reader_that_crashes_takes_nothing_with_it(
    write: Write, program: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrays, "MATLAB", program)
    with pytest.raises(DataError, match=f"a.mat: not a file of arrays .{reason}"):
        load(write("a.mat", b"any"))


@pytest.mark.parametrize(("row", "huge"), [(3, "1e200"), (95, "1e60")])
def test_numbers_that_no_float_holds_are_refused(write: Write, row: int, huge: str) -> None:
    rows = [f"{x}" for x in SINE]
    rows[row] = huge
    with pytest.raises(DataError, match=r"a.csv: .*(too large for a mean|too far from training)"):
        load(write("a.csv", "x\n" + "\n".join(rows) + "\n"))


def test_unix_times_by_another_name_are_no_values(write: Write) -> None:
    rows = [f"{1_600_000_000 + 3600 * i},{i % 7}" for i in range(60)]
    with pytest.raises(DataError, match=r"a.csv:2: column 't' has 1600000000, which may be a time"):
        load(write("a.csv", "\n".join(["t,v", *rows])))
    assert load(write("a.csv", "\n".join(["time,v", *rows]))).schema.y.name == "v"


def test_a_series_larger_than_memory_is_the_same_series(
    write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = "".join(f"{i},{i % 7},{i * i % 11}\n" for i in range(300))
    path, found = write("a.csv", "time,a,b\n" + rows), []
    for block in (300, 16):
        monkeypatch.setattr(series, "BLOCK", block)
        data = load(str(path), 0, Reading())
        assert isinstance(data.splits["train"].y, Flat) == (block == 16)
        out = tmp_path / str(block)
        run = throughtime.train(data, epochs=1, hidden_size=4, out=out, say=None)
        past = data.splits["test"].before
        assert isinstance(past, Sequence)
        found.append((data.digest, past.values.tolist(), run.evaluate()))
    assert found[0] == found[1]


@pytest.mark.parametrize(("mark", "said"), [("-9999", True), ("999.9", True), ("99", False)])
def test_a_mark_of_what_is_missing_is_said(write: Write, mark: str, said: bool) -> None:
    values = [mark if i in (5, 9) else f"{50 + x:.1f}" for i, x in enumerate(SINE)]
    rows = "".join(f"{d},{v}\n" for d, v in zip(DAYS, values, strict=True))
    description = load(write("a.csv", f"day,v\n{rows}")).description
    assert (f"v has {mark} at " in description) == said
    assert ("a.csv:7, which is taken as a number" in description) == said
