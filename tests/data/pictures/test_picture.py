"""Pictures as a person sees them, of every mode that files have."""

from __future__ import annotations

import logging
import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image as Pictures

from throughtime.data import DataError
from throughtime.data.pictures.picture import seen, white_of, with_channels


def file(picture: Pictures.Image, form: str = "PNG", **told: object) -> BytesIO:
    made = BytesIO()
    picture.save(made, form, **told)
    return BytesIO(made.getvalue())


def look(picture: BytesIO, largest: int = 64) -> Pictures.Image:
    return seen(picture, smallest=1, largest=largest)


def pixels(picture: Pictures.Image) -> list[object]:
    """The values of the first row."""
    return [picture.getpixel((i, 0)) for i in range(picture.width)]


def real(*values: float) -> BytesIO:
    return file(Pictures.fromarray(np.array([values], dtype=np.float32)), "TIFF")


def long(*values: int, kind: type[np.generic] = np.uint16) -> Pictures.Image:
    return Pictures.fromarray(np.array([values], dtype=kind))


def test_sixteen_bits_are_divided_by_65535_without_rounding() -> None:
    for form in ("PNG", "TIFF"):
        grey = look(file(long(0, 5140, 51400, 65535, 100), form))
        assert grey.mode == "I"
        shades = [0, 20, 200, 255, 100 / 257]
        assert pixels(with_channels(grey, 1)) == pytest.approx(shades)
    grey = look(file(long(0, 51400, 65535, kind=np.int32), "TIFF"))
    assert pixels(with_channels(grey, 1)) == pytest.approx([0, 200, 255])
    with pytest.raises(DataError, match="values from 0 to 65536; expected 0 for black to 65535"):
        look(file(long(0, 65536, kind=np.int32), "TIFF"))
    with pytest.raises(DataError, match="values from -1 to 3"):
        look(file(long(-1, 3, kind=np.int32), "TIFF"))
    assert pixels(look(file(long(7, 65535 // 5), transparency=7))) == [65535, 65535 // 5]


def test_white_is_by_the_highest_bit_in_use() -> None:
    for highest, white in ((200, 255), (256, 1023), (3000, 4095), (4096, 16383), (16384, 65535)):
        dark, bright = look(file(long(0, 1))), look(file(long(0, highest)))
        assert white_of([dark, bright, look(file(Pictures.new("L", (1, 1), 255)))]) == white
        assert pixels(with_channels(bright, 1, white)) == pytest.approx([0, 255 * highest / white])
        assert pixels(with_channels(look(file(long(0, 65535))), 1, white)) == [0, 255]
    assert white_of([look(file(long(0, 0)))]) == white_of([look(real(0, 0.1))]) == 65535


def test_real_numbers_are_greys_from_0_to_1_or_refused() -> None:
    assert pixels(look(real(0, 0.25, 1))) == pytest.approx([0, 63.75, 255])
    for values in ((0, 1.5), (-0.5, 1), (0, 255), (0.5, float("nan")), (0, float("inf"))):
        with pytest.raises(
            DataError, match=r"has values from .*; expected 0 for black to 1 for wh"
        ):
            look(real(*values))


def test_what_is_transparent_is_white() -> None:
    clear = Pictures.new("LA", (3, 1))
    for i, value in enumerate([(100, 255), (100, 0), (0, 51)]):
        clear.putpixel((i, 0), value)
    grey = look(file(clear))
    assert (grey.mode, pixels(grey)) == ("L", [100, 255, 204])
    colour = Pictures.new("RGBA", (2, 1), (255, 0, 0, 255))
    colour.putpixel((1, 0), (0, 0, 0, 0))
    for form in ("PNG", "WEBP", "TIFF"):
        told = {"lossless": True} if form == "WEBP" else {}
        red = look(file(colour, form, **told))
        assert (red.mode, pixels(red)) == ("RGB", [(255, 0, 0), (255, 255, 255)])
    palette = Pictures.new("P", (2, 1), 0)
    palette.putpalette([0, 0, 0, 0, 0, 255])
    palette.putpixel((1, 0), 1)
    assert pixels(look(file(palette))) == [(0, 0, 0), (0, 0, 255)]
    assert pixels(look(file(palette, transparency=0))) == [(255, 255, 255), (0, 0, 255)]
    assert pixels(look(file(palette, "GIF", transparency=0))) == [(255, 255, 255), (0, 0, 255)]
    assert pixels(look(file(Pictures.new("L", (1, 1), 9), transparency=9))) == [255]
    assert pixels(look(file(Pictures.new("RGB", (1, 1), (9, 8, 7)), transparency=(9, 8, 7)))) == [
        255
    ]


def test_a_picture_stands_upright() -> None:
    lying = Pictures.new("L", (3, 2), 200)
    lying.putpixel((0, 0), 0)
    told = Pictures.Exif()
    told[0x0112] = 6  # a camera held upright: turned clockwise it stands
    for form in ("PNG", "TIFF", "WEBP"):
        upright = look(
            file(lying, form, exif=told, **({"lossless": True} if form == "WEBP" else {}))
        )
        assert upright.size == (2, 3)
        assert pixels(upright) == [200, 0]


def test_it_is_grey_where_all_of_it_is_and_in_colour_otherwise() -> None:
    for mode in ("1", "L", "P", "RGB", "RGBA", "LA"):
        grey = look(file(Pictures.new("L", (2, 2), 255).convert(mode)))
        assert (grey.mode, pixels(grey)) == ("L", [255, 255])
    assert pixels(look(file(Pictures.new("1", (2, 1), 0)))) == [0, 0]
    one = Pictures.new("RGB", (2, 2), (40, 40, 40))
    one.putpixel((1, 0), (40, 40, 41))
    assert pixels(look(file(one))) == [(40, 40, 40), (40, 40, 41)]
    assert pixels(look(file(Pictures.new("RGB", (1, 1), (1, 2, 3))))) == [(1, 2, 3)]
    assert pixels(look(file(Pictures.new("CMYK", (1, 1), (255, 0, 0, 0)), "TIFF"))) == [
        (0, 255, 255)
    ]
    (pixel, *_) = pixels(look(file(Pictures.new("RGB", (8, 8), (200, 30, 30)), "JPEG")))
    assert pixel == pytest.approx((200, 30, 30), abs=3)


def test_the_first_of_several_pictures_is_taken() -> None:
    first, second = (Pictures.new("L", (4, 4), value) for value in (10, 90))
    for form in ("GIF", "TIFF", "PNG", "WEBP"):
        told = {"lossless": True} if form == "WEBP" else {}
        made = file(first, form, save_all=True, append_images=[second], **told)
        assert pixels(look(made)) == [10] * 4


def test_a_large_picture_is_scaled_down_as_grey_or_in_colour() -> None:
    wave = np.indices((90, 180)).sum(0).astype(np.uint8)
    expected = Pictures.fromarray(wave)
    expected.thumbnail((32, 32))
    for mode in ("L", "RGB", "RGBA"):
        grey = look(file(Pictures.fromarray(wave).convert(mode)), largest=32)
        assert (grey.mode, grey.size) == ("L", (32, 16))
        assert np.array_equal(np.asarray(grey), np.asarray(expected))
    tinted = look(file(Pictures.new("RGB", (300, 600), (1, 2, 3))), largest=100)
    assert (tinted.mode, tinted.size) == ("RGB", (50, 100))


def test_channels_are_those_asked_for() -> None:
    colour = Pictures.new("RGB", (1, 1), (200, 100, 50))
    assert pixels(with_channels(colour, 3)) == [(200, 100, 50)]
    assert pixels(with_channels(colour, 1)) == [124]  # 0.299 R + 0.587 G + 0.114 B
    assert pixels(with_channels(Pictures.new("L", (1, 1), 7), 3)) == [(7, 7, 7)]
    assert pixels(with_channels(Pictures.new("F", (1, 1), 7.25), 3)) == [(7, 7, 7)]
    assert pixels(with_channels(Pictures.new("F", (1, 1), 7.25), 1)) == [7.25]


def claiming(width: int, height: int) -> bytes:
    """A PNG file that says it has these rows and columns, and has no pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"")


@pytest.mark.parametrize("size", [(10_000, 10_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_gigantic_picture_is_refused_by_its_header(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pictures.Image, "load", lambda self: pytest.fail("pixels were made"))
    with pytest.raises(DataError, match=r"cannot be read as a picture .*exceeds limit"):
        look(BytesIO(claiming(*size)))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "cannot identify"),
        (b"nothing", "cannot identify"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "cannot identify"),
        (claiming(9, 9), "truncated|broken|incomplete|cannot"),
    ],
)
def test_what_is_no_picture_is_refused_in_one_line(content: bytes, reason: str) -> None:
    with pytest.raises(DataError, match=rf"cannot be read as a picture \(.*({reason})") as caught:
        look(BytesIO(content))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "BMP", "GIF"])
def test_a_file_that_was_cut_off_is_refused(form: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 40), dtype=np.uint8)
    whole = file(Pictures.fromarray(noise), form).getvalue()
    with pytest.raises(DataError, match="cannot be read as a picture"):
        look(BytesIO(whole[: len(whole) // 2]))


def test_pillow_prints_no_line_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It logs that 2,000 samples a pixel are too many; without handlers, logs are printed."""
    samples = struct.pack("<HHI", 277, 3, 1)
    whole = file(Pictures.new("RGB", (4, 4)), "TIFF").getvalue()
    many = samples + struct.pack("<I", 2_000)
    damaged = whole.replace(samples + struct.pack("<I", 3), many)
    assert many in damaged
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # pytest's
    with pytest.raises(DataError, match="cannot be read as a picture"):
        look(BytesIO(damaged))
    assert capsys.readouterr().err == ""


def test_a_picture_that_is_too_small_is_refused() -> None:
    def small(side: int) -> BytesIO:
        return file(Pictures.new("RGB", (side, side), (1, 2, 3)))

    with pytest.raises(DataError, match="1 × 1 pixels; expected at least 4 × 4"):
        seen(small(1), smallest=4, largest=64)
    assert seen(small(4), smallest=4, largest=64).size == (4, 4)
