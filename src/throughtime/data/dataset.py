"""Data with their parts, their vocabularies, and the model that suits them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import NoneType
from typing import Any

import torch
from torch import Tensor

from throughtime.data.columns import Field
from throughtime.data.errors import DataError
from throughtime.data.flat import Flat
from throughtime.data.splitting import PARTS
from throughtime.data.vocabulary import Vocabulary
from throughtime.lengths import Length
from throughtime.outputs import Output
from throughtime.sequence import Sequence
from throughtime.wiring import Edge, Wiring

FEW = 100
"""Rows, and steps of a row, that show of which kind all are."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Pairs (x, y), one a row.

    Args:
        x: a sequence a row; one vector ``(rows, size)``; or None where y stands alone.
        y: a sequence a row; or one value ``(rows, *event)``, such as a label.
        before: of one long row, the last steps of what came directly before it.

    Raises:
        DataError: if x and y differ in their number of rows, or have no single batch dimension.

    Example:
        >>> import torch
        >>> pairs = Examples(x=torch.eye(3), y=torch.tensor([2, 1, 0]))
        >>> len(pairs), pairs[1:].y
        (3, tensor([1, 0]))
    """

    x: Sequence | Tensor | None
    y: Sequence | Tensor
    before: Sequence | None = None

    def __post_init__(self) -> None:
        sides = {"y": self.y} if self.x is None else {"x": self.x, "y": self.y}
        for name, side in sides.items():
            batch = side.batch_shape if isinstance(side, Sequence) else side.shape[:1]
            if len(batch) != 1:
                raise DataError(
                    f"{name} has no rows to count; examples are a batch with one dimension, and "
                    "one example is a batch of one: examples[i : i + 1]"
                )
        if self.x is not None and len(self.x) != len(self.y):
            raise DataError(f"x has {len(self.x)} rows and y has {len(self.y)}; expected pairs")

    def __len__(self) -> int:
        return len(self.y)

    def __getitem__(self, rows: Tensor | slice | list[int]) -> Examples:
        """Some rows: numbers, a mask or a slice."""
        return replace(self, x=None if self.x is None else self.x[rows], y=self.y[rows])

    def some(self, symbols: int) -> Examples:
        """Rows with about so many symbols of y, evenly spread, or of one row its beginning; all,
        where there are no more.

        Example:
            >>> import torch
            >>> pairs = Examples(x=None, y=Sequence(torch.arange(24).view(6, 4)))
            >>> pairs.some(13).y.values[:, 0]
            tensor([ 0,  8, 16])
        """
        total = int(self.y.lengths.sum()) if isinstance(self.y, Sequence) else 0
        if total <= symbols:
            return self
        assert isinstance(self.y, Sequence)
        if len(self) == 1 and self.x is None:
            return replace(self, y=self.y.take(torch.tensor(symbols)))
        count = max(1, len(self) * symbols // total)
        rows = torch.arange(count) * len(self) // count
        y = self.y.pick(rows) if isinstance(self.y, Flat) else self.y[rows]
        return replace(self, x=None if self.x is None else self.x[rows], y=y)

    def to(self, *args: Any, **kwargs: Any) -> Examples:
        """Moved as ``Tensor.to`` does."""
        return Examples(
            x=None if self.x is None else self.x.to(*args, **kwargs),
            y=self.y.to(*args, **kwargs),
            before=None if self.before is None else self.before.to(*args, **kwargs),
        )


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Data with a name: parts to train on and to test on, and the choices that suit them.

    Args:
        name: what it is called.
        description: one line: what it is and where it comes from.
        splits: ``train``, ``valid`` and ``test``, and further test sets by name.
        wiring: a sensible wiring; it decides what x and y must be.
        output: the output for one y(t).
        length: how τ is decided; None where y is one value and not a sequence.
        x_size: size of x(t) or of the vector x, for symbols how many there are; None without x.
        x_vocabulary: the symbols of x, if it has any.
        y_vocabulary: the symbols of y, if it has any.
        running: each y is one long row ``(1, N)``, to be read as parallel streams.
        picture_shape: rows and columns of the picture that the vector x is.
        x_fields: the columns of a file that x is made of, if it is; empty otherwise.
        y_field: the column that y is made of, likewise.

    Raises:
        DataError: if these do not fit together.
    """

    name: str
    description: str
    splits: dict[str, Examples]
    wiring: Wiring
    output: Output
    length: Length | None = None
    x_size: int | None = None
    x_vocabulary: Vocabulary | None = None
    y_vocabulary: Vocabulary | None = None
    running: bool = False
    picture_shape: tuple[int, int] | None = None
    x_fields: tuple[Field, ...] = ()
    y_field: Field | None = None

    def __post_init__(self) -> None:
        if missing := [part for part in PARTS if part not in self.splits]:
            raise DataError(
                f"{self.name}: no part called {' or '.join(missing)}; expected {', '.join(PARTS)} "
                f"(and others, if wanted), got {', '.join(self.splits) or 'none'}"
            )
        if (self.length is None) != self.wiring.emits_last:
            raise DataError(
                f"{self.name}: the length is {self.length} with {self.wiring}; expected None "
                f"exactly where the wiring has {Edge.EMIT_LAST.value}, which gives one value"
            )
        if self.length is not None:
            self.length.check(self.wiring, self.output)
        for side, vocabulary, size in (
            ("x", self.x_vocabulary, self.x_size),
            ("y", self.y_vocabulary, self.output.value_size),
        ):
            if vocabulary is not None and len(vocabulary) != size:
                raise DataError(
                    f"{self.name}: the vocabulary of {side} has {len(vocabulary)} symbols, but its "
                    f"size is given as {size}; they are the same number"
                )
        if self.picture_shape is not None and self.x_size != (
            self.picture_shape[0] * self.picture_shape[1]
        ):
            raise DataError(
                f"{self.name}: a picture of {self.picture_shape[0]} × {self.picture_shape[1]} does "
                f"not fill x of size {self.x_size}"
            )
        for part, examples in self.splits.items():
            if reason := self._misfit(examples):
                raise DataError(f"{self.name}, {part}: {reason}")

    def _misfit(self, examples: Examples) -> str | None:
        """Why the model of these choices cannot have such examples, or None."""
        x, y = examples.x, examples.y
        if not len(examples):
            return "no examples; every part needs at least one"
        kinds: tuple[type, ...] = (NoneType,)
        if Edge.INPUT in self.wiring:
            kinds = (Sequence,)
        elif Edge.VECTOR in self.wiring:
            kinds = (Tensor, Sequence)  # of which an encoder makes a vector
        if not isinstance(x, kinds):
            expected = " or ".join(kind.__name__ for kind in kinds)
            return f"x is a {type(x).__name__}, but {self.wiring} expects a {expected}"
        values = x.values if isinstance(x, Sequence) else x
        if isinstance(x, Sequence) and not x.event_shape:
            smallest, largest = int(x.values.min()), int(x.values.max())
            if smallest < 0 or self.x_size is None or largest >= self.x_size:
                return f"x has the symbols {smallest} to {largest}, but x_size is {self.x_size}"
        elif values is not None and values.shape[-1] != self.x_size:
            return f"x has size {values.shape[-1]}, but x_size is {self.x_size}"
        if isinstance(y, Sequence) == self.wiring.emits_last:
            return f"y is a {type(y).__name__}, which is not what {self.wiring} gives"
        if self.running and len(y) != 1:
            return f"running data are one long row, but y has {len(y)}"
        if isinstance(y, Flat):  # what is in a file was encoded; of which kind, a few rows tell
            y = y.pick(torch.arange(min(len(y), FEW))).take(torch.tensor(FEW))[:]
        try:
            self.output.check(y if isinstance(y, Sequence) else Sequence(y[:, None]))
        except ValueError as error:
            return str(error)
        return None

    def __repr__(self) -> str:
        parts = ", ".join(f"{part} {len(examples)}" for part, examples in self.splits.items())
        return f"Dataset({self.name!r}: {parts})"
