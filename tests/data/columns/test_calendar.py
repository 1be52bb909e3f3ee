"""What the time itself says of a step."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.models import quick
from tests.helpers.shops import shops
from throughtime.data import DataError
from throughtime.data.columns.calendar import PARTS, gaps, size_of, told, usual
from throughtime.data.columns.inputs import Inputs
from throughtime.data.panel.dataset import encoded, of_panel
from throughtime.data.times.step import IRREGULAR
from throughtime.extras import MissingPackage
from throughtime.sequence import Sequence

MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1))


@quick
@given(st.lists(MOMENTS, min_size=1, max_size=5))
def test_parts_are_those_of_the_calendar(moments: list[datetime]) -> None:
    times = np.array(moments, "datetime64[us]")
    for name, of in (
        ("hour", lambda m: m.hour),
        ("weekday", lambda m: m.weekday()),
        ("month", lambda m: m.month - 1),
    ):
        found = told(name, times, None)
        assert found.shape == (len(times), size_of(name))
        assert found.argmax(1).tolist() == [of(m) for m in moments]
        assert (found.sum(1) == 1).all()
    day = np.array([m.timetuple().tm_yday - 1 for m in moments])
    np.testing.assert_allclose(
        told("year", times, None)[:, 0], np.sin(2 * np.pi * day / 365.25), atol=1e-5
    )


def test_the_clock_is_that_of_the_zone() -> None:
    times = np.array(["2024-03-30T23:30", "2024-03-31T23:30"], "datetime64[us]")
    assert told("hour", times, "Europe/Berlin").argmax(1).tolist() == [0, 1]
    assert told("weekday", times, "Europe/Berlin").argmax(1).tolist() == [6, 0]


@pytest.mark.parametrize(
    ("step", "count", "expected"),
    [
        ("h", 100, ("hour", "weekday")),
        ("D", 100, ("weekday",)),
        ("D", 800, ("weekday", "year")),
        ("W", 200, ("year",)),
        ("M", 20, ()),
        ("M", 40, ("month",)),
        ("Y", 40, ()),
    ],
)
def test_what_is_usual_follows_from_the_step_and_the_span(
    step: str, count: int, expected: tuple[str, ...]
) -> None:
    first = np.array("2020-01-01", f"datetime64[{step}]")
    times = first + np.arange(count)
    assert usual(times.astype("datetime64[us]"), True) == expected
    assert usual(times.astype("datetime64[us]"), False) == ()
    assert usual(np.arange(count), True) == ()


def test_they_are_inputs_that_need_no_column_and_no_future() -> None:
    panel = shops(2)
    data = of_panel(panel, "shops", calendar=("weekday",))
    (inputs,) = data.schema.x
    assert isinstance(inputs, Inputs)
    assert inputs.size == 8
    rows = encoded(data.schema, panel.series)
    assert isinstance(rows.x, Sequence)
    assert rows.x.values[0, :8, :7].argmax(1).tolist() == [0, 1, 2, 3, 4, 5, 6, 0]


def test_of_times_on_no_grid_the_gap_is_an_input() -> None:
    times = np.array([0.0, 1.0, 3.0, 3.5])
    np.testing.assert_allclose(gaps(times), np.log([np.nan, 1, 2, 0.5]))
    panel = shops(2)
    at = panel.series[0].times + (np.arange(100) ** 2 % 7).cumsum() * np.timedelta64(1, "h")
    panel = replace(panel, step=IRREGULAR, series=tuple(replace(s, times=at) for s in panel.series))
    data = of_panel(panel, "shops")
    (inputs,) = data.schema.x
    assert isinstance(inputs, Inputs)
    assert [entry.name for entry in inputs.inputs] == ["gap", "promo"]
    x = data.splits["train"].x
    assert isinstance(x, Sequence)
    assert bool(x.values.isfinite().all())
    assert x.values[0, 0, :2].tolist() == [0, 1], "there is none before the first step"


@pytest.mark.parametrize(("name", "said"), [("moon", "expected hour, weekday"), (
    "holidays", "expected a country"), ("holidays:", "expected a country"), *(
    (name, "the times are numbers") for name in PARTS)])  # fmt: skip
def test_parts_that_are_not_there_are_refused(name: str, said: str) -> None:
    panel = shops(2)
    if name in PARTS:
        series = tuple(replace(s, times=np.arange(len(s))) for s in panel.series)
        panel = replace(panel, series=series)
    with pytest.raises(DataError, match=said):
        of_panel(panel, "shops", calendar=(name,))


@pytest.fixture
def two_days_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package in which the country XX is off on two days of each year, and on one more in a part
    of it."""

    def country_holidays(country: str, subdiv: str | None, years: int) -> dict[date, str]:
        if country != "XX" or subdiv not in (None, "P"):
            raise NotImplementedError(f"Country {country} not available")
        days = {date(years, 1, 1): "new", date(years, 12, 31): "old"}
        return days | ({date(years, 7, 1): "ours"} if subdiv else {})

    package = SimpleNamespace(country_holidays=country_holidays)
    monkeypatch.setitem(sys.modules, "holidays", package)


@pytest.mark.usefixtures("two_days_off")
def test_holidays_are_days_by_the_clock_of_the_zone() -> None:
    times = np.arange("2023-12-31", "2024-01-03", dtype="datetime64[D]").astype("datetime64[us]")
    assert told("holidays:XX", times, None).tolist() == [[1], [1], [0]]
    assert told("holidays:XX", times, "-01:00").tolist() == [[0], [1], [1]]
    july = np.array(["2024-07-01"], "datetime64[us]")
    assert told("holidays:XX", july, None).tolist() == [[0]]
    assert told("holidays:XX-P", july, None).tolist() == [[1]]


@pytest.mark.usefixtures("two_days_off")
def test_holidays_are_an_input_that_needs_no_column_and_no_future() -> None:
    panel = shops(2)
    (inputs,) = of_panel(panel, "shops", calendar=("weekday", "holidays:XX")).schema.x
    assert isinstance(inputs, Inputs)
    assert [(e.name, e.size) for e in inputs.inputs[:2]] == [("weekday", 7), ("holidays:XX", 1)]
    x = inputs.encode_series(panel.series[0].followed_by(panel.step.after(
        panel.series[0].times[-1], 300), {"promo": np.zeros(300)}))  # fmt: skip
    assert x[:, 7].nonzero()[:, 0].tolist() == [0, 365, 366], "2024 has 366 days"


@pytest.mark.usefixtures("two_days_off")
def test_holidays_that_are_not_there_are_refused() -> None:
    for place in ("YY", "XX-Q"):
        with pytest.raises(DataError, match=f"has none of {place} .Country .* not available"):
            of_panel(shops(2), "shops", calendar=(f"holidays:{place}",))
    panel = shops(2)
    weeks = tuple(replace(s, times=s.times[0] + 7 * (s.times - s.times[0])) for s in panel.series)
    with pytest.raises(DataError, match="the steps of time are longer; leave it out, or give"):
        of_panel(replace(panel, series=weeks), "shops", calendar=("holidays:XX",))


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(
        MissingPackage, match=r"holidays:ZZ needs holidays, .*throughtime\[forecast"
    ):
        of_panel(shops(2), "shops", calendar=("holidays:ZZ",))


def test_the_package_knows_germany() -> None:
    pytest.importorskip("holidays")
    days: Any = np.array(["2024-10-03", "2024-10-04", "2024-11-01"], "datetime64[us]")
    assert told("holidays:DE", days, None)[:, 0].tolist() == [1, 0, 0]
    assert told("holidays:DE-BY", days, None)[:, 0].tolist() == [1, 0, 1]
