"""Vocabularies: symbols and their numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain, repeat
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from throughtime.data.errors import DataError

LINE_END = "\n"
"""The end of a line, which is a symbol of its own in a running text of words."""

UNKNOWN = "\N{REPLACEMENT CHARACTER}"
"""The unknown symbol: stands for every symbol that is not in the vocabulary."""


WORD_OR_END = re.compile(rf"{LINE_END}|\S+")
"""A word, or the end of a line."""


class UnknownSymbol(DataError):
    """A symbol that is not in the vocabulary.

    Attributes:
        symbol: the symbol.
        position: its first position in the text, counted from 0.
    """

    def __init__(self, symbol: str, position: int, vocabulary: Vocabulary) -> None:
        self.symbol, self.position = symbol, position
        code = f" (U+{ord(symbol):04X})" if len(symbol) == 1 else ""
        super().__init__(
            f"symbol {symbol!r}{code} at position {position} is not one of the {len(vocabulary)} "
            f"known: {vocabulary}; Vocabulary.build(..., unknown=True) keeps a place for others"
        )


class Vocabulary:
    """The symbols of some data, numbered from 0: characters, or longer names such as labels.

    A text of characters is a plain string. If any symbol is longer than one character, the symbols
    of a text are separated by white space, and cannot contain it. In both cases
    ``decode(encode(text))`` is the text again.

    Args:
        symbols: all different, in the order of their numbers. If U+FFFD is one of them, it stands
            for every symbol that is not in the vocabulary.

    Raises:
        DataError: if a symbol is repeated or empty, or a name has white space in it.

    Example:
        >>> letters = Vocabulary.build(["banana", "bean"])
        >>> letters.encode("nab")
        tensor([3, 0, 1])
        >>> letters.decode(torch.tensor([1, 2, 0, 3]))
        'bean'
        >>> Vocabulary(["NAME", "OP"]).decode(torch.tensor([0, 1, 0]))
        'NAME OP NAME'
        >>> letters.encode("bank")
        Traceback (most recent call last):
        ...
        throughtime.data.vocabularies.vocabulary.UnknownSymbol: symbol 'k' (U+006B) at position ...
    """

    symbols: tuple[str, ...]
    pieces: ClassVar[bool] = False
    """Whether a symbol may be several characters, or part of one: words, bytes or byte pairs."""
    space: ClassVar[str | None] = None
    """The white space that may be a symbol although it separates symbols."""
    spaces: ClassVar[bool] = False
    """Whether symbols may have white space in them, so that only lists of them can be encoded."""

    def __init__(self, symbols: Iterable[str]) -> None:
        self.symbols = tuple(symbols)
        self._number = {symbol: i for i, symbol in enumerate(self.symbols)}
        if len(self._number) < len(self.symbols):
            twice = next(s for i, s in enumerate(self.symbols) if self._number[s] != i)
            raise DataError(f"symbol {twice!r} stands twice in a vocabulary; give each symbol once")
        for symbol in self.symbols:
            named = self.names and not self.spaces
            if named and symbol.split() != [symbol] and symbol != self.space:
                raise DataError(
                    f"symbol {symbol!r} is empty or has white space in it, which separates the "
                    "symbols where they are longer than one character; rename it"
                )

    @classmethod
    def build(cls, texts: Iterable[str | list[str]], unknown: bool = False) -> Vocabulary:
        """The vocabulary of *training* texts, which are strings of characters or lists of names.

        ``unknown`` adds U+FFFD, which then stands for every symbol that is not in training.
        """
        return cls(sorted(set().union(*texts) | ({UNKNOWN} if unknown else set())))

    @cached_property
    def names(self) -> bool:
        """Whether the symbols of a text are separated by white space."""
        return any(len(symbol) > 1 for symbol in self.symbols)

    @property
    def unknown(self) -> int | None:
        """The number of the unknown symbol, if the vocabulary has one."""
        return self._number.get(UNKNOWN)

    def number(self, symbol: str) -> int:
        """The number of a symbol that is in the vocabulary."""
        return self._number[symbol]

    def encode(self, text: str | Iterable[str]) -> Tensor:
        """The numbers ``(τ,)`` of the symbols of a text.

        Raises:
            UnknownSymbol: at the first symbol that is not in the vocabulary, if it has no U+FFFD.
        """
        symbols = self._split(text) if isinstance(text, str) and self.names else list(text)
        unknown = self.unknown
        numbers = [self._number.get(symbol, unknown) for symbol in symbols]
        if None in numbers:
            position = numbers.index(None)
            raise UnknownSymbol(symbols[position], position, self)
        return torch.tensor(numbers, dtype=torch.int64)

    def _split(self, text: str) -> list[str]:
        """The symbols of a text that white space separates."""
        return text.split()

    def encode_all(self, texts: list[str]) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Encode many texts at once: all their numbers in a row, and the length of each text.

        Raises:
            UnknownSymbol: at the first symbol that is not in the vocabulary, if it has no U+FFFD.

        Example:
            >>> numbers, lengths = Vocabulary("abn").encode_all(["banana", "nab"])
            >>> numbers.tolist(), lengths.tolist()
            ([1, 0, 2, 0, 2, 0, 2, 0, 1], [6, 3])
        """
        if self.names or self.unknown is None:
            rows = [self._split(text) if self.names else text for text in texts]
            unknown = -1 if self.unknown is None else self.unknown
            found = map(self._number.get, chain.from_iterable(rows), repeat(unknown))
            lengths = np.array([*map(len, rows)], np.int64)
            numbers = np.fromiter(found, np.int64, int(lengths.sum()))
            if unknown < 0 and (numbers < 0).any():
                for text in texts:
                    self.encode(text)  # which names the first that is unknown
            return numbers, lengths
        points = self._of_code_points.take(code_points("".join(texts)), mode="clip")
        return points, np.array([*map(len, texts)], np.int64)

    @cached_property
    def _of_code_points(self) -> NDArray[np.int32]:
        """Table from code points to numbers, up to the largest known code point and one more."""
        known = [ord(symbol) for symbol in self.symbols]
        table = np.full(max(known) + 2, self.unknown, np.int32)
        table[known] = np.arange(len(known))
        return table

    def decode(self, numbers: Tensor) -> str:
        """The text of some symbols ``(τ,)``.

        Raises:
            DataError: if a number is not one of the vocabulary's.
        """
        self.check(numbers)
        return (" " if self.names else "").join(self.symbols[i] for i in numbers.tolist())

    def characters(self, numbers: Tensor) -> int:
        """The number of characters that some symbols ``(τ,)`` stand for."""
        return len(self.decode(numbers))

    def check(self, numbers: Tensor) -> None:
        """Raise a ``DataError`` if a number is not one of the vocabulary's."""
        bad = ((numbers < 0) | (numbers >= len(self))).nonzero().flatten().tolist()
        if bad:
            raise DataError(
                f"{int(numbers[bad[0]])} at position {bad[0]} is not a symbol; a vocabulary of "
                f"{len(self)} has the numbers 0 to {len(self) - 1}"
            )

    # ---- a value -------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.symbols)

    def __iter__(self) -> Iterator[str]:
        return iter(self.symbols)

    def __contains__(self, symbol: str) -> bool:
        return symbol in self._number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.symbols == other.symbols

    def __hash__(self) -> int:
        return hash(self.symbols)

    def __repr__(self) -> str:
        shown = (" " if self.names else "").join(self.symbols)
        return f"Vocabulary({shown if len(shown) <= 100 else shown[:99] + '…'!r})"


