"""Times are neither x nor y by a guess."""

from __future__ import annotations

from typing import Any

import pytest

from tests.data.pairs.test_roles import TEXTS, TIMES, refused, table
from tests.helpers.data_files import Write
from throughtime.data import Reading, load


def test_times_are_no_x_by_a_guess(write: Write) -> None:
    """The rows would be shuffled, and their times read character by character."""
    values = [10.5 + i for i in range(60)]
    told: dict[str, Any] = {"input": "Created (UTC)", "target": "Amount"}
    assert refused(write, "Created (UTC),Amount", TIMES, values, **told) == (
        "a.csv:2: column 'Created (UTC)' has '2024-01-01 00:00:00', a time, and the order of rows "
        "is lost where it is x; give --format series --target Amount for a series of Amount, or "
        "--input 'Created (UTC):characters' --target Amount for its text"
    )
    told["input"] += ":characters"
    data = load(table(write, "Created (UTC),Amount", TIMES, values), reading=Reading(**told))
    assert data.schema.x[0].kind == "characters"


def test_times_before_texts_are_no_series(write: Write) -> None:
    told: dict[str, Any] = {"input": "time", "target": "state"}
    assert refused(write, "time,state", TIMES, ["on", "off"] * 30, **told) == (
        "a.csv:2: column 'time' has '2024-01-01 00:00:00', a time, and the order of rows is lost "
        "where it is x; give --input time:characters --target state for its text"
    )


@pytest.mark.parametrize(
    ("form", "what"),
    [
        ("2024-01-01 00:{:02}:00", ""),
        ("0:{:02}:10", "write it as a number of seconds, "),
        ("PT{}S", "write it as a number of seconds, "),
        ("6h {}m", "write it as a number of seconds, "),
        ("2 Std. {} min", "write it as a number of seconds, "),
    ],
)
def test_times_are_no_y_by_a_guess(write: Write, form: str, what: str) -> None:
    times = [form.format(i) for i in range(60)]
    assert refused(write, "text,when", TEXTS, times, input="text", target="when") == (
        f"a.csv:2: column 'when' has {times[0]!r}, a time; expected what a model predicts: "
        f"{what}name another column by --target, or give --input text --target when:characters "
        "for its text"
    )


def test_times_that_repeat_are_labels(write: Write) -> None:
    path = table(write, "text,when", TEXTS, ["08:00", "12:30"] * 30)
    assert load(path, reading=Reading(input="text", target="when")).schema.y.kind == "label"


@pytest.mark.parametrize(
    "form",
    [
        "2020-01-01 00:{:02} IST",
        "2020-01-01 00:{:02} UTC+1",
        "2020-01-01 00:{:02}:00 +0100 CET",
        "1 Jan 2020 00:{:02} (PST)",
        "2020-01-01T00:{:02}+01:00[Europe/Berlin]",
        "2020-01-01T00:{:02}Z/PT15M",
        "Q1'{:02}",
        "20{:02}-2060",
        "FY{:02}",
    ],
)
def test_times_in_a_form_that_is_not_known_are_no_x_by_a_guess(write: Write, form: str) -> None:
    times = [form.format(i) for i in range(60)]
    assert refused(write, "Created,v", times, [i % 7 + 0.5 for i in range(60)]).endswith(
        ", a time, and the order of rows is lost where it is x; give --format series --target v "
        "for a series of v, or --input Created:characters --target v for its text"
    )
    path, told = (
        table(write, "Created,v", times, list(range(60))),
        Reading(format="series", target="v"),
    )
    assert (
        "a time in a form that is not known: the order of the rows is not checked"
        in load(path, reading=told).description
    )


@pytest.mark.parametrize("form", ["2020-01-01 disk {} full", "A{:02}", "5551-20{:02}", "Q5'{:02}"])
def test_texts_that_begin_like_a_time_are_x(write: Write, form: str) -> None:
    texts = [form.format(i) for i in range(60)]
    path = table(write, "text,v", texts, [i % 7 + 0.5 for i in range(60)])
    assert load(path, reading=Reading(input="text", target="v")).schema.x[0].name == "text"
