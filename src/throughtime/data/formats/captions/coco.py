"""Captions as COCO has them: one JSON object with ``images`` and ``annotations``."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.files.json_text import from_json
from throughtime.data.files.text_file import lines_of
from throughtime.data.table.table import Table

KEYS = ("images", "annotations")


class Annotations(Table):
    """Pictures and captions; messages count the annotations from 0, as JSON does."""

    def at(self, row: int) -> str:
        """The annotation in a message: ``coco.json: annotations[3]``."""
        return f"{self.path}: annotations[{self.lines[row]}]"


def is_coco(path: Path) -> bool:
    """Whether a .json file is one object with lists of ``images`` and ``annotations``."""
    if path.suffix.lower() != ".json" or not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if any(content.find(f'"{key}"'.encode()) < 0 for key in KEYS):
            return False  # without the memory that parsing takes
    try:
        whole = from_json("\n".join(lines_of(path)))
    except (DataError, ValueError):
        return False
    return isinstance(whole, dict) and all(isinstance(whole.get(key), list) for key in KEYS)


def read_coco(path: Path) -> Table:
    """The pictures and their captions, a row for each annotation.

    Raises:
        DataError: with the annotation, if it has no caption or is of no picture in ``images``.
    """
    whole = from_json("\n".join(lines_of(path)))
    names: dict[Any, str] = {}
    for i, image in enumerate(whole["images"]):
        match image:
            case {"id": int() | str() as key, "file_name": str() as name} if (
                names.setdefault(key, name) == name
            ):
                continue
        raise DataError(
            f"{path}: images[{i}] is {_short(image)}; expected an object with a file_name, and an "
            "id that no other picture has"
        )
    images, captions = [], []
    for i, annotation in enumerate(whole["annotations"]):
        match annotation:
            case {"image_id": int() | str() as key, "caption": str() as caption} if key in names:
                images.append(names[key])
                captions.append(caption.strip())
                continue
        raise DataError(
            f"{path}: annotations[{i}] is {_short(annotation)}; expected an object with a caption, "
            "and the image_id of one of the images"
        )
    if not images:
        raise DataError(f"{path}: no annotations; expected some, with captions")
    return Annotations(path, {"image": images, "caption": captions}, list(range(len(images))))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"
