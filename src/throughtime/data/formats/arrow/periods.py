"""Periods of pandas in an Arrow table: months, quarters, …, each of them a number."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from throughtime.extras import needed_for

NAME = "pandas.period"
"""What pandas calls the type in Arrow."""


def freq_of(field: Any) -> str | None:
    """How long the periods of a column are, as pandas calls it; None if it is none of periods.

    Its type says so where pandas has told Arrow of it; of a file, else, what is written beside it.

    Args:
        field: a ``pyarrow.Field``.
    """
    if getattr(field.type, "extension_name", "") == NAME:
        return str(field.type.freq)
    said = field.metadata or {}
    if said.get(b"ARROW:extension:name") != NAME.encode():
        return None
    return str(json.loads(said[b"ARROW:extension:metadata"])["freq"])


def beginnings(column: Any, freq: str) -> list[str | None]:
    """The first days of periods, or their first times where they are shorter, in ISO's notation.

    Args:
        column: a ``pyarrow.ChunkedArray``; a period is its number since 1970.
        freq: how long they are.

    Example:
        >>> beginnings(import_module("pyarrow").chunked_array([[0, None, 13]]), "M")
        ['1970-01-01', None, '1971-02-01']
    """
    with needed_for("reading periods"):
        index = import_module("pandas").PeriodIndex
    numbers = [n for chunk in column.chunks for n in getattr(chunk, "storage", chunk).to_pylist()]
    known = [n for n in numbers if n is not None]
    times = index.from_ordinals(known, freq=freq).to_timestamp(how="start")
    days = bool((times == times.normalize()).all())
    texts = iter([str(time.date()) if days else time.isoformat() for time in times])
    return [None if n is None else next(texts) for n in numbers]
