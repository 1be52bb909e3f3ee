"""Join consecutive rows of a table that are the steps of one sequence."""

from __future__ import annotations

import re
from collections.abc import Hashable
from itertools import pairwise
from typing import Any

from throughtime.data.errors import DataError
from throughtime.data.numbers.notation import are_numbers
from throughtime.data.numbers.number import number
from throughtime.data.table.table import Table


def grouped(table: Table, column: str) -> Table:
    """A row for each sequence: consecutive rows with the same value in a column.

    The other columns become lists, in the order of the rows; texts that are numbers become numbers.
    An empty value stands for the one above it, as in tables that name a sentence once.

    Raises:
        DataError: with file and line, if the first value is empty, or a value comes again after
            another one.

    Example:
        >>> from pathlib import Path
        >>> rows = {"s": ["a", "", "b"], "word": ["x", "y", "z"]}
        >>> grouped(Table(Path("a.csv"), rows, [2, 3, 4]), "s").columns
        {'s': ['a', 'b'], 'word': [['x', 'y'], ['z']]}
    """
    firsts: list[int] = []
    seen: dict[Hashable, int] = {}
    last: Any = None
    for row, value in enumerate(table.column(column)):
        if value is None or value == "":
            if not firsts:
                raise DataError(f"{table.at(row)}: column {column!r} is empty; expected a sequence")
            continue
        if firsts and value == last:
            continue
        if value in seen:
            raise DataError(
                f"{table.at(row)}: column {column!r} comes back to {value!r}, which stands at "
                f"{table.at(seen[value])} too; expected the rows of a sequence together: sort them"
            )
        seen[value] = row
        firsts.append(row)
        last = value
    ends = [*firsts[1:], len(table)]
    columns: dict[str, list[Any]] = {column: list(seen)}
    for name in table.columns:
        if name != column:
            read = _as_numbers(list(table.plain_numbers(name)))
            columns[name] = [read[a:b] for a, b in zip(firsts, ends, strict=True)]
    return Table(table.path, columns, [table.lines[row] for row in firsts], table.decimal)


def _as_numbers(values: list[Any]) -> list[Any]:
    """The values as numbers, if all are."""
    found = [number(value) for value in values]
    if not are_numbers(values) or None in found:
        return values
    return [int(n) if n is not None and n.is_integer() else n for n in found]


OF_SEQUENCES = re.compile(r"^(sent|sentence|seq|sequence)\b", re.IGNORECASE)
"""Names of columns that say of which sequence a row is."""


def check_not_steps(table: Table, used: list[str]) -> None:
    """Refuse rows that are the steps of sequences, if a column says so and no option does.

    Such a column is empty but where a sequence begins; or its name says it, and rows that follow
    each other have the same value.

    Raises:
        DataError: naming the column, and the option.
    """
    for name, values in table.columns.items():
        if name in used:
            continue
        empty = sum(value is None or value == "" for value in values)
        filled = [value for value in values if value is not None and value != ""]
        begins = 2 * empty >= len(values) and len(set(map(str, filled))) == len(filled) > 1
        runs = 1 + sum(a != b for a, b in pairwise(values))
        said = bool(OF_SEQUENCES.search(name)) and 2 * runs <= len(values)
        if (begins and values[0] == filled[0]) or said:
            raise DataError(
                f"{table.path}: column {name!r} says which rows are one sequence; give "
                f"--sequence {name!r}, or leave the column out of the file if each row is a "
                "sequence of its own"
            )
