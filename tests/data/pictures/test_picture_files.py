"""Pictures are found by the names that a file has for them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from throughtime.data import DataError
from throughtime.data.pictures import picture_files
from throughtime.data.pictures.picture_files import PictureFiles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "Images/b.png", "x/c.png", "y/c.png", "x/deep/d.png", "y/deep/d.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a.png", "a.png"),
        ("Images/b.png", "Images/b.png"),
        ("b.png", "Images/b.png"),
        (r"Images\b.png", "Images/b.png"),
        (r".\a.png", "a.png"),
        ("y/c.png", "y/c.png"),
        (r"x\deep\d.png", "x/deep/d.png"),
    ],
)
def test_beside_the_file_or_by_its_name_below(name: str, found: str, folder: Path) -> None:
    assert PictureFiles().find(name, folder) == folder / found


def test_two_of_one_name_are_both_named(folder: Path) -> None:
    for name in ("c.png", "deep/d.png"):
        both = re.escape(f"is {folder}/x/{name} or {folder}/y/{name}; write the path")
        with pytest.raises(DataError, match=both):
            PictureFiles().find(name, folder)


@pytest.mark.parametrize("name", ["e.png", "z/a.png", "/a.png", "x", "", "a\0.png", "n" * 300])
def test_none_of_that_name_is_refused(name: str, folder: Path) -> None:
    with pytest.raises(DataError, match="no such picture, and none of that name in the folders be"):
        PictureFiles().find(name, folder)


def test_the_folder_of_the_pictures_may_be_said(folder: Path) -> None:
    files = PictureFiles(folder / "x")
    assert files.find("c.png", folder) == folder / "x" / "c.png"
    assert files.find("x/c.png", folder / "y") == folder / "x" / "c.png"  # the folder's own name
    with pytest.raises(DataError, match="no such picture"):
        files.find("a.png", folder)  # which is beside the file, and not in that folder


def test_a_name_is_not_looked_for_in_a_whole_disk(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_files, "MOST_FILES", 5)
    with pytest.raises(DataError, match=r"more than 5 files in .* and below, too many to look"):
        PictureFiles().find("d.png", folder)
    assert PictureFiles().find("x/c.png", folder) == folder / "x" / "c.png"


def test_an_id_is_the_name_of_a_picture_without_its_ending(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    for name in ("001.jpg", "002.png", "002.txt", "v1.5.png"):
        (tmp_path / "images" / name).touch()
    files = PictureFiles()
    for name, found in (("001", "001.jpg"), ("images/002", "002.png"), ("v1.5", "v1.5.png")):
        assert files.find(name, tmp_path) == tmp_path / "images" / found
    with pytest.raises(DataError, match="no such picture"):
        files.find("1", tmp_path)
