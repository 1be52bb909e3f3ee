"""Refuse a column of paths of files that are not read here, such as sound or films, as texts."""

from __future__ import annotations

import re

from throughtime.data.errors import DataError
from throughtime.data.table.table import Table

OTHER_PICTURES = "pictures of a kind that is not read; save them as PNG or JPEG"

KINDS = {
    OTHER_PICTURES: (
        *("svg", "heic", "heif", "avif", "jxl", "jp2", "psd", "eps", "ico", "tga", "exr"),
        *("dcm", "nii", "cr2", "nef", "arw", "dng", "raw"),
    ),
    "sound; make each a list of numbers in a column": (
        *("wav", "mp3", "flac", "ogg", "opus", "m4a", "aac", "aif", "aiff", "wma"),
    ),
    "films; make them pictures or lists of numbers": ("mp4", "mov", "avi", "mkv", "webm", "mpg"),
    "arrays; write each as a list of numbers in a column": ("npy", "npz", "mat", "h5", "pt"),
    "documents; write their texts in a column": ("pdf", "doc", "docx", "txt", "html", "xml"),
    "music; write its notes in a column": ("mid", "midi", "mxl", "musicxml", "krn", "abc"),
}
"""What files are by the endings of their names, and what to do with them."""

BASE64 = ("data:image/", "iVBORw0KGgo", "/9j/", "R0lGOD", "UklGR")
"""What pictures in base64 begin with: as an address, and PNG, JPEG, GIF and WebP."""

NAME = re.compile(r"[^\n]*[^\s./\\]\.(\w{1,8})")


def check_no_files(table: Table, name: str) -> None:
    """Refuse a column of names of files, or of pictures in base64, that would be taken for texts.

    Raises:
        DataError: with file and line, and what to do; a kind that is given is no guess.

    Example:
        >>> from pathlib import Path
        >>> check_no_files(Table(Path("a.csv"), {"clip": ["a.wav", "b.mp3"]}, [2, 3]), "clip")
        Traceback (most recent call last):
        ...
        throughtime.data.errors.DataError: a.csv:2: column 'clip' has names of files, such as
        'a.wav': sound; make each a list of numbers in a column; or ...
    """
    values = table.column(name)
    if all(isinstance(v, str) and v.strip().startswith(BASE64) for v in values):
        raise DataError(
            f"{table.at(0)}: column {name!r} has pictures in base64 ({values[0][:30]}…); write "
            "each to a file and its name here, or their bytes to a Parquet file"
        )
    found = [NAME.fullmatch(v.strip()) if isinstance(v, str) else None for v in values]
    endings = {match[1].lower() for match in found if match is not None}
    for kind, of_kind in KINDS.items():
        if all(found) and endings and endings <= set(of_kind):
            raise DataError(
                f"{table.at(0)}: column {name!r} has names of files, such as {values[0]!r}: "
                f"{kind}; or give {name}:characters to model the names themselves"
            )
