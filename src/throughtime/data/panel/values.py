"""The values of a column: numbers with NaN where one is missing, or texts with None."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.errors import DataError
from throughtime.data.numbers.number import number, numbers_in
from throughtime.data.numbers.survey import is_empty
from throughtime.data.panel.labels import label_text
from throughtime.data.storage.stored import pieces_of
from throughtime.data.table.table import Table


def numbers_at(table: Table, name: str) -> NDArray[np.float64]:
    """A column as numbers, NaN where one is missing.

    Raises:
        DataError: with file and line, if a value is neither a number nor a mark of a missing one.

    Example:
        >>> from pathlib import Path
        >>> numbers_at(Table(Path("a.csv"), {"v": ["1.234,5", "n/a", ""]}, [2, 3, 4]), "v")
        array([1234.5,    nan,    nan])
    """
    found, at = np.empty(len(table), np.float64), 0
    for piece in pieces_of(table.plain_numbers(name)):
        values: Any = numbers_in(piece)
        if values is None:
            read = [number(value) for value in piece]
            for row, (value, of) in enumerate(zip(read, piece, strict=True), at):
                if value is None and not is_empty(of):
                    raise DataError(
                        f"{table.at(row)}: column {name!r} has {str(of)!r}; expected a number, or "
                        "nothing where one is missing"
                    )
            values = [np.nan if value is None else value for value in read]
        found[at : at + len(piece)] = values
        at += len(piece)
    return found


def values_at(table: Table, name: str) -> NDArray[Any]:
    """A column as numbers, if most values are; else as texts, and None where one is missing.

    Example:
        >>> from pathlib import Path
        >>> values_at(Table(Path("a.csv"), {"v": ["sun", "", "rain"]}, [2, 3, 4]), "v")
        array(['sun', None, 'rain'], dtype=object)
    """
    return numbers_at(table, name) if table.numbers(name).are_numbers else texts_at(table, name)


def texts_at(table: Table, name: str) -> NDArray[Any]:
    """A column as texts, and None where one is missing."""
    found = np.empty(len(table), object)
    texts = [label_text(v) for piece in pieces_of(table.column(name)) for v in piece]
    found[:] = [None if is_empty(text) else text for text in texts]
    return found


def missing(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Where values are missing.

    Example:
        >>> missing(np.array([1.0, np.nan])).tolist(), missing(np.array(["a", None])).tolist()
        ([False, True], [False, True])
    """
    if values.dtype == object:
        return np.array([value is None for value in values.tolist()], np.bool_)
    return np.isnan(values)


def is_static(values: NDArray[Any], of: NDArray[np.int64]) -> bool:
    """Whether values do not change within any series.

    Args:
        values: ``(rows,)``.
        of: the number of each row's series.

    Example:
        >>> is_static(np.array([1.0, 2.0, 1.0]), np.array([0, 1, 0]))
        True
    """
    first = np.zeros(int(of.max(initial=0)) + 1, np.int64)
    first[of[::-1]] = np.arange(len(of))[::-1]
    firsts = values[first[of]]
    return bool(((firsts == values) | (missing(firsts) & missing(values))).all())
