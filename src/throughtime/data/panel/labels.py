"""Of which series each row is: the columns that say it, and the names of the series."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.errors import DataError
from throughtime.data.numbers.number import all_numbers, number
from throughtime.data.numbers.survey import is_empty
from throughtime.data.storage.stored import pieces_of
from throughtime.data.table.row_numbers import OF_IDS
from throughtime.data.table.table import Table
from throughtime.data.times.zones import pandas

LEAST = 2
"""The fewest rows of a series, on average, by a guess."""

MOST_COLUMNS = 4
"""The most columns that say together of which series a row is, by a guess."""

COVERED = 0.5
"""A series by a guess has so much of the times between its first and its last."""


@dataclass(frozen=True, eq=False)
class Groups:
    """The series of each row.

    Args:
        columns: the columns that say it.
        of: ``(rows,)``, the number of each row's series.
        names: the names of the series, in order; empty of a single one without a label.
    """

    columns: tuple[str, ...]
    of: NDArray[np.int64]
    names: tuple[str, ...]


def groups_by(table: Table, columns: Sequence[str]) -> Groups:
    """The series that some columns say; one, if there are no columns.

    They are in the order of their labels, of numbers in the order of these.

    Raises:
        DataError: with file and line, if a label is missing.

    Args:
        table: the rows.
        columns: the names of the columns.

    Example:
        >>> from pathlib import Path
        >>> table = Table(Path("a.csv"), {"shop": ["10", "9"], "i": ["x", "y"]}, [2, 3])
        >>> found = groups_by(table, ["shop", "i"])
        >>> found.of.tolist(), found.names
        ([1, 0], ('9/y', '10/x'))
    """
    code, texts = np.zeros(len(table), np.int64), [()] if len(table) else []
    for name in columns:
        codes, labels = _coded(table, name)
        pairs, code = np.unique(code * len(labels) + codes, return_inverse=True)
        texts = [(*texts[p // len(labels)], labels[p % len(labels)]) for p in pairs.tolist()]
    names = tuple(map("/".join, texts))
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise DataError(
            f"{table.path}: two series are called {twice!r} by {' and '.join(columns)}, whose "
            "labels have a / inside; expected labels without one: write it otherwise"
        )
    return Groups(tuple(columns), code.astype(np.int64), names)


def _coded(table: Table, name: str) -> tuple[NDArray[np.int64], list[str]]:
    """The number of each row's label, and the labels in order."""
    found = [label_text(value) for piece in pieces_of(table.column(name)) for value in piece]
    if None in found:
        raise DataError(
            f"{table.at(found.index(None))}: column {name!r} has no label; expected one that says "
            "of which series the row is: fill it in, or leave the row out"
        )
    codes, labels = pandas().factorize(np.array(found, object))
    numbers = all_numbers(labels.tolist())
    order = np.argsort(labels.astype(str), kind="stable") if numbers is None else np.lexsort(
        (labels.astype(str), numbers)
    )  # fmt: skip
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return place[codes], labels[order].tolist()


def label_text(value: Any) -> str | None:
    """A label as a text; None if it is missing.

    Example:
        >>> label_text(7.0), label_text(" a "), label_text("007"), label_text("")
        ('7', 'a', '007', None)
    """
    if value is None or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() or None


def guessed(table: Table, times: NDArray[Any], columns: Sequence[str]) -> list[Groups]:
    """The ways in which columns say of which series a row is: each has a time but once, and no
    fewer columns do; ways that divide the rows alike are one.

    Args:
        table: the rows.
        times: the time of each row.
        columns: the columns that may say it.

    Example:
        >>> from pathlib import Path
        >>> rows = {"shop": list("aabb"), "town": list("xxyy"), "sales": ["3", "5", "3", "7"]}
        >>> table = Table(Path("a.csv"), rows, range(2, 6))
        >>> ways = guessed(table, np.array([1, 2, 1, 2]), list(rows))
        >>> [way.columns for way in ways]
        [('shop',)]
    """
    candidates = [name for name in columns if _may_be_label(table, name)]
    named = [n for n in candidates if OF_IDS.fullmatch(n) or not _are_numbers(table, n)]
    time = np.unique(times, return_inverse=True)[1].astype(np.int64)
    for some in dict.fromkeys((tuple(named), tuple(candidates))):
        ways = list(_ways(table, time, some))
        if ways:
            return ways
    return []


def _ways(table: Table, time: NDArray[np.int64], columns: Sequence[str]) -> Iterator[Groups]:
    """Sets of columns with which each time is but once; of such that divide alike the first."""
    seen: list[Groups] = []
    for size in range(1, 1 + min(MOST_COLUMNS, len(columns))):
        for some in combinations(columns, size):
            groups = groups_by(table, some)
            if LEAST * len(groups.names) > len(table) or not _goes_on(time, groups.of):
                continue
            alike = [way for way in seen if _same(way, groups)]
            seen.append(groups)
            if not alike:
                yield groups
        if seen:
            return


def _goes_on(time: NDArray[np.int64], of: NDArray[np.int64]) -> bool:
    """Whether each series has a time but once, and most of the times while it lasts."""
    order = np.lexsort((time, of))
    steps, inside = np.diff(time[order]), of[order][1:] == of[order][:-1]
    if bool((steps[inside] == 0).any()):
        return False
    # in steps of the whole table, which are longer where series have times of their own
    return float(inside.sum()) >= COVERED * float(np.minimum(steps[inside], 100).sum())


def _same(one: Groups, other: Groups) -> bool:
    if len(one.names) != len(other.names):
        return False
    return len(np.unique(one.of * len(other.names) + other.of)) == len(one.names)


def _may_be_label(table: Table, name: str) -> bool:
    """Whether values are texts or whole numbers that repeat, and none is missing."""
    values = table.column(name)
    some = values[:1000]
    if not all(isinstance(v, str | int | float) and not is_empty(v) for v in some):
        return False
    if _are_numbers(table, name) and any((n := number(v)) is None or n % 1 for v in some):
        return False
    if any(map(is_empty, values)):
        return False
    return 1 < len(set(values)) <= len(table) // LEAST


def _are_numbers(table: Table, name: str) -> bool:
    return table.numbers(name).are_numbers


def options(time: Sequence[str], ways: Sequence[Sequence[str]]) -> str:
    """The options for some ways, ready to be copied.

    Example:
        >>> options(["date"], [["shop"], ["my item", "x"]])
        "--time date --series shop, or --time date --series 'my item,x'"
    """
    when = shlex.quote(",".join(time))
    return ", or ".join(f"--time {when} --series {shlex.quote(','.join(way))}" for way in ways)
