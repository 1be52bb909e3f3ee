"""Bytes and byte pairs (BPE) as symbols: any text can be encoded in them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from throughtime.data.errors import DataError
from throughtime.data.vocabularies.vocabulary import Vocabulary
from throughtime.extras import needed_for

_PRINTED = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
_HIDDEN = [byte for byte in range(256) if byte not in _PRINTED]

ALPHABET = "".join(chr(b) if b in _PRINTED else chr(256 + _HIDDEN.index(b)) for b in range(256))
"""A printable character for each of the 256 bytes, as in the byte-level BPE of GPT-2."""

TAUGHT = 50_000_000
"""Pairs are learned from so many characters at the beginning of the training part."""


class ByteVocabulary(Vocabulary):
    """The 256 bytes of UTF-8 as symbols, so that no text has an unknown symbol.

    Example:
        >>> bytes_ = ByteVocabulary()
        >>> bytes_.encode("añ")
        tensor([ 97, 195, 177])
        >>> bytes_.decode(bytes_.encode("añ")), bytes_.decode(torch.tensor([97, 195]))
        ('añ', 'a�')
    """

    pieces = True

    def __init__(self, symbols: Iterable[str] = ALPHABET) -> None:
        super().__init__(symbols)
        try:
            self._bytes = [bytes(map(ALPHABET.index, symbol)) for symbol in self.symbols]
        except ValueError:
            raise DataError("a symbol has a character that does not stand for a byte") from None

    @property
    def names(self) -> bool:
        return False

    @property
    def unknown(self) -> None:
        return None

    def encode(self, text: str | Iterable[str]) -> Tensor:
        numbers, _ = self.encode_all([text if isinstance(text, str) else "".join(text)])
        return torch.from_numpy(numbers.astype(np.int64))

    def encode_all(self, texts: list[str]) -> tuple[NDArray[Any], NDArray[np.int64]]:
        encoded = [text.encode() for text in texts]
        numbers = np.frombuffer(b"".join(encoded), np.uint8)
        return numbers, np.array([*map(len, encoded)], np.int64)

    def decode(self, numbers: Tensor) -> str:
        """The text of some symbols; incomplete characters become U+FFFD."""
        self.check(numbers)
        return b"".join(self._bytes[i] for i in numbers.tolist()).decode("utf-8", "replace")

    def characters(self, numbers: Tensor) -> int:
        """The number of characters that begin in some symbols ``(τ,)``.

        A character of several bytes is counted once, even if the symbols cut it.
        """
        return sum(self._begun[i] for i in numbers.tolist())

    @cached_property
    def _begun(self) -> list[int]:
        return [sum(byte & 0xC0 != 0x80 for byte in symbol) for symbol in self._bytes]


class BytePairs(ByteVocabulary):
    """Byte-level BPE: pairs of symbols that are frequent neighbours in training become one symbol.

    A symbol never reaches beyond a word and the space before it, or a run of digits, punctuation
    or white space.

    Args:
        symbols: the 256 bytes, and the symbols that were made by joining pairs.
        merges: the pairs that were joined, in the order of learning.

    Raises:
        DataError: if symbols and merges do not belong together.

    Example:
        >>> pairs = BytePairs.learn([["banana banana", "bandana"]], size=259)
        >>> pairs.symbols[256:]
        ('an', 'ban', 'ana')
        >>> pairs.decode(pairs.encode("añ banana")), len(pairs.encode("banana"))
        ('añ banana', 2)
    """

    def __init__(self, symbols: Iterable[str], merges: Iterable[Iterable[str]]) -> None:
        with needed_for("a byte-pair encoding"):  # slow to import, and few need it
            from tokenizers import Tokenizer, models, pre_tokenizers

        super().__init__(symbols)
        self.merges = tuple((first, second) for first, second in merges)
        if not set(ALPHABET) <= set(self.symbols):
            raise DataError("the symbols lack a byte; a BPE has all 256, so that any text is known")
        try:
            model = models.BPE(vocab=dict(self._number), merges=list(self.merges))
        except Exception as error:  # the library raises nothing more specific
            raise DataError(f"the merges do not belong to the symbols ({error})") from None
        self._tokenizer: Any = Tokenizer(model)
        self._tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)

    @classmethod
    def learn(cls, texts: Iterable[list[str]], size: int) -> BytePairs:
        """Learn ``size`` symbols, or fewer if there are no more pairs, from the first 50 million
        characters of the texts."""
        with needed_for("a byte-pair encoding"):
            from tokenizers import Tokenizer, models, pre_tokenizers, trainers

        learning: Any = Tokenizer(models.BPE())
        learning.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        trainer = trainers.BpeTrainer(
            vocab_size=size, initial_alphabet=list(ALPHABET), show_progress=False
        )
        learning.train_from_iterator(_first(texts), trainer)
        numbers = learning.get_vocab()
        merges = json.loads(learning.to_str())["model"]["merges"]
        return cls(sorted(numbers, key=lambda symbol: numbers[symbol]), merges)

    def encode_all(self, texts: list[str]) -> tuple[NDArray[Any], NDArray[np.int64]]:
        encoded = [found.ids for found in self._tokenizer.encode_batch_fast(texts)]
        numbers = np.fromiter(chain.from_iterable(encoded), np.int64)
        return numbers, np.array([*map(len, encoded)], np.int64)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BytePairs) and (self.symbols, self.merges) == (
            other.symbols,
            other.merges,
        )

    def __hash__(self) -> int:
        return hash((self.symbols, self.merges))


def _first(texts: Iterable[list[str]]) -> Iterator[list[str]]:
    count = 0
    for some in texts:
        yield some
        count += sum(map(len, some))
        if count >= TAUGHT:
            return
