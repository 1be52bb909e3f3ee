"""The common style of the pictures."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from throughtime.report.visible import visible

INK, MUTED, PALE = "#22303c", "#5a6772", "#9aa7b1"
BLUE, ORANGE, GREEN, RED = "#2b6cb0", "#dd7a1f", "#2f855a", "#c0392b"
GRID, WHITE = "#e8ecef", "#ffffff"

DARK = {
    **{INK: "#e3e7eb", MUTED: "#a3afb9", PALE: "#6f7c87", GRID: "#29323a", WHITE: "#15191d"},
    **{BLUE: "#6fb1f2", ORANGE: "#f0a04b", GREEN: "#5fc48f", RED: "#f2857a"},
    # the bands of forecasts, and the nodes of wirings
    **{"#dde8f3": "#1e2d3c", "#b9d0e8": "#2a445e", "#8db2d9": "#3f678f"},
    **{"#dfe6ec": "#38444f", "#bcd6f2": "#284b6e", "#fbd9b5": "#6b4622", "#c9e8d2": "#2a573d"},
}
"""Each colour of the pictures, and what it is on a dark page; in the order of the variables that
stand for them there, see :mod:`throughtime.report.svg`."""

TINT = 0.08
"""So much more of its colour has each level of a coloured symbol; on the strongest, text can still
be read."""

OF_TEXT = (INK, MUTED, BLUE, GREEN, RED)
"""The colours of text, which can be read on either page."""


def figure(width: float, height: float) -> Figure:
    """An empty figure of a size in inches."""
    return Figure(figsize=(width, height), dpi=144, facecolor="white", layout="constrained")


def plain(axes: Axes, title: str, x: str, y: str) -> None:
    """Give axes a title, labels for x and y, and no box."""
    axes.set_title(title, loc="left", color=INK, fontsize=11)
    axes.set_xlabel(x, color=INK)
    axes.set_ylabel(y, color=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK)


def literal(text: str) -> str:
    """The text in one line, of which no part is mathematics or a control character.

    Example:
        >>> literal("$a$ b\\n")
        '\\\\$a\\\\$ b↵'
    """
    return visible(text).replace("$", r"\$")


def tinted(values: NDArray[np.floating], color: str, most: float = 1.0) -> NDArray[np.float64]:
    """Values from 0 to 1 as a colour that covers nothing at 0 and ``most`` at 1, ``(*, 4)``: so a
    picture is right on a light page and on a dark one.

    Example:
        >>> tinted(np.array([0.0, 1.0]), "#ff0000", most=0.5)[:, 3].tolist()
        [0.0, 0.5]
    """
    shown = np.empty((*values.shape, 4))
    shown[..., :3] = to_rgb(color)
    shown[..., 3] = most * np.clip(values, 0, 1)
    return shown
