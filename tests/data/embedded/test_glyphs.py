"""Glyphs: pictures of what their names say, in parts and faces that do not overlap."""

import unicodedata
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from throughtime.data import Dataset
from throughtime.data.embedded.glyphs import face
from throughtime.sequence import Sequence

Loaded = Callable[[str], Dataset]


@pytest.fixture(scope="module")
def sans() -> dict[str, Tensor]:
    return face("DejaVuSans")


def names(dataset: Dataset, part: str) -> list[str]:
    y, vocabulary = dataset.splits[part].y, dataset.schema.y_vocabulary
    assert isinstance(y, Sequence)
    assert vocabulary is not None
    return [vocabulary.decode(row) for row in y.to_list()]


def test_names_and_pictures_belong_together(loaded: Loaded, sans: dict[str, Tensor]) -> None:
    dataset = loaded("glyphs")
    found = 0
    for part in ("train", "valid", "test"):
        x = dataset.splits[part].x
        assert isinstance(x, Tensor)
        for name, picture in zip(names(dataset, part), x, strict=True):
            assert torch.equal(picture, sans[unicodedata.lookup(name)])
            found += 1
    assert found == len(sans) > 5_000


def test_pictures_have_ink_and_paper(loaded: Loaded) -> None:
    for examples in loaded("glyphs").splits.values():
        assert isinstance(examples.x, Tensor)
        assert examples.x.shape[1] == 256
        assert examples.x.min() >= 0
        assert examples.x.max() <= 1
        assert examples.x.amax(1).min() > 0.25
        assert (examples.x.amin(1) == 0).float().mean() > 0.99


def test_characters_held_out_are_never_trained_on(loaded: Loaded) -> None:
    dataset = loaded("glyphs")
    train, valid, test = (set(names(dataset, part)) for part in ("train", "valid", "test"))
    assert len(train | valid | test) == len(train) + len(valid) + len(test)
    assert 0.08 < len(test) / len(train | valid | test) < 0.12
    assert set(names(dataset, "test-faces")) <= train


def test_faces_held_out_look_different(loaded: Loaded, sans: dict[str, Tensor]) -> None:
    dataset = loaded("glyphs")
    x = dataset.splits["test-faces"].x
    assert isinstance(x, Tensor)
    for name, picture in zip(names(dataset, "test-faces"), x, strict=True):
        assert not torch.equal(picture, sans[unicodedata.lookup(name)])


def ink(picture: Tensor) -> Tensor:
    return picture.view(16, 16) > 0.3


def test_pictures_are_upright_and_keep_size_and_place(sans: dict[str, Tensor]) -> None:
    rows = {c: ink(sans[c]).any(1).nonzero()[:, 0] for c in "Tx_'Lg"}
    columns = {c: ink(sans[c]).any(0).nonzero()[:, 0] for c in "TL▌▐"}
    assert ink(sans["T"])[rows["T"][0]].sum() > 2 * ink(sans["T"])[rows["T"][-1]].sum()
    assert ink(sans["L"])[:, columns["L"][0]].sum() > 2 * ink(sans["L"])[:, columns["L"][-1]].sum()
    assert rows["x"][0] > rows["T"][0]  # small letters are small
    assert rows["x"][-1] == rows["T"][-1]  # and stand on the same line
    assert rows["g"][-1] > rows["x"][-1]
    assert rows["'"][-1] < rows["_"][0]
    assert columns["▌"][-1] < columns["▐"][0] + 2


def test_small_marks_are_not_lost(sans: dict[str, Tensor]) -> None:
    for plain, marked in ("EĒ", "aå", "oö", "Iİ", "cç", "lł"):
        assert (sans[plain] - sans[marked]).abs().max() > 0.3


def test_wide_characters_are_whole(sans: dict[str, Tensor]) -> None:
    # Three strokes of a numeral that is wider than the box, and their three gaps' ends.
    assert ink(sans["Ⅲ"])[8].int().diff().eq(1).sum() + ink(sans["Ⅲ"])[8, 0] == 3
    assert (sans["‱"].view(16, 16)[:, [0, -1]] > 0).any(0).all()
