"""Kinds of values, and how they become tensors: what a column of a file holds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

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
        >>> restored(field.saved()).encode(["a", "bird"])
        tensor([0, 1])
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
        """The kind, the name and what was learned, as JSON can have it; see :func:`restored`."""
        learned: dict[str, Any] = {}
        if self.vocabulary is not None:
            learned["symbols"] = list(self.vocabulary.symbols)
        if self.scale is not None:
            learned |= {"mean": self.scale.mean.tolist(), "unit": self.scale.unit.tolist()}
        return {"kind": self.kind, "name": self.name, **learned}

    def alike(self, other: Field) -> bool:
        """Whether both have learned the same, but for what differs between machines."""
        same = (self.kind, self.name, self.vocabulary) == (other.kind, other.name, other.vocabulary)
        if self.scale is None or other.scale is None:
            return same and self.scale is other.scale
        return same and self.scale.alike(other.scale)

    def _know(self, symbols: Sequence[str]) -> None:
        self.vocabulary, self.size = Vocabulary(symbols), len(symbols)

    def _measure(self, scale: Scale) -> None:
        self.scale, self.size = scale, len(scale.mean)


class _Symbols(Field):
    """A sequence of symbols; what training has not shown is one unknown symbol."""

    sequence = True

    def fit(self, parsed: Sequence[list[str]], rare: int) -> None:
        counts = Counter(symbol for symbols in parsed for symbol in symbols)
        known = {symbol for symbol, count in counts.items() if count >= rare}
        self._know(sorted(known | {UNKNOWN}))

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
            raise DataError(f"{_shown(value)} is no list of strings")
        return ["_".join(v.split()) or "_" for v in value]


class Tags(Tokens):
    """A list of labels, all of which training must have shown."""

    kind = "tags"

    def fit(self, parsed: Sequence[list[str]], rare: int) -> None:
        self._know(sorted({tag for tags in parsed for tag in tags}))

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
        self._know(sorted(set(parsed)))

    def encode(self, parsed: str) -> Tensor:
        assert self.vocabulary is not None
        _refuse_new(parsed, self.vocabulary)
        return self.vocabulary.encode([parsed])[0]

    def decode(self, value: Tensor) -> str:
        assert self.vocabulary is not None
        return self.vocabulary.symbols[int(value)]


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
        self._measure(Scale.of(torch.tensor(parsed, dtype=torch.float64)[:, None]))

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
        if not isinstance(value, list) or not value:
            raise DataError(f"{_shown(value)} is no list of numbers")
        rows = [row if isinstance(row, list) else [row] for row in value]
        if len({len(row) for row in rows}) != 1:
            raise DataError("vectors of different sizes; expected as many numbers at every step")
        return torch.tensor([[Number().parse(v) for v in row] for row in rows], dtype=torch.float64)

    def fit(self, parsed: Sequence[Tensor], rare: int) -> None:
        size = parsed[0].shape[1]
        self._measure(Scale.of(torch.cat([rows for rows in parsed if rows.shape[1] == size])))

    def encode(self, parsed: Tensor) -> Tensor:
        assert self.scale is not None
        if parsed.shape[1] != self.size:
            raise DataError(f"vectors of {parsed.shape[1]} numbers; expected {self.size}")
        return self.scale(parsed)

    def decode(self, value: Tensor) -> list[Any]:
        assert self.scale is not None
        rows = self.scale.back(value).tolist()
        return [row[0] for row in rows] if self.size == 1 else rows


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
    field.kind: field for field in (Characters, Words, Tokens, Tags, Label, Number, Numbers)
}


def restored(saved: object) -> Field:
    """The field that :meth:`Field.saved` has said.

    Raises:
        DataError: in one line, if it says something else.
    """
    if not isinstance(saved, Mapping):
        raise DataError(f"a field is {_shown(saved)}; expected an object")
    kind, name = saved.get("kind"), saved.get("name")
    if not isinstance(kind, str) or kind not in KINDS:
        raise DataError(f"a field's kind is {_shown(kind)}; expected one of {', '.join(KINDS)}")
    if not isinstance(name, str):
        raise DataError(f"a field's name is {_shown(name)}; expected a text")
    field = KINDS[kind](name)
    learned = ("mean", "unit") if isinstance(field, Number | Numbers) else ("symbols",)
    if set(saved) != {"kind", "name", *learned}:
        raise DataError(f"the field {name!r} has not just kind, name and {' and '.join(learned)}")
    lists = [saved[key] for key in learned]
    if not all(isinstance(values, list) and values for values in lists):
        raise DataError(f"the field {name!r}: {' and '.join(learned)} must be lists of some values")
    if learned == ("symbols",):
        symbols = lists[0]
        if not all(isinstance(s, str) for s in symbols):
            raise DataError(f"the field {name!r} has symbols that are no texts")
        if isinstance(field, Characters) and any(len(s) != 1 for s in symbols):
            raise DataError(f"the field {name!r} has symbols that are no single characters")
        field._know(symbols)
        return field
    if not all(_is_finite(v) for values in lists for v in values):
        raise DataError(f"the field {name!r} has a mean or a unit that is no finite number")
    mean, unit = (torch.tensor(values, dtype=torch.float64) for values in lists)
    if len(mean) != len(unit) or (isinstance(field, Number) and len(mean) != 1) or unit.min() <= 0:
        raise DataError(
            f"the field {name!r} has {len(mean)} means and {len(unit)} units; expected as many, "
            "the units above 0"
        )
    field._measure(Scale(mean, unit))
    return field


def guess(values: Sequence[Any], *, target: bool) -> type[Field]:
    """The kind of a column, by its values.

    Lists are tokens or numbers. What are numbers throughout is a number. Text that repeats itself
    is a label: of a target, if each value stands there twice on the mean; of an input, only if
    there are few (a text that decides something is seldom seen again). Other text is characters.
    """
    if all(isinstance(value, list) for value in values):
        strings = any(isinstance(v, str) for value in values for v in value)
        return (Tags if target else Tokens) if strings else Numbers
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


def _is_finite(value: Any) -> bool:
    return not isinstance(value, str | bool) and number(value) is not None


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "an empty value"
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