class WordVocabulary(Vocabulary):
    """A vocabulary of words, which may also be single characters.

    ``decode`` writes one space between words, whatever white space the text had. If the end of a
    line, ``"\\n"``, is one of the symbols, each line end is a symbol and is kept.

    Example:
        >>> words = WordVocabulary(["a", "b"])
        >>> words.decode(words.encode("b  a\\na"))
        'b a a'
        >>> lines = WordVocabulary(["\\n", "a", "b"])
        >>> lines.decode(lines.encode("b  a\\n\\na"))
        'b a\\n\\na'
    """

    pieces = True
    names = True
    space = LINE_END

    def _split(self, text: str) -> list[str]:
        return WORD_OR_END.findall(text) if LINE_END in self else text.split()

    def decode(self, numbers: Tensor) -> str:
        text = super().decode(numbers)
        return text.replace(f" {LINE_END}", LINE_END).replace(f"{LINE_END} ", LINE_END)


class NameVocabulary(Vocabulary):
    """A vocabulary of names, such as labels, which may have spaces in them.

    Names are encoded from a list; what ``decode`` writes is to be read, not to be encoded again.

    Example:
        >>> cities = NameVocabulary(["New York", "Oslo"])
        >>> cities.encode(["Oslo", "New York"])
        tensor([1, 0])
    """

    spaces = True


def code_points(text: str) -> NDArray[np.unsignedinteger[Any]]:
    """The Unicode code points of a text's characters, ``(τ,)``.

    Example:
        >>> code_points("añ").tolist()
        [97, 241]
    """
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8)
    return np.frombuffer(text.encode("utf-32-le"), np.dtype("<u4"))
