"""Columns of numbers: one, a vector, or a sequence of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from throughtime.data.columns.field import Field, shown
from throughtime.data.columns.scale import Scale
from throughtime.data.errors import DataError
from throughtime.data.formats.table import number


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


def is_bits(rows: Tensor) -> bool:
    """Whether vectors have noughts and ones alone."""
    return rows.shape[1] > 1 and bool(((rows == 0) | (rows == 1)).all())
