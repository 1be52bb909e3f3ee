"""Bytes as symbols, and pairs of them that training joins: symbols of which any text is made."""

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
from throughtime.data.vocabulary import Vocabulary
from throughtime.extras import needed_for

_PRINTED = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
_HIDDEN = [byte for byte in range(256) if byte not in _PRINTED]

ALPHABET = "".join(chr(b) if b in _PRINTED else chr(256 + _HIDDEN.index(b)) for b in range(256))
"""A visible character for each byte, itself where it is one: as all byte-level BPEs write them."""

TAUGHT = 50_000_000
"""Characters of the training part that pairs are learned from: its first ones."""


class ByteVocabulary(Vocabulary):
    """The 256 bytes of UTF-8: no text has an unknown one.

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
            raise DataError("a symbol has characters that stand for no byte") from None

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
        """The text of some symbols; bytes that are no whole character become U+FFFD."""
        self.check(numbers)
        return b"".join(self._bytes[i] for i in numbers.tolist()).decode("utf-8", "replace")

    def characters(self, numbers: Tensor) -> int:
        """How many begin in these symbols: a character of several bytes is counted once, also
        where it is cut."""
        return sum(self._begun[i] for i in numbers.tolist())

    @cached_property
    def _begun(self) -> list[int]:
        return [sum(byte & 0xC0 != 0x80 for byte in symbol) for symbol in self._bytes]


class BytePairs(ByteVocabulary):
    """Byte-level BPE: pairs of symbols that often stand together in training become one.

    The text of a symbol is at most a word and the space before it, or some white space or digits.

    Args:
        symbols: the 256 bytes, and what they were joined to.
        merges: which two were joined, the first pairs first.

    Raises:
        DataError: if these do not belong together.

    Example:
        >>> pairs = BytePairs.learn([["banana banana", "bandana"]], size=259)
        >>> pairs.symbols[256:]
        ('an', 'ban', 'ana')
        >>> pairs.decode(pairs.encode("añ banana")), len(pairs.encode("banana"))
        ('añ banana', 2)
    """

    def __init__(self, symbols: Iterable[str], merges: Iterable[Iterable[str]]) -> None:
        with needed_for("a byte-pair encoding"):  # here, for few need it
            from tokenizers import Tokenizer, models, pre_tokenizers

        super().__init__(symbols)
        self.merges = tuple((first, second) for first, second in merges)
        if not set(ALPHABET) <= set(self.symbols):
            raise DataError("the symbols lack a byte; a BPE has all 256, so that any text is known")
        try:
            model = models.BPE(vocab=dict(self._number), merges=list(self.merges))
        except Exception as error:  # which is all that the library says
            raise DataError(f"the merges are not those of the symbols ({error})") from None
        self._tokenizer: Any = Tokenizer(model)
        self._tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)

    @classmethod
    def learn(cls, texts: Iterable[list[str]], size: int) -> BytePairs:
        """``size`` symbols, or fewer where the texts have no more pairs: from their first 50
        million characters."""
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
