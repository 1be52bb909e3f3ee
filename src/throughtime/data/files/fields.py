"""Kinds of values, and how they become tensors: what a column of a file holds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
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
        name: what the column is called.
        kind: what such a column is called on the command line.
        sequence: whether a value is a sequence.
        vocabulary: its symbols, if it has any.
        scale: its mean and unit, if it has numbers.
        size: how many symbols there are, or numbers in a vector.

    Example:
        >>> field = Words("title")
        >>> field.fit([["a", "cat"], ["a", "dog"]], rare=2)
        >>> field.saved()
        {'kind': 'words', 'name': 'title', 'symbols': ['a', '�']}
    """

    kind: ClassVar[str]
    sequence: ClassVar[bool]
    vocabulary: Vocabulary | None = None
    scale: Scale | None = None
    size: int

    def __init__(self, name: str = "") -> None:
        self.name = name

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

    @abstractmethod
    def decode(self, value: Tensor) -> Any:
        """What a file would say of a tensor: a text, a number, or a list."""

    def saved(self) -> dict[str, Any]:
        """The kind, the name and what was learned, as JSON can have it; see
        :func:`~throughtime.data.files.saved.restored`."""
        learned: dict[str, Any] = {"size": self.size}
        if self.vocabulary is not None:
            learned = {"symbols": list(self.vocabulary.symbols)}
        elif self.scale is not None:
            learned = {"mean": self.scale.mean.tolist(), "unit": self.scale.unit.tolist()}
        return {"kind": self.kind, "name": self.name, **learned}

    def alike(self, other: Field) -> bool:
        """Whether both have learned the same, but for what differs between machines."""
        if self.scale is not None and other.scale is not None:
            same = (self.kind, self.name) == (other.kind, other.name)
            return same and self.scale.alike(other.scale)
        return self.saved() == other.saved()

    def know(self, symbols: Sequence[str]) -> None:
        """These are its symbols."""
        self.vocabulary, self.size = Vocabulary(symbols), len(symbols)

    def measure(self, scale: Scale) -> None:
        """This is its scale."""
        self.scale, self.size = scale, len(scale.mean)


class _Symbols(Field):
    """A sequence of symbols; what training has not shown is one unknown symbol."""

    sequence = True

    def fit(self, parsed: Sequence[list[str]], rare: int) -> None:
        counts = Counter(symbol for symbols in parsed for symbol in symbols)
        known = {symbol for symbol, count in counts.items() if count >= rare}
        self.know(sorted(known | {UNKNOWN}))

    def encode(self, parsed: list[str]) -> Tensor:
        assert self.vocabulary is not None
        return self.vocabulary.encode(parsed)

    def decode(self, value: Tensor) -> Any:
        return self._joined(self._names(value))

    def _names(self, value: Tensor) -> list[str]:
        assert self.vocabulary is not None
        return [self.vocabulary.symbols[i] for i in value.tolist()]

    def _joined(self, symbols: list[str]) -> Any:
        return symbols


class Characters(_Symbols):
    """A text, character by character."""

    kind = "characters"

    def parse(self, value: Any) -> list[str]:
        return list(_text(value))

    def _joined(self, symbols: list[str]) -> str:
        return "".join(symbols)


class Words(_Symbols):
    """A text, word by word: what stands between white space."""

    kind = "words"

    def parse(self, value: Any) -> list[str]:
        return _text(value).split()

    def _joined(self, symbols: list[str]) -> str:
        return " ".join(symbols)


class Tokens(_Symbols):
    """A list of strings, as it is."""

    kind = "tokens"

    def parse(self, value: Any) -> list[str]:
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise DataError(f"{shown(value)} is no list of strings")
        return ["_".join(v.split()) or "_" for v in value]


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
        self.know(sorted(name for name, count in counts.items() if count >= rare))

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


class Number(Field):
    """A number, in units of training's deviation from training's mean."""

    kind = "number"
    sequence, size = False, 1

    def parse(self, value: Any) -> float:
        found = number(value)
        if found is None:
            raise DataError(f"{shown(value)} is no finite number")
        return found

    def fit(self, parsed: Sequence[float], rare: int) -> None:
        self.measure(Scale.of(torch.tensor(parsed, dtype=torch.float64)[:, None]))

    def encode(self, parsed: float) -> Tensor:
        assert self.scale is not None
        return self.scale(torch.tensor([parsed], dtype=torch.float64))

    def decode(self, value: Tensor) -> float:
        assert self.scale is not None
        return float(self.scale.back(value))


