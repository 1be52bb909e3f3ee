"""Pictures as a person sees them: upright, on white paper, in grey where all of it is grey."""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image as Pictures
from PIL import ImageChops, ImageOps

from throughtime.data.errors import DataError

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
"""The formats that are read. Pillow has more, of which some start other programs (EPS)."""


def seen(file: Path | BytesIO, smallest: int, largest: int) -> Pictures.Image:
    """The first picture in a file, as a person sees it.

    Orientation (EXIF) is applied, and what is transparent is put on white. Values of 16 bits are
    divided by 65535; real numbers from 0 to 1 stay as they are, and others are refused.

    Args:
        file: the file, or its bytes.
        smallest: the fewest rows and columns of pixels that it may have.
        largest: the most rows or columns of pixels; a larger picture is scaled down.

    Returns:
        A picture of Pillow's mode L if all of it is grey, of mode F with values from 0 to 255 if
        its greys are finer than 8 bits, else RGB.

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


def with_channels(picture: Pictures.Image, channels: int) -> Pictures.Image:
    """What :func:`seen` gave with one channel, in grey, or with three, in colour."""
    if channels == 1:
        return picture.convert("L") if picture.mode == "RGB" else picture
    return (picture.convert("L") if picture.mode == "F" else picture).convert("RGB")


def _as_seen(picture: Pictures.Image, largest: int) -> Pictures.Image:
    clear = picture.has_transparency_data
    if picture.mode == "F" or picture.mode.startswith("I"):
        drawn = _of_fine_greys(picture)
    else:
        drawn = picture.convert("RGBA" if clear else "L" if picture.mode in ("1", "L") else "RGB")
    drawn.thumbnail((largest, largest))
    if drawn.mode == "RGBA":
        paper = Pictures.new("RGBA", drawn.size, "white")
        paper.alpha_composite(drawn)
        drawn = paper.convert("RGB")
    if drawn.mode == "RGB":
        red, green, blue = drawn.split()
        if not any(ImageChops.difference(red, other).getbbox() for other in (green, blue)):
            return red
    return drawn


def _of_fine_greys(picture: Pictures.Image) -> Pictures.Image:
    """Real numbers, or whole ones of more than 8 bits, from 0 to 255 without rounding."""
    values = np.asarray(picture).astype(np.float32)
    white = 1.0 if picture.mode == "F" else 65535.0
    if (clear := picture.info.get("transparency")) is not None:
        values[values == clear] = white
    low, high = float(values.min()), float(values.max())
    if not 0 <= low <= high <= white:  # also where one is not a number
        raise DataError(
            f"has values from {low:g} to {high:g}; expected 0 for black to {white:g} for white: "
            "scale them, or save the picture with 8 bits"
        )
    values *= np.float32(255 / white)
    return Pictures.fromarray(values)
