"""Which columns of a table are x and y, and their kinds: as given, or guessed."""

from __future__ import annotations

import re

from throughtime.data.columns import Column, column, guess
from throughtime.data.errors import DataError
from throughtime.data.formats.grouped import check_not_steps
from throughtime.data.formats.media import check_no_files
from throughtime.data.formats.table import Table
from throughtime.data.reading import Reading

Named = tuple[str, str | None]
"""The name of a column, and its kind if it is given."""


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
    pair = _label_last(table, free)
    target = _told(table, reading.target) if reading.target is not None else [(pair[-1], None)]
    if len(target) != 1:
        raise DataError(f"{table.path}: y is one column; --target has {len(target)}")
    if reading.input is not None:
        inputs = _told(table, reading.input)
    elif reading.target is None and len(free) == 2:
        inputs = [(pair[0], None)]
    else:
        inputs = []
    names = [name for name, _ in inputs]
    if twice := [name for i, name in enumerate(names) if name in names[:i]]:
        raise DataError(f"{table.path}: column {twice[0]!r} stands twice in --input")
    if target[0][0] in names:
        raise DataError(f"{table.path}: column {target[0][0]!r} is both --input and --target")
    check_not_steps(table, [*names, target[0][0], reading.split or ""])
    _check_given(table, inputs, target[0], reading.split)
    return inputs, target[0]


def kinds_of(table: Table, inputs: list[Named], target: Named) -> tuple[tuple[Column, ...], Column]:
    """The columns of x and the column of y, of the kinds that are given or guessed.

    Raises:
        DataError: if there is no such kind.
    """
    if _are_tagged(table, inputs, target):
        return (column("tokens", inputs[0][0]),), column("tags", target[0])
    of_x = tuple(_column(table, name, kind, target=False) for name, kind in inputs)
    pictures = any(column.alone and not column.sequence for column in of_x)
    if target[1] is None:
        _check_one_label(table, target[0])
    of_y = _column(table, *target, target=True, caption=pictures)
    if pictures and not of_y.sequence and inputs[0][1] is None:
        of_x = (column("rows", inputs[0][0]),)
    return of_x, of_y


def _check_one_label(table: Table, name: str) -> None:
    """Refuse rows with several labels each."""
    values = table.column(name)
    marked = [row for row, v in enumerate(values) if isinstance(v, str) and "|" in v.strip("|")]
    parts = {part.strip() for v in values if isinstance(v, str) for part in v.split("|")}
    flags = all(
        isinstance(v, list) and len(v) > 1 and all(type(n) is int and n in (0, 1) for n in v)
        for v in values
    )
    if (marked and OFTEN * len(parts) <= len(values)) or (
        flags and len({len(v) for v in values}) == 1
    ):
        row, kind = (marked[0], "label") if marked else (0, "tags")
        raise DataError(
            f"{table.at(row)}: column {name!r} has several labels, {values[row]!r}; expected one "
            "in each row: give a column for each and choose one, or take each combination as one "
            f"label by {name}:{kind}"
        )


def _are_tagged(table: Table, inputs: list[Named], target: Named) -> bool:
    """Whether x is a text and y a text with a tag for each of its words, from few tags."""
    if len(inputs) != 1 or inputs[0][1] is not None or target[1] is not None:
        return False
    x, y = table.column(inputs[0][0]), table.column(target[0])
    if not all(isinstance(value, str) for value in (*x, *y)):
        return False
    tags = [value.split() for value in y]
    if any(len(of_y) != len(of_x.split()) for of_x, of_y in zip(x, tags, strict=True)):
        return False
    count = sum(map(len, tags))
    return count > 2 * len(tags) and OFTEN * len({tag for row in tags for tag in row}) <= count


def _label_last(table: Table, names: list[str]) -> list[str]:
    """Two columns as x and y: a label may also stand before the text that it is of."""
    if len(names) != 2:
        return names
    x, y = (table.column(name) for name in names)
    if not all(isinstance(value, str) for value in (*x, *y)):
        return names
    first, last = len(set(x)), len(set(y))
    return names[::-1] if OFTEN * first <= len(x) and 2 * last > len(y) else names


OFTEN = 10
"""The fewest rows of each label before a text, on average."""


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
    check_no_files(table, name)
    return guess(name, table.numbers(name).values, target=target, caption=caption)(name)


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
