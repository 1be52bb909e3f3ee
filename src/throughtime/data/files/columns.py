"""From a table's columns to pairs (x, y), and the model that suits them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from throughtime.data.dataset import Dataset, Examples
from throughtime.data.errors import DataError
from throughtime.data.files import conll, parts
from throughtime.data.files.fields import (
    Bits,
    Characters,
    Features,
    Field,
    Image,
    Label,
    Number,
    Numbers,
    Tags,
    guess,
    made,
)
from throughtime.data.files.folder import read_captions, table_in
from throughtime.data.files.reading import Reading
from throughtime.data.files.table import Table, read_table
from throughtime.data.text import Y_ALONE
from throughtime.lengths import EndOfSequence, Length, SameAsInput, Unending
from throughtime.outputs import Bernoulli, Categorical, Normal, Output
from throughtime.sequence import Sequence
from throughtime.wiring import (
    HIDDEN_TO_HIDDEN,
    SEQUENCE_TO_VECTOR,
    VECTOR_TO_SEQUENCE,
    Wiring,
)

Named = tuple[str, str | None]
"""A column, and the kind that it is said to have."""

DECIMAL = re.compile(r"\s*[-+]?\d+(,\d+)?\s*")
"""A number as it is written where the decimal sign is a comma."""

FEW = 0.2
"""The share of rows whose x and y differ in length below which these are mistakes."""

LONGEST = 2**28
"""Most numbers of a part, padding included: one endless row must not fill the memory."""


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
    inputs, target = _named(table, reading)
    _check_given(table, inputs, target, reading.split)
    divided = _divided(table, read, [name for name, _ in inputs] or [target[0]], seed, reading)
    return as_data(path, divided, inputs, target, reading.rare)


def as_data(
    path: Path, divided: dict[str, Table], inputs: list[Named], target: Named, rare: int = 1
) -> Dataset:
    """Tables, one a part, as pairs (x, y).

    Raises:
        DataError: with file and line, if a value is not what it should be.
    """
    train = divided["train"]
    of_x = [_field(train, name, kind, target=False) for name, kind in inputs]
    of_y = _field(train, *target, target=True)
    if of_x and isinstance(of_x[0], Image) and isinstance(of_y, Label) and target[1] is None:
        of_y = Characters(target[0])  # captions may repeat
    names, y_name = [name for name, _ in inputs], target[0]
    _check_together(path, of_x)
    fields = dict(zip([*names, y_name], [*of_x, of_y], strict=True))
    parsed = {
        part: {name: _parsed(rows, field) for name, field in fields.items()}
        for part, rows in divided.items()
    }
    for name, field in fields.items():
        try:
            field.fit(parsed["train"][name], rare)
        except DataError as error:
            raise DataError(f"{path}: column {name!r}: {error}") from None
    _check_rare(path, rare, list(fields.values()))
    splits = {}
    for part, rows in divided.items():
        columns = {
            name: _each(rows, name, field.encode, parsed[part][name])
            for name, field in fields.items()
        }
        x = _as_x(rows, columns, of_x) if of_x else None
        splits[part] = Examples(x=x, y=_as_y(rows, columns[y_name], of_y))
    wiring, length = _wiring(path, of_x, of_y, _aligned(divided, splits, of_x, of_y))
    said = [f"{field.name} as {_kind(field)}" for field in of_x]
    count = sum(map(len, divided.values()))
    description = f"{count:,} rows of {path}: {y_name} as {of_y.kind}"
    description += f", given {' and '.join(said)}" if said else ""
    return Dataset(
        name=path.absolute().stem,
        description=description + _notes(divided, names or [y_name], splits, of_x, of_y),
        splits=splits,
        wiring=wiring,
        output=_output(of_y),
        length=length,
        x_size=sum(field.size for field in of_x) or None,
        x_vocabulary=of_x[0].vocabulary if of_x and of_x[0].sequence else None,
        y_vocabulary=of_y.vocabulary,
        x_fields=tuple(of_x),
        y_field=of_y,
        picture_shape=of_x[0].shape if of_x and isinstance(of_x[0], Image) else None,
    )


def _kind(field: Field) -> str:
    if not isinstance(field, Image):
        return field.kind
    rows, columns = field.shape
    return f"{field.kind} ({columns} × {rows}, in grey)"


def x_of(table: Table, fields: Iterable[Field]) -> Sequence | Tensor:
    """The x of other rows, by fields that have learned before.

    Paths of pictures are from the folder of the rows on.

    Raises:
        DataError: with file and line, if a column or a value is not what it should be.
    """
    fields = list(fields)
    return _as_x(table, {field.name: _encoded(table, field) for field in fields}, fields)


def y_of(table: Table, field: Field) -> Sequence | Tensor:
    """The y of other rows, likewise."""
    return _as_y(table, _encoded(table, field), field)


def _parsed(table: Table, field: Field) -> list[Any]:
    if isinstance(field, Image):
        field.folder = table.path.parent
    return _each(table, field.name, field.parse)


def _encoded(table: Table, field: Field) -> list[Tensor]:
    return _each(table, field.name, field.encode, _parsed(table, field))


def _reader(path: Path, reading: Reading) -> Callable[[Path], Table]:
    if path.is_dir():
        return read_captions
    is_conll = conll.is_conll(path) if reading.format is None else reading.format == "conll"
    return conll.read_conll if is_conll else read_table


def _named(table: Table, reading: Reading) -> tuple[list[Named], Named]:
    """The columns of x, and that of y, each with the kind that it is said to have."""
    names = list(table.columns)
    free = [name for name in names if name != reading.split]
    if not free:
        raise DataError(f"{table.path}: no column but {reading.split!r}, which says the part")
    if reading.target is None and (reading.input is not None or len(free) > 2):
        raise DataError(
            f"{table.path}: which column is y is not said; give --target one of {', '.join(free)}"
        )
    target = _told(table, reading.target) if reading.target is not None else [(free[-1], None)]
    if len(target) != 1:
        raise DataError(f"{table.path}: y is one column; --target has {len(target)}")
    if reading.input is not None:
        inputs = _told(table, reading.input)
    elif reading.target is None and len(free) == 2:
        inputs = [(free[0], None)]
    else:
        inputs = []
    names = [name for name, _ in inputs]
    if twice := [name for i, name in enumerate(names) if name in names[:i]]:
        raise DataError(f"{table.path}: column {twice[0]!r} stands twice in --input")
    if target[0][0] in names:
        raise DataError(f"{table.path}: column {target[0][0]!r} is both --input and --target")
    return inputs, target[0]


def _told(table: Table, text: str) -> list[Named]:
    """Columns with commas between, each with or without its kind."""
    found = []
    for word in [text] if text in table.columns else text.split(","):
        name, kind = _split(word.strip(), table)
        table.column(name)
        found.append((name, kind))
    return found


def _split(word: str, table: Table) -> Named:
    """A column and its kind, which may have a colon in it, as the column's name may."""
    found = re.fullmatch(r"(.*):(|[^:\d][^:]*(?::\d+)?)", word)
    if word in table.columns or found is None:
        return word, None
    name, kind = found.groups()
    made(kind, name)  # refuses one that does not exist
    return name, kind


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


