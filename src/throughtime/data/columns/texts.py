"""Columns of text, by the symbols that it is cut into; and files that are text alone."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from throughtime.data.byte_pairs import ALPHABET, BytePairs, ByteVocabulary
from throughtime.data.columns.field import Field, shown
from throughtime.data.errors import DataError
from throughtime.data.vocabulary import UNKNOWN, WordVocabulary, code_points

WHOLE = ""
"""The name of what is no column but a whole text."""

PAIRS = 1_024
"""Symbols of a BPE, if nothing else is said."""


class Text(Field):
    """A text; what training has not shown is one unknown symbol, where there can be such."""

    sequence = True

    def parse(self, value: Any) -> str:
        if not isinstance(value, str | int | float) or value == "":
            raise DataError(f"{shown(value)} is no text; fill it in, or leave such rows out")
        return str(value)

    @abstractmethod
    def learn(self, texts: Iterable[list[str]], rare: int) -> None:
        """Learn the symbols of training's texts, which come some at a time."""

    def fit(self, parsed: Sequence[str], rare: int) -> None:
        self.learn([list(parsed)], rare)

    def encode(self, parsed: str) -> Tensor:
        assert self.vocabulary is not None
        return self.vocabulary.encode(parsed)

    def decode(self, value: Tensor) -> str:
        assert self.vocabulary is not None
        return self.vocabulary.decode(value)


class Characters(Text):
    """A text, character by character."""

    kind = "characters"

    def learn(self, texts: Iterable[list[str]], rare: int) -> None:
        counts = np.zeros(0x110000, np.int64)
        for some in texts:
            found = np.bincount(code_points("".join(some)))
            counts[: len(found)] += found
        known = np.flatnonzero(counts >= rare).tolist()
        self.know(sorted({UNKNOWN, *map(chr, known)}))

    def know(self, symbols: Sequence[str]) -> None:
        if any(len(symbol) != 1 for symbol in symbols):
            raise DataError("symbols that are no single characters")
        super().know(symbols)


class Words(Text):
    """A text, word by word: what stands between white space."""

    kind = "words"

    def learn(self, texts: Iterable[list[str]], rare: int) -> None:
        counts = Counter(word for some in texts for text in some for word in text.split())
        self.know(sorted({UNKNOWN, *(word for word, count in counts.items() if count >= rare)}))

    def know(self, symbols: Sequence[str]) -> None:
        self.vocabulary, self.size = WordVocabulary(symbols), len(symbols)


class Bytes(Text):
    """A text, byte by byte of its UTF-8, of which none is unknown."""

    kind = "bytes"

    def learn(self, texts: Iterable[list[str]], rare: int) -> None:
        self.know(list(ALPHABET))

    def know(self, symbols: Sequence[str]) -> None:
        if list(symbols) != list(ALPHABET):
            raise DataError("symbols that are not the 256 bytes")
        self.vocabulary, self.size = ByteVocabulary(), len(ALPHABET)


class Pairs(Text):
    """A text in the symbols of a byte-level BPE, of which none is unknown: ``bpe`` or
    ``bpe:SIZE``."""

    kind = "bpe"
    symbols = PAIRS
    """How many to learn."""

    def learn(self, texts: Iterable[list[str]], rare: int) -> None:
        self._take(BytePairs.learn(texts, self.symbols))

    def join(self, symbols: Sequence[str], merges: Sequence[Sequence[str]]) -> None:
        """These are its symbols, and how they were made."""
        self._take(BytePairs(symbols, merges))

    def _take(self, vocabulary: BytePairs) -> None:
        self.vocabulary, self.size = vocabulary, len(vocabulary)

    def saved(self) -> dict[str, Any]:
        assert isinstance(self.vocabulary, BytePairs)
        return {**super().saved(), "merges": [list(pair) for pair in self.vocabulary.merges]}


TEXTS: dict[str, type[Text]] = {field.kind: field for field in (Characters, Words, Bytes, Pairs)}
"""What a text can be cut into."""


def text_field(kind: str, name: str) -> Text:
    """A column of text by its kind: ``characters``, ``words``, ``bytes``, ``bpe`` or ``bpe:SIZE``.

    Raises:
        DataError: if there is no such kind.

    Example:
        >>> text_field("bpe:500", "title").symbols
        500
    """
    chosen, colon, size = kind.partition(":")
    if chosen not in TEXTS or (colon and chosen != "bpe"):
        raise DataError(f"no symbols {kind!r}; expected characters, words, bytes or bpe[:SIZE]")
    field = TEXTS[chosen](name)
    if isinstance(field, Pairs) and colon:
        if not size.isdecimal() or not len(ALPHABET) < int(size) <= 2**17:
            raise DataError(
                f"{kind!r} has the size {size!r}; expected a number above the {len(ALPHABET)} "
                f"bytes that every BPE has, and not above {2**17:,}"
            )
        field.symbols = int(size)
    return field
