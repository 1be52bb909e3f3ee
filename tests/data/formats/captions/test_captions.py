"""Files of captions are known by what is in them."""

from pathlib import Path

import pytest

from tests.helpers.albums import album
from tests.helpers.data_files import Write
from throughtime.data import Reading, load
from throughtime.data.formats.captions.captions import captions_reader
from throughtime.data.formats.tables import read_table


@pytest.mark.parametrize("name", ["captions.txt", "results.token", "captions.csv"])
def test_a_list_of_pictures_is_a_table_whatever_its_name(
    name: str, write: Write, tmp_path: Path
) -> None:
    rows = [f'{file},"A thing , seen {i} ."' for i, file in enumerate(album(tmp_path / "Images"))]
    data = load(write(name, "\n".join(["image,caption", *rows]) + "\n"))
    assert (data.schema.x[0].kind, data.schema.picture_shape) == ("image", (1, 6, 8))
    assert sum(map(len, data.splits.values())) == 12


def test_the_folder_of_the_pictures_may_be_said(write: Write, tmp_path: Path) -> None:
    for folder, mode in (("a", "L"), ("b", "RGB")):
        names = album(tmp_path / folder, mode=mode)
    rows = "\n".join(["image,caption", *(f"{file},{file} seen" for file in names)]) + "\n"
    path = write("a.csv", rows)
    for folder, channels in (("a", 1), ("b", 3)):
        data = load(path, reading=Reading(images=str(tmp_path / folder)))
        assert data.schema.picture_shape == (channels, 6, 8)


@pytest.mark.parametrize(
    "content",
    [
        "image,caption\n",
        "a name\nb.jpg, too\n",
        "a.jpg,a\nb.jpg,b\n",
        "one\ntwo\n",
        b"\x93NUMPY\0\1",
    ],
)
def test_other_files_are_others(content: str | bytes, write: Write, tmp_path: Path) -> None:
    assert captions_reader(write("a.txt", content)) is None
    assert captions_reader(tmp_path / "none.txt") is None


def test_a_list_is_read_as_a_table(write: Write) -> None:
    path = write("a.txt", "image;caption\na.jpg;one\n")
    assert captions_reader(path) is read_table
    assert captions_reader(path.rename(path.with_suffix(".csv"))) is None  # a table by its name
