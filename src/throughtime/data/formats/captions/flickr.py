"""Captions as the Flickr sets have them: the name of a picture, ``#``, a number, a tab, a text."""

from __future__ import annotations

import re
from pathlib import Path

from throughtime.data.errors import DataError
from throughtime.data.files.text_file import lines_of
from throughtime.data.pictures.picture_files import SUFFIXES
from throughtime.data.table.table import Table

CAPTION = re.compile(r"([^\t]+)#\d+\t(.*)")
"""``a.jpg#0``, a tab, and the first of its captions."""

FIRST_LINES, FIRST_BYTES = 20, 2**16
"""So many lines of a file, and at most so many bytes, tell what it is."""


def first_lines(path: Path) -> list[str]:
    """The first lines of a file that are not blank, whatever file it is."""
    with path.open("rb") as file:
        begun = file.read(FIRST_BYTES)
    text = begun.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    whole = text.split("\n")[: None if len(begun) < FIRST_BYTES else -1]  # the last one may be cut
    return [line for line in whole[:FIRST_LINES] if line.strip()]


def is_flickr(path: Path) -> bool:
    """Whether the first lines of a file are captions of pictures that are counted by ``#``.

    A line of names may stand above them.
    """
    lines = first_lines(path)
    found = [CAPTION.fullmatch(line) for line in lines]
    if found and found[0] is None and _is_header(lines[0]):
        found = found[1:]
    return bool(found) and all(
        line is not None and line[1].lower().endswith(SUFFIXES) for line in found
    )


def read_flickr(path: Path) -> Table:
    """The pictures and their captions, a row for each line; the number of a caption is taken off.

    Raises:
        DataError: with file and line, if a line has no picture with a number, a tab and a caption.
    """
    lines = [(n, line) for n, line in enumerate(lines_of(path), 1) if line.strip()]
    names = ["image", "caption"]
    if not CAPTION.fullmatch(lines[0][1]) and _is_header(lines[0][1]):
        names = [name.strip() for name in lines.pop(0)[1].split("\t")]
    images, captions = [], []
    for number, line in lines:
        found = CAPTION.fullmatch(line)
        if found is None or not found[1].lower().endswith(SUFFIXES):
            raise DataError(
                f"{path}:{number}: {line[:40]!r} does not begin with a picture and the number of "
                "its caption; expected a.jpg#0, a tab and the caption, as in the first lines: "
                "mend the line, or leave it out"
            )
        images.append(found[1])
        captions.append(found[2].strip())
    return Table(path, dict(zip(names, (images, captions), strict=True)), [n for n, _ in lines])


def _is_header(line: str) -> bool:
    """Whether a line is names of two columns."""
    first, _, second = line.partition("\t")
    return bool(first.strip() and second.strip()) and first.strip() != second.strip()
