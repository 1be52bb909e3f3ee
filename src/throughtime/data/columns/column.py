"""The protocol of a column: from a file's values to tensors, and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from torch import Tensor

from throughtime.data.columns.scale import Scale
from throughtime.data.errors import DataError
from throughtime.data.vocabulary import Vocabulary
from throughtime.outputs import Output


class Column(ABC):
    """One column of x or y: its values are parsed, training's are learned from, then encoded.

    A kind of column is one subclass, and knows all that there is to know of it; a line in
    :mod:`~throughtime.data.columns.registry` gives it to the command line and to saved runs.

    Args:
        name: what the column is called.
        detail: what follows the kind's name after a colon, as 2000 in ``bpe:2000``.

    Attributes:
        kind: what such a column is called on the command line.
        sequence: whether each value is a sequence, of one symbol or vector a step.
        stepwise: whether the steps of such a sequence belong to those of an x, as tags do to words.
        symbol: what one of its symbols is called in a measured number.
        vocabulary: its symbols, if it has any.
        scale: the mean and unit of its numbers, if it has any.
        picture_shape: rows and columns of pixels, if its values are pictures.
        size: how many symbols there are, or numbers in a vector.

    Raises:
        DataError: if there is a detail, and the kind has none.

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
    symbol: str = "symbol"
    vocabulary: Vocabulary | None = None
    scale: Scale | None = None
    picture_shape: tuple[int, int] | None = None
    size: int

    def __init__(self, name: str = "", detail: str | None = None) -> None:
        if detail is not None:
            raise DataError(f"{self.kind}:{detail} is no kind of column; expected {self.kind}")
        self.name = name

    # ---- from a file to a tensor, and back -----------------------------------------------------

    @abstractmethod
    def parse(self, value: Any, folder: Path = Path()) -> Any:
        """What a value of a file says; paths in it start at ``folder``.

        Raises:
            DataError: if it is not of this kind.
        """

    def parse_line(self, line: str) -> Any:
        """The value that a line of text stands for, where x or y is this column alone.

        Raises:
            NotALine: if no line can say such a value; it comes in a JSON object then.
        """
        raise NotALine

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

    def entries(self, encoded: Tensor) -> Tensor:
        """Values ``(rows, …)`` as entries of a vector x, ``(rows, size)``."""
        return encoded

    @abstractmethod
    def decode(self, value: Tensor) -> Any:
        """What a file would say of a tensor: a text, a number, or a list."""

    # ---- what it makes of a model --------------------------------------------------------------

    @abstractmethod
    def output(self) -> Output:
        """What each y(t) is drawn from, where this column is y.

        Raises:
            DataError: if no output gives such values.
        """

    @property
    def alone(self) -> bool:
        """Whether an x that has this column has no other."""
        return self.sequence

    @property
    def takes_rare(self) -> bool:
        """Whether symbols that are rare in training can be left unknown."""
        return self.vocabulary is not None and self.vocabulary.unknown is not None

    def describe(self) -> str:
        """Its kind in words, for the description of a data set."""
        return self.kind

    def is_value(self, path: Path) -> bool:
        """Whether a file is one value of this column, and not a file of rows."""
        return False

    # ---- saved and restored --------------------------------------------------------------------

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """What was learned from training, as JSON can have it."""

    @abstractmethod
    def load_state(self, state: Mapping[str, Any]) -> None:
        """Know again what :meth:`state` said.

        Raises:
            DataError: if it says something else; the message goes on after the column's name.
        """

    def alike(self, other: Column) -> bool:
        """Whether both have learned the same, but for what differs between machines."""
        same = (self.kind, self.name) == (other.kind, other.name)
        if self.scale is not None and other.scale is not None:
            return same and self.scale.alike(other.scale)
        return same and self.state() == other.state()


class NotALine(Exception):
    """A value of a column that no line of text can say."""


def keys(state: Mapping[str, Any], *expected: str) -> list[Any]:
    """The values of a saved state that has just these keys.

    Raises:
        DataError: if it has others.
    """
    if set(state) != set(expected):
        raise DataError(f"not just kind, name, {' and '.join(expected)}")
    return [state[key] for key in expected]


def texts(value: Any, what: str = "symbols") -> list[str]:
    """A saved list of some texts.

    Raises:
        DataError: if it is something else.
    """
    if not isinstance(value, list) or not value:
        raise DataError(f"{what} that is no list of some values")
    if not all(isinstance(text, str) for text in value):
        raise DataError(f"{what} that are no texts")
    return value


def shown(value: Any) -> str:
    """A value in a message: short, in one line."""
    if value is None or value == "":
        return "an empty value"
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
