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
