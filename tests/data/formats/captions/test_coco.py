"""Captions as one JSON object of images and annotations."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.albums import album
from tests.helpers.data_files import Write
from throughtime.data import DataError, load
from throughtime.data.formats.captions.coco import is_coco, read_coco


def coco(names: list[str]) -> dict[str, Any]:
    return {
        "info": {"year": 2014},
        "images": [{"id": 70 + i, "file_name": name, "width": 8} for i, name in enumerate(names)],
        "annotations": [
            {"id": i, "image_id": 70 + i, "caption": f" a thing {i}\n"}
            for i in reversed(range(len(names)))
        ],
    }


def test_pictures_and_captions(write: Write, tmp_path: Path) -> None:
    path = write("captions.json", json.dumps(coco(album(tmp_path / "val2014"))))
    assert is_coco(path)
    table = read_coco(path)
    assert table.columns["image"][:2] == ["p11.png", "p10.png"]
    assert table.columns["caption"][:2] == ["a thing 11", "a thing 10"]
    assert table.at(2) == f"{path}: annotations[2]"
    assert load(path).schema.picture_shape == (1, 6, 8)
    (tmp_path / "val2014" / "p9.png").unlink()
    with pytest.raises(DataError, match=r"captions.json: annotations\[2\]: column 'image': .*p9.p"):
        load(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", "[]"),
        ("a.json", ""),
        ("a.json", '{"images": [], "annotations": {}}'),
        ("a.json", '{"images": ["p.png"], "annotations": []}\n' * 2),
        ("a.json", '{"images": [1], "annotations": '),
        ("a.jsonl", '{"images": [], "annotations": []}'),
    ],
)
def test_other_files_are_others(name: str, content: str, write: Write) -> None:
    assert not is_coco(write(name, content))


@pytest.mark.parametrize(
    ("key", "wrong", "reason"),
    [
        ("images", {"id": 1}, r"images\[2\] is {'id': 1}; expected an object with a file_name"),
        ("images", {"id": 70, "file_name": "other.png"}, r"images\[2\] is .*no other picture has"),
        ("images", "p0.png", r"images\[2\] is 'p0.png'"),
        ("annotations", {"image_id": 70, "bbox": [1]}, r"annotations\[2\] is .*with a caption"),
        (
            "annotations",
            {"image_id": 5, "caption": "a"},
            r"annotations\[2\] is .*one of the images",
        ),
        ("annotations", {"image_id": [7], "caption": "a"}, r"annotations\[2\] is "),
    ],
)
def test_what_is_wrong_is_named(key: str, wrong: object, reason: str, write: Write) -> None:
    content = coco(["p0.png", "p1.png"])
    content[key].append(wrong)
    with pytest.raises(DataError, match=reason):
        read_coco(write("a.json", json.dumps(content)))


def test_none_is_refused(write: Write) -> None:
    with pytest.raises(DataError, match=r"a\.json: no annotations; expected some, with captions"):
        read_coco(write("a.json", '{"images": [], "annotations": []}'))
