"""Texts from a file, which may be larger than memory: read in passes, kept as small integers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from throughtime.data.flat import Flat, Spool, smallest, spooled
from throughtime.data.splitting import PARTS
from throughtime.data.vocabulary import UNKNOWN, Vocabulary, code_points

Pieces = Iterable[tuple[str, list[str]]]
"""A pass over a file: some texts that follow each other, and the part that they belong to."""


class Encoded:
    """The texts of each part as numbers, and the vocabulary that training's part has taught.

    Args:
        read: a new pass over the file.
        joined: all texts of a part are one row.
    """

    def __init__(self, read: Callable[[], Pieces], *, joined: bool = False) -> None:
        self.vocabulary = learned(texts for part, texts in read() if part == "train")
        kind = smallest(len(self.vocabulary))
        flats = {part: Spool(kind) for part in PARTS}
        lengths = {part: Spool(np.int64) for part in PARTS}
        self.unknown = dict.fromkeys(PARTS, 0)
        for part, texts in read():
            numbers, counts = self.vocabulary.encode_all(texts)
            flats[part].write(numbers)
            if not joined:
                lengths[part].write(counts)
            if self.vocabulary.unknown is not None:
                self.unknown[part] += int((numbers == self.vocabulary.unknown).sum())
        if joined:
            for part in PARTS:
                lengths[part].write(np.array([len(flats[part])]))
        self.parts = {part: spooled(flats[part], lengths[part]) for part in PARTS}

    parts: dict[str, Flat]


def learned(texts: Iterator[list[str]]) -> Vocabulary:
    """The characters of training's texts, and U+FFFD for all others: held-out texts may always
    have some that training has not shown."""
    counts = np.zeros(0x110000, np.int64)
    for some in texts:
        found = np.bincount(code_points("".join(some)))
        counts[: len(found)] += found
    return Vocabulary(sorted({UNKNOWN, *map(chr, np.flatnonzero(counts).tolist())}))
