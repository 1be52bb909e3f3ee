"""Columns of text, by its symbols: characters, words, bytes or byte pairs."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from throughtime.data.columns.column import keys, shown, texts
from throughtime.data.columns.symbols import SymbolColumn
from throughtime.data.errors import DataError
from throughtime.data.storage.flat import Flat
from throughtime.data.storage.stored import pieces_of
from throughtime.data.vocabularies.byte_pairs import ALPHABET, BytePairs, ByteVocabulary
from throughtime.data.vocabularies.vocabulary import LINE_END, UNKNOWN, WordVocabulary, code_points

WHOLE = ""
"""The name of the column if the data are text without columns: lines, or one running text."""

PAIRS = 1_024
"""The default number of symbols of a BPE."""


class Text(SymbolColumn):
    """A text; symbols that are not in training share one unknown symbol, if the kind has one."""

    sequence = True

    def parse(self, value: Any, folder: Path = Path()) -> str:
        empty = value == "" and self.name != WHOLE  # an empty line is a text
        if not isinstance(value, str | int | float) or empty:
            raise DataError(f"{shown(value)} is not a text; fill it in, or leave such rows out")
        return str(value)

    def parse_line(self, line: str) -> str:
        return line

    @abstractmethod
    def learn(self, texts: Iterable[list[str]], rare: int, *, running: bool = False) -> None:
        """Learn the symbols of the training texts, which come in lists, one after the other.

        If they are ``running``, they are the pieces of one text, whose line ends are symbols.
        """

    def fit(self, parsed: Sequence[str], rare: int) -> None:
        self.learn(map(list, pieces_of(parsed)), rare)

    def encode(self, parsed: str) -> Tensor:
        return self.vocabulary.encode(parsed)

    def encode_all(self, parsed: Sequence[str]) -> Flat:
        numbers, counts = self.vocabulary.encode_all(list(parsed))
        lengths = torch.from_numpy(counts)
        return Flat(
            torch.from_numpy(numbers.astype(np.int64)), lengths.cumsum(0) - lengths, lengths
        )

    def decode(self, value: Tensor) -> str:
        return self.vocabulary.decode(value)

    def written(self, parsed: str) -> str:
        return parsed


class Characters(Text):
    """A text, character by character."""

    kind = "characters"
    symbol = "character"

    def learn(self, texts: Iterable[list[str]], rare: int, *, running: bool = False) -> None:
        counts = np.zeros(0x110000, np.int64)
        for some in texts:
            found = np.bincount(code_points("".join(some)))
            counts[: len(found)] += found
        known = np.flatnonzero(counts >= rare).tolist()
        self.know(sorted({UNKNOWN, *map(chr, known)}))

    def know(self, symbols: Sequence[str]) -> Self:
        if any(len(symbol) != 1 for symbol in symbols):
            raise DataError("symbols that are not single characters")
        return super().know(symbols)


class Words(Text):
    """A text, word by word; words are separated by white space.

    In a running text, the end of each line is a symbol too; elsewhere it is white space.
    """

    kind = "words"
    symbol = "word"

    def learn(self, texts: Iterable[list[str]], rare: int, *, running: bool = False) -> None:
        counts = Counter(word for some in texts for text in some for word in text.split())
        known = {word for word, count in counts.items() if count >= rare}
        self.know(sorted({UNKNOWN, *known, *([LINE_END] if running else [])}))

    def know(self, symbols: Sequence[str]) -> Self:
        self.vocabulary, self.size = WordVocabulary(symbols), len(symbols)
        return self


class Bytes(Text):
    """A text, byte by byte of its UTF-8; no byte is unknown."""

    kind = "bytes"

    def learn(self, texts: Iterable[list[str]], rare: int, *, running: bool = False) -> None:
        self.know(list(ALPHABET))

    def know(self, symbols: Sequence[str]) -> Self:
        if list(symbols) != list(ALPHABET):
            raise DataError("symbols that are not the 256 bytes")
        self.vocabulary, self.size = ByteVocabulary(), len(ALPHABET)
        return self


class Pairs(Text):
    """A text in byte pairs, the symbols of a byte-level BPE; no text has an unknown symbol.

    Its kind is ``bpe``, or ``bpe:SIZE`` with the number of symbols.

    Raises:
        DataError: if the size is not a number, too small or too large.

    Example:
        >>> Pairs("title", "500").symbols
        500
    """

    kind = "bpe"
    vocabulary: BytePairs

    def __init__(self, name: str = "", detail: str | None = None) -> None:
        super().__init__(name)
        self.symbols = PAIRS
        if detail is not None:
            if not detail.isdecimal() or not len(ALPHABET) < int(detail) <= 2**17:
                raise DataError(
                    f"'bpe:{detail}' has the size {detail!r}; expected a number above the "
                    f"{len(ALPHABET)} bytes that every BPE has, and not above {2**17:,}"
                )
            self.symbols = int(detail)

    def learn(self, texts: Iterable[list[str]], rare: int, *, running: bool = False) -> None:
        self._take(BytePairs.learn(texts, self.symbols))

    def _take(self, vocabulary: BytePairs) -> None:
        self.vocabulary, self.size = vocabulary, len(vocabulary)

    def state(self) -> dict[str, Any]:
        return {**super().state(), "merges": [list(pair) for pair in self.vocabulary.merges]}

    def load_state(self, state: Mapping[str, Any]) -> None:
        symbols, merges = keys(state, "symbols", "merges")
        if not isinstance(merges, list) or not all(
            isinstance(pair, list) and [*map(type, pair)] == [str, str] for pair in merges
        ):
            raise DataError("merges that are not pairs of texts")
        self._take(BytePairs(texts(symbols), merges))
