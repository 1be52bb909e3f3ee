"""A data set of texts in memory, or of texts that are encoded already."""

from __future__ import annotations

from collections.abc import Mapping

from throughtime.data.batching import consecutive
from throughtime.data.columns import WHOLE, Characters, Text
from throughtime.data.dataset import Dataset
from throughtime.data.examples import Examples
from throughtime.data.schema import Schema
from throughtime.data.vocabularies.vocabulary import Vocabulary
from throughtime.sequence import Sequence


def characters(
    name: str,
    description: str,
    parts: dict[str, list[str]],
    vocabulary: Vocabulary,
    running: bool = False,
) -> Dataset:
    """Texts without an x, as sequences of characters.

    Args:
        name: the name of the data.
        description: what they are, in a line.
        parts: the texts of each part.
        vocabulary: the characters.
        running: whether the texts of a part are joined into one long row without an end;
            otherwise each text is a row.

    Raises:
        UnknownSymbol: if the vocabulary lacks a character and has no U+FFFD.

    Example:
        >>> parts = {"train": ["ab", "ba"], "valid": ["a"], "test": ["b"]}
        >>> characters("ab", "two letters", parts, Vocabulary("ab"))
        Dataset('ab': train 2, valid 1, test 1)
    """
    if running:
        parts = {part: ["".join(texts)] for part, texts in parts.items()}
    sequences = {
        part: Sequence.from_list([vocabulary.encode(text) for text in texts])
        for part, texts in parts.items()
    }
    unknown = {part: _unknown(y, vocabulary.unknown) for part, y in sequences.items()}
    splits = consecutive(sequences) if running else apart(sequences)
    column = Characters(WHOLE).know(vocabulary.symbols)
    return as_text(name, description, splits, column, unknown, running)


def as_text(
    name: str,
    description: str,
    splits: dict[str, Examples],
    column: Text,
    unknown: dict[str, int],
    running: bool,
) -> Dataset:
    """A data set of texts that a column has encoded.

    Args:
        name: the name of the data.
        description: what they are, to which a note on the symbols is added.
        splits: the encoded texts of each part.
        column: the column that has encoded them.
        unknown: the number of unknown symbols in each part.
        running: whether each part is one long row without an end.
    """
    if column.vocabulary.pieces:
        description += f", in {column.kind}: {column.size:,} symbols"
    held_out = sum(count for part, count in unknown.items() if part != "train")
    description += f"; {held_out:,} held-out {column.kind} not among training's" if held_out else ""
    rare = unknown["train"]
    if rare:
        description += f"; {rare:,} {column.kind} of training so rare that they are unknown"
    return Dataset(name, description, splits, Schema((), column, running))


def apart(parts: Mapping[str, Sequence]) -> dict[str, Examples]:
    """Parts whose sequences are independent of each other, without an x."""
    return {part: Examples(x=None, y=y) for part, y in parts.items()}


def _unknown(y: Sequence, number: int | None) -> int:
    return 0 if number is None else int((y.values[y.mask] == number).sum())
