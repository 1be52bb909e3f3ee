"""Columns of labels and of other names: one, a sequence, or a set of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor
from torch.nn import functional as F

from throughtime.data.absent import absent_label, absent_number
from throughtime.data.columns.column import Column, keys, shown, texts
from throughtime.data.columns.lists import as_list
from throughtime.data.errors import DataError
from throughtime.data.flat import Flat
from throughtime.data.vocabulary import UNKNOWN, NameVocabulary, Vocabulary
from throughtime.outputs import Categorical


class SymbolColumn(Column):
    """A column of symbols, whose vocabulary is learned from training."""

    vocabulary: Vocabulary

    def know(self, symbols: Sequence[str]) -> Self:
        """Set the symbols, in the order of their numbers."""
        self.vocabulary, self.size = Vocabulary(symbols), len(symbols)
        return self

    def output(self) -> Categorical:
        return Categorical(self.size)

    def label(self, number: int) -> str:
        """The symbol of a number, which is below zero for a label that training lacks."""
        return self.vocabulary.symbols[number] if number >= 0 else absent_label(number)

    def state(self) -> dict[str, Any]:
        return {"symbols": list(self.vocabulary.symbols)}

    def load_state(self, state: Mapping[str, Any]) -> None:
        (symbols,) = keys(state, "symbols")
        self.know(texts(symbols))


class Names(SymbolColumn):
    """A column of names, which may have spaces."""

    def know(self, symbols: Sequence[str]) -> Self:
        self.vocabulary, self.size = NameVocabulary(symbols), len(symbols)
        return self


class Tokens(Names):
    """A list of strings or whole numbers, or a text with spaces between; those that are not in
    training are one unknown symbol."""

    kind = "tokens"
    sequence = True

    def parse(self, value: Any, folder: Path = Path()) -> list[str]:
        value = as_list(value)
        if isinstance(value, str) and value.strip():
            value = value.split()
        if not isinstance(value, list) or not all(type(v) in (str, int) for v in value):
            raise DataError(f"{shown(value)} is not a list of strings or whole numbers")
        return [str(v).strip() or "_" for v in value]

    def parse_line(self, line: str) -> list[str]:
        return line.split()

    def fit(self, parsed: Sequence[list[str]], rare: int) -> None:
        counts = Counter(symbol for symbols in parsed for symbol in symbols)
        known = {symbol for symbol, count in counts.items() if count >= rare}
        self.know(sorted(known | {UNKNOWN}))

    def encode(self, parsed: list[str]) -> Tensor:
        return self.vocabulary.encode(parsed)

    def decode(self, value: Tensor) -> list[str]:
        return [self.label(i) for i in value.tolist()]


class Tags(Tokens):
    """A list of labels; as x, all of them must occur in training."""

    kind = "tags"
    stepwise = True
    closed = True

    def fit(self, parsed: Sequence[list[str]], rare: int) -> None:
        self.know(sorted({tag for tags in parsed for tag in tags}))

    def encode(self, parsed: list[str]) -> Tensor:
        for tag in parsed:
            _check_known(tag, self.vocabulary)
        return self.vocabulary.encode(parsed)

    def encode_y(self, parsed: list[str]) -> Tensor:
        return _with_absent(parsed, self.vocabulary)

    def encode_all_y(self, parsed: Sequence[list[str]]) -> Flat | Tensor:
        return self._together([self.encode_y(tags) for tags in parsed])


class Label(Names):
    """One label; one-hot, if it is part of a vector x, where it must occur in training."""

    kind = "label"
    sequence = False
    closed = True

    def parse(self, value: Any, folder: Path = Path()) -> str:
        if not isinstance(value, str | int | float) or not str(value).strip():
            raise DataError(f"{shown(value)} is not a label")
        return str(value).strip()

    def parse_line(self, line: str) -> str:
        return line

    def fit(self, parsed: Sequence[str], rare: int) -> None:
        self.know(sorted(set(parsed)))

    def encode(self, parsed: str) -> Tensor:
        _check_known(parsed, self.vocabulary)
        return self.vocabulary.encode([parsed])[0]

    def encode_y(self, parsed: str) -> Tensor:
        return _with_absent([parsed], self.vocabulary)[0]

    def encode_all_y(self, parsed: Sequence[str]) -> Tensor:
        return _with_absent(parsed, self.vocabulary)

    def entries(self, encoded: Tensor) -> Tensor:
        return F.one_hot(encoded, self.size).float()

    def decode(self, value: Tensor) -> str:
        return self.label(int(value))


class Features(Names):
    """A set of names, as a list: a vector of zeros, with ones for the names in the list."""

    kind = "features"
    sequence = False

    def parse(self, value: Any, folder: Path = Path()) -> list[str]:
        return Tokens().parse(value)

    def fit(self, parsed: Sequence[list[str]], rare: int) -> None:
        counts = Counter(name for names in parsed for name in set(names))
        known = sorted(name for name, count in counts.items() if count >= rare)
        if not known:
            raise DataError(f"no name is in {rare} rows of training; expected some")
        self.know(known)

    def encode(self, parsed: list[str]) -> Tensor:
        """A vector of zeros and ones; names that are not in training are left out."""
        known = [name for name in parsed if name in self.vocabulary]
        vector = torch.zeros(self.size)
        vector[self.vocabulary.encode(known)] = 1.0
        return vector

    def decode(self, value: Tensor) -> list[str]:
        return [name for name, true in zip(self.vocabulary, value.tolist(), strict=True) if true]

    def output(self) -> Categorical:
        raise DataError(
            f"column {self.name!r} as features is for --input; as tags it is a sequence y"
        )

    @property
    def takes_rare(self) -> bool:
        return True


def _with_absent(labels: Sequence[str], known: Vocabulary) -> Tensor:
    """The numbers of labels ``(τ,)``: below zero for those that training lacks."""
    return torch.tensor(
        [known.number(label) if label in known else absent_number(label) for label in labels],
        dtype=torch.int64,
    )


def _check_known(label: str, known: Vocabulary) -> None:
    if label not in known:
        raise DataError(
            f"the label {label!r} is not in the training part, so no model has learned what it "
            "means in x; leave such rows out, or put one of them into training (--split)"
        )
