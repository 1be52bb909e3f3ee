"""Draw pictures with their true captions and the model's."""

from __future__ import annotations

import math
import textwrap
from typing import Any, NamedTuple

from matplotlib.figure import Figure

from throughtime.report.style import GREEN, INK, RED, figure

WIDTH, HEIGHT = 4.4, 1.35
"""The size of a cell of the sheet, in widths of a picture."""


class Captioned(NamedTuple):
    """A picture, its true caption, and the model's.

    Args:
        picture: rows of pixels: grey values from 0 for black to 1 for white, or red, green, blue.
        true: the true caption.
        guess: the model's caption.
    """

    picture: list[Any]
    true: str
    guess: str


def draw(sheet: list[Captioned], title: str, columns: int = 4) -> Figure:
    """Draw a contact sheet: beside each picture its true caption, and the model's, red if wrong.

    Example:
        >>> len(draw([Captioned([[0, 1], [1, 0]], "a diagonal", "a line")], "lines").axes)
        1
    """
    rows = math.ceil(len(sheet) / columns)
    result = figure(0.68 * WIDTH * columns, 0.68 * HEIGHT * rows + 0.5)
    axes = result.add_subplot()
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.set_title(title, loc="left", color=INK, fontsize=11)
    for i, (picture, true, guess) in enumerate(sheet):
        row, column = divmod(i, columns)
        left, top = column * WIDTH, -row * HEIGHT
        extent = (left, left + 1, top - 1, top)
        axes.imshow(picture, cmap="gray", vmin=0, vmax=1, extent=extent)
        axes.text(left + 1.12, top, _folded(true), va="top", fontsize=6.5, color=INK)
        right = guess == true
        guessed = _folded(("✓ " if right else "✗ ") + guess)
        color = GREEN if right else RED
        axes.text(left + 1.12, top - 1, guessed, va="bottom", fontsize=6.5, color=color)
    axes.set_xlim(-0.05, columns * WIDTH)
    axes.set_ylim(-rows * HEIGHT + 0.2, 0.1)
    return result


def _folded(caption: str) -> str:
    return "\n".join(textwrap.wrap(caption, 30, max_lines=3, placeholder=" …"))
