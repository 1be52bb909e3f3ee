"""A table of pictures and their captions."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
import torch
from PIL import Image as Pictures

from tests.helpers.data_files import Write
from throughtime.data import DataError, Reading, load, read
from throughtime.data.columns import Image, Ink, image, restored, saved
from throughtime.data.columns.image import is_picture
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


def coloured(folder: Path, i: int, mode: str = "RGB") -> str:
    Pictures.new("RGB", (8, 6), (20 * i, 100, 0)).convert(mode).save(folder / f"{i}.png")
    return f"{i}.png"


def column_of(kind: type[Image], folder: Path, names: list[str]) -> Image:
    column = kind("photo")
    column.fit([column.parse(name, folder) for name in names], 1)
    return column


def test_one_picture_in_colour_makes_three_channels(tmp_path: Path) -> None:
    names = [draw(tmp_path, 3), coloured(tmp_path, 5), draw(tmp_path, 7)]
    column = column_of(Image, tmp_path, names)
    assert (column.picture_shape, column.size) == ((3, 6, 8), 144)
    assert column.describe() == "image (8 × 6, in colour)"
    grey, colour, _ = (column.encode(column.parse(name, tmp_path)) for name in names)
    assert grey.tolist() == pytest.approx([60 / 255] * 144)
    assert colour.view(3, 48).mean(1).tolist() == pytest.approx([100 / 255, 100 / 255, 0])
    assert column.decode(colour)[5][7] == pytest.approx([100 / 255, 100 / 255, 0])  # a pixel
    ink = column_of(Ink, tmp_path, names)
    assert ink.encode(ink.parse(names[1], tmp_path)).tolist() == (1 - colour).tolist()
    assert torch.tensor(ink.decode(1 - colour)).allclose(torch.tensor(column.decode(colour)))


def test_white_of_twelve_bits_is_one(tmp_path: Path) -> None:
    grey = np.array([[0, 4095, 2048, 1024]] * 4, np.uint16)
    Pictures.fromarray(grey).save(tmp_path / "a.png")
    column = column_of(Image, tmp_path, ["a.png"])
    again = restored(json.loads(json.dumps(saved(column))))
    for one in (column, again):
        row = one.encode(one.parse("a.png", tmp_path))[:4]
        assert row.tolist() == pytest.approx([0, 1, 2048 / 4095, 1024 / 4095], abs=1e-6)


def test_what_was_learned_from_grey_pictures_stays_grey(tmp_path: Path) -> None:
    column = column_of(Image, tmp_path, [draw(tmp_path, 3)])
    assert column.picture_shape == (1, 6, 8)
    later = column.encode(column.parse(coloured(tmp_path, 5), tmp_path))
    assert later.tolist() == pytest.approx([round(0.299 * 100 + 0.587 * 100) / 255] * 48)
    assert column.decode(later)[0] == later[:8].tolist()


def test_channels_and_size_are_saved(tmp_path: Path) -> None:
    column = Image("photo")
    column.read_by(Reading(pixels=5))
    column.fit([column.parse(coloured(tmp_path, 5), tmp_path)], 1)
    assert column.picture_shape == (3, 4, 5)
    again = restored(json.loads(json.dumps(saved(column))))
    assert again.alike(column)
    assert again.parse("5.png", tmp_path).size == (5, 4)
    assert not again.alike(Image("photo").know((4, 5), 3))  # another largest size
    before = {"kind": "image", "name": "photo", "size": 20, "shape": [4, 5]}  # as runs had it
    assert restored(before).picture_shape == (1, 4, 5)


def test_the_largest_size_is_an_option(write: Write, tmp_path: Path) -> None:
    rows = [f"{draw(tmp_path, i, (300, 150))},{c}" for i, c in enumerate(CAPTIONS)]
    path = write("a.csv", "\n".join(["file,caption", *rows]) + "\n")
    for told, shape in ((Reading(), (1, 32, 64)), (Reading(pixels=100), (1, 50, 100))):
        assert load(path, reading=told).schema.picture_shape == shape
    words = write("b.csv", "word,label\n" + "".join(f"w{i},{'ab'[i % 2]}\n" for i in range(20)))
    series = write("c.csv", "day,value\n" + "".join(f"{i},{i * i % 7}\n" for i in range(30)))
    assert Reading(images="x").resolved().images == str(Path("x").resolve())
    with pytest.raises(DataError, match=r"--images: .*none is no folder; check the name"):
        load(path, reading=Reading(images=str(tmp_path / "none")))
    for told in (Reading(pixels=8), Reading(images="x")):
        for file in (words, series):
            with pytest.raises(DataError, match=r"--(pixels|images)"):
                load(file, reading=told)


def test_too_many_large_pictures_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image, "MOST_VALUES", 100)
    column_of(Image, tmp_path, [draw(tmp_path, 3)] * 2)
    with pytest.raises(DataError, match="3 pictures of 48 values each are too many"):
        column_of(Image, tmp_path, [draw(tmp_path, 3)] * 3)


def structs(folder: Path) -> list[dict[str, object]]:
    names = [coloured(folder, i) for i in range(12)]
    return [{"bytes": (folder / name).read_bytes(), "path": name} for name in names]


@pytest.mark.parametrize("form", ["structs", "bytes", "paths"])
def test_parquet_with_the_pictures_in_it(form: str, tmp_path: Path) -> None:
    cells: list[object] = list(structs(tmp_path))
    if form == "bytes":
        cells = [cell["bytes"] for cell in structs(tmp_path)]
    if form == "paths":
        cells = [{"bytes": None, "path": f"{i}.png"} for i in range(12)]
    table = pyarrow.table({"image": cells, "text": CAPTIONS})
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    data = load(tmp_path / "a.parquet")
    assert data.schema.picture_shape == (3, 6, 8)
    x = data.splits["train"].x
    assert isinstance(x, torch.Tensor)
    assert {round(float(row[0]) * 255) for row in x} <= {20 * i for i in range(12)}
    if form == "structs":
        rows = [{"image": cell, "text": "a"} for cell in structs(tmp_path)]
        rows[3]["image"] = {"bytes": b"\x89PNG", "path": "damaged.png"}
        with pytest.raises(DataError, match=r"row 4: column 'image': damaged.png: cannot be read"):
            read(rows)


def test_a_picture_is_repeated_by_its_name(tmp_path: Path) -> None:
    column, (cell, *_) = Image("photo"), structs(tmp_path)
    assert column.echo("a.png") == "a.png"
    assert column.echo(cell) == "0.png"
    content = cell["bytes"]
    assert isinstance(content, bytes)
    assert column.echo(content) == f"a picture of {len(content)} bytes"
    assert column.echo({"bytes": content, "path": None}) == f"a picture of {len(content)} bytes"


@pytest.mark.parametrize(
    "cell", [None, "", 3, {"bytes": None, "path": None}, {"path": 3}, {"a": 1}]
)
def test_what_is_no_picture_is_refused(cell: object) -> None:
    with pytest.raises(DataError, match="is no picture; expected a path, or the picture itself"):
        Image("photo").parse(cell)


def test_one_bad_cell_does_not_change_the_kind(write: Write, tmp_path: Path) -> None:
    rows = [f"{draw(tmp_path, i)},{c}" for i, c in enumerate(CAPTIONS)]
    rows[5] = f",{CAPTIONS[5]}"
    with pytest.raises(DataError, match=r"a\.csv:7: column 'file': .* no picture"):
        load(write("a.csv", "\n".join(["file,caption", *rows]) + "\n"))
    assert is_picture(b"RIFF\0\0\0\0WEBPVP8 ")
    assert not is_picture({"bytes": b"RIFF\0\0\0\0WAVEfmt ", "path": "a.wav"})


def test_a_model_of_colours_sees_them() -> None:
    torch.manual_seed(0)
    encoder = PictureEncoder((3, 4, 4), 5).eval()
    red, blue = (torch.zeros(1, 3, 16) for _ in "ab")
    red[:, 0], blue[:, 2] = 1, 1
    assert (encoder(red.flatten(1)) - encoder(blue.flatten(1))).abs().max() > 0.1
