"""Read the rows to predict or score: lines, JSON objects, tables, or rows in memory."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from io import BufferedIOBase
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from throughtime.data import DataError
from throughtime.data.columns import WHOLE, Column, NotALine
from throughtime.data.faults import fault
from throughtime.data.files.json_text import from_json
from throughtime.data.files.opening import check_regular
from throughtime.data.files.text_file import as_utf8
from throughtime.data.formats.arrays import read_arrays
from throughtime.data.formats.folder import table_in
from throughtime.data.formats.guess import OF_ROWS, known_format, read_rows
from throughtime.data.formats.memory import table_of
from throughtime.data.reading import AS_IT_IS, Reading
from throughtime.data.table.table import Table
from throughtime.runs.errors import RunError
from throughtime.runs.folder import RunFolder

T = TypeVar("T")

LINES = 128
"""Rows in a batch."""

LONGEST = 2**24
"""The most bytes in a line: a line without an end must not fill the memory."""


def _test_arrays(path: Path) -> Table:
    """The sequences of the test part of a file of arrays, as lists."""
    table = read_arrays(path)["test"]
    rows = {
        name: [np.asarray(v).tolist() for v in values] for name, values in table.columns.items()
    }
    return Table(path, rows, table.lines)


WHOLES = (*OF_ROWS, "series", "arrays")
"""The formats that are read as a whole; the others are ``lines`` and ``running``."""

RUNNING = "running"
"""The format of a text of which each line is given the lines before it."""

STDIN = "<stdin>"
"""Python's name of standard input."""

TEXT = "text"
"""The name of the column of texts in rows in memory, for a run on lines of text."""


def reading_of(run: RunFolder, form: str | None, source: object) -> Reading:
    """How a file of rows is read: as the training file was, in the format that is given.

    Raises:
        RunError: if the model is of another kind of text, or of none.
        DataError: if standard input, which is read line by line, is given as a table.
    """
    if run.schema.y.name == WHOLE and not run.schema.x:
        forms = (RUNNING, "lines") if run.schema.running else ("lines",)
        if form not in (None, *forms):
            what = "a running text" if run.schema.running else "lines of text"
            raise RunError(
                f"format is {form}, but {run.path} models {what}, without columns; expected "
                f"{' or '.join(forms)}"
            )
        return Reading(format=form or forms[0])
    if form == RUNNING:
        raise RunError(f"format is running, but {run.path} models no running text; give its rows")
    if form in WHOLES and isinstance(source, BufferedIOBase) and name_of(source) == STDIN:
        raise DataError(
            f"format is {form}, but standard input is read line by line; give a file by its name"
        )
    trained = run.config.reading
    if form is None and trained.format in WHOLES:
        form = trained.format
    told = {name: getattr(trained, name) for name in OF_TABLES}
    return Reading(format=form, **told)


OF_TABLES = ("header", "decimal", "sequence")
"""The options of reading by which a table to predict or score is read as that of training."""


def tables(
    source: object, columns: tuple[Column, ...], reading: Reading = AS_IT_IS, rows: int = LINES
) -> Iterator[Table]:
    """Read the values of ``columns``, in tables of ``rows`` rows.

    The source is a table, a CoNLL-style file, the test part of a file of arrays, a folder as in
    training, lines, or rows in memory. With one column, a line is
    its value, if the kind of column allows it; otherwise each line is a JSON object. If the one
    column is of pictures, a file may also be a picture.

    Args:
        source: a path; an open file or standard input, which is read line by line; or rows in
            memory, see :func:`~throughtime.data.formats.memory.table_of`.
        columns: the columns to read.
        reading: how a file is read; without a format, the file decides.
        rows: the number of rows in a table. Before a broken line, the rows above it are given.

    Raises:
        DataError: with file and line, if the source cannot be read or lacks a column.
    """
    if isinstance(source, BufferedIOBase) and name_of(source) == STDIN:
        yield from _of_lines(source, Path("standard input"), columns, rows)
    elif isinstance(source, BufferedIOBase):
        yield from _of_file(Path(name_of(source)), columns, reading, rows)
    elif isinstance(source, str | Path):
        yield from _of_file(Path(source), columns, reading, rows)
    else:
        yield from cut(_in_memory(source, columns), columns, rows)


