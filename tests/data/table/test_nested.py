"""Objects inside of rows are columns, except pictures."""

from __future__ import annotations

import pytest

from throughtime.data import DataError, read
from throughtime.data.table.nested import Records, flat, objects_in

PICTURE = {"bytes": b"GIF89a", "path": "a.gif"}


def test_rows_are_flat() -> None:
    assert flat({"a": {"b": {"c": 1}, "d": [2]}, "e": PICTURE}) == {
        "a.b.c": 1,
        "a.d": [2],
        "e": PICTURE,
    }
    assert flat({"a": {}, "b": 1}) == {"b": 1}
    with pytest.raises(ValueError, match=r"two values are called 'a\.b'"):
        flat({"a.b": 1, "a": {"b": 2}})


def test_keys_that_some_rows_lack_are_said() -> None:
    records = Records()
    for some in (range(3), range(3, 8)):  # a key that comes late is missing in all rows before
        records.write([{"a": 1, f"k{i}": i} for i in some])
    columns = records.columns()
    assert columns["k2"] == [None, None, 2, None, None, None, None, None]
    assert columns["k6"] == [None] * 6 + [6, None]
    assert records.lacking == (
        "not every one of the 8 rows has every key: k0 in 1, k1 in 1, k2 in 1, k3 in 1, k4 in 1 "
        "and 3 more"
    )
    whole = Records()
    whole.write([{"a": 1}, {"a": None}])
    assert whole.lacking is None


def test_objects_are_named() -> None:
    assert objects_in({"a": 1, "b": 2}) == "an object (a, b)"
    assert objects_in([[{"a": 1}]]) == "a list of objects (a)"
    assert objects_in([("key", 1)]) == "pairs of a key and a value"
    values: list[object] = ["a", 1, None, [], [1], [[]]]
    assert [objects_in(value) for value in values] == [None] * 6


@pytest.mark.parametrize("text", ['{"a": %d}', "{'a': %d, 'b': [1]}", "{0: %d}"])
def test_objects_in_texts_are_refused(text: str) -> None:
    rows = [{"features": text % i, "label": "pq"[i % 2]} for i in range(30)]
    with pytest.raises(DataError, match=r"column 'features' has objects as texts, such as "):
        read(rows, target="label", input="features")
    told = read(rows, target="label", input="features:characters")
    assert told.schema.x[0].kind == "characters"
