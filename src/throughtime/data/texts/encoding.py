"""Encode the texts of a file that may be larger than memory, in passes over the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from throughtime.data.batching import consecutive
from throughtime.data.columns import WHOLE, text_column
from throughtime.data.dataset import Dataset
from throughtime.data.errors import DataError
from throughtime.data.files.opening import stem_of
from throughtime.data.files.text_file import CONTROLS
from throughtime.data.reading import Reading
from throughtime.data.splitting import PARTS
from throughtime.data.storage.flat import Spool, smallest, spooled
from throughtime.data.texts.sequences import apart, as_text

Pieces = Iterable[tuple[str, list[str]]]
"""One pass over a file: lists of consecutive texts, each with the name of its part."""


def encoded(
    path: Path,
    description: str,
    read: Callable[[], Pieces],
    reading: Reading,
    *,
    running: bool = False,
) -> Dataset:
    """A data set of the texts of a file, in symbols that are learned from the training part.

    Args:
        path: the file.
        description: what the data are.
        read: starts a new pass over the file.
        reading: which symbols, and how rare ones are unknown.
        running: all texts of a part are one row.

    Raises:
        DataError: if there are no such symbols, or if rare ones cannot be unknown.
    """
    column = text_column(reading.symbols or "characters", WHOLE)
    train = (texts for part, texts in read() if part == "train")
    column.learn(train, reading.rare, running=running)
    vocabulary = column.vocabulary
    if vocabulary.unknown is None and reading.rare > 1:
        raise DataError(
            f"--rare is {reading.rare}, but {column.kind} has no unknown symbols; leave out --rare"
        )
    if reading.symbols is None:
        description += f"; its symbols are {column.kind} (--symbols words for words)"
    if column.kind in ("characters", "words"):
        description += _controls(vocabulary.symbols)
    flats = {part: Spool(smallest(len(vocabulary))) for part in PARTS}
    lengths = {part: Spool(np.int64) for part in PARTS}
    unknown = dict.fromkeys(PARTS, 0)
    for part, texts in read():
        numbers, counts = vocabulary.encode_all(texts)
        flats[part].write(numbers)
        if vocabulary.unknown is not None:
            unknown[part] += int((numbers == vocabulary.unknown).sum())
        if not running:
            lengths[part].write(counts)
    if running:
        for part in PARTS:
            lengths[part].write(np.array([len(flats[part])]))
    parts = {part: spooled(flats[part], lengths[part]) for part in PARTS}
    splits = consecutive(parts, reading.part_files) if running else apart(parts)
    return as_text(stem_of(path), description, splits, column, unknown, running)


def _controls(symbols: Iterable[str]) -> str:
    """A note on control characters, which text seldom has where it was read rightly."""
    found = sorted({c for symbol in symbols for c in CONTROLS.findall(symbol)})
    names = ", ".join(f"U+{ord(c):04X}" for c in found[:3])
    return f"; {len(found)} control characters in it, such as {names}" if found else ""
