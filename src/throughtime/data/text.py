"""Texts as sequences of symbols, without an x."""

from __future__ import annotations

from collections.abc import Mapping

from throughtime.data.batching import consecutive
from throughtime.data.columns import Field
from throughtime.data.dataset import Dataset, Examples
from throughtime.data.vocabulary import Vocabulary
from throughtime.lengths import EndOfSequence, Unending
from throughtime.outputs import Categorical
from throughtime.sequence import Sequence
from throughtime.wiring import Edge, Wiring

Y_ALONE = Wiring(Edge.HIDDEN, Edge.OBSERVED, Edge.EMIT)
"""The wiring for sequences without an x: what came before, and nothing else, enters h(t)."""


def characters(
    name: str,
    description: str,
    parts: dict[str, list[str]],
    vocabulary: Vocabulary,
    running: bool = False,
) -> Dataset:
    """Texts without an x, as sequences of characters.

    ``running`` texts have no end of their own and follow each other; the others end.

    Raises:
        UnknownSymbol: if the vocabulary lacks a character and has no U+FFFD.
    """
    if running:
        parts = {part: ["".join(texts)] for part, texts in parts.items()}
    sequences = {
        part: Sequence.from_list([vocabulary.encode(text) for text in texts])
        for part, texts in parts.items()
    }
    unseen = {part: _unknown(y, vocabulary.unknown) for part, y in sequences.items()}
    splits = consecutive(sequences) if running else apart(sequences)
    return as_text(name, description, splits, vocabulary, unseen, running)


def as_text(
    name: str,
    description: str,
    splits: dict[str, Examples],
    vocabulary: Vocabulary,
    unknown: dict[str, int],
    running: bool = False,
    field: Field | None = None,
) -> Dataset:
    """Encoded texts, of which ``unknown`` counts the symbols that are not in the vocabulary;
    ``field`` has learned it, if they are a file's."""
    kind = "characters" if field is None else field.kind
    if vocabulary.pieces:
        description += f", in {kind}: {len(vocabulary):,} symbols"
    held_out = sum(count for part, count in unknown.items() if part != "train")
    description += f"; {held_out:,} held-out {kind} not among training's" if held_out else ""
    rare = unknown["train"]
    description += f"; {rare:,} {kind} of training so rare that they are unknown" if rare else ""
    return Dataset(
        name=name,
        description=description,
        splits=splits,
        wiring=Y_ALONE,
        output=Categorical(len(vocabulary)),
        length=Unending() if running else EndOfSequence(),
        y_vocabulary=vocabulary,
        running=running,
        y_field=field,
    )


def apart(parts: Mapping[str, Sequence]) -> dict[str, Examples]:
    """Sequences that do not follow each other, without an x."""
    return {part: Examples(x=None, y=y) for part, y in parts.items()}


def _unknown(y: Sequence, number: int | None) -> int:
    return 0 if number is None else int((y.values[y.mask] == number).sum())
