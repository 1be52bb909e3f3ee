"""How the columns of a file were understood, in a line for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from throughtime.data.columns import Column
from throughtime.data.formats.table import Table

SHOWN = 3
"""So many values of a column are shown."""

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
        values = [column.echo(value) for value in column.values_in(table)[:SHOWN]]
        line = f"{role}: {column.name} as {column.describe()}: {', '.join(map(_short, values))}, …"
        if column.name in guessed and (other := _other(table, column)):
            option = "input" if role == "x" else "target"
            line += f" (guessed; --{option} {column.name}:{other} for {other})"
        lines.append(line)
    used = {column.name for column in (*of_x, of_y)}
    if left := [name for name in table.columns if name not in used]:
        lines.append(f"left out: {', '.join(left)}")
    return lines


def _other(table: Table, column: Column) -> str | None:
    texts = isinstance(table.column(column.name)[0], str)
    if column.kind in ("tokens", "tags") and texts:
        return "characters"
    if column.kind == "label":
        return "number" if table.numbers(column.name).are_numbers else OTHER["label"]
    return OTHER.get(column.kind)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
