"""A column of paths to pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image as Pictures
from PIL import UnidentifiedImageError
from torch import Tensor

from throughtime.data.columns.field import Field
from throughtime.data.errors import DataError

SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")

LARGEST = 64
"""Rows or columns of a picture as the model sees it; larger ones are made smaller."""

SMALLEST = 4
"""Rows and columns that the encoder's two poolings need."""


class Image(Field):
    """The path of a picture, from the folder of the file on: its grey values, in the size of
    training's first picture.

    Attributes:
        folder: where the file is.
        shape: rows and columns.
    """

    kind = "image"
    sequence = False
    folder = Path()
    shape: tuple[int, int]

    def parse(self, value: Any) -> Pictures.Image:
        """The picture, in grey and not too large."""
        if not isinstance(value, str) or not value:
            raise DataError(f"{value!r} is no path of a picture")
        path = self.folder / value
        try:
            with Pictures.open(path) as picture:
                grey = picture.convert("L")
        except FileNotFoundError:
            raise DataError(f"{path}: no such picture; check the name") from None
        except (OSError, ValueError, SyntaxError, UnidentifiedImageError, MemoryError,
                Pictures.DecompressionBombError) as error:  # fmt: skip
            reason = str(error) or type(error).__name__  # a damaged one may say any size
            raise DataError(f"{path}: cannot be read as a picture ({reason})") from None
        if min(grey.size) < SMALLEST:
            raise DataError(f"{path}: {grey.width} × {grey.height}; expected at least 4 × 4")
        grey.thumbnail((LARGEST, LARGEST))
        return grey

    def fit(self, parsed: Sequence[Pictures.Image], rare: int) -> None:
        """Take the size of the first."""
        width, height = (max(SMALLEST, n) for n in parsed[0].size)
        self.shape, self.size = (height, width), height * width

    def encode(self, parsed: Pictures.Image) -> Tensor:
        """Its grey values from 0 to 1, row by row."""
        rows, columns = self.shape
        values = np.asarray(parsed.resize((columns, rows)), dtype=np.float32) / 255
        return torch.from_numpy(values.copy()).flatten()

    def decode(self, value: Tensor) -> list[list[float]]:
        """The grey values in rows."""
        return value.view(self.shape).tolist()

    def saved(self) -> dict[str, Any]:
        return super().saved() | {"shape": list(self.shape)}
