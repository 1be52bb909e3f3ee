"""A report of how the columns of a file were understood, in a line for each."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from throughtime.data.columns import Column
from throughtime.data.columns.features import (
    MARKS,
    are_lists_of_names,
    form_of,
)
from throughtime.data.numbers.survey import EMPTY
from throughtime.data.table.table import Table

VALUES_SHOWN = 3
"""So many values of a column are shown."""

LABELS_SHOWN = 12
"""So many labels that may be mistakes are shown."""

LONGEST = 40
"""The most characters of a value that are shown."""

OTHER = {
    "characters": "words",
    "label": "characters",
    "number": "label",
    "numbers": "tokens",
    "tokens": "numbers",
    "tags": "tokens",
    "bits": "numbers",
}
"""For a kind that was guessed another one, which may have been meant."""


def understood(table: Table, of_x: Sequence[Column], of_y: Column, guessed: set[str]) -> list[str]:
    """The columns of x and y with their kinds and first values, and those that are left out.

    Args:
        table: the rows of training.
        of_x: the columns of x.
        of_y: the column of y.
        guessed: the names of the columns whose kind was guessed.
    """
    lines = []
    for role, column in [*(("x", column) for column in of_x), ("y", of_y)]:
        values = [column.echo(value) for value in column.values_in(table)[:VALUES_SHOWN]]
        line = f"{role}: {column.name} as {column.describe()}: {', '.join(map(_short, values))}, …"
        if column.name in guessed and (other := _other(table, column, of_x)):
            option = "input" if role == "x" else "target"
            meaning = "each combination as one label" if _of_sets(column, other) else other
            line += f" (guessed; --{option} {column.name}:{other} for {meaning})"
        lines.append("; ".join([line, *_doubts(table, column)]))
    used = {name for column in (*of_x, of_y) for name in column.sources}
    if left := [name for name in table.columns if name not in used]:
        lines.append(f"left out: {', '.join(left)}")
    return lines


def _doubts(table: Table, column: Column) -> Iterator[str]:
    """What labels may be a mistake of the file: such as look alike, or one in all rows."""
    if not column.closed or column.vocabulary is None:
        return
    symbols = column.vocabulary.symbols
    counts = Counter(map(_plain, symbols))
    alike = [symbol for symbol in symbols if counts[_plain(symbol)] > 1]
    missing = [s for s in symbols if s.strip().lower() in EMPTY and column.kind == "label"]
    if alike:
        yield f"labels that hardly differ: {_counted(table, column, alike)}"
    if len(symbols) == 1 and column.kind in ("label", "tags"):
        yield f"all of training has the label {symbols[0]!r}, so there is nothing to learn"
    if missing:
        yield f"a label may be a missing value: {_counted(table, column, missing)}"


def _plain(symbol: str) -> str:
    """A label as it looks, without its case; a letter alone may stand for that case."""
    plain = unicodedata.normalize("NFKC", symbol)
    plain = " ".join("".join(c for c in plain if unicodedata.category(c) != "Cf").split())
    return plain if len(plain) == 1 else plain.casefold()


def _counted(table: Table, column: Column, symbols: Sequence[str]) -> str:
    """Some labels, each with the rows of training that have it."""
    counts: Counter[str] = Counter()
    for value in column.values_in(table):
        found = column.parse(value)
        counts.update([found] if isinstance(found, str) else set(found))
    return ", ".join(
        f"{_exactly(symbol)} ({counts[symbol]:,} row{'s' * (counts[symbol] != 1)})"
        for symbol in symbols[:LABELS_SHOWN]
    )


def _exactly(symbol: str) -> str:
    """A label in quotes, with codes for letters that are composed in another way than usual."""
    return repr(symbol) if unicodedata.is_normalized("NFC", symbol) else ascii(symbol)


def _of_sets(column: Column, other: str) -> bool:
    """Whether labels in place of sets of them are meant."""
    return column.kind == "features" and other == "label"


def _of_steps(of_x: Sequence[Column]) -> bool:
    """Whether x is a list, to whose steps tags belong."""
    return any(column.kind in ("tokens", "numbers", "bits", "tags") for column in of_x)


def _other(table: Table, column: Column, of_x: Sequence[Column]) -> str | None:
    name = column.name
    few = replace(table, columns={name: table.column(name)}).spread()  # as for the guess itself
    values = few.column(name)
    texts, numbers = isinstance(values[0], str), few.numbers(name).are_numbers
    if column.kind == "features":
        return "label" if form_of(values) in MARKS else "tags"
    if column.kind == "tags" and are_lists_of_names(values) and not _of_steps(of_x):
        return "features"
    if column.kind == "tokens" and not texts and not all(isinstance(v, int) for v in values[0]):
        return None
    if column.kind == "label" and not numbers and form_of(values) in MARKS:
        return "features"
    if column.kind in ("tokens", "tags") and texts:
        return "characters"
    if column.kind == "label":
        return "number" if numbers else OTHER["label"]
    return OTHER.get(column.kind)


def _short(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = value if isinstance(value, str) else repr(value)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
