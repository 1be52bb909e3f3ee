"""What is asked of each row: which of its columns are read, and what answers them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from throughtime.data.columns import Column
from throughtime.data.table.table import Table

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Question(Generic[T_co]):
    """A use of a model, row by row, whose options are known to apply to it.

    Args:
        columns: the columns that a row needs.
        answer: an answer for each row of a table; a ``ValueError`` if one of them has none.
    """

    columns: tuple[Column, ...]
    answer: Callable[[Table], Sequence[T_co]]
