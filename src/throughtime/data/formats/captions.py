"""Files of captions: which of the formats a file has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from throughtime.data.formats.coco import is_coco, read_coco
from throughtime.data.formats.flickr import is_flickr, read_flickr
from throughtime.data.formats.folder import read_captions
from throughtime.data.formats.table import Table


def captions_reader(path: Path) -> Callable[[Path], Table] | None:
    """What reads a file of captions, or a folder of pictures with captions; else None."""
    if path.is_dir():
        return read_captions
    if not path.is_file():
        return None
    return read_flickr if is_flickr(path) else read_coco if is_coco(path) else None
