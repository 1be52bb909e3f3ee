"""A label keeps its spaces, unless the whole column is padded with them."""

from __future__ import annotations

import pytest

from throughtime.data.columns import Label


@pytest.mark.parametrize(
    ("written", "labels"),
    [
        (["New York", " Rome"], [" Rome", "New York"]),
        ([" Rome ", " Oslo"], ["Oslo", "Rome"]),  # all have spaces
        (["Rome   ", "Bologna"], ["Bologna", "Rome"]),  # filled up to one length
        (["Rome", "Oslo"], ["Oslo", "Rome"]),
    ],
)
def test_spaces_around_labels(written: list[str], labels: list[str]) -> None:
    column = Label("city")
    column.fit([column.parse(value) for value in written], 1)
    assert list(column.vocabulary) == labels
    for value in written:
        said = column.decode(column.encode_y(column.parse(value)))
        assert said == (value if value in labels else value.strip())
        assert column.decode(column.encode(column.parse(value))) == said


def test_spaces_that_training_lacks_are_left_out() -> None:
    column = Label("city")
    column.fit(["Rome", "Oslo"], 1)
    assert column.decode(column.encode_y(" Oslo ")) == "Oslo"
    assert column.decode(column.encode_all_y(["Rome ", " Paris"])[1]) == " Paris"  # as it stands
