"""Rows as they come: lines, JSON objects a line, or the rows of a table."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable, Iterator
from io import BufferedIOBase
from pathlib import Path
from typing import Any, TypeVar

import click

from throughtime.data import DataError
from throughtime.data.columns import Field, Image, Label, Text, Tokens, restored
from throughtime.data.columns.image import SUFFIXES as PICTURES
from throughtime.data.formats.conll import is_conll, read_conll
from throughtime.data.formats.json_text import from_json
from throughtime.data.formats.table import Table, is_table, read_table
from throughtime.runs.run import Run

T = TypeVar("T")

LINES = 128
"""Lines that are answered together."""

LONGEST = 2**24
"""Bytes of the longest line: one without an end must not fill the memory."""

FORMS: dict[str, Callable[[Path], Table]] = {"table": read_table, "conll": read_conll}
"""How a file may be read as a whole; ``lines`` is the other way."""

FORMAT_HELP = "How FILE is read [as the run was told, or by its name]."

STDIN = "<stdin>"
"""What Python calls standard input, where it has a name."""


class Rows(click.File):
    """A file, or standard input, as bytes."""

    def __init__(self) -> None:
        super().__init__("rb")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            hint = "; what is no file comes by standard input: echo … | throughtime …"
            self.fail(error.message + hint, param, ctx)


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


def form_of(run: Run, told: str | None, file: BufferedIOBase) -> str | None:
    """How a file is read: as the command is told, or else as the run was told; None if its name is
    to decide.

    Raises:
        DataError: if standard input, of which every line comes alone, is told to be read whole.
    """
    if told in FORMS and _name(file) == STDIN:
        raise DataError(
            f"--format {told}: standard input is read line by line; give a file by its name"
        )
    if told is None and run.config.format in FORMS:
        return run.config.format
    return told


def tables(
    file: BufferedIOBase, fields: tuple[Field, ...], form: str | None, rows: int = LINES
) -> Iterator[Table]:
    """The columns of ``fields``, ``rows`` at a time, from a table or a CoNLL-style file, or else
    from lines: a text is the line itself, several columns or numbers are a JSON object. Where a
    picture is wanted, the file may be one.

    Args:
        file: standard input, of which every line comes alone, or a file.
        fields: the columns that are wanted.
        form: one of ``FORMS``; left out, the ending of the file's name decides.
        rows: how many at a time. Before a broken line, those above it come, however few.

    Raises:
        DataError: with file and line, if a line is something else.
    """
    path = Path(_name(file))
    if path.name == STDIN:
        yield from _tables_of_lines(file, Path("standard input"), fields, rows)
        return
    if len(fields) == 1 and isinstance(fields[0], Image) and path.suffix.lower() in PICTURES:
        yield Table(path, {fields[0].name: [path.name]}, [1])
        return
    form = form or ("conll" if is_conll(path) else "table" if is_table(path) else "lines")
    if form == "lines":
        yield from _tables_of_lines(file, path, fields, rows)
        return
    whole = FORMS[form](path)
    columns = {field.name: whole.column(field.name) for field in fields}
    whole = Table(path, columns, whole.lines)
    for first in range(0, len(whole), rows):
        yield whole[range(first, min(first + rows, len(whole)))]


def _name(file: BufferedIOBase) -> str:
    return str(getattr(file, "name", STDIN))


def _tables_of_lines(
    file: BufferedIOBase, path: Path, fields: tuple[Field, ...], rows: int
) -> Iterator[Table]:
    found: list[tuple[int, dict[str, Any]]] = []

    def table() -> Table:
        columns = {field.name: [row[field.name] for _, row in found] for field in fields}
        return Table(path, columns, [number for number, _ in found])

    try:
        for number, line in lines(file, path):
            found.append((number, _row(line, fields, f"{path}:{number}")))
            if len(found) == rows:
                yield table()
                found = []
    except DataError:
        if found:
            yield table()
        raise
    if found:
        yield table()


def _row(line: str, fields: tuple[Field, ...], at: str) -> dict[str, Any]:
    if len(fields) == 1 and isinstance(fields[0], Text | Label | Image):
        return {fields[0].name: line}
    if len(fields) == 1 and isinstance(fields[0], Tokens):
        return {fields[0].name: line.split()}
    names = [field.name for field in fields]
    example = ", ".join(f"{json.dumps(name, ensure_ascii=False)}: …" for name in names)
    expected = f"expected a JSON object on every line, {{{example}}}"
    try:
        row = from_json(line)
    except ValueError as error:
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


def lines(file: BufferedIOBase, path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file, without their ends, each with its number.

    Raises:
        DataError: with file and line, if a line is not UTF-8 or has no end.
    """
    number = 0
    while raw := file.readline(LONGEST + 1):
        at = f"{path}:{number + 1}"
        if len(raw) > LONGEST:
            raise DataError(f"{at}: a line of more than {LONGEST:,} bytes; expected shorter ones")
        try:
            text = raw.decode("utf-8" if number else "utf-8-sig")
        except UnicodeDecodeError as error:
            raise DataError(
                f"{at}: byte 0x{raw[error.start]:02X} is not UTF-8; expected UTF-8 text: convert "
                "it first, for instance with `iconv -f latin1 -t utf-8`"
            ) from None
        for line in text.removesuffix("\n").removesuffix("\r").split("\r"):
            number += 1
            yield number, line


def answered(rows: Iterable[Table], answer: Callable[[Table], list[T]]) -> Iterator[list[T]]:
    """The answers to some tables, a list for each; before a row that can have none, those to the
    rows above it.

    Raises:
        ValueError: at such a row, with its file and line.
    """
    for table in rows:
        try:
            found = answer(table)
        except ValueError:
            for i in range(len(table)):
                yield _answered_alone(table, i, answer)
            raise
        yield found


def _answered_alone(table: Table, row: int, answer: Callable[[Table], list[T]]) -> list[T]:
    try:
        return answer(table[[row]])
    except DataError:  # says where already
        raise
    except ValueError as error:
        raise ValueError(f"{table.at(row)}: {error}") from None


def warn_of_unknown(count: int) -> None:
    """Say once, at the end, how many symbols training has not shown."""
    if count:
        warnings.warn(
            f"{count:,} symbols are none that training has shown; they count as one and the "
            "same unknown symbol",
            stacklevel=2,
        )
