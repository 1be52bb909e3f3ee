"""JSON in its usual forms is the same table; other JSON is refused with its line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.data_files import Write
from tests.helpers.models import quick
from throughtime.data import DataError
from throughtime.data.formats.tables import read_table

ROWS: list[dict[str, Any]] = [
    {"a": "x, y", "b": [1, 2]},
    {"a": "]}", "b": [3]},
    {"a": "é\u2028", "b": []},
]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", json.dumps(ROWS)),
        ("a.json", json.dumps(ROWS, indent=1)),
        ("a.json", "\n".join(map(json.dumps, ROWS))),
        ("a.jsonl", "\n\n".join(map(json.dumps, ROWS))),
        ("a.json", json.dumps({"a": [r["a"] for r in ROWS], "b": [r["b"] for r in ROWS]})),
    ],
)
def test_forms_of_one_table(write: Write, name: str, content: str) -> None:
    table = read_table(write(name, content))
    assert table.columns == {key: [row[key] for row in ROWS] for key in ("a", "b")}


def test_lines_are_those_of_the_items(write: Write) -> None:
    content = '[\n {"a": 1},\n\n {"a":\n 2},\n {"a": 3}\n]\n'
    assert list(read_table(write("a.json", content)).lines) == [2, 4, 6]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('[{"a": 1},]', "a.json:1: not JSON"),
        ('[{"a": 1}\n{"a": 2}]', "a.json:2: not JSON; expected a comma"),
        ('[{"a": 1}', "a.json:1: not JSON"),
        ('[{"a": 1}] []', "more than one JSON value"),
        ("[]", "no rows"),
        ('[{"a": 1},\n 2]', "a.json:2: a int; expected an object"),
        ('[{"a": 1},\n {"b": 2}]', "a.json:2: has b; expected a"),
        ('{"data": [{"a": 1}], "n": 1}', "a JSON object with the keys data, n; expected a list"),
        ('{"a": [1], "b": [1, 2]}', "a JSON object with the keys a, b"),
        ("3", "a JSON int; expected a list of objects"),
        ('[{"a": [{"role": "user"}]}]', "a.json:1: column 'a' has a list of objects (role)"),
        ('[{"a": {"x": 1}}]', "column 'a' has an object (x)"),
        ("[" * 100_000, "a.json:1: not JSON"),
    ],
)
def test_other_json_is_refused(write: Write, content: str, expected: str) -> None:
    with pytest.raises(DataError) as caught:
        read_table(write("a.json", content))
    assert expected in str(caught.value)


@quick
@given(
    rows=st.lists(
        st.fixed_dictionaries({"a": st.text(max_size=5), "b": st.integers() | st.none()}),
        min_size=1,
        max_size=4,
    ),
    indent=st.none() | st.integers(0, 3),
)
def test_what_is_written_is_read(
    rows: list[dict[str, object]], indent: int | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("t") / "a.json"
    path.write_text(json.dumps(rows, indent=indent), encoding="utf-8")
    table = read_table(path)
    assert table.columns == {key: [row[key] for row in rows] for key in ("a", "b")}
