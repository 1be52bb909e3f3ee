"""JSON in its usual forms is the same table; other JSON is refused with its line."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.data_files import Write
from tests.helpers.models import quick
from throughtime.data import DataError, Reading, load
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


COLUMNS = {"text": ["x", "y"], "n": [1, 2]}
RECORDS = [{"text": "x", "n": 1}, {"text": "y", "n": 2}]


@pytest.mark.parametrize(
    "whole",
    [
        {"text": {"0": "x", "7": "y"}, "n": {"0": 1, "7": 2}},  # pandas: columns
        {"0": RECORDS[0], "7": RECORDS[1]},  # index
        {"columns": ["text", "n"], "index": [0, 7], "data": [["x", 1], ["y", 2]]},  # split
        {"data": RECORDS, "version": "1.0"},
        {"meta": {"n": 3}, "data": {"rows": RECORDS}},
    ],
)
def test_one_object_as_a_table(write: Write, whole: dict[str, Any]) -> None:
    for indent in (None, 1):
        assert read_table(write("a.json", json.dumps(whole, indent=indent))).columns == COLUMNS


def test_the_one_list_of_objects_is_said_with_its_lines(write: Write) -> None:
    whole = {"it\n": "[", "data": {"no": [1], "rows": RECORDS}, "n": [3]}
    table = read_table(write("a.json", json.dumps(whole, indent=1)))
    assert list(table.lines) == [8, 12]
    assert table.notes == ("the rows are data.rows of one object, without it\n, n",)


def test_objects_one_after_the_other(write: Write) -> None:
    text = "\n".join(json.dumps(row, indent=1) for row in RECORDS)
    table = read_table(write("a.json", text))
    assert (table.columns, table.lines) == (COLUMNS, [1, 5])
    assert read_table(write("a.json", text.replace("\n", " "))).columns == COLUMNS


def test_a_key_may_be_missing(write: Write) -> None:
    rows = [{"text": f"abc {i}", "n": i % 2, **({"m": 1} if i % 3 else {})} for i in range(30)]
    text = "\n".join(map(json.dumps, rows))
    data = load(write("a.jsonl", text), reading=Reading(input="text", target="n:label"))
    assert "; not every one of the 30 rows has every key: m in 20" in data.description
    with pytest.raises(DataError, match=r"a.jsonl:1: column 'm': an empty value is not a label"):
        load(write("a.jsonl", text), reading=Reading(input="text", target="m:label"))


def test_objects_in_rows_are_columns(write: Write) -> None:
    row = {"id": 1, "user": {"name": "x", "at": {"y": 2}}, "none": {}}
    assert read_table(write("a.jsonl", json.dumps(row))).columns == {
        "id": [1],
        "user.name": ["x"],
        "user.at.y": [2],
    }
    with pytest.raises(DataError, match=r"a.jsonl:1: two values are called 'a.b'; rename one"):
        read_table(write("a.jsonl", '{"a": {"b": 1}, "a.b": 2}'))


def test_lists_of_objects_are_refused_where_they_are_used(write: Write) -> None:
    rows = [{"text": f"t {i}", "label": i % 2, "chat": [{"role": f"u{i}"}]} for i in range(30)]
    path = write("a.jsonl", "\n".join(map(json.dumps, rows)))
    assert load(path, reading=Reading(input="text", target="label")).schema.y.kind == "label"
    for reading in (Reading(target="chat"), Reading(input="text", target="chat:tags")):
        with pytest.raises(
            DataError, match=r":\d+: column 'chat' has a list of objects \(role\); "
        ):
            load(path, reading=reading)


@pytest.mark.parametrize(("value", "kind"), [([1.5, 2], "numbers"), (["a", "b"], "strings or")])
def test_one_missing_list_is_named(value: list[Any], kind: str, write: Write) -> None:
    rows = [{"x": None if i == 3 else [*value, i], "label": "ab"[i % 2]} for i in range(30)]
    path = write("a.jsonl", "\n".join(map(json.dumps, rows)))
    with pytest.raises(DataError, match=rf":4: column 'x': an empty value is not a list of {kind}"):
        load(path, reading=Reading(input="x", target="label"))


def test_nan_is_a_missing_value_and_no_label(write: Write) -> None:
    rows = [{"text": f"t {i}", "label": "a" if i % 2 else float("nan")} for i in range(1, 31)]
    path = write("a.jsonl", "\n".join(map(json.dumps, rows)))
    with pytest.raises(DataError, match=r"a.jsonl:2: column 'label': an empty value is not a labe"):
        load(path)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('[{"a": 1},]', "a.json:1: not JSON (a comma before ]: delete it)"),
        ('[{"a": "b\n"}]', "a.json:1: not JSON (a quoted text that does not end on its line"),
        ('[{"a": 1},\n{"b": 1,}]', "a.json:2: not JSON (a comma before }: delete it)"),
        ('{"a": 1},\n{"a": 2}', "a.json:1: not JSON (',' after the value: delete it)"),
        ('[{"a": 1}\n{"a": 2}]', "a.json:2: not JSON (Expecting ',' delimiter)"),
        ('[{"a": 1}', "a.json:1: not JSON"),
        ('[{"a": 1}] []', "a.json:1: a list; expected an object for each row"),
        ('// rows\n[{"a": 1}]', "a.json:1: not JSON (a comment, which JSON does not have: delete"),
        ('{"a": 1}\n# half\n{"a": 1}', "a.json:2: not JSON (a comment, which JSON does not have"),
        ('[{"a": 1}]\n// end', "a.json:2: not JSON (a comment, which"),
        ('{"a": 1}\n{"a": 1, "a": 2}', "a.json:2: not JSON (the key 'a' stands twice in an obj"),
        ('{"a\\ud800": 1}', r"a.json:1: not JSON ('\ud800' in it is half of a character (a lone"),
        (
            '{"columns": ["a", "b"], "data": [[1, 2], [3]]}',
            "with the keys columns, data; exp",
        ),
        (
            '{"columns": [0, 1], "index": [0, 1], "data": [[1, 2], [3, 4]]}',
            "the keys columns, inde",
        ),
        ("[]", "no rows"),
        ("[{}]", "a.json:1: an object without keys"),
        ('[{"a": 1},\n 2]', "a.json:2: a number; expected an object in the list"),
        ('[["x", 1]]', "a.json:1: a list; expected an object in the list: pandas writes a list of"),
        ('{"train": [{"a": 1}], "test": [{"a": 2}]}', "2 lists of objects (train, test); expecte"),
        ('{"a": {"x": 1, "y": 2}, "b": {"x": 3, "y": 4}}', "an object of objects (a, b, … with x"),
        ('{"a": [1], "b": [1, 2]}', "a JSON object with the keys a, b"),
        ("3", "a.json:1: a number; expected an object for each row"),
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


def test_rows_inside_of_few_rows_are_named(write: Write) -> None:
    article = {"title": "A", "paragraphs": [{"context": "c", "qas": []}]}
    with pytest.raises(DataError) as refused:
        read_table(write("a.json", json.dumps({"version": "1.1", "data": [article] * 2})))
    assert str(refused.value).split("a.json")[1] == (
        ":1: 2 in the list data, with others inside (paragraphs: a list of objects (context, qas)"
        "); expected a list of objects, one for each row: write what is a row to a list of its "
        "own, without objects inside"
    )
    many = {"version": "1.1", "data": [article] * 10}  # others may be left out of many rows
    assert len(read_table(write("b.json", json.dumps(many)))) == 10


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
@pytest.mark.parametrize("text", ["text,label\na,b\n", "var data = [{}]"])
def test_what_begins_no_json_is_said(name: str, text: str, write: Write) -> None:
    said = rf"{name}: '{re.escape(text.splitlines()[0])}' begins no JSON; name the file .csv"
    with pytest.raises(DataError, match=said):
        read_table(write(name, text))


def test_what_python_writes_is_no_json(write: Write) -> None:
    with pytest.raises(DataError, match=r"a.jsonl:1: not JSON \(single quotes, as Python has them"):
        read_table(write("a.jsonl", str({"a": 1}) + "\n"))


def test_lists_for_parts_are_no_columns(write: Write) -> None:
    whole = {"train": [["a", "b"]] * 9, "val": [["a", "b"]] * 9, "test": [["a", "b"]] * 9}
    with pytest.raises(DataError, match="a JSON object with the keys train, val, test; expected a"):
        read_table(write("a.json", json.dumps(whole)))
