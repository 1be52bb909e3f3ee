"""Which columns of a table are x and y, and their kinds: as given, or guessed."""

from __future__ import annotations

import re
import shlex

from throughtime.data.columns import Column, Features, column, guess
from throughtime.data.columns.column import shown
from throughtime.data.columns.features import flag
from throughtime.data.columns.lists import as_list
from throughtime.data.errors import DataError
from throughtime.data.numbers.number import number
from throughtime.data.pairs.several import are_labels
from throughtime.data.reading import Reading
from throughtime.data.table.grouped import check_not_steps
from throughtime.data.table.media import check_no_files
from throughtime.data.table.nested import check_no_objects
from throughtime.data.table.row_numbers import numbers_rows
from throughtime.data.table.table import Table
from throughtime.data.table.times_as_values import are_times, check_no_times, hardly_repeats

Named = tuple[str, str | None]
"""The name of a column, and its kind if it is given."""


def roles(table: Table, reading: Reading) -> tuple[list[Named], Named]:
    """The columns of x and the column of y, each with its kind if that is given.

    A column that numbers the rows, such as an id, is neither unless it is given.

    Raises:
        DataError: if the options do not say which columns they are.

    Example:
        >>> from pathlib import Path
        >>> rows = {"id": ["1", "2", "3"], "text": ["a b", "c d", "a d"], "label": ["x", "y", "x"]}
        >>> table = Table(Path("a.csv"), rows, [2, 3, 4])
        >>> roles(table, Reading()), roles(table, Reading(input="id", target="text:words"))
        (([('text', None)], ('label', None)), ([('id', None)], ('text', 'words')))
    """
    names = list(table.columns)
    free = [name for name in names if name != reading.split]
    if not free:
        raise DataError(f"{table.path}: no column other than {reading.split!r}, which is --split")
    free = [n for n in free if not numbers_rows(n, table.column(n))] or free
    if reading.target is None and (reading.input is not None or len(free) > 2):
        raise DataError(
            f"{table.path}: no target is given; give --target one of {', '.join(free)}"
            + _or_labels(table, free)
        )
    pair = _label_last(table, free)
    told = reading.target
    targets: list[Named] = [(pair[-1], None)] if told is None else _told(table, told)
    target = targets[0] if len(targets) == 1 else _labels(table, targets)
    if reading.input is not None:
        inputs = _told(table, reading.input)
    elif reading.target is None and len(free) == 2:
        inputs = [(pair[0], None)]
    else:
        inputs = []
    names = [name for name, _ in inputs]
    if twice := [name for i, name in enumerate(names) if name in names[:i]]:
        raise DataError(f"{table.path}: column {twice[0]!r} stands twice in --input")
    of_y = [name for name, _ in targets]
    if both := [name for name in of_y if name in names]:
        raise DataError(f"{table.path}: column {both[0]!r} is both --input and --target")
    check_not_steps(table, [*names, *of_y, reading.split or ""])
    _check_given(table, inputs, target, reading.split)
    if target[1] is None:
        _check_last(table, target[0])
    return inputs, target


def _or_labels(table: Table, names: list[str]) -> str:
    """The columns of zeros and ones, which may be labels together; nothing if they are not two."""
    flags = [n for n in names if all(flag(value) is not None for value in table.column(n))]
    return f", or --target {','.join(flags)} for several labels" if len(flags) > 1 else ""


def _labels(table: Table, targets: list[Named]) -> Named:
    """Several columns as one y: labels, each of which a row has or has not.

    Raises:
        DataError: if they are not all zeros and ones, with the first other value.
    """
    names = [name for name, _ in targets]
    kinds = {kind for _, kind in targets}
    if len(set(names)) < len(names) or kinds - {None, Features.kind}:
        raise DataError(
            f"{table.path}: --target has {len(names)} columns, {', '.join(names)}; expected one, "
            "or different ones of zeros and ones, which are labels"
        )
    for name in names:
        for row, value in enumerate(table.column(name)):
            if flag(value) is None:
                raise DataError(
                    f"{table.at(row)}: column {name!r} has {shown(value)}; expected 0 or 1, since "
                    "several columns as --target are labels that a row has or has not: choose one "
                    "column, or write numbers of one y as a list in one column"
                )
    return Features.of_columns(names).name, Features.kind


