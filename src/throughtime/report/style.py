"""The common style of the pictures."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, PALE = "#22303c", "#9aa7b1"
BLUE, ORANGE, GREEN, RED = "#2b6cb0", "#dd7a1f", "#2f855a", "#c0392b"


def figure(width: float, height: float) -> Figure:
    """An empty figure of a size in inches."""
    return Figure(figsize=(width, height), dpi=144, facecolor="white", layout="constrained")


def plain(axes: Axes, title: str, x: str, y: str) -> None:
    """Give axes a title, labels for x and y, and no box."""
    axes.set_title(title, loc="left", color=INK, fontsize=11)
    axes.set_xlabel(x, color=INK)
    axes.set_ylabel(y, color=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#e8ecef", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK)
