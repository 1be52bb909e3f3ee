"""Rows of a table that are equal in some columns, and what the table has in a column of texts."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from throughtime.data.columns import Column
from throughtime.data.formats.table import Table


def keys_of(table: Table, columns: list[str]) -> list[Hashable]:
    """What each row has in some columns, as a value that can be compared."""
    return list(zip(*([_key(v) for v in table.column(name)] for name in columns), strict=True))


def _key(value: Any) -> Hashable:
    if isinstance(value, np.ndarray):
        return value.shape, value.tobytes()
    if isinstance(value, dict):
        return frozenset((name, _key(v)) for name, v in value.items())
    return tuple(map(_key, value)) if isinstance(value, list) else value


def groups_of(table: Table, x: tuple[Column, ...]) -> Tensor | None:
    """``(rows,)``, equal numbers for rows whose x are equal in the file; None without x.

    Example:
        >>> from pathlib import Path
        >>> from throughtime.data.columns import Words
        >>> table = Table(Path("a.csv"), {"q": ["what is a", "what is b", "what is a"]}, [2, 3, 4])
        >>> groups_of(table, (Words("q"),))
        tensor([0, 1, 0])
    """
    if not x:
        return None
    numbers: dict[Hashable, int] = {}
    keys = keys_of(table, [column.name for column in x])
    return torch.tensor([numbers.setdefault(key, len(numbers)) for key in keys])


def written(y: Column, values: list[Any]) -> NDArray[np.object_] | None:
    """``(rows,)``, the texts of parsed values of y; None if y is no text."""
    texts = np.array([y.written(value) for value in values], dtype=object)
    return None if len(texts) and texts[0] is None else texts