def whole_table(source: object, columns: tuple[Column, ...], reading: Reading) -> Table:
    """All rows at once, for what depends on their order; a table with its other columns too.

    Raises:
        DataError: as for :func:`tables`; or if there are no rows.
    """
    if isinstance(source, BufferedIOBase) and name_of(source) != STDIN:
        source = Path(name_of(source))
    if isinstance(source, str | Path) and not Path(source).is_dir():
        check_regular(Path(source))
        if (reading.format or known_format(Path(source))) in ("table", "series"):
            return read_rows(Path(source), replace(reading, format="table"))
    elif not isinstance(source, str | Path | BufferedIOBase):
        return _in_memory(source, columns)
    pieces = list(tables(source, columns, reading))
    if not pieces:
        raise DataError("no rows; expected some")
    return replace(
        pieces[0],
        columns={c.name: [v for p in pieces for v in p.columns[c.name]] for c in columns},
        lines=[line for piece in pieces for line in piece.lines],
    )


def _in_memory(source: object, columns: tuple[Column, ...]) -> Table:
    only = columns[0].name if len(columns) == 1 else None
    table = table_of(source, column=only)
    if only == WHOLE and TEXT in table.columns:
        return replace(table, columns={**table.columns, WHOLE: table.columns[TEXT]})
    return table


def _of_file(
    path: Path, columns: tuple[Column, ...], reading: Reading, rows: int
) -> Iterator[Table]:
    path = table_in(path) if path.is_dir() else path
    if not path.is_dir():
        check_regular(path)
    if len(columns) == 1 and columns[0].is_value(path):
        yield Table(path, {columns[0].name: [path.name]}, [1])
        return
    form = reading.format or known_format(path) or "lines"
    if form == "arrays":
        yield from cut(_test_arrays(path), columns, rows)
    elif form in WHOLES:
        named = replace(reading, format="table" if form == "series" else form)
        yield from cut(read_rows(path, named), columns, rows)
    else:
        yield from _of_lines(as_utf8(path), path, columns, rows)


def cut(whole: Table, columns: tuple[Column, ...], rows: int) -> Iterator[Table]:
    """The values of ``columns`` in tables of ``rows`` rows, in the one notation of the whole."""
    wanted = {column.name: column.values_in(whole) for column in columns}
    whole = replace(whole, columns=wanted)
    for first in range(0, len(whole), rows):
        yield whole[range(first, min(first + rows, len(whole)))]


def name_of(file: BufferedIOBase) -> str:
    """The path of an open file, or ``STDIN``."""
    return str(getattr(file, "name", STDIN))


def _of_lines(
    file: BufferedIOBase, path: Path, columns: tuple[Column, ...], rows: int
) -> Iterator[Table]:
    found: list[tuple[int, dict[str, Any]]] = []

    def table() -> Table:
        names = [name for column in columns for name in column.sources]
        values = {name: [row[name] for _, row in found] for name in names}
        return Table(path, values, [number for number, _ in found])

    try:
        for number, line in lines(file, path):
            try:
                row = _row(line, columns, f"{path}:{number}")
            except DataError as error:
                fault(number, str(error))
                continue
            found.append((number, row))
            if len(found) == rows:
                yield table()
                found = []
    except DataError:
        if found:
            yield table()
        raise
    if found:
        yield table()


def _row(line: str, columns: tuple[Column, ...], at: str) -> dict[str, Any]:
    if len(columns) == 1:
        try:
            return {columns[0].name: columns[0].parse_line(line)}
        except NotALine:
            pass
    names = [name for column in columns for name in column.sources]
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


def as_input(table: Table, columns: Iterable[Column], row: int) -> Any:
    """The x of a row as the table has it; of several columns, a dict."""
    values = {column.name: column.echo(table.column(column.name)[row]) for column in columns}
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
            number += 1
            fault(
                number,
                f"{at}: byte 0x{raw[error.start]:02X} is not UTF-8; expected UTF-8 text: convert "
                "it first, for instance with `iconv -f latin1 -t utf-8`",
            )
            continue
        for line in text.removesuffix("\n").removesuffix("\r").split("\r"):
            number += 1
            yield number, line


def answered(rows: Iterable[Table], answer: Callable[[Table], Sequence[T]]) -> Iterator[T]:
    """The answers for the rows of some tables, one after the other.

    If a row has no answer, the answers for the rows above it are given first.

    Raises:
        ValueError: at a row without an answer, with its file and line.
    """
    for table in rows:
        try:
            found = answer(table)
        except ValueError:
            for i in range(len(table)):
                yield from _answered_alone(table, i, answer)
            raise
        yield from found


def _answered_alone(table: Table, row: int, answer: Callable[[Table], Sequence[T]]) -> Sequence[T]:
    try:
        return answer(table[[row]])
    except DataError:  # already has the file and line
        raise
    except ValueError as error:
        raise ValueError(f"{table.at(row)}: {error}") from None


def warn_of_unknown(count: int) -> None:
    """Warn of the number of unknown symbols, if there are any."""
    if count:
        warnings.warn(
            f"{count:,} symbols are not in training; they count as one and the same unknown symbol",
            stacklevel=2,
        )
