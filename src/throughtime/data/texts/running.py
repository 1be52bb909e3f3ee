"""Running text: a file as one long row without an end."""

from __future__ import annotations

from pathlib import Path

from throughtime.data.dataset import Dataset
from throughtime.data.errors import DataError
from throughtime.data.files.opening import BLOCK
from throughtime.data.files.text_file import blocks_of, whole_lines
from throughtime.data.reading import AS_IT_IS, Reading
from throughtime.data.splitting import PARTS
from throughtime.data.texts.encoding import Pieces, encoded

FEWEST = {"train": 1_000, "valid": 100, "test": 100}
"""The fewest characters of a file, by the part that it is for."""


def read_running(path: Path, reading: Reading = AS_IT_IS) -> Dataset:
    """A UTF-8 text as one long sequence of symbols; each line end is ``\\n``.

    The first 80 % are for training, the next 10 % for validation, the last for test. If valid or
    test has a file of its own, the part is all of that file; if only one has, the other is the last
    ninth of the first file. The files are read three times, a megabyte at a time, and may be larger
    than memory.

    Raises:
        DataError: if a file cannot be read, is not UTF-8, or has fewer than 1,000 characters, or
            100 if it is held out.
    """
    separate = reading.part_files
    files = {"train": path, **separate}
    counts = {part: _count(file, FEWEST[part]) for part, file in files.items()}
    description = ", ".join(f"the {n:,} characters of {files[p]}" for p, n in counts.items())
    drawn, whole = [part for part in PARTS[1:] if part not in separate], counts["train"]
    shares = 8 + len(drawn)
    cuts = {p: whole * (8 + i) // shares for i, p in enumerate(["train", *drawn])}

    def read() -> Pieces:
        yield from _divided(path, cuts)
        for part, file in separate.items():
            yield from _divided(file, {part: counts[part]})

    return encoded(path, description, read, reading, running=True)


def _divided(path: Path, cuts: dict[str, int]) -> Pieces:
    """The lines of a text with their ends, a block at a time so that no word is cut, and their
    parts, cut at ``cuts``."""
    begin = 0
    for block in whole_lines(path, BLOCK):
        start = 0
        for part, cut in cuts.items():
            end = min(max(cut - begin, start), len(block))
            if end > start:
                yield part, block[start:end].splitlines(keepends=True)
            start = end
        begin += len(block)


def _count(path: Path, fewest: int) -> int:
    count = sum(map(len, blocks_of(path)))
    if count < fewest:
        raise DataError(f"{path}: {count:,} characters; expected at least {fewest:,}")
    return count
