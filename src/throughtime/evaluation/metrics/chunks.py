"""Chunks, such as phrases or names, encoded as tags of single symbols."""

from __future__ import annotations

import re

import torch
from torch import Tensor

from throughtime.data import Vocabulary
from throughtime.data.vocabularies.vocabulary import UNKNOWN

AS_IOBES = {"L": "E", "U": "S"}
"""From BILOU to IOBES: the letters for the last symbol of a chunk and for a chunk of one."""


TAG = re.compile(r"O|[BIESLU]-.+")
"""A tag of chunks."""


def chunk_tags(vocabulary: Vocabulary) -> list[str] | None:
    """All symbols as tags of chunks: ``O`` outside, or ``B-``, ``I-``, ``E-``, ``S-`` and a type.

    IOB1, IOB2 (BIO) and IOBES have this form; BILOU is converted to it. U+FFFD, for tags that are
    not in training, is a chunk of one symbol, so that it counts as a chunk that the model misses.

    Returns:
        None if a symbol is not such a tag, or if all are ``O``.

    Example:
        >>> chunk_tags(Vocabulary(["B-NP", "I-NP", "U-NP", "O"]))
        ['B-NP', 'I-NP', 'S-NP', 'O']
        >>> chunk_tags(Vocabulary(["NAME", "O"]))
    """
    tags = [f"S-{UNKNOWN}" if symbol == UNKNOWN else symbol for symbol in vocabulary]
    if not all(map(TAG.fullmatch, tags)) or set(tags) <= {"O"}:
        return None
    return [_as_iobes(tag) for tag in tags]


def absent_tag(label: str) -> str:
    """A label that training lacks, as the tag of a chunk; it is one of its own if it is no tag.

    Example:
        >>> absent_tag("U-NEW"), absent_tag("new")
        ('S-NEW', 'S-new')
    """
    return _as_iobes(label) if TAG.fullmatch(label) else f"S-{label}"


def _as_iobes(tag: str) -> str:
    return AS_IOBES.get(tag[0], tag[0]) + tag[1:]


def shared_chunks(true: list[str], guess: list[str]) -> list[int]:
    """The number of chunks that two taggings share, and the number of chunks in each.

    Two chunks are equal if their type, first symbol and last symbol are. Chunks are defined as in
    CoNLL's script ``conlleval``: a tag ``I-`` also begins a chunk if the tag before it is not of
    its type (Tjong Kim Sang and Buchholz 2000).

    Example:
        >>> shared_chunks(["B-NP", "I-NP", "O", "B-VP"], ["B-NP", "I-NP", "B-VP", "I-VP"])
        [1, 2, 2]
        >>> shared_chunks(["I-NP", "I-VP"], ["B-NP", "B-VP"])
        [2, 2, 2]
    """
    a, b = _chunks(true), _chunks(guess)
    return [len(a & b), len(a), len(b)]


def _chunks(tags: list[str]) -> set[tuple[str, int, int]]:
    """Type, first and last symbol of each chunk."""
    found, start = set(), 0
    before, its_type = "O", ""
    for i, tag in enumerate([*tags, "O"]):
        letter, _, type_ = tag.partition("-")
        other = type_ != its_type
        if before != "O" and (before in "ES" or letter in "BSO" or other):
            found.add((its_type, start, i - 1))
        if letter in "BS" or (letter in "IE" and (before in "ESO" or other)):
            start = i
        before, its_type = letter, type_
    return found


def f1(sums: Tensor) -> Tensor:
    """F1, the harmonic mean of precision and recall, from the counts of :func:`shared_chunks`.

    .. math:: F_1 = 2 |A ∩ B| / (|A| + |B|)

    It is zero if there are no chunks.

    Example:
        >>> f1(torch.tensor([[1.0, 2.0, 4.0], [0.0, 0.0, 0.0]]))
        tensor([0.3333, 0.0000])
    """
    shared, true, guess = sums.unbind(-1)
    return torch.where(true + guess > 0, 2 * shared / (true + guess), 0.0)
