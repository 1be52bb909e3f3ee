"""A table of pictures and their captions."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Pictures

from tests.helpers.data_files import Write
from throughtime.data import DataError, Reading, load
from throughtime.model.picture_encoder import PictureEncoder
from throughtime.sequence import Sequence
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
    assert data.schema.picture_shape is not None
    assert data.schema.picture_shape in ((1, 6, 8), (1, 32, 64))  # that of training's first
    x = data.splits["train"].x
    assert isinstance(x, torch.Tensor)
    assert x.shape[1] == math.prod(data.schema.picture_shape)
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


@pytest.mark.parametrize("rows", [12, 60])
def test_captions_that_repeat_are_texts(rows: int, write: Write, tmp_path: Path) -> None:
    lines = [f"{draw(tmp_path, i % 12)},{'ab'[i % 2]} picture" for i in range(rows)]
    data = load(write("a.csv", "\n".join(["file,caption", *lines]) + "\n"))
    assert "caption as characters, given file as image (8 × 6, in grey" in data.description


def test_a_folder_of_pictures_with_their_captions_beside_them(tmp_path: Path) -> None:
    for i, caption in enumerate(CAPTIONS):
        picture = tmp_path / draw(tmp_path, i)
        picture.with_suffix(".txt").write_text(f"\n {caption}\nthe same again\n")
    data = load(tmp_path)
    assert data.wiring == VECTOR_TO_SEQUENCE
    assert data.schema.y_vocabulary is not None
    y = data.splits["train"].y
    assert isinstance(y, Sequence)
    texts = [data.schema.y_vocabulary.decode(row) for row in y.to_list()]
    assert len(texts) == 20
    assert set(texts[1::2]) == {"the same again"}  # two rows a picture, in the same part
    assert set(texts[::2]) < set(CAPTIONS)
    assert load(tmp_path / "pictures", reading=Reading(target="caption:words")).schema.y_vocabulary

    (tmp_path / "pictures" / "3.txt").write_text(" \n")
    with pytest.raises(DataError, match=r"pictures/3.txt: has only blank lines"):
        load(tmp_path)
    (tmp_path / "pictures" / "3.txt").unlink()
    with pytest.raises(DataError, match=r"pictures/3.png: has no caption; expected one in .*3.txt"):
        load(tmp_path)


def test_parts_of_their_own_may_be_folders(tmp_path: Path) -> None:
    for part in ("a", "b", "nothing"):
        (tmp_path / part).mkdir()
    for i, caption in enumerate(CAPTIONS):
        for part in ("a", "b"):
            draw(tmp_path / part, i)
            (tmp_path / part / "pictures" / f"{i}.txt").write_text(caption)
    (tmp_path / "a" / "album.png").mkdir()
    (tmp_path / "a" / "pictures" / "._0.png").write_text("what an archive leaves")
    data = load(tmp_path / "a", reading=Reading(test=str(tmp_path / "b")))
    assert len(data.splits["test"]) == 12
    for wrong, reason in (("nothing", "a folder without"), ("no", "no such file")):
        with pytest.raises(DataError, match=reason):
            load(tmp_path / "a", reading=Reading(valid=str(tmp_path / wrong)))


def test_what_is_wrong_with_a_caption_is_said_with_its_own_file(tmp_path: Path) -> None:
    for i, caption in enumerate(CAPTIONS):
        picture = tmp_path / draw(tmp_path, i)
        picture.with_suffix(".txt").write_text(f"{caption}\n\n{'ab'[i == 3]}\n")
    told = Reading(input="image", target="caption:number")
    with pytest.raises(DataError, match=r"pictures/0.txt:1: column 'caption'"):
        load(tmp_path, reading=told)


def test_a_folder_is_the_one_table_in_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="a folder without a table or pictures"):
        load(tmp_path)
    rows = [f"{draw(tmp_path, i)},{c}" for i, c in enumerate(CAPTIONS)]
    (tmp_path / "a.csv").write_text("\n".join(["file,caption", *rows]) + "\n")
    assert load(tmp_path).name == "a"
    (tmp_path / "b.csv").write_text("file,caption\n")
    with pytest.raises(
        DataError, match=r"a folder with 2 tables; give one of them, such as .*a.csv"
    ):
        load(tmp_path)


def test_a_bright_picture_is_not_a_dark_one() -> None:
    torch.manual_seed(0)
    encoder = PictureEncoder((1, 8, 6), 5).eval()
    dark, bright = (encoder(torch.full((1, 48), grey)) for grey in (0.2, 0.8))
    assert (dark - bright).abs().max() > 0.1
