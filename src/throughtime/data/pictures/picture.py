"""Pictures as a person sees them: upright, on white paper, in grey where all of it is grey."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image as Pictures
from PIL import ImageChops, ImageOps

from throughtime.data.errors import DataError

# what Pillow logs of a damaged file would be printed as one more line, beside our refusal
logging.getLogger("PIL").addHandler(logging.NullHandler())

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
"""The formats that are read. Pillow has more, of which some start other programs (EPS)."""

WHITEST = 65535
"""The largest value of a picture of whole numbers."""


def white_of(pictures: Iterable[Pictures.Image]) -> int:
    """White in pictures of whole numbers, by the highest bit that any of them uses.

    Cameras and scanners have 8, 10, 12, 14 or 16 bits, and write all of them into 16: then white
    is 4095 in all pictures of a set, and divided by 65535 they would be nearly black.

    Example:
        >>> white_of([Pictures.new("I", (1, 1), 3000), Pictures.new("L", (1, 1), 255)])
        4095
    """
    highest = [int(np.asarray(p).max()) for p in pictures if p.mode == "I"]
    if not highest or max(highest) == 0:
        return WHITEST
    bits = max(8, max(highest).bit_length())
    return 2 ** (bits + bits % 2) - 1


def seen(file: Path | BytesIO, smallest: int, largest: int) -> Pictures.Image:
    """The first picture in a file, as a person sees it.

    Orientation (EXIF) is applied, and what is transparent is put on white. Whole numbers up to
    65535 and real numbers from 0 to 1 stay as fine as they are, and others are refused.

    Args:
        file: the file, or its bytes.
        smallest: the fewest rows and columns of pixels that it may have.
        largest: the most rows or columns of pixels; a larger picture is scaled down.

    Returns:
        A picture of Pillow's mode L if all of it is grey, else RGB; of mode F with values from 0 to
        255 if its greys are real numbers; of mode I if they are whole ones of more than 8 bits, of
        which the file does not say how many are in use.

    Raises:
        DataError: if it is no picture, is damaged, is smaller, or claims more pixels than Pillow
            holds for safe, which its header tells before any pixel is made.

    Example:
        >>> made = BytesIO()
        >>> Pictures.new("LA", (2, 2), (0, 0)).save(made, "PNG")  # black, and all transparent
        >>> white = seen(made, smallest=1, largest=64)
        >>> white.mode, white.getpixel((0, 0))
        ('L', 255)
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pictures.DecompressionBombWarning)
            with Pictures.open(file, formats=FORMATS) as picture:
                if min(picture.size) < smallest:
                    raise DataError(
                        f"{picture.width} × {picture.height} pixels; expected at least "
                        f"{smallest} × {smallest}"
                    )
                ImageOps.exif_transpose(picture, in_place=True)
                return _as_seen(picture, largest)
    except DataError:
        raise
    except Exception as error:  # for a damaged file, Pillow raises many kinds
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(
            f"cannot be read as a picture ({reason}); expected a whole file in one of "
            f"{', '.join(FORMATS)}, and no more pixels than a photograph has"
        ) from None


def with_channels(picture: Pictures.Image, channels: int, white: int = WHITEST) -> Pictures.Image:
    """What :func:`seen` gave with one channel, in grey, or with three, in colour.

    Args:
        picture: the picture.
        channels: 1 or 3.
        white: the value of white in pictures of mode I.

    Example:
        >>> with_channels(Pictures.new("I", (1, 1), 4095), 3, white=4095).getpixel((0, 0))
        (255, 255, 255)
    """
    if picture.mode == "I":
        values = np.asarray(picture).astype(np.float32) * np.float32(255 / white)
        picture = Pictures.fromarray(values.clip(0, 255))
    if channels == 1:
        return picture.convert("L") if picture.mode == "RGB" else picture
    return (picture.convert("L") if picture.mode == "F" else picture).convert("RGB")


def _as_seen(picture: Pictures.Image, largest: int) -> Pictures.Image:
    clear = picture.has_transparency_data
    if picture.mode == "F" or picture.mode.startswith("I"):
        drawn = _of_fine_greys(picture)
    else:
        drawn = picture.convert("RGBA" if clear else "L" if picture.mode in ("1", "L") else "RGB")
    if drawn.mode == "RGBA":
        paper = Pictures.new("RGB", drawn.size, "white")
        paper.paste(drawn, mask=drawn)
        drawn = paper
    drawn.thumbnail((largest, largest))
    if drawn.mode == "RGB":
        red, green, blue = drawn.split()
        if not any(ImageChops.difference(red, other).getbbox() for other in (green, blue)):
            return red
    return drawn


def _of_fine_greys(picture: Pictures.Image) -> Pictures.Image:
    """Real numbers from 0 to 255, or whole ones of more than 8 bits, without rounding."""
    real = picture.mode == "F"
    values: np.ndarray = np.asarray(picture).astype(np.float32 if real else np.int64)
    white = 1 if real else WHITEST
    if (clear := picture.info.get("transparency")) is not None:
        values[values == clear] = white
    low, high = float(values.min()), float(values.max())
    if not 0 <= low <= high <= white:  # also where one is not a number
        raise DataError(
            f"has values from {low:g} to {high:g}; expected 0 for black to {white} for white: "
            "scale them, or save the picture with 8 bits"
        )
    return Pictures.fromarray(255 * values if real else values.astype(np.int32))
