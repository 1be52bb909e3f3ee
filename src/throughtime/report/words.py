"""Values as a page shows them: in one line, short, and with nothing invisible."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from throughtime.data import Examples
from throughtime.data.columns.symbols import SymbolColumn
from throughtime.evaluation.likelihood import sees_x
from throughtime.inference.run import Run
from throughtime.report.visible import visible
from throughtime.sequence import Sequence

END = "∎"
"""What stands for the end of a sequence, where a model decides it at each step."""


def value_of(column: SymbolColumn, number: int) -> str:
    """A symbol of a text by its number."""
    vocabulary = column.vocabulary
    assert vocabulary is not None
    return str(vocabulary.symbols[number])


def x_of(run: Run, part: Examples, i: int) -> str:
    """The x of a row in words; empty where there is none, or it is a picture or many numbers."""
    if part.x is None or not sees_x(run.model) or len(run.schema.x) != 1:
        return ""
    (column,) = run.schema.x
    if column.picture_shape is not None:
        return ""
    x = part.x[i]
    values = x.values[: int(x.lengths)] if isinstance(x, Sequence) else x
    return said(column.decode(values)) if isinstance(values, Tensor) else ""


def said(value: Any) -> str:
    """A value of a file in words; numbers in rows, as those of a picture, are not said.

    Example:
        >>> said("two\\nlines"), said(["B", "O"]), said([0.5, 1.25]), said([[0.0], [1.0]])
        ('two↵lines', 'B O', '0.5 1.25', '')
    """
    if isinstance(value, list):
        if value and isinstance(value[0], list):
            return ""
        return visible(" ".join(said(v) for v in value))
    if isinstance(value, float):
        return f"{value:.4g}"
    return visible(str(value))
