"""Columns of pictures, given by their paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from throughtime.data.columns.column import Column, keys, shown
from throughtime.data.errors import DataError
from throughtime.extras import needed_for
from throughtime.outputs import Output

SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")

LARGEST = 64
"""The most rows or columns of pixels; larger pictures are scaled down."""

SMALLEST = 4
"""The fewest rows and columns of pixels, which the two pooling layers of the encoder need."""


class Image(Column):
    """A picture by its path, relative to the folder of the file, as grey values.

    All pictures are resized to the size of the first one in training.
    """

    kind = "image"
    sequence = False
    picture_shape: tuple[int, int]

    def know(self, shape: tuple[int, int]) -> Self:
        """Set the rows and columns of all pictures."""
        self.picture_shape, self.size = shape, shape[0] * shape[1]
        return self

    def parse(self, value: Any, folder: Path = Path()) -> Any:
        """The picture in grey, scaled down if it is too large."""
        with needed_for("reading pictures"):
            from PIL import Image as Pictures
            from PIL import UnidentifiedImageError

        if not isinstance(value, str) or not value:
            raise DataError(f"{value!r} is not the path of a picture")
        path = folder / value
        try:
            with Pictures.open(path) as picture:
                grey = picture.convert("L")
        except FileNotFoundError:
            raise DataError(f"{path}: no such picture; check the name") from None
        except (OSError, ValueError, SyntaxError, UnidentifiedImageError, MemoryError,
                Pictures.DecompressionBombError) as error:  # fmt: skip
            reason = str(error) or type(error).__name__  # a damaged file may claim any size
            raise DataError(f"{path}: cannot be read as a picture ({reason})") from None
        if min(grey.size) < SMALLEST:
            raise DataError(f"{path}: {grey.width} × {grey.height}; expected at least 4 × 4")
        grey.thumbnail((LARGEST, LARGEST))
        return grey

    def parse_line(self, line: str) -> str:
        return line

    def fit(self, parsed: Sequence[Any], rare: int) -> None:
        """Take the size of the first picture."""
        width, height = (max(SMALLEST, n) for n in parsed[0].size)
        self.know((height, width))

    def encode(self, parsed: Any) -> Tensor:
        """The grey values from 0 to 1, ``(rows * columns,)``, row by row."""
        rows, columns = self.picture_shape
        values = np.asarray(parsed.resize((columns, rows)), dtype=np.float32) / 255
        return torch.from_numpy(values.copy()).flatten()

    def decode(self, value: Tensor) -> list[list[float]]:
        """The grey values in rows."""
        return value.view(self.picture_shape).tolist()

    def output(self) -> Output:
        raise DataError("y is a picture, but there is no output for pictures; make it --input")

    @property
    def alone(self) -> bool:
        return True

    def describe(self) -> str:
        rows, columns = self.picture_shape
        return f"{self.kind} ({columns} × {rows}, in grey)"

    def is_value(self, path: Path) -> bool:
        return path.suffix.lower() in SUFFIXES

    def state(self) -> dict[str, Any]:
        return {"size": self.size, "shape": list(self.picture_shape)}

    def load_state(self, state: Mapping[str, Any]) -> None:
        size, shape = keys(state, "size", "shape")
        if not isinstance(shape, list) or len(shape) != 2 or not all(type(n) is int for n in shape):
            raise DataError(f"the shape {shown(shape)}; expected rows and columns")
        if not all(SMALLEST <= n <= LARGEST for n in shape) or size != shape[0] * shape[1]:
            raise DataError(
                f"the shape {shape} and the size {shown(size)}, which do not go together"
            )
        self.know((shape[0], shape[1]))


class Ink(Image):
    """A drawing by its path: 0 for white paper to 1 for black ink."""

    kind = "ink"

    def encode(self, parsed: Any) -> Tensor:
        """The ink from 0 to 1, ``(rows * columns,)``, row by row."""
        return 1 - super().encode(parsed)
