"""From a table's columns to pairs (x, y), and the model that suits them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from throughtime.data.columns import Features, Field, Image
from throughtime.data.dataset import Dataset, Examples
from throughtime.data.errors import DataError
from throughtime.data.formats import conll, parts
from throughtime.data.formats.encoding import as_x, as_y, each, parsed, unknown
from throughtime.data.formats.folder import read_captions, table_in
from throughtime.data.formats.reading import Reading
from throughtime.data.formats.roles import Named, kinds_of, roles
from throughtime.data.formats.table import Table, read_table
from throughtime.data.formats.task import aligned, output_of, wiring_of


def read_columns(path: Path, seed: int, reading: Reading) -> Dataset:
    """A table or a CoNLL-style file as pairs (x, y): which column is which is told, or guessed.

    What x and y are decides the wiring: a sequence and one value of it (2.3), two sequences of the
    same lengths (2.1), a vector and a sequence (2.4), two sequences of different lengths (an
    encoder and a decoder), or a sequence alone.

    Raises:
        DataError: with file and line, if a column or a value is not what it should be.
    """

    def read(file: Path) -> Table:
        file = table_in(file) if file.is_dir() else file
        return _reader(file, reading)(file)

    table = read(path)
    inputs, target = roles(table, reading)
    divided = _divided(table, read, [name for name, _ in inputs] or [target[0]], seed, reading)
    return as_data(path, divided, inputs, target, reading.rare)


def as_data(
    path: Path, divided: dict[str, Table], inputs: list[Named], target: Named, rare: int = 1
) -> Dataset:
    """Tables, one a part, as pairs (x, y).

    Raises:
        DataError: with file and line, if a value is not what it should be.
    """
    of_x, of_y = kinds_of(divided["train"], inputs, target)
    names, y_name = [name for name, _ in inputs], target[0]
    fields = dict(zip([*names, y_name], [*of_x, of_y], strict=True))
    said = {
        part: {name: parsed(rows, field) for name, field in fields.items()}
        for part, rows in divided.items()
    }
    for name, field in fields.items():
        try:
            field.fit(said["train"][name], rare)
        except DataError as error:
            raise DataError(f"{path}: column {name!r}: {error}") from None
    _check_rare(path, rare, list(fields.values()))
    splits = {}
    for part, rows in divided.items():
        columns = {
            name: each(rows, name, field.encode, said[part][name]) for name, field in fields.items()
        }
        x = as_x(rows, columns, of_x) if of_x else None
        splits[part] = Examples(x=x, y=as_y(rows, columns[y_name], of_y))
    wiring, length = wiring_of(path, of_x, of_y, aligned(divided, splits, of_x, of_y))
    given = " and ".join(f"{field.name} as {_kind(field)}" for field in of_x)
    count = sum(map(len, divided.values()))
    description = f"{count:,} rows of {path}: {y_name} as {of_y.kind}"
    description += f", given {given}" if given else ""
    return Dataset(
        name=path.absolute().stem,
        description=description + _notes(divided, names or [y_name], splits, of_x, of_y),
        splits=splits,
        wiring=wiring,
        output=output_of(of_y),
        length=length,
        x_size=sum(field.size for field in of_x) or None,
        x_vocabulary=of_x[0].vocabulary if of_x and of_x[0].sequence else None,
        y_vocabulary=of_y.vocabulary,
        x_fields=tuple(of_x),
        y_field=of_y,
        picture_shape=of_x[0].shape if of_x and isinstance(of_x[0], Image) else None,
    )


def _reader(path: Path, reading: Reading) -> Callable[[Path], Table]:
    if path.is_dir():
        return read_captions
    is_conll = conll.is_conll(path) if reading.format is None else reading.format == "conll"
    return conll.read_conll if is_conll else read_table


def _divided(
    table: Table, read: Callable[[Path], Table], key: list[str], seed: int, reading: Reading
) -> dict[str, Table]:
    if reading.split is not None:
        if reading.own:
            raise DataError(
                "--split and files of their own for --valid and --test exclude each other"
            )
        return parts.by_column(table, reading.split)
    if not reading.own:
        return parts.by_seed(table, key, seed)
    own = {part: read(file) for part, file in reading.own.items()}
    return parts.by_files(table, own.get("valid"), own.get("test"), key, seed)


def _check_rare(path: Path, rare: int, fields: list[Field]) -> None:
    if rare > 1 and not any(
        isinstance(field, Features)
        or (field.vocabulary is not None and field.vocabulary.unknown is not None)
        for field in fields
    ):
        raise DataError(
            f"{path}: --rare is {rare}, but no column has symbols that could be unknown ("
            + ", ".join(f"{field.name} as {field.kind}" for field in fields)
            + "): leave it out"
        )


def _kind(field: Field) -> str:
    if not isinstance(field, Image):
        return field.kind
    rows, columns = field.shape
    return f"{field.kind} ({columns} × {rows}, in grey)"


def _notes(
    divided: dict[str, Table],
    key: list[str],
    splits: dict[str, Examples],
    of_x: list[Field],
    of_y: Field,
) -> str:
    """What a reader of the numbers should know: rows in two parts, and symbols never seen."""
    notes = ""
    if shared := parts.leaks(divided, key):
        notes += f"; {shared:,} held-out rows are also in training"
    unseen = sum(sum(unknown(s.x, of_x[0])) for s in splits.values() if of_x and s.x is not None)
    unseen += sum(sum(unknown(s.y, of_y)) for s in splits.values())
    return notes + (f"; {unseen:,} symbols are unknown" if unseen else "")
