"""What a folder has that is not read is said, with what to give."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from throughtime.data import DataError, load


def pictures(folder: Path, *names: str) -> Path:
    for i, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8), 9 * i).save(folder / name)
    return folder


@pytest.mark.parametrize("part", ["test", "val"])
def test_folders_for_parts_are_given_each(part: str, tmp_path: Path) -> None:
    folder = pictures(tmp_path / "a", "train/cat/0.png", f"{part}/dog/1.png")
    option = {"test": "--test", "val": "--valid"}[part]
    with pytest.raises(DataError) as error:
        load(folder)
    assert str(error.value).endswith(
        f"where these are parts, give {folder / 'train'} and {option} {folder / part}"
    )


def test_a_list_of_captions_is_pointed_to(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "a", *(f"{i}.jpg" for i in range(12)))
    with pytest.raises(DataError, match="or all pictures in folders that are named as their lab"):
        load(folder)
    rows = "".join(f"{i}.jpg,it is dark\n" for i in range(12))
    (folder / "captions.txt").write_text("image,caption\n" + rows)
    with pytest.raises(DataError, match=r"where \S*a/captions\.txt has them, give that$"):
        load(folder)
    assert load(folder / "captions.txt").schema.y.kind == "characters"


def test_boxes_are_no_captions(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "a", *(f"{i}.png" for i in range(12)))
    for i in range(12):
        (folder / f"{i}.txt").write_text(f"{i % 2} 0.5 0.5 0.2 0.2\n")
    with pytest.raises(DataError, match=r"a: the texts beside the pictures are boxes in them"):
        load(folder)
    for i in range(12):
        (folder / f"{i}.txt").write_text(f"{i} 4 7\n")  # what a picture says is a caption
    load(folder)


@pytest.mark.parametrize(
    ("ending", "kind"), [("heic", "pictures of a kind"), ("svg", "pictures"), ("wav", "sound")]
)
def test_files_of_other_kinds_have_their_names(ending: str, kind: str, tmp_path: Path) -> None:
    (tmp_path / "a" / "cat").mkdir(parents=True)
    (tmp_path / "a" / "cat" / f"0.{ending}").touch()
    with pytest.raises(DataError, match=rf"a: 1 files such as cat/0\.{ending} are {kind}"):
        load(tmp_path / "a")


def test_pictures_that_are_not_read_are_not_left_out_without_a_word(tmp_path: Path) -> None:
    names = [f"{'cat' if i % 2 else 'dog'}/{i}.png" for i in range(16)]
    folder = pictures(tmp_path / "a", *names)
    (folder / "cat" / "0.wav").touch()
    assert sum(map(len, load(folder).splits.values())) == 16
    (folder / "cat" / "0.heic").touch()
    with pytest.raises(DataError, match=r"a: 1 files .* as PNG or JPEG, or take them out of the f"):
        load(folder)


@pytest.mark.parametrize("ending", ["jfif", "pgm", "JPG"])
def test_pictures_with_other_endings(ending: str, tmp_path: Path) -> None:
    names = [f"{'cat' if i % 2 else 'dog'}/{i}.png" for i in range(16)]
    folder = pictures(tmp_path / "a", *names)
    for name in names:
        with Image.open(folder / name) as picture:
            form = "PPM" if ending == "pgm" else "JPEG"
            picture.save((folder / name).with_suffix(f".{ending}"), form)
        (folder / name).unlink()
    assert sum(map(len, load(folder).splits.values())) == 16
