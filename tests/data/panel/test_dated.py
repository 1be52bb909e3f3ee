"""A single series goes by its time, as if it were told; or by the order of its rows."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.helpers.commands import good
from tests.helpers.data_files import Write
from tests.helpers.panels import days, table
from tests.helpers.reading import file, is_the_series, lengths
from throughtime.data import DataError, Reading, load
from throughtime.data.formats.tables import read_table
from throughtime.data.panel.dated import by_its_time
from throughtime.outputs import NegativeBinomial, Normal

VALUES = [round(20 + 5 * math.sin(i), 2) for i in range(60)]
DAYS = days(60)
DATED = table("date,v", *(f"{d},{v}" for d, v in zip(DAYS, VALUES, strict=True)))
SEVERAL = table(
    "id,date,open,volume,same",
    *(f"{i},{d},{v},{i % 7},5" for i, (d, v) in enumerate(zip(DAYS, VALUES, strict=True))),
)
TWO_TIMES = table("id,date,open,born,volume,same",
             *(f"{i},{d},{v},{b},{i % 7},5" for i, (d, v, b) in
               enumerate(zip(DAYS, VALUES, DAYS[::-1], strict=True))))  # fmt: skip


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (DATED, {}),
        (DATED, {"split": "date:2022-02-10", "calendar": "none"}),
        (DATED, {"target": "v:positive"}),
        (DATED, {"format": "series"}),
        (SEVERAL, {"target": "open,volume"}),
        (SEVERAL, {}),
        (SEVERAL.replace("-", "/"), {"target": "volume:number"}),
    ],
)
def test_the_time_is_as_if_it_were_told(
    write: Write, content: str, options: dict[str, Any]
) -> None:
    path = write("a.csv", content)
    found = load(path, reading=Reading(**options))
    told = load(path, reading=Reading(**{"time": "date", **options}))
    assert found.digest == told.digest
    assert (found.description, found.understood) == (told.description, told.understood)
    assert found.seen == told.seen == {"time": "date"}


def test_all_numbers_that_change_are_modelled_together(write: Write) -> None:
    path = write("a.csv", SEVERAL)
    for time in (None, "date"):
        data = load(path, reading=Reading(time=time))
        assert data.output == Normal(2)
        assert "; modelled together: open, volume (--target says what" in data.description
        assert "; left out: id (" in data.description
        assert data.understood[:2] == (
            "y: open as numbers: 20, 24.21, 24.55, …",
            "y: volume as numbers: 0, 1, 2, …",
        )
    alone = load(path, reading=Reading(target="volume"))
    assert alone.output == NegativeBinomial()
    is_the_series(alone, [i % 7 for i in range(60)])


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (DATED, {"test": "b.csv"}),
        (TWO_TIMES, {}),
        (TWO_TIMES, {"split": "born:2022-01-05"}),
        (DATED + "2022-03-01,5\n", {}),
        (DATED.replace("2022-01-0", "2022-01-1"), {}),
        (DATED.replace("date,v", "t,v").replace("2022-", "16000000").replace("-", ""), {}),
        (table("v,w", *(f"{v},{v / 2}" for v in VALUES)), {}),
        (table("step,v", *(f"{i},{v}" for i, v in enumerate(VALUES))), {}),
        (table("date,v", *(f"2022-01-01 {i // 60:02}:{i % 60:02},{i}" for i in
                           range(0, 1400, 7) if i % 3 or i % 5 == 2 for i in (i + i % 11,))), {}),
    ],
    ids=["a file of a part", "two times", "a point of another time", "a time twice",
         "times twice", "seconds that may be values", "none", "a counter", "no grid"],
)  # fmt: skip
def test_the_order_of_the_rows(write: Write, content: str, options: dict[str, Any]) -> None:
    reading = Reading(**options)
    assert by_its_time(read_table(write("a.csv", content), reading), reading) is None


def test_a_point_is_written_as_the_times_are(write: Write) -> None:
    months = [f"{y},{m},{i % 7}.5" for i, (y, m) in
              enumerate((1990 + i // 12, 1 + i % 12) for i in range(60))]  # fmt: skip
    path = write("a.csv", table("year,month,v", *months))
    for point in ("1994", "1994-01"):
        assert lengths(load(path, reading=Reading(split=f"year:{point}"))) == [42, 6, 12]
    with pytest.raises(DataError, match=r"'1\.1\.1994' is no time as 'year' has them"):
        load(path, reading=Reading(split="year:1.1.1994"))


def test_a_mistyped_time_is_refused(write: Write) -> None:
    with pytest.raises(
        DataError,
        match=r"a\.csv:12: between 2022-03-01 and 2202-01-11 are .* of 1 day without a row, and 60 "
        "rows in all; expected few that are missing: mend the time",
    ):
        load(write("a.csv", DATED.replace("2022-01-11", "2202-01-11")))
    gap = DATED.replace("2022-02", "2023-02").replace("2022-03", "2023-03")  # a year, in order
    assert (
        "; the gap of 365 days is longer than its 60 rows" in load(write("b.csv", gap)).description
    )


def test_a_number_that_no_float_holds_is_refused_with_its_file(write: Write) -> None:
    with pytest.raises(DataError, match=r"a\.csv: numbers up to 1e\+200 are too large"):
        load(write("a.csv", DATED.replace(",20.0\n", ",1e200\n")))


def test_a_kind_of_values_needs_times(write: Write) -> None:
    path = write("a.csv", table("v", *map(str, VALUES)))
    with pytest.raises(DataError, match=r"--target v:positive: the rows of .*a\.csv are taken"):
        load(path, reading=Reading(target="v:positive"))
    assert load(path, reading=Reading(target="v:number")).output == Normal(1)


def test_a_run_of_times_on_no_grid_has_no_picture_of_what_is_next(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    apart = [f"2022-01-01 {t // 60:02}:{t % 60:02},{v}" for t, v in
             zip((i * 20 + i * i % 7 for i in range(60)), VALUES, strict=True)]  # fmt: skip
    name = file("a.csv", "at,v", *apart)
    good("train", name, "--time", "at", "--max-steps", "1", "--steps", "8", "--out", "run")
    assert not (tmp_path / "run/pictures/forecasts.png").exists()
    assert "120" not in good("evaluate", "run", name)
