"""A sheet of pictures with what they are and what a model says they are."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence as ListOf

from matplotlib.figure import Figure
from torch import Tensor


def draw(pictures: Tensor, truths: ListOf[str], captions: ListOf[str], columns: int = 4) -> Figure:
    """Each picture with its true name in black and, under it, its caption: green if it is right.

    Args:
        pictures: ``(n, rows, columns)``, from 0 to 1.
        truths: n names.
        captions: n captions.
        columns: pictures side by side.

    Example:
        >>> figure = draw(torch.rand(2, 4, 4), ["A", "B"], ["A", "C"], columns=2)
        >>> len(figure.axes)
        2
    """
    rows = -(-len(truths) // columns)
    figure = Figure(figsize=(2.6 * columns, 1.75 * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False).flatten()
    for axes in grid[len(truths) :]:
        axes.remove()
    for axes, picture, truth, caption in zip(grid, pictures, truths, captions, strict=False):
        axes.imshow((1 - picture).numpy(), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        axes.set(xticks=[], yticks=[])
        axes.set_title(textwrap.fill(truth, 30), fontsize=6.5)
        right = caption == truth
        text = textwrap.fill(caption, 30) or "(nothing)"
        axes.set_xlabel(text, fontsize=6.5, color="#2e7d32" if right else "#b03a3a")
    return figure
