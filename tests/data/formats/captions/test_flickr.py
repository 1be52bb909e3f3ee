"""Captions that are counted by ``#`` after the name of their picture."""

from pathlib import Path

import pytest

from tests.helpers.albums import album
from tests.helpers.data_files import Write
from throughtime.data import DataError, Reading, load
from throughtime.data.formats.captions.flickr import is_flickr, read_flickr


def captions(names: list[str], form: str = "{name}#{i}\ta thing, {name} {i} .") -> str:
    return "".join(form.format(name=name, i=i) + "\n" for name in names for i in range(2))


def test_pictures_and_captions(write: Write, tmp_path: Path) -> None:
    names = album(tmp_path / "Images")
    path = write("Flickr8k.token.txt", captions(names))
    assert is_flickr(path)
    table = read_flickr(path)
    assert table.columns["image"][:3] == ["p0.png", "p0.png", "p1.png"]
    assert table.columns["caption"][:2] == ["a thing, p0.png 0 .", "a thing, p0.png 1 ."]
    assert table.at(2) == f"{path}:3"
    for told in (Reading(), Reading(format="table")):
        data = load(path, reading=told)
        assert data.schema.picture_shape == (1, 6, 8)
        assert {part: len(rows) for part, rows in data.splits.items()} == {
            "train": 20,  # both captions of a picture are in the same part
            "valid": 2,
            "test": 2,
        }


def test_names_of_the_columns_may_stand_above(write: Write) -> None:
    path = write("a.csv", "file\tsaid\n" + captions(["x/p0.jpg", "x/p1.JPG"]))
    assert is_flickr(path)
    assert read_flickr(path).columns["file"] == ["x/p0.jpg"] * 2 + ["x/p1.JPG"] * 2
    assert read_flickr(path).at(0) == f"{path}:2"


@pytest.mark.parametrize(
    "content",
    [
        "a text\n",
        "p0.jpg\ta caption without a number\n",
        "p0.jpg#0 a caption without a tab\n",
        "C#1\tno picture\n",
        captions(["p0.jpg"]) + "and a line of text\n",
        "",
        b"\x89PNG\0\xff",
    ],
)
def test_other_files_are_others(content: str | bytes, write: Write) -> None:
    assert not is_flickr(write("a.txt", content))


def test_a_line_of_another_form_is_named(write: Write) -> None:
    for line in ("p.jpg.1#0\tno such picture", "no caption", "p.jpg#1"):
        path = write("a.token", captions([f"p{i}.jpg" for i in range(20)]) + line + "\n")
        assert is_flickr(path)
        with pytest.raises(DataError, match=r"a\.token:41: '.*' does not begin with a picture and"):
            read_flickr(path)


def test_of_a_long_file_the_beginning_tells(write: Write) -> None:
    path = write("a.txt", captions(["p0.jpg"], "{name}#{i}\t" + "é" * 20_000) * 9)
    assert is_flickr(path)
    assert len(read_flickr(path)) == 18
