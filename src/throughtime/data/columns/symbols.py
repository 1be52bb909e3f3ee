"""Columns of labels and of other names: one, or a sequence of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor
from torch.nn import functional as F

from throughtime.data.columns.column import Column, keys, shown, texts
from throughtime.data.columns.lists import as_list, check_values
from throughtime.data.errors import DataError
from throughtime.data.storage.flat import Flat
from throughtime.data.vocabularies.absent import absent_label, absent_number
from throughtime.data.vocabularies.vocabulary import UNKNOWN, NameVocabulary, Vocabulary
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
    training are one unknown symbol.

    Example:
        >>> column = Tokens("notes")
        >>> column.fit([["c", "e"], ["c"]], rare=2)
        >>> column.vocabulary.symbols, column.encode(column.parse("c g"))
        (('c', '�'), tensor([0, 1]))
    """

    kind = "tokens"
    sequence = True

    def parse(self, value: Any, folder: Path = Path()) -> list[str]:
        value = as_list(value)
        if isinstance(value, str) and value.strip():
            value = value.split()
        if isinstance(value, list) and value:
            check_values(value)
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
    """A list of labels; as x, all of them must occur in training.

    Example:
        >>> column = Tags("tags").know(["N", "V"])
        >>> column.encode(column.parse("V N")), column.decode(torch.tensor([0, 1]))
        (tensor([1, 0]), ['N', 'V'])
    """

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
    """One label; one-hot, if it is part of a vector x, where it must occur in training.

    Spaces around a label belong to it, unless the whole column is padded with them.

    Example:
        >>> column = Label("long")
        >>> column.fit(["no", "yes", "no"], rare=1)
        >>> column.encode("yes"), column.decode(torch.tensor(0))
        (tensor(1), 'no')
    """

    kind = "label"
    sequence = False
    closed = True

    def parse(self, value: Any, folder: Path = Path()) -> str:
        if not isinstance(value, str | int | float) or not str(value).strip():
            raise DataError(f"{shown(value)} is not a label")
        return str(value)

    def parse_line(self, line: str) -> str:
        return line

    def fit(self, parsed: Sequence[str], rare: int) -> None:
        labels = set(parsed)
        self.know(sorted({label.strip() for label in labels} if _are_padded(labels) else labels))

    def encode(self, parsed: str) -> Tensor:
        label = self._as_in_training(parsed)
        _check_known(label, self.vocabulary)
        return self.vocabulary.encode([label])[0]

    def encode_y(self, parsed: str) -> Tensor:
        return _with_absent([self._as_in_training(parsed)], self.vocabulary)[0]

    def _as_in_training(self, label: str) -> str:
        """Without the spaces around it, if training has it so alone."""
        stripped = label.strip()
        return stripped if label not in self.vocabulary and stripped in self.vocabulary else label

    def encode_all_y(self, parsed: Sequence[str]) -> Tensor:
        return _with_absent([*map(self._as_in_training, parsed)], self.vocabulary)

    def entries(self, encoded: Tensor) -> Tensor:
        return F.one_hot(encoded, self.size).float()

    def decode(self, value: Tensor) -> str:
        return self.label(int(value))


def _are_padded(labels: Collection[str]) -> bool:
    """Whether all labels have spaces around them, or have been filled up to one length."""
    spaced = [label != label.strip() for label in labels]
    return all(spaced) or (any(spaced) and len({len(label) for label in labels}) == 1)


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
