"""Rows of numbers with a class each, which may also be steps of a series: refused, not guessed."""

from __future__ import annotations

import re
import shlex

from throughtime.data.columns import Label, guess
from throughtime.data.errors import DataError
from throughtime.data.reading import Reading
from throughtime.data.series.calendar import is_time
from throughtime.data.series.clocks import times
from throughtime.data.table.row_numbers import is_id, numbers_rows
from throughtime.data.table.table import Table

OF_CLASSES = re.compile(r"label|class|klasse|target", re.IGNORECASE)
"""Names of columns that may have the class of each row."""


def check_no_class(table: Table, reading: Reading) -> None:
    """Refuse to guess whether rows of numbers are steps, if one column may have their class.

    It does if it is the target, or has a name for it, and few whole numbers are in it; and no other
    column says which step of a series a row is.

    Raises:
        DataError: with both ways of reading the rows.

    Args:
        table: the rows.
        reading: how the file is read, of which ``target`` and ``split`` matter here.

    Example:
        >>> from pathlib import Path
        >>> rows = {"v": ["0.5", "1.5", "2.5"] * 10, "label": ["0", "1", "1"] * 10}
        >>> check_no_class(Table(Path("a.csv"), rows, range(2, 32)), Reading())
        Traceback (most recent call last):
        ...
        throughtime.data.errors.DataError: a.csv: column 'label' has 2 different whole numbers, ...
    """
    named = [n for n in table.columns if OF_CLASSES.fullmatch(n.strip())]
    name = reading.target if reading.target is not None else next(iter(named), "")
    some = table.spread()
    others = [n for n in table.columns
              if n not in (name, reading.split) and not is_id(n, some.column(n))]  # fmt: skip
    if name not in table.columns or not others:
        return
    if not all(some.numbers(n).are_numbers for n in (name, *others)):
        return
    if any(_orders(some, n) for n in others):
        return
    values = some.numbers(name).values
    if guess(name, values, target=True) is not Label:
        return
    raise DataError(
        f"{table.path}: column {name!r} has {len(set(values))} different whole numbers, beside "
        "other numbers and without a time; if they are classes of series, one in each row, write "
        "them first, leave out the line of names and give --format ucr; if each row is a step of a "
        f"series, give --format series --target {shlex.quote(name)}"
    )


def _orders(table: Table, name: str) -> bool:
    """Whether a column says which step of a series a row is."""
    if is_time(table, name) or times(table, name) is not None:
        return True
    return numbers_rows(name, table.column(name))
