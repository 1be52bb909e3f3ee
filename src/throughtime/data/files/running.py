"""A running text: one long row, without an end."""

from __future__ import annotations

from pathlib import Path

from throughtime.data.dataset import Dataset
from throughtime.data.errors import DataError
from throughtime.data.files.text_file import blocks_of
from throughtime.data.files.texts import Encoded, Pieces
from throughtime.data.splitting import PARTS
from throughtime.data.text import as_text

FEWEST = 1_000
"""Characters of a text of which a part can be held out."""


def read_running(path: Path) -> Dataset:
    """A UTF-8 text as one sequence of characters, line ends included: each is ``\\n``.

    The first 80 % are for training, the next 10 % for validation, the last for test. The file is
    read three times, a megabyte at a time, and may be larger than memory.

    Raises:
        DataError: if the file cannot be read, is not UTF-8, or is shorter than 1,000 characters.
    """
    count = sum(map(len, blocks_of(path)))
    if count < FEWEST:
        raise DataError(f"{path}: {count:,} characters; expected at least {FEWEST:,}")
    cuts = [count * 8 // 10, count * 9 // 10, count]
    encoded = Encoded(lambda: _divided(path, cuts), joined=True)
    description = f"the {count:,} characters of {path}"
    return as_text(
        path.stem,
        description,
        encoded.parts,
        encoded.vocabulary,
        encoded.unknown,
        running=True,
    )


def _divided(path: Path, cuts: list[int]) -> Pieces:
    """The blocks of a file with their parts, which end at the cuts."""
    begin = 0
    for block in blocks_of(path):
        start = 0
        for part, cut in zip(PARTS, cuts, strict=True):
            end = min(max(cut - begin, start), len(block))
            if end > start:
                yield part, [block[start:end]]
            start = end
        begin += len(block)
