"""The base class of columns: from the values in a file to tensors, and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

import torch
from torch import Tensor

from throughtime.data.columns.scale import Scale
from throughtime.data.errors import DataError
from throughtime.data.reading import Reading
from throughtime.data.storage.flat import Flat
from throughtime.data.vocabularies.vocabulary import Vocabulary
from throughtime.outputs import Output


class Column(ABC):
    """One column of x or y: it parses values, learns from those of training, and encodes them.

    Each kind of column is a subclass; a line in :mod:`~throughtime.data.columns.registry` makes it
    known to the command line and to saved runs.

    Args:
        name: the name of the column.
        detail: what follows the kind after a colon, such as 2000 in ``bpe:2000``.

    Attributes:
        kind: the name of the kind on the command line.
        sequence: whether each value is a sequence, with one symbol or vector per step.
        closed: whether the values of a y are labels, of which training may lack some.
        stepwise: whether each step of such a y belongs to a step of x, as a tag to a word.
        symbol: the name of one symbol in metrics: character, word or symbol.
        vocabulary: the symbols, if the column has any.
        scale: the mean and standard deviation of the numbers, if the column has any.
        takes: the options of reading that concern this kind alone.
        picture_shape: channels, rows and columns of pixels, if the values are pictures.
        size: the number of symbols, or the size of a vector.

    Raises:
        DataError: if ``detail`` is given to a kind that takes none.

    Example:
        >>> from throughtime.data.columns import Words
        >>> column = Words("title")
        >>> column.fit(["a cat", "a dog"], rare=2)
        >>> column.state()
        {'symbols': ['a', '�']}
    """

    kind: ClassVar[str]
    sequence: ClassVar[bool]
    stepwise: ClassVar[bool] = False
    takes: ClassVar[tuple[str, ...]] = ()
    closed: ClassVar[bool] = False
    symbol: str = "symbol"
    vocabulary: Vocabulary | None = None
    scale: Scale | None = None
    picture_shape: tuple[int, int, int] | None = None
    size: int

    def __init__(self, name: str = "", detail: str | None = None) -> None:
        if detail is not None:
            raise DataError(f"{self.kind}:{detail} is not a kind of column; expected {self.kind}")
        self.name = name

    # ---- from a file to a tensor, and back -----------------------------------------------------

    def read_by(self, reading: Reading) -> None:
        """Set the options of reading that concern this kind alone, its :attr:`takes`."""
        for name in self.takes:
            setattr(self, name, getattr(reading, name))

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns of a file that the values are of: the one with this name, nearly always."""
        return (self.name,)

    def values_in(self, rows: Rows) -> Sequence[Any]:
        """The values of this column in a table, to be parsed one by one.

        Raises:
            DataError: if there is no such column, or if it can be understood in two ways.
        """
        return rows.column(self.name)

    @abstractmethod
    def parse(self, value: Any, folder: Path = Path()) -> Any:
        """Check and convert a value of a file; paths in it are relative to ``folder``.

        Raises:
            DataError: if the value is not of this kind.
        """

    def parse_line(self, line: str) -> Any:
        """The value of a line of text, if each line is one value of this column.

        Raises:
            NotALine: if such values cannot be written as a line; they then come in JSON objects.
        """
        raise NotALine

    @abstractmethod
    def fit(self, parsed: Sequence[Any], rare: int) -> None:
        """Learn the symbols, or the scale, from the training part.

        Symbols that occur fewer than ``rare`` times there are unknown.
        """

    @abstractmethod
    def encode(self, parsed: Any) -> Tensor:
        """One parsed value as a tensor.

        Raises:
            DataError: if the value cannot be encoded, such as a label that training does not have.
        """

    def encode_y(self, parsed: Any) -> Tensor:
        """One parsed value of y; a label that training lacks has a number below zero.

        Raises:
            DataError: if the value cannot be encoded.
        """
        return self.encode(parsed)

    def encode_all(self, parsed: Sequence[Any]) -> Flat | Tensor:
        """Many parsed values at once: sequences one after another, or ``(rows, …)``.

        Raises:
            DataError: if one cannot be encoded.
        """
        return self._together([self.encode(value) for value in parsed])

    def encode_all_y(self, parsed: Sequence[Any]) -> Flat | Tensor:
        """Many parsed values of y at once, as by :meth:`encode_y`.

        Raises:
            DataError: if one cannot be encoded.
        """
        return self.encode_all(parsed)

    def _together(self, encoded: list[Tensor]) -> Flat | Tensor:
        if not self.sequence:
            return torch.stack(encoded)
        lengths = torch.tensor([len(value) for value in encoded])
        return Flat(torch.cat(encoded), lengths.cumsum(0) - lengths, lengths)

    def entries(self, encoded: Tensor) -> Tensor:
        """Encoded values ``(rows, …)`` as entries of a vector x, ``(rows, size)``."""
        return encoded

    @abstractmethod
    def decode(self, value: Tensor) -> Any:
        """The value of a tensor, as a file would have it: a text, a number, or a list."""

    def echo(self, value: Any) -> Any:
        """A value of a file, as results repeat it."""
        return value

    def written(self, parsed: Any) -> str | None:
        """The text that the file has, if a value is a text; else None."""
        return None

    # ---- in a model ----------------------------------------------------------------------------

    @abstractmethod
    def output(self) -> Output:
        """The output that gives the distribution of y(t), if this column is y.

        Raises:
            DataError: if there is no output for such values.
        """

    @property
    def alone(self) -> bool:
        """Whether an x with this column can have no other column."""
        return self.sequence

    @property
    def takes_rare(self) -> bool:
        """Whether symbols that are rare in training can be made unknown."""
        return self.vocabulary is not None and self.vocabulary.unknown is not None

    def describe(self) -> str:
        """The kind in words, for the description of a data set."""
        return self.kind

    def is_value(self, path: Path) -> bool:
        """Whether a file is one value of this column, and not a file of rows."""
        return False

    # ---- saved and restored --------------------------------------------------------------------

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """What was learned from training, for JSON."""

    @abstractmethod
    def load_state(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` gave.

        Raises:
            DataError: if the state is damaged; the message continues "the column 'name' has …".
        """

    def alike(self, other: Column) -> bool:
        """Whether both have learned the same, up to last digits that differ between machines."""
        same = (self.kind, self.name) == (other.kind, other.name)
        if self.scale is not None and other.scale is not None:
            return same and self.scale.alike(other.scale)
        return same and self.state() == other.state()


@runtime_checkable
class Rows(Protocol):
    """A table, as a column sees it."""

    @property
    def columns(self) -> Mapping[str, Sequence[Any]]:
        """The values of each column as they are in the file."""

    def column(self, name: str) -> Sequence[Any]:
        """The values of a column as they are in the file."""

    def plain_numbers(self, name: str) -> Sequence[Any]:
        """The values of a column whose texts are numbers in one notation, as numbers."""


class NotALine(Exception):
    """Values of this column cannot be written as a line of text."""


def keys(state: Mapping[str, Any], *expected: str) -> list[Any]:
    """The values of a saved state, which must have exactly the ``expected`` keys.

    Raises:
        DataError: if it has other keys.

    Example:
        >>> keys({"size": 3}, "size")
        [3]
    """
    if set(state) != set(expected):
        raise DataError(f"other keys than kind, name, {' and '.join(expected)}")
    return [state[key] for key in expected]


def texts(value: Any) -> list[str]:
    """Check that the symbols of a saved state are a list of texts that is not empty.

    Raises:
        DataError: if it is not.
    """
    if not isinstance(value, list) or not value:
        raise DataError("symbols that are not a list, or an empty one")
    if not all(isinstance(text, str) for text in value):
        raise DataError("symbols that are not texts")
    return value


def shown(value: Any) -> str:
    """A value as it appears in a message: short, in one line.

    Example:
        >>> shown(0.5), shown(""), len(shown("a" * 100))
        ('0.5', 'an empty value', 60)
    """
    if value is None or value == "":
        return "an empty value"
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
