"""Quarters, weeks, seasons and spans of time are taken as their beginnings."""

from datetime import datetime

import pytest

from throughtime.data.times.times import timed, times_of


@pytest.mark.parametrize(
    ("texts", "begin"),
    [
        (["1950-51", "1951-52"], datetime(1950, 1, 1)),
        (["1999/00", "2000/01"], datetime(1999, 1, 1)),
        (["1950/1951", "1951/1952"], datetime(1950, 1, 1)),
        (["1950–51", "1951–52"], datetime(1950, 1, 1)),
        (["FY1950", "FY1951"], datetime(1950, 1, 1)),
        (["KW 01/2019", "KW 02/2019"], datetime(2018, 12, 31)),
        (["2019w1", "2019w2"], datetime(2018, 12, 31)),
        (["Week 5, 2020", "Week 6, 2020"], datetime(2020, 1, 27)),
        (["2020-01-05 - 2020-01-11", "2020-01-12 - 2020-01-18"], datetime(2020, 1, 5)),
        (["5.1.2020 bis 11.1.2020", "12.1.2020 bis 18.1.2020"], datetime(2020, 1, 5)),
        (["01.03.2021 00:00 - 00:15", "01.03.2021 00:15 - 00:30"], datetime(2021, 3, 1)),
        (["2020-01-05/2020-01-11"], datetime(2020, 1, 5)),
        (["05jan2020", "06jan2020"], datetime(2020, 1, 5)),
        (["05JAN2020:10:00:00"], datetime(2020, 1, 5, 10)),
        (["2010m1", "2010m12"], datetime(2010, 1, 1)),
    ],
)
def test_a_period_is_its_beginning(texts: list[str], begin: datetime) -> None:
    found = times_of(texts)
    assert found is not None
    assert found[0] == begin
    assert (found[1:] > found[:-1]).all()


@pytest.mark.parametrize(
    "texts",
    [
        ["1950-52", "1951-53"],  # no season: perhaps scores
        ["2021-W54"],
        ["2020-01-05 - soon"],
        ["01.03.2021 - 5"],
    ],
)
def test_others_are_none(texts: list[str]) -> None:
    assert times_of(texts) is None


def test_seasons_that_may_be_months_are_years_where_these_go_on_more_evenly() -> None:
    found = timed([f"{year}-{year - 1999:02d}" for year in range(2000, 2012)])
    assert found is not None
    assert found.values[-1].item() == datetime(2011, 1, 1)


def test_of_days_that_go_on_as_evenly_the_ones_that_pass_in_less_time_are_taken() -> None:
    found = times_of([f"{day:02d}/03/2021" for day in (1, 2, 3, 4) for _ in range(24)])
    assert found is not None
    assert found[-1].item() == datetime(2021, 3, 4)
