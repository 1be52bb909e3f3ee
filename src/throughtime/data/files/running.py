"""A running text: one long row, without an end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from throughtime.data.dataset import Dataset
from throughtime.data.errors import DataError
from throughtime.data.files.reading import AS_IT_IS, Reading
from throughtime.data.files.text_file import BLOCK, blocks_of
from throughtime.data.files.texts import Pieces, encoded
from throughtime.data.splitting import PARTS

FEWEST = 1_000
"""Characters of a text of which a part can be held out."""


def read_running(path: Path, reading: Reading = AS_IT_IS) -> Dataset:
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
    description = f"the {count:,} characters of {path}"
    return encoded(path, description, lambda: _divided(path, cuts), reading, running=True)


def _divided(path: Path, cuts: list[int]) -> Pieces:
    """The text in lines with their ends, some at a time, and their parts, which end at the cuts."""
    begin = 0
    for block in _whole_lines(path):
        start = 0
        for part, cut in zip(PARTS, cuts, strict=True):
            end = min(max(cut - begin, start), len(block))
            if end > start:
                yield part, block[start:end].splitlines(keepends=True)
            start = end
        begin += len(block)


def _whole_lines(path: Path) -> Iterator[str]:
    """Blocks that end with a line, where lines are shorter than that: no word is cut."""
    rest = ""
    for block in blocks_of(path):
        lines, end, rest = (rest + block).rpartition("\n")
        if end or len(rest) > BLOCK:
            yield lines + end or rest
            rest = rest if end else ""
    if rest:
        yield rest
