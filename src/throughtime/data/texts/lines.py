"""Text files with one sequence per line."""

from __future__ import annotations

import hashlib
from bisect import bisect
from collections.abc import Iterator
from itertools import accumulate, compress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from throughtime.data.dataset import Dataset
from throughtime.data.errors import DataError
from throughtime.data.files.text_file import blocks_of
from throughtime.data.reading import AS_IT_IS, Reading
from throughtime.data.splitting import FEWEST, PARTS
from throughtime.data.storage.flat import Spool
from throughtime.data.texts.encoding import Pieces, encoded

LONGEST = 2**20
"""The most characters in a line: a recurrent net keeps all steps of a line in memory."""

BUCKETS = 64
"""Hashes are divided into so many files, sorted one at a time; a power of two."""


def read_lines(path: str | Path, seed: int = 0, reading: Reading = AS_IT_IS) -> Dataset:
    """A UTF-8 text file, one sequence per line, divided 80/10/10.

    Any line ending is accepted. Blank lines are left out; the description says how many. The
    distinct lines are ordered by a hash with ``seed`` as its key, and divided. So all copies of a
    line are in the same part, and no test line is a training line; within a part, lines keep their
    multiplicity and the order of the file.

    If valid or test has a file of its own, the part is all lines of that file; if only one has, the
    other is a ninth of the first file's distinct lines. The description says how many held-out
    lines are also in training.

    The files are read three times, a megabyte at a time, and may be larger than memory: encoded
    lines, hashes and lengths are kept in the temporary folder.

    Args:
        path: the file.
        seed: decides which lines are held out.
        reading: which symbols, and separate files for validation and test.

    Raises:
        DataError: if a file cannot be read, is not UTF-8, has only blank lines, has fewer than ten
            distinct lines of which some are to be held out, or a line of more than a million
            characters.
    """
    path, separate = Path(path), reading.part_files
    drawn = [part for part in PARTS[1:] if part not in separate]
    files = {"train": path, **separate}
    hashed = {part: _Hashed(file, seed) for part, file in files.items()}
    train = hashed.pop("train")
    cuts = train.cuts(drawn)
    description = ", ".join(
        f"{len(hashes.all):,} lines of {hashes.path}" for hashes in (train, *hashed.values())
    )
    if blank := train.blank + sum(hashes.blank for hashes in hashed.values()):
        description += f"; {blank:,} blank lines left out"
    if shared := sum(train.shared(hashes, cuts) for hashes in hashed.values()):
        description += f"; {shared:,} held-out rows are also in training"

    def read() -> Pieces:
        yield from _divided(path, train.all.array(), cuts, drawn)
        for part, file in separate.items():
            for lines in _lines(file):
                yield part, _texts(lines)

    return encoded(path, description, read, reading)


class _Hashed:
    """The hashes of the lines of a file: in the order of the file, and in buckets by size."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path, self.blank, self.all = path, 0, Spool(np.uint64)
        self.buckets = [Spool(np.uint64) for _ in range(BUCKETS)]
        for lines in _lines(path):
            texts = _texts(lines)
            self.blank += len(lines) - len(texts)
            some = _hashes(texts, seed)
            self.all.write(some)
            which = some // np.uint64(2**64 // BUCKETS)
            for i in np.unique(which).tolist():
                self.buckets[i].write(some[which == i])
        if not len(self.all):
            raise DataError(f"{path}: nothing but blank lines; expected one sequence a line")

    def cuts(self, drawn: list[str]) -> list[np.uint64]:
        """The hash before which each of the ``drawn`` parts ends.

        Each part has a tenth of the distinct lines, or a ninth if it is the only one drawn.
        Different lines may share a hash, which for a hundred million lines happens in one file of
        some thousand; they then share a part, which does no harm.
        """
        before = [0, *accumulate(len(np.unique(bucket.array())) for bucket in self.buckets)]
        distinct = before[-1]
        if drawn and distinct < FEWEST:
            raise DataError(
                f"{self.path}: {distinct} distinct lines, of which no tenth can be held out; "
                f"expected at least {FEWEST}, one sequence a line"
            )
        share, cuts = distinct // (8 + len(drawn)), []
        for at in (share * (i + 1) for i in range(len(drawn))):
            i = bisect(before, at) - 1
            cuts.append(np.unique(self.buckets[i].array())[at - before[i]])
        return cuts

    def shared(self, other: _Hashed, cuts: list[np.uint64]) -> int:
        """How many lines of the other file are also in this file's training part."""
        first = max(cuts, default=np.uint64(0))
        return sum(
            int(np.isin(theirs, ours[ours >= first]).sum())
            for ours, theirs in (
                (a.array(), b.array()) for a, b in zip(self.buckets, other.buckets, strict=True)
            )
        )


def _lines(path: Path) -> Iterator[list[str]]:
    """The lines of a file, a block at a time."""
    rest, number = "", 1
    for block in blocks_of(path):
        lines = (rest + block).split("\n")
        if max(map(len, lines)) > LONGEST:
            number += next(i for i, line in enumerate(lines) if len(line) > LONGEST)
            raise DataError(
                f"{path}:{number}: a line of more than {LONGEST:,} characters; expected one "
                "sequence a line: cut the long ones, or read the file as one text by --format "
                "running"
            )
        rest = lines.pop()
        number += len(lines)
        yield lines
    if rest:
        yield [rest]


def _texts(lines: list[str]) -> list[str]:
    return [line for line in lines if line and not line.isspace()]


def _hashes(texts: list[str], seed: int) -> NDArray[np.uint64]:
    key = str(seed).encode()
    found = [hashlib.blake2b(text.encode(), digest_size=8, key=key).digest() for text in texts]
    return np.frombuffer(b"".join(found), np.uint64)


def _divided(
    path: Path, hashes: NDArray[np.uint64], cuts: list[np.uint64], drawn: list[str]
) -> Pieces:
    """The lines with their parts: a ``drawn`` part has the hashes below its cut, train the rest."""
    row = 0
    for lines in _lines(path):
        texts = _texts(lines)
        below = np.searchsorted(cuts, hashes[row : row + len(texts)], side="right")
        row += len(texts)
        for number, part in enumerate((*drawn, "train")):
            yield part, list(compress(texts, below == number))
