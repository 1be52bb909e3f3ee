"""Rows as they come: lines, JSON objects a line, or the rows of a table."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any

from throughtime.data import DataError
from throughtime.data.files import conll
from throughtime.data.files.fields import Field, Image, Label, Text, Tokens, restored
from throughtime.data.files.table import SUFFIXES, Table, read_table
from throughtime.training.run import Run

LINES = 128
"""Lines that are answered together."""

STDIN = "<stdin>"
"""What Python calls standard input, where it has a name."""


def fields_of(run: Run) -> tuple[Field, ...]:
    """The columns of x and, last, that of y; none if the x or y of an embedded set has no symbols.

    Embedded sets have no columns; where both of theirs are symbols, they are called x and y.
    """
    signature = run.signature
    if signature.fields or signature.x_symbols is None or signature.y_symbols is None:
        return signature.fields
    in_characters = all(len(symbol) == 1 for symbol in signature.x_symbols)
    kinds = {
        "x": "characters" if in_characters else "tokens",
        "y": "tags" if signature.y == "sequence" else "label",
    }
    symbols = {"x": signature.x_symbols, "y": signature.y_symbols}
    return tuple(
        restored({"kind": kind, "name": side, "symbols": list(symbols[side])})
        for side, kind in kinds.items()
    )


def tables(file: TextIOWrapper, fields: tuple[Field, ...], rows: int = LINES) -> Iterator[Table]:
    """The columns of ``fields``, ``rows`` at a time, from a file that is a table by its name, or
    else from lines: a text is the line itself, several columns or numbers are a JSON object.

    Raises:
        DataError: with file and line, if a line is something else.
    """
    path = Path(getattr(file, "name", STDIN))
    if path.suffix.lower() in SUFFIXES or conll.is_conll(path):
        whole = conll.read_conll(path) if conll.is_conll(path) else read_table(path)
        columns = {field.name: whole.column(field.name) for field in fields}
        whole = Table(path, columns, whole.lines)
        for first in range(0, len(whole), rows):
            yield whole[range(first, min(first + rows, len(whole)))]
        return
    if path.name == STDIN:
        path = Path("standard input")
    numbered = enumerate(lines(file), 1)
    while group := list(islice(numbered, rows)):
        found = [_row(line, fields, f"{path}:{number}") for number, line in group]
        columns = {field.name: [row[field.name] for row in found] for field in fields}
        yield Table(path, columns, [number for number, _ in group])


def _row(line: str, fields: tuple[Field, ...], at: str) -> dict[str, Any]:
    if len(fields) == 1 and isinstance(fields[0], Text | Label | Image):
        return {fields[0].name: line}
    if len(fields) == 1 and isinstance(fields[0], Tokens):
        return {fields[0].name: line.split()}
    names = [field.name for field in fields]
    expected = f"expected a JSON object with {', '.join(names)} on every line"
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{at}: not JSON ({error}); {expected}") from None
    if not isinstance(row, dict):
        raise DataError(f"{at}: a {type(row).__name__}; {expected}")
    if missing := [name for name in names if name not in row]:
        raise DataError(f"{at}: has no {', '.join(missing)}; {expected}")
    return {name: row[name] for name in names}


def as_input(table: Table, fields: Iterable[Field], row: int) -> Any:
    """A row's x as the file has it; of several columns, an object."""
    values = {field.name: table.column(field.name)[row] for field in fields}
    return values if len(values) > 1 else next(iter(values.values()))


def lines(file: TextIOWrapper) -> Iterator[str]:
    """The lines of a file, without their ends.

    Raises:
        DataError: if they are not UTF-8.
    """
    try:
        for line in file:
            yield line.removesuffix("\n")
    except UnicodeDecodeError as error:
        raise DataError(
            f"the lines are not UTF-8 ({error.reason}); convert them first, for instance with "
            "`iconv -t utf-8`"
        ) from None


def warn_of_unknown(count: int) -> None:
    """Say once, at the end, how many symbols training has not shown."""
    if count:
        warnings.warn(
            f"{count:,} symbols are none that training has shown; they count as one and the "
            "same unknown symbol",
            stacklevel=2,
        )
