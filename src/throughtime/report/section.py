"""What a page consists of, as plain data: sections of pictures, tables and coloured text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import torch
from matplotlib.figure import Figure
from torch import Tensor

Cell: TypeAlias = str | int | float | None


@dataclass(frozen=True)
class Numbers:
    """Rows of numbers and texts under the names of their columns, as a CSV file has them."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def numeric(self, column: int) -> bool:
        """Whether all that a column has is numbers."""
        return all(isinstance(row[column], int | float | None) for row in self.rows)


def finite(values: Tensor) -> list[Cell]:
    """Numbers, and None where there is none.

    Example:
        >>> finite(torch.tensor([1.5, torch.nan]))
        [1.5, None]
    """
    there = torch.isfinite(values).tolist()
    return [v if f else None for v, f in zip(values.tolist(), there, strict=True)]


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure, what is to be seen on it, and the numbers that it is drawn from.

    Args:
        name: the name of its files, which no other picture of the page has.
        caption: one or two sentences: what is drawn, and how to read it.
        figure: the figure.
        numbers: what is drawn, if it is numbers.
    """

    kind: ClassVar[str] = "picture"
    name: str
    caption: str
    figure: Figure
    numbers: Numbers | None = None


@dataclass(frozen=True, eq=False)
class Drawing:
    """A drawing of the model's graph, which is SVG from the beginning.

    Args:
        name: the name of its file.
        caption: what is drawn.
        svg: the drawing.
    """

    kind: ClassVar[str] = "drawing"
    name: str
    caption: str
    svg: str


@dataclass(frozen=True, eq=False)
class Table:
    """A table.

    Args:
        name: the name of its file.
        caption: what it shows.
        numbers: the rows.
        folded: whether it is opened only by whoever wants to see it.
    """

    kind: ClassVar[str] = "table"
    name: str
    caption: str
    numbers: Numbers
    folded: bool = False


@dataclass(frozen=True)
class Symbol:
    """A symbol of a text with the strength of its colour.

    Args:
        text: the symbol.
        level: which of the :data:`LEVELS` it has, from 0 for no colour.
        said: what is said of it: its probability.
        below: what is written with it, such as its tag.
        wrong: whether that is not what is true.
        color: ``p`` for surprise, ``b`` for what speaks for something, ``a`` for what speaks
            against it.
    """

    text: str
    level: int
    said: str = ""
    below: str = ""
    wrong: bool = False
    color: str = "p"


@dataclass(frozen=True)
class Line:
    """Symbols, what is said of all of them, and the x that they are given."""

    symbols: Sequence[Symbol]
    lead: str = ""
    x: str = ""


@dataclass(frozen=True, eq=False)
class Text:
    """Lines of coloured symbols.

    Args:
        caption: what the lines are.
        lines: the lines.
        legend: what the colours mean: symbols with what they stand for.
    """

    kind: ClassVar[str] = "text"
    caption: str
    lines: Sequence[Line]
    legend: Sequence[Symbol] = ()


Part: TypeAlias = Picture | Drawing | Table | Text


@dataclass(frozen=True, eq=False)
class Section:
    """A section of a page.

    Args:
        title: its title.
        anchor: the name by which the page links to it.
        intro: one or two sentences for who does not know the library: what is seen, and how to
            read it.
        parts: what it shows.
    """

    title: str
    anchor: str
    intro: str
    parts: Sequence[Part]

    @property
    def pictures(self) -> list[Picture]:
        """The pictures among its parts."""
        return [part for part in self.parts if isinstance(part, Picture)]


LEVELS = (0.9, 0.6, 0.3, 0.1, 0.03, 0.01)
"""The probabilities below which the colour of a symbol gets stronger."""


def level_of(probability: float) -> int:
    """The strength of the colour of a symbol: the less probable, the stronger.

    Example:
        >>> level_of(0.95), level_of(0.5), level_of(0.001)
        (0, 2, 6)
    """
    return sum(probability < bound for bound in LEVELS)


LEGEND = tuple(
    Symbol(f"{low:g}–{high:g}" if low else f"below {high:g}", level)
    for level, (high, low) in enumerate(zip((1.0, *LEVELS), (*LEVELS, 0.0), strict=True))
)
"""What the colours of probabilities mean."""
