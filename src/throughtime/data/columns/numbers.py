"""Columns of numbers: single numbers, vectors, or sequences of either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from throughtime.data.columns.column import Column, Rows, keys, shown
from throughtime.data.columns.lists import as_list, check_values
from throughtime.data.columns.scale import Scale
from throughtime.data.errors import DataError
from throughtime.data.numbers.number import number
from throughtime.outputs import Bernoulli, Normal, Output


class RealColumn(Column):
    """A column of real values, standardised by the mean and standard deviation of training."""

    scale: Scale

    def measure(self, scale: Scale) -> Self:
        """Set the scale: mean and standard deviation."""
        self.scale, self.size = scale, len(scale.mean)
        return self

    def decode(self, value: Tensor) -> Any:
        return self._plain(self.scale.back(value))

    def spread(self, deviation: Tensor) -> Any:
        """Standard deviations of encoded values, in the units of the file."""
        return self._plain(deviation.cpu().double() * self.scale.unit)

    def _plain(self, values: Tensor) -> Any:
        """Values as a file would have them: a number, or a list."""
        return values.tolist()

    def output(self) -> Output:
        return Normal(self.size)

    def state(self) -> dict[str, Any]:
        return {"mean": self.scale.mean.tolist(), "unit": self.scale.unit.tolist()}

    def load_state(self, state: Mapping[str, Any]) -> None:
        mean, unit = keys(state, "mean", "unit")
        if not all(isinstance(values, list) and values for values in (mean, unit)):
            raise DataError("a mean or unit that is not a list, or an empty one")
        if not all(_is_finite(value) for value in (*mean, *unit)):
            raise DataError("a mean or a unit that is not a finite number")
        scale = Scale(*(torch.tensor(v, dtype=torch.float64) for v in (mean, unit)))
        if len(mean) != len(unit) or scale.unit.min() <= 0 or not self._may_be(len(mean)):
            raise DataError(
                f"{len(mean)} means and {len(unit)} units; expected as many, the units above 0"
            )
        self.measure(scale)

    def _may_be(self, size: int) -> bool:
        """Whether a value of this column can be ``size`` numbers."""
        return True


class Number(RealColumn):
    """A number, standardised by the mean and standard deviation of training.

    Example:
        >>> column = Number("age")
        >>> column.fit([1.0, 3.0], rare=1)
        >>> column.encode(column.parse("3")), column.decode(torch.tensor([-1.0]))
        (tensor([1.]), 1.0)
    """

    kind = "number"
    sequence, size = False, 1

    def values_in(self, rows: Rows) -> Sequence[Any]:
        return rows.plain_numbers(self.name)

    def parse(self, value: Any, folder: Path = Path()) -> float:
        found = number(value)
        if found is None:
            raise DataError(f"{shown(value)} is not a finite number")
        return found

    def fit(self, parsed: Sequence[float], rare: int) -> None:
        self.measure(Scale.of(_column(parsed)))

    def encode(self, parsed: float) -> Tensor:
        return self.scale(torch.tensor([parsed], dtype=torch.float64))

    def encode_all(self, parsed: Sequence[float]) -> Tensor:
        return self.scale(_column(parsed))

    def _plain(self, values: Tensor) -> float:
        return float(values)

    def _may_be(self, size: int) -> bool:
        return size == 1


class Numbers(RealColumn):
    """A sequence of numbers, or of vectors of equal size: real values at each step.

    Example:
        >>> column = Numbers("heights")
        >>> column.fit([column.parse("1 3")], rare=1)
        >>> column.encode(column.parse([3, 1])).tolist(), column.decode(torch.tensor([[0.0]]))
        ([[1.0], [-1.0]], [2.0])
    """

    kind = "numbers"
    sequence = stepwise = True

    def parse(self, value: Any, folder: Path = Path()) -> Tensor:
        value = as_list(value)
        if not isinstance(value, list | np.ndarray) or not len(value):
            raise DataError(f"{shown(value)} is not a list of numbers")
        if isinstance(value, np.ndarray):
            return self._array(value)
        check_values(value)
        rows = [row if isinstance(row, list) else [row] for row in value]
        if {len(row) for row in rows} == {0}:
            raise DataError(f"{shown(value)} is not a list of numbers")
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
        self._check_size(parsed)
        return self.scale(parsed)

    def _check_size(self, parsed: Tensor) -> None:
        if parsed.shape[1] != self.size:
            raise DataError(f"vectors of {parsed.shape[1]} numbers; expected {self.size}")

    def _plain(self, values: Tensor) -> list[Any]:
        return [row[0] for row in values.tolist()] if self.size == 1 else values.tolist()


class Vector(Numbers):
    """A vector: a list of numbers, of the same size in every row.

    Example:
        >>> column = Vector("point")
        >>> column.fit([column.parse([1, 5]), column.parse([3, 5])], rare=1)
        >>> column.encode(column.parse("[3, 5]"))
        tensor([1., 0.])
    """

    kind = "vector"
    sequence = stepwise = False

    def parse(self, value: Any, folder: Path = Path()) -> Tensor:
        rows = super().parse(value)
        if rows.shape[1] != 1:
            raise DataError(f"{shown(value)} is a list of lists; expected a list of numbers")
        return rows.T

    def encode(self, parsed: Tensor) -> Tensor:
        return super().encode(parsed)[0]

    def _plain(self, values: Tensor) -> list[float]:
        return values.tolist()


class Bits(Numbers):
    """A sequence of vectors of zeros and ones, such as a piano roll with a one for each key.

    Example:
        >>> column = Bits("keys")
        >>> column.fit([column.parse("[[0, 1], [1, 1]]")], rare=1)
        >>> column.size, column.decode(torch.tensor([[0.0, 1.0]]))
        (2, [[0, 1]])
    """

    kind = "bits"

    def parse(self, value: Any, folder: Path = Path()) -> Tensor:
        rows = super().parse(value)
        if not is_bits(rows):
            what = "numbers other than 0 and 1" if rows.shape[1] > 1 else "no lists inside"
            raise DataError(
                f"{shown(value)} has {what}; expected a list of lists of zeros and ones, one for "
                "each step"
            )
        return rows

    def fit(self, parsed: Sequence[Tensor], rare: int) -> None:
        self.size = parsed[0].shape[1]

    def encode(self, parsed: Tensor) -> Tensor:
        self._check_size(parsed)
        return parsed.float()

    def decode(self, value: Tensor) -> list[list[int]]:
        return value.int().tolist()

    def output(self) -> Output:
        return Bernoulli(self.size)

    def state(self) -> dict[str, Any]:
        return {"size": self.size}

    def load_state(self, state: Mapping[str, Any]) -> None:
        (size,) = keys(state, "size")
        if type(size) is not int or size < 1:
            raise DataError(f"the size {shown(size)}; expected the number of bits, at least 1")
        self.size = size


def _column(parsed: Sequence[float]) -> Tensor:
    """Numbers as ``(rows, 1)``."""
    return torch.from_numpy(np.fromiter(parsed, np.float64, len(parsed)))[:, None]


def is_bits(rows: Tensor) -> bool:
    """Whether vectors ``(rows, size)``, of more than one entry, have only zeros and ones.

    Example:
        >>> is_bits(torch.tensor([[0, 1], [1, 1]])), is_bits(torch.tensor([[0, 2]]))
        (True, False)
    """
    return rows.shape[1] > 1 and bool(((rows == 0) | (rows == 1)).all())


def _is_finite(value: Any) -> bool:
    return not isinstance(value, str | bool) and number(value) is not None
