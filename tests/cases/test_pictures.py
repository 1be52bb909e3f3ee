"""Pictures as a person sees them, and the ways in which data sets name them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torch import Tensor

from tests.helpers.reading import file, kinds, pairs, read
from throughtime.data import Dataset

COUNT = 20
CAPTIONS = [f"a {('low', 'high')[i % 2]} mark {i % 10}" for i in range(COUNT)]


def ramp(i: int) -> np.ndarray:
    """Pixels from 0 to 1: a ramp that begins at ``i``."""
    return np.roll(np.linspace(0, 1, 64), i).reshape(8, 8)


def captions_beside(folder: str, ending: str, picture: Callable[[int], Image.Image]) -> str:
    """A folder of pictures, each with a caption of its own beside it."""
    Path(folder).mkdir()
    for i in range(COUNT):
        picture(i).save(f"{folder}/im{i}.{ending}")
        Path(f"{folder}/im{i}.txt").write_text(f"mark number {i}\n")
    return folder


def check_ramps(data: Dataset) -> None:
    assert kinds(data)[0].endswith(":image")
    assert kinds(data)[-1] == "caption:characters"
    assert sum(map(len, data.splits.values())) == COUNT
    for part in data.splits.values():
        assert isinstance(part.x, Tensor)
        for x in part.x:
            row = np.asarray(data.schema.x[0].decode(x)).reshape(-1)
            # its own ramp, from dark to light, wherever it begins
            assert np.abs(np.roll(row, -int(np.argmin(row))) - np.linspace(0, 1, 64)).max() < 0.01


def test_img16() -> None:
    data = read(captions_beside("img16", "png", lambda i: Image.fromarray(
        (ramp(i) * 65535).astype(np.uint16))))  # fmt: skip
    check_ramps(data)


def test_img_f() -> None:
    data = read(captions_beside("img_f", "tiff", lambda i: Image.fromarray(
        ramp(i).astype(np.float32))))  # fmt: skip
    check_ramps(data)


def test_img_la() -> None:
    """Black, more or less transparent, on white."""

    def picture(i: int) -> Image.Image:
        opaque = ((1 - ramp(i)) * 255).astype(np.uint8)
        return Image.fromarray(np.stack([np.zeros_like(opaque), opaque], -1), "LA")

    check_ramps(read(captions_beside("img_la", "png", picture)))


# ---- data sets of captions ----------------------------------------------------------------------


@pytest.fixture
def images() -> list[str]:
    """A folder ``Images`` beside the captions; picture i is grey, the lighter the greater i."""
    Path("Images").mkdir()
    names = [f"p{i}.png" for i in range(COUNT)]
    for i, name in enumerate(names):
        Image.new("L", (8, 8), 12 * i).save(f"Images/{name}")
    return names


def check_greys(data: Dataset, captions: list[list[str]]) -> None:
    """Assert that each caption stands beside the picture that it is of."""
    found = sorted((y, round(255 * np.mean(x))) for x, y in pairs(data))
    assert found == sorted((text, 12 * i) for i, texts in enumerate(captions) for text in texts)


TWO = [[f"mark {i} , seen {k} ." for k in range(2)] for i in range(COUNT)]


def test_flickr8k_token(images: list[str]) -> None:
    rows = [f"{name}#{k}\t{text}" for name, texts in zip(images, TWO, strict=True)
            for k, text in enumerate(texts)]  # fmt: skip
    name = file("Flickr8k.token.txt", *rows)
    for options in ({}, {"format": "table"}):
        data = read(name, **options)
        assert kinds(data) == ("image:image", "caption:characters")
        check_greys(data, TWO)


def test_flickr_captions(images: list[str]) -> None:
    rows = [f'{name},"{text}"' for name, texts in zip(images, TWO, strict=True) for text in texts]
    name = file("captions.csv", "image,caption", *rows)
    check_greys(read(name), TWO)
    Path("Images").rename("elsewhere")
    check_greys(read(name, images="elsewhere"), TWO)


def test_flickr_coco(images: list[str]) -> None:
    content = {
        "images": [{"id": 100 + i, "file_name": name} for i, name in enumerate(images)],
        "annotations": [{"id": i, "image_id": 100 + i, "caption": texts[0]}
                        for i, texts in reversed(list(enumerate(TWO)))],
    }  # fmt: skip
    data = read(file("coco.json", json.dumps(content)))
    assert kinds(data) == ("image:image", "caption:characters")
    check_greys(data, [texts[:1] for texts in TWO])