class Numbers(Field):
    """A list of numbers, or of lists that are all as long: real values at each step."""

    kind = "numbers"
    sequence = True

    def parse(self, value: Any) -> Tensor:
        if not isinstance(value, list | np.ndarray) or not len(value):
            raise DataError(f"{shown(value)} is no list of numbers")
        if isinstance(value, np.ndarray):
            return self._array(value)
        rows = [row if isinstance(row, list) else [row] for row in value]
        if {len(row) for row in rows} == {0}:
            raise DataError(f"{shown(value)} is no list of numbers")
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
        size = parsed[0].shape[1]
        self.measure(Scale.of(torch.cat([rows for rows in parsed if rows.shape[1] == size])))

    def encode(self, parsed: Tensor) -> Tensor:
        assert self.scale is not None
        self._check_size(parsed)
        return self.scale(parsed)

    def _check_size(self, parsed: Tensor) -> None:
        if parsed.shape[1] != self.size:
            raise DataError(f"vectors of {parsed.shape[1]} numbers; expected {self.size}")

    def decode(self, value: Tensor) -> list[Any]:
        assert self.scale is not None
        rows = self.scale.back(value).tolist()
        return [row[0] for row in rows] if self.size == 1 else rows


class Vector(Numbers):
    """A list of as many numbers in every row: one vector, and no sequence."""

    kind = "vector"
    sequence = False

    def parse(self, value: Any) -> Tensor:
        rows = super().parse(value)
        if rows.shape[1] != 1:
            raise DataError(f"{shown(value)} is no list of numbers, but of lists")
        return rows.T

    def encode(self, parsed: Tensor) -> Tensor:
        return super().encode(parsed)[0]

    def decode(self, value: Tensor) -> list[float]:
        assert self.scale is not None
        return self.scale.back(value).tolist()


class Bits(Numbers):
    """Lists of noughts and ones, all as long: a piano-roll, say, with a one for each key."""

    kind = "bits"

    def parse(self, value: Any) -> Tensor:
        rows = super().parse(value)
        if not is_bits(rows):
            raise DataError(f"{shown(value)} has other numbers than 0 and 1")
        return rows

    def fit(self, parsed: Sequence[Tensor], rare: int) -> None:
        self.size = parsed[0].shape[1]

    def encode(self, parsed: Tensor) -> Tensor:
        self._check_size(parsed)
        return parsed.float()

    def decode(self, value: Tensor) -> list[list[int]]:
        return value.int().tolist()


@dataclass(frozen=True, eq=False)
class Scale:
    """Values ``(*, size)`` in units, from a mean; both are ``(size,)`` in double precision."""

    mean: Tensor
    unit: Tensor

    @classmethod
    def of(cls, values: Tensor) -> Scale:
        """That of values ``(rows, size)``: their mean and their deviation."""
        deviation = values.std(0, correction=0)
        # what never changes has no deviation to divide by
        return cls(values.mean(0), torch.where(deviation > 0, deviation, 1.0))

    def __call__(self, values: Tensor) -> Tensor:
        return ((values - self.mean) / self.unit).float()

    def back(self, values: Tensor) -> Tensor:
        """The numbers that are ``values`` in these units."""
        return values.double() * self.unit + self.mean

    def alike(self, other: Scale) -> bool:
        """Whether they differ in a last digit at most, as sums do between machines."""
        if len(self.mean) != len(other.mean):
            return False
        apart = (self.mean - other.mean) / self.unit, self.unit / other.unit - 1
        return bool((torch.cat(apart).abs() < 1e-6).all())


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
        raise DataError(f"{shown(value)} is no text")
    return str(value)


def _refuse_new(label: str, known: Vocabulary) -> None:
    if label not in known:
        raise DataError(
            f"the label {label!r} does not stand in the training part, so no model can learn it; "
            "leave such rows out, or choose another --seed"
        )


def shown(value: Any) -> str:
    """A value in a message: short, in one line."""
    if value is None or value == "":
        return "an empty value"
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
