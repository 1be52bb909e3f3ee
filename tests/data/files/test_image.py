"""A table of pictures and their captions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Pictures

from data_files import Write
from throughtime.data import DataError, Reading, load
from throughtime.wiring import VECTOR_TO_SEQUENCE

CAPTIONS = [f"picture of {'abcdefghijkl'[i]}{'xyz'[i % 3]}" for i in range(12)]


def draw(folder: Path, i: int, size: tuple[int, int] = (8, 6)) -> str:
    grey = np.full((size[1], size[0]), 20 * i, dtype=np.uint8)
    (folder / "pictures").mkdir(exist_ok=True)
    Pictures.fromarray(grey).convert("RGB").save(folder / "pictures" / f"{i}.png")
    return f"pictures/{i}.png"


def test_pictures_are_vectors_in_the_size_of_the_first(write: Write, tmp_path: Path) -> None:
    sizes = [(8, 6)] * 11 + [(200, 100)]
    rows = [f"{draw(tmp_path, i, sizes[i])},{c}" for i, c in enumerate(CAPTIONS)]
    data = load(write("a.csv", "\n".join(["file,caption", *rows]) + "\n"))
    assert data.wiring == VECTOR_TO_SEQUENCE
    assert data.picture_shape in ((6, 8), (32, 64))  # that of training's first
    x = data.splits["train"].x
    assert isinstance(x, torch.Tensor)
    assert x.shape[1] == data.picture_shape[0] * data.picture_shape[1]
    assert float(x.min()) >= 0
    assert float(x.max()) <= 1
    shades = {round(float(row[0]) * 255) for row in x}
    assert shades <= {20 * i for i in range(12)}


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (lambda path: path.unlink(), "no such picture"),
        (lambda path: path.write_bytes(b"nothing"), "cannot be read as a picture"),
        (lambda path: Pictures.new("L", (2, 2)).save(path), "2 × 2"),
    ],
)
def test_a_picture_that_is_not_there_is_named_with_its_line(
    write: Write, tmp_path: Path, damage: Callable[[Path], object], expected: str
) -> None:
    rows = [f"{draw(tmp_path, i)},{c}" for i, c in enumerate(CAPTIONS)]
    path = tmp_path / "pictures" / "4.png"
    damage(path)
    with pytest.raises(DataError, match=f"a.csv:6: column 'file': .*4.png: .*{expected}"):
        load(write("a.csv", "\n".join(["file,caption", *rows]) + "\n"))


def test_pictures_of_a_test_file_are_beside_that_file(write: Write, tmp_path: Path) -> None:
    rows = [f"{draw(tmp_path, i)},{c}" for i, c in enumerate(CAPTIONS)]
    train = write("a.csv", "\n".join(["file,caption", *rows]) + "\n")
    (tmp_path / "elsewhere").mkdir()
    elsewhere = draw(tmp_path / "elsewhere", 12)  # of which there is none beside the other
    test = write("elsewhere/b.csv", f"file,caption\n{elsewhere},another one\n")
    assert len(load(str(train), reading=Reading(test=str(test))).splits["test"]) == 1


def test_a_picture_that_no_memory_holds_is_named(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(*_: object) -> None:
        raise MemoryError

    rows = [f"{draw(tmp_path, i)},{c}" for i, c in enumerate(CAPTIONS)]
    path = write("a.csv", "\n".join(["file,caption", *rows]) + "\n")
    monkeypatch.setattr(Pictures.Image, "convert", too_large)
    with pytest.raises(DataError, match=r"a.csv:\d+: column 'file': .*png: cannot .*MemoryError"):
        load(path)
