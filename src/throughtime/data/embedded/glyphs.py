"""Pictures of characters and their Unicode names: image captioning without a download."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
import torch
from matplotlib import ft2font
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D, Bbox
from torch import Tensor

from throughtime.data.columns import Characters, Ink
from throughtime.data.dataset import Dataset
from throughtime.data.examples import Examples
from throughtime.data.schema import Schema
from throughtime.data.splitting import split
from throughtime.data.vocabularies.vocabulary import Vocabulary
from throughtime.sequence import Sequence

SIZE = 16
"""Rows and columns of a picture."""

OTHER_FACES = ("DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono", "DejaVuSerif")
"""The faces of ``test-faces``, which no training picture comes from."""

EM = 2048
BOTTOM, TOP = -512, 1921
"""Font units: the lowest and highest lines that letters with one accent reach."""


def glyphs() -> Dataset:
    """Every named character of DejaVu Sans: its picture, 16 × 16 grey values, and its name.

    matplotlib ships the font. ``test`` and ``valid`` are characters that training never shows;
    ``test-faces`` shows training's characters in four other faces. Of the 5,749 characters 734
    have exactly the picture of another (A is also GREEK CAPITAL LETTER ALPHA), so no model can
    name them all: what can be learned is a distribution over names.
    """
    sans = face("DejaVuSans")
    chosen = split(sans.items(), key=lambda drawn: drawn[0])
    trained = {character for character, _ in chosen["train"]}
    chosen["test-faces"] = [
        (character, picture)
        for other in OTHER_FACES
        for character, picture in face(other).items()
        # Faces share some drawings, such as arrows, which would not test another face.
        if character in trained and not torch.equal(picture, sans[character])
    ]
    vocabulary = Vocabulary.build(unicodedata.name(character) for character in trained)
    name = Characters("name").know(vocabulary.symbols)

    def examples(drawn: list[tuple[str, Tensor]]) -> Examples:
        names = [name.encode(unicodedata.name(character)) for character, _ in drawn]
        x = torch.stack([picture for _, picture in drawn])
        return Examples(x=x, y=Sequence.from_list(names))

    return Dataset(
        name="glyphs",
        description=(
            "the picture of each named character of DejaVu Sans, from matplotlib's fonts, and its "
            "Unicode name; test-faces: training's characters in faces that training never shows"
        ),
        splits={part: examples(drawn) for part, drawn in chosen.items()},
        schema=Schema((Ink("picture").know((SIZE, SIZE)),), name),
    )


@dataclass(frozen=True, eq=False)
class Glyph:
    """A character in one face: its outline and the advance to the next one, in font units."""

    outline: Outline
    advance: float


def face(name: str) -> dict[str, Tensor]:
    """The picture ``(SIZE * SIZE,)`` of each character of a face with a name and visible ink."""
    font = ft2font.FT2Font(str(Path(matplotlib.get_data_path(), "fonts", "ttf", f"{name}.ttf")))
    # At as many points as the em has units, a point is a unit, and hinting has nothing to round.
    font.set_size(EM, 72)
    found: dict[str, Glyph] = {}
    for code in sorted(font.get_charmap()):
        if unicodedata.name(chr(code), ""):
            # In 1/65536 of a pixel; horiAdvance is eightfold before matplotlib 3.11.
            advance = font.load_char(code).linearHoriAdvance / 65536
            vertices, codes = font.get_path()
            if len(vertices):
                found[chr(code)] = Glyph(Outline(vertices, codes), advance)
    return dict(zip(found, pictures(list(found.values())), strict=True))


def pictures(drawn: list[Glyph]) -> Tensor:
    """Antialiased pictures ``(glyphs, SIZE * SIZE)``, 0 for paper to 1 for ink, row by row.

    All have one scale and one baseline, so that size and height distinguish small letters from
    capitals and subscripts from superscripts. A glyph that would be cut off is moved, or scaled
    down if it is too large, as little as necessary.
    """
    across = max(1, math.ceil(math.sqrt(len(drawn))))
    canvas = RendererAgg(across * SIZE, across * SIZE, 72)
    pen = canvas.new_gc()
    pen.set_linewidth(0)
    pen.set_snap(False)  # snapped to whole pixels, a macron becomes the edge of its letter
    for i, glyph in enumerate(drawn):
        corners = np.asarray(glyph.outline.vertices)
        low, high = corners.min(0), corners.max(0)
        scale = SIZE / max(TOP - BOTTOM, *(high - low))
        # Where the glyph's origin goes: its advance in the middle, the baseline at one height.
        origin = np.array([(SIZE - glyph.advance * scale) / 2, -BOTTOM * scale])
        origin = np.clip(origin, -low * scale, SIZE - high * scale)
        row, column = divmod(i, across)
        left, bottom = column * SIZE, (across - 1 - row) * SIZE  # y points up
        pen.set_clip_rectangle(Bbox.from_bounds(left, bottom, SIZE, SIZE))
        place = Affine2D().scale(scale).translate(origin[0] + left, origin[1] + bottom)
        canvas.draw_path(pen, glyph.outline, place, (0.0, 0.0, 0.0))
    ink = torch.tensor(np.asarray(canvas.buffer_rgba())[..., 3])
    tiles = ink.unflatten(0, (across, SIZE)).unflatten(2, (across, SIZE)).transpose(1, 2)
    return tiles.reshape(-1, SIZE * SIZE)[: len(drawn)].float() / 255
