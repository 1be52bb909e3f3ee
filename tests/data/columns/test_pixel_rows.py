"""A picture and its label: the picture is read row by row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Pictures

from tests.helpers.data_files import Write
from throughtime.data import DataError, Reading, load
from throughtime.data.columns import Image, PixelRows
from throughtime.sequence import Sequence
from throughtime.wiring import SEQUENCE_TO_VECTOR, VECTOR_TO_SEQUENCE


def shades(folder: Path, names: list[str], kind: type[np.generic] = np.uint8) -> None:
    """Pictures of 6 rows and 4 columns, with other values in each."""
    for i, name in enumerate(names):
        values = np.arange(24).reshape(6, 4) + 10 * i
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Pictures.fromarray(values.astype(kind)).save(folder / name)


def table(write: Write, tmp_path: Path, labels: list[str], name: str = "label") -> Path:
    files = [f"{i}.png" for i in range(len(labels))]
    shades(tmp_path, files)
    rows = "\n".join(f"{file},{label}" for file, label in zip(files, labels, strict=True))
    return write("a.csv", f"file,{name}\n{rows}\n")


@pytest.mark.parametrize("labels", [["cat", "dog", "traffic light"] * 6, ["0", "1", "2"] * 6])
def test_a_picture_with_a_label_is_read_row_by_row(
    labels: list[str], write: Write, tmp_path: Path
) -> None:
    path = table(write, tmp_path, labels)
    data = load(path)
    assert (data.schema.x[0].kind, data.schema.y.kind) == ("rows", "label")
    assert data.schema.picture_shape is None
    assert data.wiring == SEQUENCE_TO_VECTOR
    x = data.splits["train"].x
    assert isinstance(x, Sequence)
    assert (x.values.shape[1:], set(x.lengths.tolist())) == ((6, 4), {6})
    first = x.values[0] * 255
    assert torch.allclose(first, first[0, 0] + torch.arange(24.0).view(6, 4))
    spelled = load(path, reading=Reading(target="label:characters", input="file"))
    assert (spelled.schema.x[0].kind, spelled.wiring) == ("image", VECTOR_TO_SEQUENCE)


@pytest.mark.parametrize(
    "captions",
    [
        ["a cat", "a dog", "no pet"] * 6,  # captions repeat
        [f"word{i}" for i in range(18)],
    ],
)
def test_captions_are_no_labels(captions: list[str], write: Write, tmp_path: Path) -> None:
    data = load(table(write, tmp_path, captions))
    assert (data.schema.x[0].kind, data.schema.y.kind) == ("image", "characters")


def test_a_column_that_is_called_so_has_captions(write: Write, tmp_path: Path) -> None:
    data = load(table(write, tmp_path, ["cat", "dog", "ox"] * 6, name="Caption"))
    assert (data.schema.x[0].kind, data.schema.y.kind) == ("image", "characters")


def test_colours_of_a_row_stand_together(tmp_path: Path) -> None:
    values = np.arange(72, dtype=np.uint8).reshape(6, 4, 3)
    Pictures.fromarray(values).save(tmp_path / "a.png")
    rows, whole = PixelRows("file"), Image("file")
    for column in (rows, whole):
        column.fit([column.parse("a.png", tmp_path)], 1)
    encoded = rows.encode(rows.parse("a.png", tmp_path))
    assert (encoded.shape, rows.size) == ((6, 12), 12)
    assert torch.allclose(encoded[1, :4] * 255, torch.tensor([12.0, 15, 18, 21]))  # red
    seen = whole.decode(whole.encode(whole.parse("a.png", tmp_path)))
    assert rows.decode(encoded) == seen


def test_a_picture_as_a_whole_has_no_label(write: Write, tmp_path: Path) -> None:
    path = table(write, tmp_path, ["cat", "dog"] * 8)
    with pytest.raises(DataError, match="NAME:rows for a picture that is read row by row"):
        load(path, reading=Reading(input="file:image", target="label:label"))


def test_folders_are_labels(tmp_path: Path) -> None:
    names = [f"{'cat' if i % 2 else 'dog'}/{i}.png" for i in range(16)]
    shades(tmp_path / "pets", names)
    data = load(tmp_path / "pets")
    assert (data.schema.x[0].kind, data.schema.y.kind) == ("rows", "label")
    assert data.schema.y_vocabulary is not None
    assert list(data.schema.y_vocabulary) == ["cat", "dog"]
    assert sum(map(len, data.splits.values())) == 16
    (tmp_path / "pets/cat/1.png").write_bytes(b"no")
    with pytest.raises(DataError, match=r"cat/1.png: column 'image': .* cannot be read as a pict"):
        load(tmp_path / "pets")
    shades(tmp_path / "pets", ["test/cat/1.png"])  # parts, or labels of labels
    with pytest.raises(DataError, match=r"cat/1.png: has no caption"):
        load(tmp_path / "pets")


def test_twelve_bits_in_sixteen_are_not_dark(write: Write, tmp_path: Path) -> None:
    path = table(write, tmp_path, ["cat", "dog"] * 8)
    for i in range(16):
        values = np.full((6, 4), 4095 if i % 2 else 2000, np.uint16)
        Pictures.fromarray(values).save(tmp_path / f"{i}.png")
    data = load(path)
    x = data.splits["train"].x
    assert isinstance(x, Sequence)
    assert {round(v, 4) for v in x.values.flatten().tolist()} == {1.0, round(2000 / 4095, 4)}
    assert "(4 × 6, in grey, white 4,095)" in data.description
