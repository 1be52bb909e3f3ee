"""Which columns of a table are x and y, and their kinds: as given, or guessed."""

from __future__ import annotations

import re

from throughtime.data.columns import Column, column, guess
from throughtime.data.errors import DataError
from throughtime.data.formats.table import Table
from throughtime.data.reading import Reading

Named = tuple[str, str | None]
"""The name of a column, and its kind if it is given."""

DECIMAL = re.compile(r"\s*[-+]?\d+(,\d+)?\s*")
"""A number with a decimal comma."""


def roles(table: Table, reading: Reading) -> tuple[list[Named], Named]:
    """The columns of x and the column of y, each with its kind if that is given.

    Raises:
        DataError: if the options do not say which columns they are.
    """
    names = list(table.columns)
    free = [name for name in names if name != reading.split]
    if not free:
        raise DataError(f"{table.path}: no column other than {reading.split!r}, which is --split")
    if reading.target is None and (reading.input is not None or len(free) > 2):
        raise DataError(f"{table.path}: no target is given; give --target one of {', '.join(free)}")
    target = _told(table, reading.target) if reading.target is not None else [(free[-1], None)]
    if len(target) != 1:
        raise DataError(f"{table.path}: y is one column; --target has {len(target)}")
    if reading.input is not None:
        inputs = _told(table, reading.input)
    elif reading.target is None and len(free) == 2:
        inputs = [(free[0], None)]
    else:
        inputs = []
    names = [name for name, _ in inputs]
    if twice := [name for i, name in enumerate(names) if name in names[:i]]:
        raise DataError(f"{table.path}: column {twice[0]!r} stands twice in --input")
    if target[0][0] in names:
        raise DataError(f"{table.path}: column {target[0][0]!r} is both --input and --target")
    _check_given(table, inputs, target[0], reading.split)
    return inputs, target[0]


def kinds_of(table: Table, inputs: list[Named], target: Named) -> tuple[tuple[Column, ...], Column]:
    """The columns of x and the column of y, of the kinds that are given or guessed.

    Raises:
        DataError: if there is no such kind.
    """
    of_x = tuple(_column(table, name, kind, target=False) for name, kind in inputs)
    pictures = any(column.alone and not column.sequence for column in of_x)
    return of_x, _column(table, *target, target=True, caption=pictures)


def _told(table: Table, text: str) -> list[Named]:
    """Columns that are separated by commas, each with or without its kind."""
    found = []
    for word in [text] if text in table.columns else text.split(","):
        name, kind = _split(word.strip(), table)
        table.column(name)
        found.append((name, kind))
    return found


def _split(word: str, table: Table) -> Named:
    """A column and its kind; both may contain a colon."""
    found = re.fullmatch(r"(.*):(|[^:\d][^:]*(?::\d+)?)", word)
    if word in table.columns or found is None:
        return word, None
    name, kind = found.groups()
    column(kind, name)  # raises if there is no such kind
    return name, kind


def _column(
    table: Table, name: str, kind: str | None, *, target: bool, caption: bool = False
) -> Column:
    if kind is not None:
        return column(kind, name)
    values = [value if isinstance(value, str) else "" for value in table.column(name)]
    comma = next((value for value in values if "," in value), None)
    if comma is not None and all(DECIMAL.fullmatch(value) for value in values if value):
        raise DataError(
            f"{table.at(values.index(comma))}: column {name!r} has {comma!r}; expected a "
            f"decimal point: replace the comma, or give another kind, as in {name}:characters"
        )
    return guess(table.column(name), target=target, caption=caption)(name)


def _check_given(table: Table, inputs: list[Named], target: Named, split: str | None) -> None:
    others = [name for name in table.columns if name not in (target[0], split)]
    if inputs or not others:
        return
    of_y = _column(table, *target, target=True)
    if not of_y.sequence:
        raise DataError(
            f"{table.path}: column {of_y.name!r} as {of_y.kind} is one value for each row, but "
            f"no input is given; give --input one of {', '.join(others)}"
        )
