"""Columns and schemas, saved and restored, know what they have learned."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image as Pictures

from throughtime.data import DataError
from throughtime.data.columns import KINDS, Column, Image, Ink, PixelRows, restored, saved
from throughtime.data.vocabularies.byte_pairs import ALPHABET

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
    assert {*VALUES, "image", "ink", "rows"} == set(KINDS)  # pictures have a test of their own


def fitted(kind: str) -> Column:
    column = KINDS[kind]("a column")
    column.fit([column.parse(value) for value in VALUES[kind]], 1)
    return column


@pytest.mark.parametrize("kind", VALUES)
def test_a_restored_column_is_the_saved_one(kind: str) -> None:
    column = fitted(kind)
    again = restored(json.loads(json.dumps(saved(column))))
    assert (type(again), again.name, again.size) == (type(column), "a column", column.size)
    assert again.alike(column)
    assert saved(again) == saved(column)
    for value in VALUES[kind]:
        assert torch.equal(again.encode(again.parse(value)), column.encode(column.parse(value)))


@pytest.mark.parametrize(
    ("kind", "value"), [(Image, 200 / 255), (Ink, 55 / 255), (PixelRows, 200 / 255)]
)
def test_a_restored_picture_is_the_saved_one(
    kind: type[Image], value: float, tmp_path: Path
) -> None:
    Pictures.new("L", (5, 8), 200).save(tmp_path / "a.png")
    column = kind("photo")
    column.fit([column.parse("a.png", tmp_path)], 1)
    again = restored(json.loads(json.dumps(saved(column))))
    assert type(again) is kind
    assert again.alike(column)
    grey = again.encode(again.parse("a.png", tmp_path))
    assert torch.equal(grey, column.encode(column.parse("a.png", tmp_path)))
    assert grey.flatten().tolist() == pytest.approx([value] * 40)
    assert again.decode(grey) == [[pytest.approx(200 / 255)] * 5] * 8  # what is seen


@pytest.mark.parametrize("kind", VALUES)
def test_what_is_decoded_is_what_the_file_had(kind: str) -> None:
    column = fitted(kind)
    for value in VALUES[kind]:
        decoded = column.decode(column.encode(column.parse(value)))
        if kind in ("number", "vector", "numbers"):
            assert torch.tensor(decoded).allclose(torch.tensor(value))
        else:
            assert decoded == value


DAMAGED: list[tuple[Any, str]] = [
    ([1], "a column is [1]; expected an object"),
    ({"name": "n"}, "kind is an empty value"),
    ({"kind": ["label"], "name": "n"}, "kind is ['label']"),
    ({"kind": "label", "name": 3, "symbols": ["a"]}, "name is 3; expected a text"),
    ({"kind": "label", "name": "n"}, "has other keys than kind, name, symbols"),
    ({"kind": "label", "name": "n", "symbols": ["a"], "mean": [0]}, "has other keys"),
    ({"kind": "label", "name": "n", "symbols": "ab"}, "not a list, or an empty one"),
    ({"kind": "label", "name": "n", "symbols": []}, "not a list, or an empty one"),
    ({"kind": "label", "name": "n", "symbols": [1]}, "symbols that are not texts"),
    ({"kind": "tags", "name": "n", "symbols": ["aa", "aa"]}, "stands twice"),
    ({"kind": "characters", "name": "n", "symbols": ["aa"]}, "not single characters"),
    ({"kind": "bytes", "name": "n", "symbols": ["a"]}, "not the 256 bytes"),
    ({"kind": "bpe", "name": "n", "symbols": ["a"]}, "other keys than kind, name, symbols and"),
    ({"kind": "bpe", "name": "n", "symbols": ["a"], "merges": []}, "the symbols lack a byte"),
    ({"kind": "bpe", "name": "n", "symbols": ["€"], "merges": []}, "does not stand for a byte"),
    ({"kind": "bpe", "name": "n", "symbols": ["a"], "merges": [1]}, "not pairs of texts"),
    (
        {"kind": "bpe", "name": "n", "symbols": list(ALPHABET), "merges": [["a", "b"]]},
        "the merges do not belong to the symbols",
    ),
    ({"kind": "number", "name": "n", "symbols": ["aa"]}, "other keys than kind, name, mean and"),
    ({"kind": "number", "name": "n", "mean": [0], "unit": ["1"]}, "not a finite number"),
    ({"kind": "number", "name": "n", "mean": [1e999], "unit": [1]}, "not a finite number"),
    ({"kind": "number", "name": "n", "mean": [10**999], "unit": [1]}, "not a finite number"),
    ({"kind": "number", "name": "n", "mean": [0, 1], "unit": [1, 1]}, "2 means and 2 units"),
    ({"kind": "numbers", "name": "n", "mean": [0, 1], "unit": [1]}, "2 means and 1 units"),
    ({"kind": "numbers", "name": "n", "mean": [0], "unit": [0]}, "the units above 0"),
    ({"kind": "bits", "name": "n", "size": 0}, "the size 0; expected the number of bits"),
    ({"kind": "bits", "name": "n", "size": True}, "the size True; expected the number of bits"),
    ({"kind": "features", "name": "n", "symbols": ["a"], "form": "?"}, "the form '?'; expected"),
    ({"kind": "image", "name": "n", "size": 16, "shape": [4, 5]}, "which do not go together"),
    ({"kind": "image", "name": "n", "size": 16, "shape": 16}, "expected channels, rows"),
    ({"kind": "image", "name": "n", "size": 16, "shape": [4, 4], "white": 9}, "a white of 9; exp"),
    ({"kind": "image", "name": "n", "size": 10**8, "shape": [10**4] * 2}, "do not go together"),
]


@pytest.mark.parametrize(("said", "reason"), DAMAGED)
def test_damaged_columns_are_refused_in_one_line(said: Any, reason: str) -> None:
    with pytest.raises(DataError) as caught:
        restored(said)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_numbers_are_alike_but_for_a_last_digit() -> None:
    said = saved(fitted("number"))
    near, far = said | {"mean": [said["mean"][0] + 1e-12]}, said | {"mean": [0.0]}
    assert restored(said).alike(restored(near))
    assert not restored(said).alike(restored(far))
    assert not restored(said).alike(restored(said | {"unit": [1.0]}))
    assert not restored(said).alike(fitted("label"))
