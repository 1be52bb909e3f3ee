"""Series whose times people write in their own ways: known as times, and rows in their order."""

from __future__ import annotations

import gzip
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.helpers.commands import good
from tests.helpers.reading import days, file, is_the_series, read
from throughtime.data import Dataset
from throughtime.data.columns.measured import Measured
from throughtime.sequence import Sequence

VALUES = [100 + 0.25 * ((7 * i) % 11) for i in range(60)]
HOUR = timedelta(hours=1)
NEWEST_FIRST = {
    "newest_first_us": lambda day: f"{day:%m/%d/%Y}",
    "newest_first_eu": lambda day: f"{day:%d.%m.%Y}",
    "newest_first_compact": lambda day: f"{day:%Y%m%d}",
    "newest_first_month": lambda day: f"{day:%b %d, %Y}",
}
"""How the dates of a history are written that begins with the newest price."""
SORTED = "; the rows were not in the order of time; sorted"


def history(form: Callable[[datetime], str], names: str = "Date;Close") -> list[str]:
    """Names, and a price a day, the oldest first; between semicolons, since a date has commas."""
    return [names, *(f"{form(d)};{v}" for d, v in zip(days(), VALUES, strict=True))]


def newest_first(lines: list[str]) -> list[str]:
    return [lines[0], *reversed(lines[1:])]


@pytest.mark.parametrize("case", NEWEST_FIRST)
def test_newest_first(case: str) -> None:
    lines = history(NEWEST_FIRST[case])
    data = read(file("a.csv", *lines))
    is_the_series(data, VALUES)
    assert "; time: Date, 1 day, 2021-03-01 to 2021-04-29; series: one, 60" in data.description
    data = read(file("a.csv", *newest_first(lines)))
    is_the_series(data, VALUES)
    assert "; time: Date, 1 day, 2021-03-01 to 2021-04-29; series: one, 60" in data.description
    assert SORTED in data.description


def test_newest_first_us_in_every_command() -> None:
    """`predict RUN F` of a history that begins with the newest price forecast from the oldest."""
    lines = history(NEWEST_FIRST["newest_first_us"])
    good("train", file("a.csv", *lines), "--max-steps", "1", "--steps", "8", "--out", "run")
    later = file("b.csv", *newest_first(lines))
    for command in ("predict", "score", "evaluate"):
        said = good(command, "run", later)
        assert said.replace(f"{SORTED[2:]}\n", "").replace("b.csv", "a.csv") == good(
            command, "run", "a.csv"
        )


def test_series_csv_gz() -> None:
    lines = history(lambda day: f"{day:%Y-%m-%d}")
    for name, content in (("a", lines), ("b", newest_first(lines))):
        Path(f"{name}.csv.gz").write_bytes(gzip.compress("\n".join(content).encode()))
    data = read("a.csv.gz")
    assert data.name == "a"
    is_the_series(data, VALUES)
    good("train", "a.csv.gz", "--max-steps", "1", "--steps", "8", "--out", "run")
    assert good("predict", "run", "a.csv.gz") == good("predict", "run", file("a.csv", *lines))
    data = read("b.csv.gz")
    is_the_series(data, VALUES)
    assert SORTED in data.description


def test_h24_desc() -> None:
    """01:00 to 24:00, which is midnight."""
    ends = [start + HOUR for start in days(60, HOUR)]
    said = [f"{t:%Y-%m-%d %H:%M}" if t.hour else f"{t - HOUR:%Y-%m-%d} 24:00" for t in ends]
    lines = ["time,v", *(f"{t},{v}" for t, v in zip(said, VALUES, strict=True))]
    data = read(file("a.csv", *lines))
    is_the_series(data, VALUES)
    assert "; time: time, 1 hour, 2021-03-01T01:00:00 to 2021-03-03T12:00:00; " in data.description
    assert "missing" not in data.description
    assert "24:00" in lines[24]
    data = read(file("a.csv", *newest_first(lines)))
    is_the_series(data, VALUES)
    assert SORTED in data.description


def test_unix_ms() -> None:
    start = datetime(2020, 9, 13, 12, tzinfo=UTC)
    stamps = [int((start + i * HOUR).timestamp() * 1000) for i in range(60)]
    lines = ["unix,close", *(f"{t},{v}" for t, v in zip(stamps, VALUES, strict=True))]
    data = read(file("a.csv", *lines))
    is_the_series(data, VALUES)
    assert data.understood[0] == "y: close as numbers: 100, 101.75, 100.75, …"
    assert "; time: unix, 1 hour, 2020-09-13T12:00:00 to 2020-09-15T23:00:00; " in data.description
    data = read(file("a.csv", *newest_first(lines)))
    is_the_series(data, VALUES)
    assert SORTED in data.description


