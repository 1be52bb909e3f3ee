"""Kinds of values, and how they become tensors: what a column of a file holds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from throughtime.data.errors import DataError
from throughtime.data.files.table import number
from throughtime.data.vocabulary import UNKNOWN, Vocabulary


class Field(ABC):
    """A column's values as tensors: each is parsed, training's are learned from, then encoded.

    Attributes:
        kind: what such a column is called on the command line.
        sequence: whether a value is a sequence.
        vocabulary: its symbols, if it has any.
        size: how many symbols there are, or numbers in a vector.
    """

    kind: ClassVar[str]
    sequence: ClassVar[bool]
    vocabulary: Vocabulary | None = None
    size: int

    @abstractmethod
    def parse(self, value: Any) -> Any:
        """What a value of the file says.

        Raises:
            DataError: if it is not of this kind.
        """

    @abstractmethod
    def fit(self, parsed: Sequence[Any], rare: int) -> None:
        """Learn the symbols, or the scale, from the training part alone; symbols that stand there
        fewer than ``rare`` times are unknown."""

    @abstractmethod
    def encode(self, parsed: Any) -> Tensor:
        """One parsed value as a tensor.

        Raises:
            DataError: if the model could not have it, for training has nothing like it.
        """


class _Symbols(Field):
    """A sequence of symbols; what training has not shown is one unknown symbol."""

    sequence = True

    def fit(self, parsed: Sequence[list[str]], rare: int) -> None:
        counts = Counter(symbol for symbols in parsed for symbol in symbols)
        known = {symbol for symbol, count in counts.items() if count >= rare}
        self.vocabulary = Vocabulary(sorted(known | {UNKNOWN}))
        self.size = len(self.vocabulary)

    def encode(self, parsed: list[str]) -> Tensor:
        assert self.vocabulary is not None
        return self.vocabulary.encode(parsed)


class Characters(_Symbols):
    """A text, character by character."""

    kind = "characters"

    def parse(self, value: Any) -> list[str]:
        return list(_text(value))


class Words(_Symbols):
    """A text, word by word: what stands between white space."""

    kind = "words"

    def parse(self, value: Any) -> list[str]:
        return _text(value).split()


class Tokens(_Symbols):
    """A list of strings, as it is."""

    kind = "tokens"

    def parse(self, value: Any) -> list[str]:
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise DataError(f"{_shown(value)} is no list of strings")
        return ["_".join(v.split()) or "_" for v in value]


class Tags(Tokens):
    """A list of labels, all of which training must have shown."""

    kind = "tags"

    def fit(self, parsed: Sequence[list[str]], rare: int) -> None:
        self.vocabulary = Vocabulary(sorted({tag for tags in parsed for tag in tags}))
        self.size = len(self.vocabulary)

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
            raise DataError(f"{_shown(value)} is no label")
        return "_".join(str(value).split())

    def fit(self, parsed: Sequence[str], rare: int) -> None:
        self.vocabulary = Vocabulary(sorted(set(parsed)))
        self.size = len(self.vocabulary)

    def encode(self, parsed: str) -> Tensor:
        assert self.vocabulary is not None
        _refuse_new(parsed, self.vocabulary)
        return self.vocabulary.encode([parsed])[0]


class Features(Field):
    """A list of names that are all true at once: a vector of noughts, and ones for them."""

    kind = "features"
    sequence = False

    def parse(self, value: Any) -> list[str]:
        return Tokens().parse(value)

    def fit(self, parsed: Sequence[list[str]], rare: int) -> None:
        counts = Counter(name for names in parsed for name in set(names))
        self.vocabulary = Vocabulary(sorted(n for n, count in counts.items() if count >= rare))
        self.size = len(self.vocabulary)

    def encode(self, parsed: list[str]) -> Tensor:
        """What training has not shown is not there."""
        assert self.vocabulary is not None
        known = [name for name in parsed if name in self.vocabulary]
        vector = torch.zeros(self.size)
        vector[self.vocabulary.encode(known)] = 1.0
        return vector


class Number(Field):
    """A number, in units of training's deviation from training's mean."""

    kind = "number"
    sequence, size = False, 1

    def parse(self, value: Any) -> float:
        found = number(value)
        if found is None:
            raise DataError(f"{_shown(value)} is no finite number")
        return found

    def fit(self, parsed: Sequence[float], rare: int) -> None:
        self.scale = _Scale(torch.tensor(parsed, dtype=torch.float64)[:, None])

    def encode(self, parsed: float) -> Tensor:
        return self.scale(torch.tensor([parsed], dtype=torch.float64))


class Numbers(Field):
    """A list of numbers, or of lists that are all as long: real values at each step."""

    kind = "numbers"
    sequence = True

    def parse(self, value: Any) -> Tensor:
        if not isinstance(value, list | np.ndarray) or not len(value):
            raise DataError(f"{_shown(value)} is no list of numbers")
        if isinstance(value, np.ndarray):
            return self._array(value)
        rows = [row if isinstance(row, list) else [row] for row in value]
        if {len(row) for row in rows} == {0}:
            raise DataError(f"{_shown(value)} is no list of numbers")
        if len({len(row) for row in rows}) != 1:
            raise DataError("vectors of different sizes; expected as many numbers at every step")
        return torch.tensor([[Number().parse(v) for v in row] for row in rows], dtype=torch.float64)

    def _array(self, value: np.ndarray) -> Tensor:
        if value.ndim not in (1, 2) or value.dtype.kind not in "buif" or not value.size:
            raise DataError(
                f"an array of {value.dtype} of shape {value.shape}; expected numbers (steps, size)"
            )
        rows = torch.tensor(value.astype(np.float64)).view(len(value), -1)
        if not bool(rows.isfinite().all()):
            raise DataError("an array with numbers that are not finite")
        return rows

    def fit(self, parsed: Sequence[Tensor], rare: int) -> None:
        self.size = parsed[0].shape[1]
        self.scale: Callable[[Tensor], Tensor] = _Scale(
            torch.cat([rows for rows in parsed if rows.shape[1] == self.size])
        )

    def encode(self, parsed: Tensor) -> Tensor:
        if parsed.shape[1] != self.size:
            raise DataError(f"vectors of {parsed.shape[1]} numbers; expected {self.size}")
        return self.scale(parsed)


class Vector(Numbers):
    """A list of as many numbers in every row: one vector, and no sequence."""

    kind = "vector"
    sequence = False

    def parse(self, value: Any) -> Tensor:
        rows = super().parse(value)
        if rows.shape[1] != 1:
            raise DataError(f"{_shown(value)} is no list of numbers, but of lists")
        return rows.T

    def encode(self, parsed: Tensor) -> Tensor:
        return super().encode(parsed)[0]


class Bits(Numbers):
    """Lists of noughts and ones, all as long: a piano-roll, say, with a one for each key."""

    kind = "bits"

    def parse(self, value: Any) -> Tensor:
        rows = super().parse(value)
        if not is_bits(rows):
            raise DataError(f"{_shown(value)} has other numbers than 0 and 1")
        return rows

    def fit(self, parsed: Sequence[Tensor], rare: int) -> None:
        self.size = parsed[0].shape[1]
        self.scale = Tensor.float


class _Scale:
    """Values ``(rows, size)`` in units of their deviation, from their mean."""

    def __init__(self, values: Tensor) -> None:
        deviation = values.std(0, correction=0)
        # what never changes has no deviation to divide by
        self.mean, self.unit = values.mean(0), torch.where(deviation > 0, deviation, 1.0)

    def __call__(self, values: Tensor) -> Tensor:
        return ((values - self.mean) / self.unit).float()


KINDS: dict[str, type[Field]] = {
    field.kind: field
    for field in (
        *(Characters, Words, Tokens, Tags, Label),
        *(Number, Vector, Features, Numbers, Bits),
    )
}


def is_bits(rows: Tensor) -> bool:
    """Whether vectors have noughts and ones alone."""
    return rows.shape[1] > 1 and bool(((rows == 0) | (rows == 1)).all())


def guess(values: Sequence[Any], *, target: bool) -> type[Field]:
    """The kind of a column, by its values.

    Lists are tokens, bits or numbers. What are numbers throughout is a number. Text that repeats
    itself is a label: of a target, if each value stands there twice on the mean; of an input, only
    if there are few (a text that decides something is seldom seen again). Other text is characters.
    """
    if all(isinstance(value, list | np.ndarray) for value in values):
        if any(isinstance(v, str) for value in values for v in value):
            return Tags if target else Tokens
        bits = all(is_bits(Numbers().parse(value)) for value in values)
        return Bits if bits else Numbers
    if all(number(value) is not None for value in values):
        return Number
    distinct = len({str(value) for value in values})
    few = distinct * 2 <= len(values) if target else distinct * 20 <= len(values)
    return Label if few else Characters


def _text(value: Any) -> str:
    if not isinstance(value, str | int | float) or value == "":
        raise DataError(f"{_shown(value)} is no text")
    return str(value)


def _refuse_new(label: str, known: Vocabulary) -> None:
    if label not in known:
        raise DataError(
            f"the label {label!r} does not stand in the training part, so no model can learn it; "
            "leave such rows out, or choose another --seed"
        )


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "an empty value"
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
