"""Columns of pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from throughtime.data.columns.column import Column, keys, shown
from throughtime.data.errors import DataError
from throughtime.data.files.signature import begins_picture
from throughtime.data.pictures.picture_files import SUFFIXES, PictureFiles
from throughtime.data.reading import LARGEST, OF_PICTURES, Reading
from throughtime.extras import needed_for
from throughtime.outputs import Output

KEYS = {"bytes", "path"}
"""The keys of an object that is a picture and its name."""


SMALLEST = 4
"""The fewest rows and columns of pixels, which the two pooling layers of the encoder need."""

WHITES = (255, 1023, 4095, 16383, 65535)
"""What white may be in pictures of more than 8 bits."""

MOST_VALUES = 2**31
"""The most numbers in the pictures of training: many large pictures must not fill the memory."""


class Image(Column):
    """A picture: its path, relative to the folder of the file; its bytes; or a struct of both.

    Pictures are read as a person sees them (see :mod:`~throughtime.data.pictures.picture`), and
    resized to the first one in training. They are in colour if one of training has a colour, else
    in grey. White of those with more than 8 bits is what the highest bit in use in training allows.
    """

    kind = "image"
    sequence = False
    takes = OF_PICTURES
    picture_shape: tuple[int, int, int]
    images: str | None = None
    """The folder of the pictures."""
    pixels: int = LARGEST
    """The most rows or columns of pixels; larger pictures are scaled down."""
    white: int = WHITES[-1]
    """The value of white in pictures of more than 8 bits."""

    def __init__(self, name: str = "", detail: str | None = None) -> None:
        super().__init__(name, detail)
        self._files = PictureFiles()
        self._last: tuple[Path, Any] | None = None

    def know(self, shape: tuple[int, int], channels: int = 1) -> Self:
        """Set the rows and columns of all pictures, and their channels: 1 in grey, 3 in colour."""
        self.picture_shape, self.size = (channels, *shape), channels * shape[0] * shape[1]
        return self

    def read_by(self, reading: Reading) -> None:
        """Take the folder of the pictures and their largest size.

        Raises:
            DataError: if there is no such folder.
        """
        super().read_by(reading)
        images = None if self.images is None else Path(self.images)
        if images is not None and not images.is_dir():
            raise DataError(f"--images: {images} is no folder; check the name")
        self._files = PictureFiles(images)

    def parse(self, value: Any, folder: Path = Path()) -> Any:
        """The picture as a person sees it, scaled down if it is too large."""
        name, content = _name_and_bytes(value)
        if content is not None:
            return self._seen(BytesIO(content), self.echo(value))
        if name is None:
            raise DataError(f"{shown(value)} is no picture; expected a path, or the picture itself")
        path = self._files.find(name, folder)
        if self._last is None or self._last[0] != path:  # captions of one picture follow each other
            self._last = path, self._seen(path, str(path))
        return self._last[1]

    def _seen(self, file: Path | BytesIO, name: str) -> Any:
        with needed_for("reading pictures"):
            from throughtime.data.pictures.picture import seen
        try:
            return seen(file, SMALLEST, self.pixels)
        except DataError as error:
            raise DataError(f"{name}: {error}") from None

    def parse_line(self, line: str) -> str:
        return line

    def fit(self, parsed: Sequence[Any], rare: int) -> None:
        """Take the size of the first picture, and three channels if one is in colour."""
        width, height = (max(SMALLEST, n) for n in parsed[0].size)
        self.know((height, width), 3 if any(picture.mode == "RGB" for picture in parsed) else 1)
        # what is parsed is a picture already
        from throughtime.data.pictures.picture import white_of

        self.white = white_of(parsed)
        if len(parsed) * (each := math.prod(self.picture_shape)) > MOST_VALUES:
            raise DataError(
                f"{len(parsed):,} pictures of {each:,} values each are too many for memory; "
                f"expected at most {MOST_VALUES:,} values: give a smaller --pixels than "
                f"{self.pixels}"
            )

    def encode(self, parsed: Any) -> Tensor:
        """The values from 0 to 1, ``(channels * rows * columns,)``, channel by channel."""
        # what is parsed is a picture already
        from throughtime.data.pictures.picture import with_channels

        channels, rows, columns = self.picture_shape
        resized = with_channels(parsed, channels, self.white).resize((columns, rows))
        values = (np.asarray(resized, dtype=np.float32) / 255).clip(0, 1)
        return torch.from_numpy(values).view(rows, columns, channels).permute(2, 0, 1).flatten()

    def decode(self, value: Tensor) -> list[Any]:
        """Rows of pixels: each a grey value from 0 to 1, or a list of red, green and blue."""
        pixels = value.view(self.picture_shape).permute(1, 2, 0)
        return (pixels if self.picture_shape[0] == 3 else pixels[..., 0]).tolist()

    def echo(self, value: Any) -> Any:
        """Its name; of bytes without a name, how many they are."""
        name, content = _name_and_bytes(value)
        if name is None and content is not None:
            return f"a picture of {len(content):,} bytes"
        return value if name is None else name

    def output(self) -> Output:
        raise DataError("y is a picture, but there is no output for pictures; make it --input")

    @property
    def alone(self) -> bool:
        return True

    def describe(self) -> str:
        channels, rows, columns = self.picture_shape
        shade = "colour" if channels == 3 else "grey"
        if self.white != WHITES[-1]:
            shade += f", white {self.white:,}"
        return f"{self.kind} ({columns} × {rows}, in {shade})"

    def is_value(self, path: Path) -> bool:
        return path.suffix.lower() in SUFFIXES

    def state(self) -> dict[str, Any]:
        shape = list(self.picture_shape)
        return {"size": self.size, "shape": shape, "pixels": self.pixels, "white": self.white}

    def load_state(self, state: Mapping[str, Any]) -> None:
        earlier = {"pixels": LARGEST, "white": WHITES[-1]}
        size, shape, pixels, white = keys({**earlier, **state}, "size", "shape", *earlier)
        if not isinstance(shape, list) or not all(type(n) is int for n in shape):
            raise DataError(f"the shape {shown(shape)}; expected channels, rows and columns")
        if len(shape) == 2:  # of a run from when all pictures were grey
            shape = [1, *shape]
        if len(shape) != 3 or shape[0] not in (1, 3):
            raise DataError(f"the shape {shown(shape)}; expected channels, rows and columns")
        if type(pixels) is not int or not all(SMALLEST <= n <= pixels for n in shape[1:]):
            raise DataError(
                f"the shape {shape} and {shown(pixels)} pixels, which do not go together"
            )
        if type(white) is not int or white not in WHITES:
            raise DataError(f"a white of {shown(white)}; expected one of {WHITES}")
        self.know((shape[1], shape[2]), shape[0])
        self.pixels, self.white = pixels, white
        if size != self.size:
            raise DataError(
                f"the shape {shape} and the size {shown(size)}, which do not go together"
            )


class Ink(Image):
    """A drawing: 0 for white paper to 1 for black ink."""

    kind = "ink"

    def encode(self, parsed: Any) -> Tensor:
        """The ink from 0 to 1, ``(channels * rows * columns,)``, channel by channel."""
        return 1 - super().encode(parsed)

    def decode(self, value: Tensor) -> list[Any]:
        """Rows of pixels, from 0 for black: what is seen."""
        return super().decode(1 - value)


class PixelRows(Image):
    """A picture read row by row: each step is a row of pixels, so that a label may follow."""

    kind = "rows"
    sequence = True

    def know(self, shape: tuple[int, int], channels: int = 1) -> Self:
        super().know(shape, channels)
        self.size = channels * shape[1]
        return self

    def encode(self, parsed: Any) -> Tensor:
        """The values from 0 to 1, ``(rows, channels * columns)``."""
        return super().encode(parsed).view(self.picture_shape).transpose(0, 1).flatten(1)

    def decode(self, value: Tensor) -> list[Any]:
        channels, rows, columns = self.picture_shape
        return super().decode(value.view(rows, channels, columns).transpose(0, 1).contiguous())


def is_picture(value: Any) -> bool:
    """Whether a value is a picture: a path with such an ending, its bytes, or a struct of both.

    Example:
        >>> is_picture("a.PNG"), is_picture({"bytes": b"GIF89a", "path": None}), is_picture(b"RIFF")
        (True, True, False)
    """
    name, content = _name_and_bytes(value)
    if content is not None:
        return begins_picture(content)
    return name is not None and name.lower().endswith(SUFFIXES)


def _name_and_bytes(value: Any) -> tuple[str | None, bytes | None]:
    """The name of a picture and its bytes, as far as there are such; a name is not empty."""
    if isinstance(value, Mapping) and set(value) <= KEYS:
        name, content = value.get("path"), value.get("bytes")
    else:
        name, content = value, value
    return (
        name if isinstance(name, str) and name else None,
        content if isinstance(content, bytes) else None,
    )