def kinds_of(table: Table, inputs: list[Named], target: Named) -> tuple[tuple[Column, ...], Column]:
    """The columns of x and the column of y, of the kinds that are given or guessed.

    Args:
        table: the rows.
        inputs: the names of the columns of x, and their kinds as far as they are given.
        target: the same of y.

    Raises:
        DataError: if there is no such kind.

    Example:
        >>> from pathlib import Path
        >>> table = Table(Path("a.csv"), {"a": ["b c", "c"], "n": ["0.5", "2.5"]}, [2, 3])
        >>> (x,), y = kinds_of(table, [("a", "words")], ("n", None))
        >>> x.kind, y.kind
        ('words', 'number')
    """
    if _are_tagged(table, inputs, target):
        return (column("tokens", inputs[0][0]),), column("tags", target[0])
    check_no_times(table, inputs, target)
    of_x = tuple(_column(table, name, kind, target=False) for name, kind in inputs)
    pictures = any(column.alone and not column.sequence for column in of_x)
    name, kind = target
    if kind is None and are_labels(table, of_x, name):
        kind = Features.kind
    of_y = _column(table, name, kind, target=True, caption=pictures)
    if isinstance(of_y, Features):
        of_y.complete = True
    if pictures and not of_y.sequence and inputs[0][1] is None:
        of_x = (column("rows", inputs[0][0]),)
    return of_x, of_y


def _check_last(table: Table, name: str) -> None:
    """Refuse a number below labels that are none, as a count of the rows at their end.

    Raises:
        DataError: with file and line.
    """
    *above, last = table.column(name)
    if number(last) is None or hardly_repeats(above):
        return
    if all(number(value) is None for value in above):
        raise DataError(
            f"{table.at(len(above))}: column {name!r} has {str(last)!r}, and no other number; "
            f"expected a label: delete the line, or give --target {shlex.quote(name + ':label')} "
            "if it is one"
        )


def _are_tagged(table: Table, inputs: list[Named], target: Named) -> bool:
    """Whether x is a text and y has a tag for each of its words, in a list or a text, from few."""
    if len(inputs) != 1 or inputs[0][1] is not None or target[1] is not None:
        return False
    x, y = table.column(inputs[0][0]), [as_list(value) for value in table.column(target[0])]
    if not all(isinstance(value, str) for value in x):
        return False
    tags = [value.split() if isinstance(value, str) else value for value in y]
    if not all(isinstance(of_y, list) for of_y in tags):
        return False
    if any(len(of_y) != len(of_x.split()) for of_x, of_y in zip(x, tags, strict=True)):
        return False
    flat = [tag for of_y in tags for tag in of_y]
    if not all(isinstance(tag, str) for tag in flat):
        return False
    return len(flat) > 2 * len(tags) and OFTEN * len(set(flat)) <= len(flat)


def _label_last(table: Table, names: list[str]) -> list[str]:
    """Two columns as x and y: a label may also stand before the text that it is of."""
    if len(names) != 2:
        return names
    x, y = (table.column(name) for name in names)
    if not all(isinstance(value, str) for value in (*x, *y)):
        return names
    return names[::-1] if OFTEN * len(set(x)) <= len(x) and hardly_repeats(y) else names


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
    if kind == Features.kind and name not in table.columns:
        return Features.of_columns([part for part, _ in _told(table, name)])
    if kind is not None:
        found = column(kind, name)
        if isinstance(found, Features):
            found.see(table.column(name))
        return found
    check_no_files(table, name)
    check_no_objects(table, name)
    return guess(name, table.numbers(name).values, target=target, caption=caption)(name)


def _check_given(table: Table, inputs: list[Named], target: Named, split: str | None) -> None:
    if inputs:
        return
    of_y = _column(table, *target, target=True)
    others = [name for name in table.columns if name not in (*of_y.sources, split)]
    if not others:
        return
    if not of_y.sequence:
        others = [n for n in others if not numbers_rows(n, table.column(n))] or others
        clock = next((n for n in others if of_y.kind == "number" and are_times(table, n)), None)
        series = f"--format series for a series in the order of {clock!r}, or " if clock else ""
        others = [n for n in others if n != clock] or others
        raise DataError(
            f"{table.path}: column {of_y.name!r} as {of_y.kind} is one value for each row, but "
            f"no input is given; give {series}--input one of {', '.join(others)}"
        )
