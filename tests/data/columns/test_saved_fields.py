"""Columns remember what they have learned: saved and restored, they encode and decode as before."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image as Pictures

from throughtime.data import DataError, Reading, load
from throughtime.data.byte_pairs import ALPHABET
from throughtime.data.columns import KINDS, Field, Image, restored
from throughtime.data.formats.encoding import x_of, y_of
from throughtime.data.formats.table import read_table
from throughtime.runs.signature import Signature
from throughtime.sequence import Sequence

VALUES: dict[str, list[Any]] = {
    "characters": ["a b", "ba", "c"],
    "words": ["one two", "two", "three two"],
    "bytes": ["añ b", "\ufffd", " two  spaces\n"],
    "bpe": ["añ b", "a banana bandana", " two  spaces\n"],
    "tokens": [["New", "York"], ["in"], ["in", "New"]],
    "tags": [["B", "I"], ["O"], ["O", "B"]],
    "label": ["yes", "no", "yes"],
    "number": [0.1, 2.0, -5.5],
    "vector": [[1.0, 5.0], [2.0, 5.0]],
    "features": [["a", "c"], ["b"], []],
    "bits": [[[0, 1], [1, 1]], [[0, 0]]],
    "numbers": [[[1.0, 5.0], [2.0, 5.0]], [[4.0, 5.0]], [[1.5, 5.0]]],
}


def test_every_kind_has_values() -> None:
    assert {*VALUES, "image"} == set(KINDS)  # pictures have a test of their own


def fitted(kind: str) -> Field:
    field = KINDS[kind]("a column")
    field.fit([field.parse(value) for value in VALUES[kind]], 1)
    return field


@pytest.mark.parametrize("kind", VALUES)
def test_a_restored_field_is_the_saved_one(kind: str) -> None:
    field = fitted(kind)
    again = restored(json.loads(json.dumps(field.saved())))
    assert (type(again), again.name, again.size) == (type(field), "a column", field.size)
    assert again.alike(field)
    assert again.saved() == field.saved()
    for value in VALUES[kind]:
        assert torch.equal(again.encode(again.parse(value)), field.encode(field.parse(value)))


def test_a_restored_picture_is_the_saved_one(tmp_path: Path) -> None:
    Pictures.new("L", (5, 8), 200).save(tmp_path / "a.png")
    field = Image("photo")
    field.folder = tmp_path
    field.fit([field.parse("a.png")], 1)
    again = restored(json.loads(json.dumps(field.saved())))
    assert isinstance(again, Image)
    assert again.alike(field)
    again.folder = tmp_path
    grey = again.encode(again.parse("a.png"))
    assert torch.equal(grey, field.encode(field.parse("a.png")))
    assert again.decode(grey) == [[pytest.approx(200 / 255)] * 5] * 8


@pytest.mark.parametrize("kind", VALUES)
def test_what_is_decoded_is_what_the_file_had(kind: str) -> None:
    field = fitted(kind)
    for value in VALUES[kind]:
        decoded = field.decode(field.encode(field.parse(value)))
        if kind in ("number", "vector", "numbers"):
            assert torch.tensor(decoded).allclose(torch.tensor(value))
        else:
            assert decoded == value


DAMAGED: list[tuple[Any, str]] = [
    ([1], "a field is [1]; expected an object"),
    ({"name": "n"}, "kind is an empty value"),
    ({"kind": ["label"], "name": "n"}, "kind is ['label']"),
    ({"kind": "label", "name": 3, "symbols": ["a"]}, "name is 3; expected a text"),
    ({"kind": "label", "name": "n"}, "has not just kind, name, symbols"),
    ({"kind": "label", "name": "n", "symbols": ["a"], "mean": [0]}, "has not just"),
    ({"kind": "label", "name": "n", "symbols": "ab"}, "no list of some values"),
    ({"kind": "label", "name": "n", "symbols": []}, "no list of some values"),
    ({"kind": "label", "name": "n", "symbols": [1]}, "symbols that are no texts"),
    ({"kind": "tags", "name": "n", "symbols": ["aa", "aa"]}, "stands twice"),
    ({"kind": "characters", "name": "n", "symbols": ["aa"]}, "no single characters"),
    ({"kind": "bytes", "name": "n", "symbols": ["a"]}, "not the 256 bytes"),
    ({"kind": "bpe", "name": "n", "symbols": ["a"]}, "not just kind, name, symbols and merges"),
    ({"kind": "bpe", "name": "n", "symbols": ["a"], "merges": []}, "the symbols lack a byte"),
    ({"kind": "bpe", "name": "n", "symbols": ["€"], "merges": []}, "stand for no byte"),
    ({"kind": "bpe", "name": "n", "symbols": ["a"], "merges": [1]}, "no pairs of texts"),
    (
        {"kind": "bpe", "name": "n", "symbols": list(ALPHABET), "merges": [["a", "b"]]},
        "the merges are not those of the symbols",
    ),
    ({"kind": "number", "name": "n", "symbols": ["aa"]}, "not just kind, name, mean and unit"),
    ({"kind": "number", "name": "n", "mean": [0], "unit": ["1"]}, "no finite number"),
    ({"kind": "number", "name": "n", "mean": [1e999], "unit": [1]}, "no finite number"),
    ({"kind": "number", "name": "n", "mean": [10**999], "unit": [1]}, "no finite number"),
    ({"kind": "number", "name": "n", "mean": [0, 1], "unit": [1, 1]}, "2 means and 2 units"),
    ({"kind": "numbers", "name": "n", "mean": [0, 1], "unit": [1]}, "2 means and 1 units"),
    ({"kind": "numbers", "name": "n", "mean": [0], "unit": [0]}, "the units above 0"),
    ({"kind": "bits", "name": "n", "size": 0}, "the size 0; expected how many bits"),
    ({"kind": "bits", "name": "n", "size": True}, "the size True; expected how many bits"),
    ({"kind": "image", "name": "n", "size": 16, "shape": [4, 5]}, "which do not go together"),
    ({"kind": "image", "name": "n", "size": 16, "shape": 16}, "expected rows and columns"),
    ({"kind": "image", "name": "n", "size": 10**8, "shape": [10**4] * 2}, "do not go together"),
]


@pytest.mark.parametrize(("saved", "reason"), DAMAGED)
def test_damaged_fields_are_refused_in_one_line(saved: Any, reason: str) -> None:
    with pytest.raises(DataError) as caught:
        restored(saved)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_numbers_are_alike_but_for_a_last_digit() -> None:
    saved = fitted("number").saved()
    near, far = saved | {"mean": [saved["mean"][0] + 1e-12]}, saved | {"mean": [0.0]}
    assert restored(saved).alike(restored(near))
    assert not restored(saved).alike(restored(far))
    assert not restored(saved).alike(restored(saved | {"unit": [1.0]}))
    assert not restored(saved).alike(fitted("label"))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = [f"{'abc'[i % 3]},{i / 7},{'no' if i % 2 else 'nono'}" for i in range(40)]
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(["kind,size,text", *rows]) + "\n")
    return path


READING = Reading(input="kind:label,size", target="text:characters")


def test_a_signature_knows_its_columns(table: Path, tmp_path: Path) -> None:
    data = load(table, 0, READING)
    Signature.of(data).save(tmp_path / "vocabulary.json")
    signature = Signature.load(tmp_path / "vocabulary.json")
    assert signature == Signature.of(data)
    assert signature.is_of(data)
    assert [(f.name, f.kind) for f in signature.fields] == [
        ("kind", "label"),
        ("size", "number"),
        ("text", "characters"),
    ]
    # the rows as training has read them, by fields that only the file has told of
    rows = read_table(table)
    x, y = x_of(rows, signature.fields[:-1]), y_of(rows, signature.fields[-1])
    assert isinstance(x, torch.Tensor)
    assert isinstance(y, Sequence)
    whole = {tuple(row) for part in data.splits.values() for row in part.x.tolist()}
    assert {tuple(row) for row in x.tolist()} == whole
    assert [signature.fields[-1].decode(v) for v in y.to_list()] == rows.column("text")


def test_a_signature_is_not_that_of_data_with_another_scale(table: Path) -> None:
    data = load(table, 0, READING)
    table.write_text(table.read_text().replace(f",{1 / 7},", ",70,"))
    assert not Signature.of(data).is_of(load(table, 0, READING))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"x_fields": []}, "the fields of x do not fill x_size"),
        ({"y_field": None}, "x_fields are given, but no y_field"),
        ({"y_field": {}}, "name is an empty value"),
        ({"y_symbols": None}, "y_symbols are not those of the fields"),
        ({"y": "value"}, "y is no one sequence where its fields are"),
        ({"x": "sequence"}, "x is no one sequence where its fields are"),
        ({"a\nb": 1}, "a b: Extra inputs"),
    ],
)
def test_damaged_signatures_are_refused_in_one_line(
    change: dict[str, Any], reason: str, table: Path, tmp_path: Path
) -> None:
    path = tmp_path / "vocabulary.json"
    Signature.of(load(table, 0, READING)).save(path)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ValueError, match=reason) as caught:
        Signature.load(path)
    assert "\n" not in str(caught.value)


def test_a_column_is_an_input_once(table: Path) -> None:
    with pytest.raises(DataError, match="'kind' stands twice in --input"):
        load(table, 0, Reading(input="kind,kind", target="text"))
