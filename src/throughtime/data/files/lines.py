"""A text file with one sequence a line."""

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
from throughtime.data.files.reading import AS_IT_IS, Reading
from throughtime.data.files.text_file import blocks_of
from throughtime.data.files.texts import Pieces, encoded
from throughtime.data.flat import Spool
from throughtime.data.splitting import FEWEST

LONGEST = 2**20
"""Characters of a line, at most: a recurrent net keeps all steps of a line in memory."""

BUCKETS = 64
"""Files of hashes, of which one at a time is sorted; a power of two."""


def read_lines(path: str | Path, seed: int = 0, reading: Reading = AS_IT_IS) -> Dataset:
    """A UTF-8 text file, one sequence a line, split 80/10/10.

    Any line ending will do, and the last line need not have one. Blank lines are left out, and the
    description says how many they were. The distinct lines are ordered by a hash, which ``seed``
    decides, and cut, so all copies of a repeated line fall in the same part and none that is
    trained on is tested on; within a part, lines keep their multiplicity and the order of the file.

    The file is read three times, a megabyte at a time, and may be larger than memory: what is kept
    of it, and of its lines' hashes and lengths, lies in the temporary folder.

    Raises:
        DataError: if the file cannot be read, is not UTF-8, has fewer than ten distinct lines, or
            a line of more than a million characters.
    """
    path = Path(path)
    hashes, blank = Spool(np.uint64), 0
    buckets = [Spool(np.uint64) for _ in range(BUCKETS)]  # by size, so that each can be sorted
    for lines in _lines(path):
        texts = _texts(lines)
        blank += len(lines) - len(texts)
        some = _hashes(texts, seed)
        hashes.write(some)
        which = some // np.uint64(2**64 // BUCKETS)
        for i in np.unique(which).tolist():
            buckets[i].write(some[which == i])
    found = hashes.array()
    distinct, cuts = _cuts(buckets)
    if distinct < FEWEST:
        raise DataError(
            f"{path}: {distinct} distinct lines, of which no tenth can be held out; expected "
            f"at least {FEWEST}, one sequence a line"
        )
    description = f"{len(hashes):,} lines of {path}"
    description += f"; {blank:,} blank lines left out" if blank else ""
    return encoded(path, description, lambda: _divided(path, found, cuts), reading)


def _lines(path: Path) -> Iterator[list[str]]:
    """The lines of a file, some thousands at a time."""
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


def _cuts(buckets: list[Spool]) -> tuple[int, list[np.uint64]]:
    """How many distinct lines there are, and the hashes with which the second and the third tenth
    of them begin.

    That different lines have one hash is not to be expected: of a hundred million lines in one
    file of some thousand, and then they share a part, which is all that it does.
    """
    before = [0, *accumulate(len(np.unique(bucket.array())) for bucket in buckets)]
    distinct, cuts = before[-1], []
    for at in (distinct // FEWEST, 2 * (distinct // FEWEST)) if distinct else ():
        i = bisect(before, at) - 1
        cuts.append(np.unique(buckets[i].array())[at - before[i]])
    return distinct, cuts


def _divided(path: Path, hashes: NDArray[np.uint64], cuts: list[np.uint64]) -> Pieces:
    """The lines with their parts: validation has the hashes below the first cut, test those below
    the second."""
    row = 0
    for lines in _lines(path):
        texts = _texts(lines)
        below = np.searchsorted(cuts, hashes[row : row + len(texts)], side="right")
        row += len(texts)
        for number, part in enumerate(("valid", "test", "train")):
            yield part, list(compress(texts, below == number))
