"""Columns of names, one or several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from throughtime.data.columns.field import Field, shown
from throughtime.data.errors import DataError
from throughtime.data.vocabulary import UNKNOWN, Vocabulary


class Tokens(Field):
    """A list of strings, as it is; what training has not shown is one unknown symbol."""

    kind = "tokens"
    sequence = True

    def parse(self, value: Any) -> list[str]:
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise DataError(f"{shown(value)} is no list of strings")
        return ["_".join(v.split()) or "_" for v in value]

    def fit(self, parsed: Sequence[list[str]], rare: int) -> None:
        counts = Counter(symbol for symbols in parsed for symbol in symbols)
        known = {symbol for symbol, count in counts.items() if count >= rare}
        self.know(sorted(known | {UNKNOWN}))

    def encode(self, parsed: list[str]) -> Tensor:
        assert self.vocabulary is not None
        return self.vocabulary.encode(parsed)

    def decode(self, value: Tensor) -> list[str]:
        assert self.vocabulary is not None
        return [self.vocabulary.symbols[i] for i in value.tolist()]


class Tags(Tokens):
    """A list of labels, all of which training must have shown."""

    kind = "tags"

    def fit(self, parsed: Sequence[list[str]], rare: int) -> None:
        self.know(sorted({tag for tags in parsed for tag in tags}))

    def encode(self, parsed: list[str]) -> Tensor:
        assert self.vocabulary is not None
        for tag in parsed:
            _refuse_new(tag, self.vocabulary)
        return self.vocabulary.encode(parsed)


class Label(Field):
    """One of a few names; as part of a vector x, a one among zeros."""

    kind = "label"
    sequence = False

    def parse(self, value: Any) -> str:
        if not isinstance(value, str | int | float) or not str(value).strip():
            raise DataError(f"{shown(value)} is no label")
        return "_".join(str(value).split())

    def fit(self, parsed: Sequence[str], rare: int) -> None:
        self.know(sorted(set(parsed)))

    def encode(self, parsed: str) -> Tensor:
        assert self.vocabulary is not None
        _refuse_new(parsed, self.vocabulary)
        return self.vocabulary.encode([parsed])[0]

    def decode(self, value: Tensor) -> str:
        assert self.vocabulary is not None
        return self.vocabulary.symbols[int(value)]


class Features(Field):
    """A list of names that are all true at once: a vector of noughts, and ones for them."""

    kind = "features"
    sequence = False

    def parse(self, value: Any) -> list[str]:
        return Tokens().parse(value)

    def fit(self, parsed: Sequence[list[str]], rare: int) -> None:
        counts = Counter(name for names in parsed for name in set(names))
        known = sorted(name for name, count in counts.items() if count >= rare)
        if not known:
            raise DataError(f"no name stands in {rare} rows of training; expected some")
        self.know(known)

    def encode(self, parsed: list[str]) -> Tensor:
        """What training has not shown is not there."""
        assert self.vocabulary is not None
        known = [name for name in parsed if name in self.vocabulary]
        vector = torch.zeros(self.size)
        vector[self.vocabulary.encode(known)] = 1.0
        return vector

    def decode(self, value: Tensor) -> list[str]:
        assert self.vocabulary is not None
        return [name for name, true in zip(self.vocabulary, value.tolist(), strict=True) if true]


def _refuse_new(label: str, known: Vocabulary) -> None:
    if label not in known:
        raise DataError(
            f"the label {label!r} does not stand in the training part, so no model can learn it; "
            "leave such rows out, or choose another --seed"
        )
