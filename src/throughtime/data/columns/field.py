"""What a column of a file holds: how its values become tensors, and are read from them again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from torch import Tensor

from throughtime.data.columns.scale import Scale
from throughtime.data.vocabulary import Vocabulary


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
        >>> from throughtime.data.columns import Words
        >>> field = Words("title")
        >>> field.fit(["a cat", "a dog"], rare=2)
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
        :func:`~throughtime.data.columns.saved.restored`."""
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


def shown(value: Any) -> str:
    """A value in a message: short, in one line."""
    if value is None or value == "":
        return "an empty value"
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