def _field(table: Table, name: str, kind: str | None, *, target: bool) -> Field:
    if kind is not None:
        return made(kind, name)
    values = [str(value) for value in table.column(name)]
    comma = next((value for value in values if "," in value), None)
    if comma is not None and all(DECIMAL.fullmatch(value) for value in values if value):
        raise DataError(
            f"{table.at(values.index(comma))}: column {name!r} has {comma!r}; numbers have a "
            f"decimal point: write it, or say what else the column is, as in {name}:characters"
        )
    return guess(table.column(name), target=target)(name)


def _each(
    table: Table, name: str, f: Callable[[Any], Any], values: list[Any] | None = None
) -> list[Any]:
    """``f`` of each value of a column; what is wrong with one is said with its line."""
    found = []
    for row, value in enumerate(table.column(name) if values is None else values):
        try:
            found.append(f(value))
        except DataError as error:
            raise DataError(f"{table.at(row)}: column {name!r}: {error}") from None
    return found


def _check_given(table: Table, inputs: list[Named], target: Named, split: str | None) -> None:
    others = [name for name in table.columns if name not in (target[0], split)]
    if inputs or not others:
        return
    of_y = _field(table, *target, target=True)
    if not of_y.sequence:
        raise DataError(
            f"{table.path}: column {of_y.name!r} as {of_y.kind} is one value for each row, and "
            f"what it follows from is not said; give --input one of {', '.join(others)}"
        )


