"""The usual step of times, and which steps are like it."""

from __future__ import annotations

import numpy as np

from throughtime.data.times.steps import alike, evenness, usual


def test_the_usual_step_is_the_most_frequent_one_ahead() -> None:
    days = np.array([0, 0, 0, -1, -1, -1, 2, 7, 7, 2], "timedelta64[D]").astype("timedelta64[us]")
    assert usual(days).item().days == 2
    assert usual(days[:6]) is None


def test_months_quarters_and_years_are_alike() -> None:
    for steps, step in (((28, 29, 30, 31), 30), ((90, 91, 92), 91), ((181, 182, 184), 184),
                        ((365, 366), 365), ((7,), 7)):  # fmt: skip
        days = np.array([*steps, 27, 32, 89, 93, 180, 185, 364, 367], "timedelta64[D]")
        found = alike(days.astype("timedelta64[us]"), np.timedelta64(step, "D"))
        assert found.tolist() == [True] * len(steps) + [False] * 8


def test_how_even_times_are() -> None:
    months = np.arange("2020-01", "2022-01", dtype="datetime64[M]").astype("datetime64[us]")
    assert evenness(months) == 1
    assert evenness(months[[0, 0]]) == 0
    assert evenness(months[[0, 1, 2, 3, 9]]) == 0.75
