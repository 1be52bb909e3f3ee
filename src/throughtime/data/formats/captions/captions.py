"""Which of the formats for captions of pictures a file has."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from throughtime.data.formats.captions.coco import is_coco, read_coco
from throughtime.data.formats.captions.flickr import first_lines, is_flickr, read_flickr
from throughtime.data.formats.folder import read_captions
from throughtime.data.formats.tables import is_table, read_table
from throughtime.data.pictures.picture_files import SUFFIXES
from throughtime.data.table.table import Table

LISTED = re.compile(
    rf'"?[^,;|\t]+({"|".join(map(re.escape, SUFFIXES))})"?([,;|\t]).*', re.IGNORECASE
)
"""A row that begins with the name of a picture."""


def captions_reader(path: Path) -> Callable[[Path], Table] | None:
    """What reads a file of captions, or a folder of pictures with captions; else None."""
    if path.is_dir():
        return read_captions
    if not path.is_file():
        return None
    if is_flickr(path):
        return read_flickr
    if is_coco(path):
        return read_coco
    return read_table if not is_table(path) and _is_list(path) else None


def _is_list(path: Path) -> bool:
    """Whether a text is a table of pictures, below a line of names: ``captions.txt``."""
    lines = first_lines(path)
    found = [LISTED.fullmatch(line) for line in lines]
    return (
        len(found) > 1
        and found[0] is None
        and all(row is not None and row[2] in lines[0] for row in found[1:])
    )