def test_ts_ns_parquet() -> None:
    start = datetime(2020, 9, 13, 12)
    stamps = [int((start + i * HOUR - datetime(1970, 1, 1)).total_seconds()) for i in range(60)]
    when = pa.array([s * 10**9 + 123_456_789 for s in stamps], pa.timestamp("ns"))
    pq.write_table(pa.table({"time": when, "v": VALUES}), "a.parquet")
    data = read("a.parquet")
    is_the_series(data, VALUES)
    assert "; time: time, 1 hour, 2020-09-13T12:00:00.123456 to 2020-09-1" in data.description
    pq.write_table(pa.table({"time": when[::-1], "v": VALUES}), "b.parquet")
    data = read("b.parquet")
    is_the_series(data, VALUES[::-1])
    assert SORTED in data.description


def test_dst_back() -> None:
    """Local times of the night in which 02:00 comes twice, in their true order."""
    summer = [datetime(2021, 10, 31) + i * HOUR / 2 for i in range(6)]  # 00:00 to 02:30
    winter = [datetime(2021, 10, 31, 2) + i * HOUR / 2 for i in range(54)]
    lines = ["time,load", *(f"{t:%Y-%m-%d %H:%M},{v}" for t, v in
                            zip(summer + winter, VALUES, strict=True))]  # fmt: skip
    data = read(file("a.csv", *lines))
    is_the_series(data, VALUES)
    assert "; time repeats an hour at a.csv:8, as a clock that is set back: rows are taken in the "\
        "order of the file" in data.description  # fmt: skip


def test_dups() -> None:
    lines = ["time,v", *(f"{days(60, HOUR)[i // 2]:%Y-%m-%d %H:%M},{v}"
                         for i, v in enumerate(VALUES))]  # fmt: skip
    data = read(file("a.csv", *lines))
    is_the_series(data, VALUES)
    assert "; 30 times of time repeat the one before" in data.description


def test_gaps() -> None:
    when = [t + (499 * HOUR if i >= 20 else 0 * HOUR) for i, t in enumerate(days(60, HOUR))]
    data = read(file("a.csv", "time,v", *(f"{t:%Y-%m-%d %H:%M},{v}" for t, v in
                                          zip(when, VALUES, strict=True))))  # fmt: skip
    is_the_series(data, [*VALUES[:20], *[math.nan] * 499, *VALUES[20:]])
    assert (
        "; 499 of 559 times are missing (89.3 %), the longest gap 499 hours; the gap of 499 hours "
        "is longer than its 60 rows: see whether a time is mistyped"
    ) in data.description


# ---- several series in one table ---------------------------------------------------------------


def assert_are_the_series(data: Dataset, *names: str) -> None:
    """Each is of the ``VALUES``, and its own."""
    y, column = data.splits["test"].y, data.schema.y
    assert isinstance(y, Sequence)
    assert isinstance(column, Measured)
    assert tuple(column.scales) == names
    assert column.linear is not None
    for row, (linear,) in zip(y.values[..., 0], column.linear.known.values(), strict=True):
        values = linear.back(np.zeros(0), row.double().numpy()[None])[0]
        assert values.tolist() == pytest.approx(VALUES, abs=1e-3)


def test_stacked_by_sensor() -> None:
    rows = [f"{day:%Y-%m-%d},{sensor},{v}" for sensor in ("north", "south")
            for day, v in zip(days(), VALUES, strict=True)]  # fmt: skip
    data = read(file("a.csv", "date,sensor,value", *rows), target="value")
    assert_are_the_series(data, "north", "south")


def test_stacked_by_sensor_noiso() -> None:
    rows = [f"{sensor},{i},{v}" for sensor in ("north", "south") for i, v in enumerate(VALUES)]
    data = read(file("a.csv", "sensor,step,value", *rows), target="value")
    assert_are_the_series(data, "north", "south")


def test_stacked_ids() -> None:
    rows = [f"{shop},7,{i},{v}" for shop in (4, 9) for i, v in enumerate(VALUES)]
    assert_are_the_series(read(file("a.csv", "store,item,step,sales", *rows)), "4", "9")