def _check_together(path: Path, fields: list[Field]) -> None:
    if len(fields) > 1 and any(field.sequence or isinstance(field, Image) for field in fields):
        raise DataError(
            f"{path}: x is one sequence, one picture, or labels and numbers together; got "
            + ", ".join(f"{field.name} as {field.kind}" for field in fields)
        )


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


def _as_x(table: Table, columns: dict[str, list[Tensor]], fields: list[Field]) -> Sequence | Tensor:
    """A sequence; or labels and numbers, side by side in a vector."""
    if fields[0].sequence:
        return _sequences(table, columns[fields[0].name], fields[0].name)
    return torch.cat([_vectors(columns[field.name], field) for field in fields], -1)


def _as_y(table: Table, values: list[Tensor], field: Field) -> Sequence | Tensor:
    return _sequences(table, values, field.name) if field.sequence else torch.stack(values)


def _sequences(table: Table, values: list[Tensor], name: str) -> Sequence:
    lengths = [len(value) for value in values]
    if len(values) * max(lengths, default=0) > LONGEST:
        row = lengths.index(max(lengths))
        raise DataError(
            f"{table.at(row)}: column {name!r} has {lengths[row]:,} steps; padding {len(table):,} "
            f"rows to it takes more than {LONGEST:,}: cut the long ones"
        )
    return Sequence.from_list(values)


def _vectors(values: list[Tensor], field: Field) -> Tensor:
    stacked = torch.stack(values)
    return F.one_hot(stacked, field.size).float() if isinstance(field, Label) else stacked


def _wiring(
    path: Path, of_x: list[Field], of_y: Field, aligned: bool
) -> tuple[Wiring, Length | None]:
    from_sequence = bool(of_x) and of_x[0].sequence
    if isinstance(of_y, Image):
        raise DataError(f"{path}: y is a picture, which no output gives; make it --input")
    if isinstance(of_y, Features):
        raise DataError(
            f"{path}: column {of_y.name!r} as features is for --input; as tags it is a sequence y"
        )
    if not of_y.sequence:
        if not from_sequence:
            raise DataError(
                f"{path}: neither x nor y is a sequence, so there is nothing for a recurrent net; "
                "say which column is, for instance --input NAME:characters"
            )
        return SEQUENCE_TO_VECTOR, None
    ends: Length = EndOfSequence() if isinstance(_output(of_y), Categorical) else Unending()
    if not of_x:
        return Y_ALONE, ends
    if not from_sequence:
        return VECTOR_TO_SEQUENCE, ends
    return (HIDDEN_TO_HIDDEN, SameAsInput()) if aligned else (VECTOR_TO_SEQUENCE, ends)


def _aligned(
    divided: dict[str, Table], splits: dict[str, Examples], of_x: list[Field], of_y: Field
) -> bool:
    """Whether y has a value for each step of x. Where nearly all rows have, the others are wrong.

    Raises:
        DataError: with file and line, at the first row that has more or fewer.
    """
    if not isinstance(of_y, Tags | Numbers):
        return False
    first, differing, rows = "", 0, 0
    for part, examples in splits.items():
        if not (isinstance(examples.x, Sequence) and isinstance(examples.y, Sequence)):
            return False
        of_rows = (examples.x.lengths, examples.y.lengths)
        differ = (of_rows[0] != of_rows[1]).nonzero()[:, 0].tolist()
        differing, rows = differing + len(differ), rows + len(examples)
        if differ and not first:
            x, y = (int(lengths[differ[0]]) for lengths in of_rows)
            first = (
                f"{divided[part].at(differ[0])}: column {of_y.name!r} has {y} values, and column "
                f"{of_x[0].name!r} has {x}; expected as many, as nearly all other rows have"
                + (f"; as {of_y.name}:tokens it may have others" if isinstance(of_y, Tags) else "")
            )
    if first and differing < FEW * rows:
        raise DataError(first)
    return not first


def _output(of_y: Field) -> Output:
    if isinstance(of_y, Bits):
        return Bernoulli(of_y.size)
    return Normal(of_y.size) if isinstance(of_y, Number | Numbers) else Categorical(of_y.size)


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


def unknown(values: Sequence | Tensor, field: Field) -> list[int]:
    """How many symbols of each row are none that training has shown."""
    if not isinstance(values, Sequence) or field.vocabulary is None:
        return [0] * len(values)
    number = field.vocabulary.unknown
    if number is None:
        return [0] * len(values)
    return ((values.values == number) & values.mask).sum(-1).tolist()
