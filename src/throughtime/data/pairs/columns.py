"""From the columns of a table to a data set of pairs (x, y)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from throughtime.data.columns import Column
from throughtime.data.dataset import Dataset
from throughtime.data.errors import DataError
from throughtime.data.examples import Examples
from throughtime.data.files.opening import stem_of
from throughtime.data.formats.folder import table_in
from throughtime.data.formats.guess import read_rows
from throughtime.data.pairs import parts
from throughtime.data.pairs.alignment import check_alignment
from throughtime.data.pairs.encoding import parsed, unknown_in, x_of, y_of
from throughtime.data.pairs.roles import kinds_of, roles
from throughtime.data.pairs.understood import understood
from throughtime.data.reading import AS_IT_IS, OF_PICTURES, Reading
from throughtime.data.schema import Schema
from throughtime.data.storage.stored import pieces_of
from throughtime.data.table.equal import groups_of, written
from throughtime.data.table.missing import missing_marks
from throughtime.data.table.table import Table
from throughtime.data.vocabularies.absent import absent_labels, in_words


def read_columns(path: Path, seed: int, reading: Reading, table: Table | None = None) -> Dataset:
    """A table or a CoNLL-style file as pairs (x, y), by the columns that are given or guessed.

    Args:
        path: the file.
        seed: decides the division into parts.
        reading: how the file is read.
        table: its rows, if they have been read.

    Raises:
        DataError: with file and line, if a column is missing or a value is not of its kind.
    """

    def read(file: Path) -> Table:
        file = table_in(file) if file.is_dir() else file
        return read_rows(file, reading)

    rows = read(path) if table is None else table
    return of_table(rows, read, stem_of(path.absolute()), seed, reading)


def of_table(
    table: Table, read: Callable[[Path], Table], name: str, seed: int, reading: Reading
) -> Dataset:
    """A table as pairs (x, y).

    Args:
        table: the rows.
        read: reads a separate file for validation or test.
        name: the name of the data.
        seed: decides the division into parts.
        reading: how the file is read.

    Raises:
        DataError: with file and line, if a column is missing or a value is not of its kind.

    Example:
        >>> from throughtime.data.formats.memory import table_of
        >>> rows = [{"word": "ab" * (1 + i % 20), "long": "ny"[i % 20 > 9]} for i in range(40)]
        >>> reading = Reading(target="long", input="word:characters")
        >>> of_table(table_of(rows), lambda path: table_of(rows), "rows", 0, reading)
        Dataset('rows': train 32, valid 4, test 4)
    """
    few = table.spread()
    inputs, target = roles(few, reading)
    of_x, of_y = kinds_of(few, inputs, target)
    numbers = [column.name for column in (*of_x, of_y) if column.kind == "number"]
    written_as = [f"{n}: {note}" for n in numbers if (note := table.numbers(n).note)]
    said = (*table.notes, *written_as, *missing_marks(few, numbers))
    table = table.with_numbers(numbers)
    key = [name for name, _ in inputs] or [target[0]]
    used = [name for column in (*of_x, of_y) for name in column.sources]
    divided, moved = _divided(
        table, read, key, used, numbers, labels_of(table, of_y), seed, reading
    )
    guessed = {name for name, kind in (*inputs, target) if kind is None}
    data = as_data(table.path, name, divided, of_x, of_y, guessed, reading)
    description = data.description + "".join(f"; {note}" for note in said)
    data = replace(data, seen=table.seen, description=description)
    if not moved:
        return data
    note = (
        f"; stratified: {moved:,} rows changed places, so that rare classes are in training and, "
        "if they can be, in each part"
    )
    return replace(data, description=data.description + note)


def as_data(
    path: Path,
    name: str,
    divided: dict[str, Table],
    of_x: tuple[Column, ...],
    of_y: Column,
    guessed: set[str],
    reading: Reading = AS_IT_IS,
) -> Dataset:
    """Tables, one for each part, as pairs (x, y).

    Args:
        path: the file.
        name: the name of the data.
        divided: the parts.
        of_x: the columns of x, which learn from training.
        of_y: the column of y.
        guessed: the names of the columns whose kind was guessed.
        reading: how the file is read.

    Raises:
        DataError: with file and line, if a value is not of its column's kind.
    """
    columns = (*of_x, of_y)
    _tell(path, reading, columns)
    values = {
        part: {column.name: parsed(rows, column) for column in columns}
        for part, rows in divided.items()
    }
    for column in columns:
        try:
            column.fit(values["train"][column.name], reading.rare)
        except DataError as error:
            raise DataError(f"{path}: column {column.name!r}: {error}") from None
    _check_rare(path, reading.rare, columns)
    try:
        schema = Schema(of_x, of_y)
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    splits = {}
    for part, rows in divided.items():
        known = values[part]
        x = x_of(rows, of_x, known) if of_x else None
        splits[part] = Examples(x=x, y=y_of(rows, of_y, known))
        if part != "train":  # what is measured on
            texts = written(of_y, values[part][of_y.name])
            splits[part] = replace(splits[part], groups=groups_of(rows, of_x), written=texts)
    check_alignment(divided, splits, schema)
    count = sum(map(len, divided.values()))
    description = f"{count:,} rows of {path}: {of_y.name} as {of_y.kind}"
    if of_x:
        description += f", given {' and '.join(f'{c.name} as {c.describe()}' for c in of_x)}"
    key = [column.name for column in of_x] or [of_y.name]
    description += _notes(divided, key, splits, schema)
    lines = understood(divided["train"], of_x, of_y, guessed)
    return Dataset(name, description, splits, schema, understood=tuple(lines))


def labels_of(table: Table, y: Column) -> parts.Labels | None:
    """The labels of each row: one, or its tags; None if y is no label.

    Raises:
        DataError: with file and line, if a value is no label.

    Example:
        >>> from throughtime.data.columns import Tags
        >>> table = Table(Path("a.csv"), {"y": ["N V", "V"]}, [2, 3])
        >>> labels = labels_of(table, Tags("y"))
        >>> labels.classes.tolist(), labels.counts.tolist()
        ([0, 1, 1], [2, 1])
    """
    if not y.closed:
        return None
    numbers: dict[str, int] = {}
    classes, counts = [], []
    for piece in pieces_of(parsed(table, y)):
        rows = [[value] if isinstance(value, str) else value for value in piece]
        counts.append(np.array([*map(len, rows)], np.int32))
        classes.append(
            np.array(
                [numbers.setdefault(label, len(numbers)) for row in rows for label in row],
                np.int32,
            )
        )
    return parts.Labels(np.concatenate(classes), np.concatenate(counts))


def _divided(
    table: Table,
    read: Callable[[Path], Table],
    key: list[str],
    used: list[str],
    numbers: list[str],
    labels: parts.Labels | None,
    seed: int,
    reading: Reading,
) -> parts.Divided:
    reading.check_one_division()
    if reading.split is not None:
        return parts.by_column(table, reading.split), 0
    separate = {
        part: replace(read(file), decimal=table.decimal).with_numbers(numbers)
        for part, file in reading.part_files.items()
    }
    return parts.drawn(table, separate, key, used, seed, labels)


def _tell(path: Path, reading: Reading, columns: tuple[Column, ...]) -> None:
    """Give the columns the options of reading that concern their kinds alone."""
    taken = {name for column in columns for name in column.takes}
    if left := [name for name in OF_PICTURES if name in reading.told() and name not in taken]:
        raise DataError(
            f"{path}: --{left[0]} is for pictures, and no column has any ("
            + ", ".join(f"{column.name} as {column.kind}" for column in columns)
            + "): leave it out, or say which has, as in --input NAME:image"
        )
    for column in columns:
        column.read_by(reading)


def _check_rare(path: Path, rare: int, columns: tuple[Column, ...]) -> None:
    if rare > 1 and not any(column.takes_rare for column in columns):
        raise DataError(
            f"{path}: --rare is {rare}, but no column has an unknown symbol ("
            + ", ".join(f"{column.name} as {column.kind}" for column in columns)
            + "): leave it out"
        )


def _notes(
    divided: dict[str, Table], key: list[str], splits: dict[str, Examples], schema: Schema
) -> str:
    """Notes on the data: how many rows are in two parts, and how many symbols are unknown."""
    notes = ""
    if shared := parts.leaks(divided, key):
        notes += f"; {shared:,} held-out rows are also in training"
    x, y = schema.x, schema.y
    unseen = sum(unknown_in(s.x, x[0]) for s in splits.values() if x and s.x is not None)
    unseen += sum(unknown_in(s.y, y) for s in splits.values())
    notes += f"; {unseen:,} symbols are unknown" if unseen else ""
    for part, examples in splits.items():
        if labels := absent_labels(examples.y):
            notes += f"; in {part}, {in_words(labels)}"
    return notes
