"""Whether each row has several labels: a set of them, and no sequence or number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from throughtime.data.columns import Column
from throughtime.data.columns.features import (
    are_flags,
    are_lists_of_names,
    are_marked_sets,
    form_of,
)
from throughtime.data.columns.lists import as_list
from throughtime.data.columns.texts import Text
from throughtime.data.errors import DataError
from throughtime.data.table.table import Table

OFTEN = 10
"""The fewest rows for each class, on average."""


def are_labels(table: Table, of_x: tuple[Column, ...], name: str) -> bool:
    """Whether each y is a set of labels: by the mark between them, or a list beside a text.

    A list that is as long as x, or has a name for each word or character of it, is no set.
    """
    values = table.column(name)
    lists = [as_list(value) for value in values]
    if 2 * sum(isinstance(value, list) for value in lists) <= len(lists):
        if form_of(values) == "," and table.numbers(name).are_numbers:
            _check_no_classes(table, name, of_x)  # or the comma is a decimal one
            return False
        try:
            return are_marked_sets(values)
        except DataError as error:
            raise DataError(
                f"{table.path}: column {name!r} {error}; give --target {name}:features for labels "
                f"with {form_of(values)!r} between, or {name}:label for each combination as one"
            ) from None
    if table.numbers(name).are_numbers:  # with a space between thousands, as in 1 200
        return False
    _check_no_lists_of_one(table, name, lists)
    x = table.column(of_x[0].name) if len(of_x) == 1 and of_x[0].sequence else []
    text = bool(x) and all(isinstance(value, str) for value in x)
    if text and are_flags(lists, share=1):  # that texts have so many words is a coincidence
        return True
    if any(_as_long(x, lists, unit) for unit in ((_words, len) if text else (len,))):
        return False
    return are_flags(lists) or (text and are_lists_of_names(lists))


def _check_no_lists_of_one(table: Table, name: str, lists: Sequence[Any]) -> None:
    """Refuse a list of one text in each row, as SQuAD has answers, which are no labels.

    Raises:
        DataError: with what to do.
    """
    alone = [value[0] for value in lists if isinstance(value, list) and len(value) == 1]
    if 2 * len({text for text in alone if isinstance(text, str)}) > len(lists):
        raise DataError(
            f"{table.at(0)}: column {name!r} has a list with one text in most rows; expected a "
            "text, or labels that occur again: write the text without a list, or give "
            f"{name}:tokens if each is a symbol"
        )


def _check_no_classes(table: Table, name: str, of_x: tuple[Column, ...]) -> None:
    """Refuse numbers with commas beside a text that may be its classes, as ``2`` and ``14,27``.

    Raises:
        DataError: with both ways.
    """
    rows = [str(value).split(",") for value in table.column(name)]
    if not all(part.strip().isdecimal() for row in rows for part in row):
        return
    classes = [[int(part) for part in row] for row in rows]
    rise = all(a < b for row in classes for a, b in pairwise(row))
    few = OFTEN * len({n for row in classes for n in row}) <= len(rows)
    if rise and few and all(isinstance(column, Text) for column in of_x):
        several = next(",".join(row) for row in rows if len(row) > 1)
        raise DataError(
            f"{table.path}: column {name!r} has {several!r}, which may be several labels or a "
            f"number with a decimal comma; give --target {name}:features or {name}:number"
        )


def _words(value: Any) -> int:
    return len(value.split() if isinstance(value, str) else value)


def _as_long(x: Sequence[Any], y: Sequence[Any], unit: Callable[[Any], int]) -> bool:
    """Whether most lists y are as long as their x."""
    pairs = [
        (a, b) for a, b in zip(x, y, strict=False) if isinstance(b, list) and hasattr(a, "__len__")
    ]
    return 2 * sum(unit(a) == len(b) for a, b in pairs) > len(y)
