"""Time series: numeric columns of a table, with the rows in the order of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from throughtime.data.batching import consecutive
from throughtime.data.columns import Numbers, Scale
from throughtime.data.dataset import Dataset
from throughtime.data.errors import DataError
from throughtime.data.formats.tables import read_table
from throughtime.data.numbers.number import all_numbers, number
from throughtime.data.reading import OF_PICTURES, Reading
from throughtime.data.schema import Schema
from throughtime.data.series.calendar import Clocks, is_time, joined
from throughtime.data.series.class_column import check_no_class
from throughtime.data.series.clocks import is_time_of_day, times
from throughtime.data.series.counters import check_no_counter, said_of_falling
from throughtime.data.series.modelled import has_numbers, names_of, targets_in, values_in
from throughtime.data.series.time_parts import by_time, cut_by
from throughtime.data.storage.flat import Flat, Spool, spooled
from throughtime.data.table.missing import missing_marks
from throughtime.data.table.table import Table
from throughtime.data.table.times_as_values import hardly_repeats
from throughtime.data.times.times import like_unix
from throughtime.sequence import Sequence


def is_series(table: Table, reading: Reading) -> bool:
    """Whether a table is a time series: it has no input, and its targets are numbers.

    If no target is given, every column must be numbers or times, or ``--split`` must name a point
    in time.

    Raises:
        DataError: if that cannot be known, with the ways of reading the table.

    Args:
        table: the rows.
        reading: how the file is read, of which ``input``, ``target`` and ``split`` matter here.

    Example:
        >>> rows = {"year": [str(1950 + i) for i in range(50)], "x": ["0.5", "1.5"] * 25}
        >>> is_series(Table(Path("a.csv"), rows, range(2, 52)), Reading())
        True
    """
    if reading.input is not None:
        return False
    check_no_class(table, reading)
    if reading.target is not None:
        given = names_of(table, reading.target)
        if any(name not in table.columns and ":" in name for name in given):
            return False  # another kind is given
        names, table = _columns(table, reading), table.spread()
        return all(has_numbers(table, name) for name in names) and not any(
            _is_free_text(table, name) for name in table.columns if name not in names
        )
    by, point = cut_by(table, reading.split) if reading.split is not None else (None, None)
    if by in table.columns and point is not None:
        return True
    some = table.spread()
    names = [name for name in table.columns if name != by]
    others = [n for n in names if not has_numbers(some, n) and not is_time(some, n)]
    dated = [n for n in names if times(some, n) is not None]
    texts = [n for n in others if n not in dated]
    if len(names) == 2 and dated and texts:
        raise DataError(
            f"{table.at(0)}: column {texts[0]!r} has {str(table.column(texts[0])[0])!r}, which is "
            f"no number, beside the times of {dated[0]!r}; expected a series of numbers, such as 1 "
            f"and 0 for yes and no, or options: --target {texts[0]} alone is a model of its texts"
        )
    return all(is_time_of_day(some, n) for n in texts) and bool(_columns(table, reading))


def as_series(table: Table, reading: Reading, name: str) -> Dataset:
    """The numeric columns of a table as one long row of vectors, in the order of time.

    The parts follow each other, see :func:`~throughtime.data.series.time_parts.by_time`. Values
    are standardised by the mean and standard deviation of training.

    Raises:
        DataError: with file and line, if a value is not a number, or a column may be a time.

    Args:
        table: the rows.
        reading: how the file is read.
        name: the name of the data.

    Example:
        >>> rows = {"year": [str(1950 + i) for i in range(50)], "x": ["0.5", "1.5"] * 25}
        >>> data = as_series(Table(Path("a.csv"), rows, range(2, 52)), Reading(), "a")
        >>> data.splits["train"].y.lengths, data.schema.y.name
        (tensor([40]), 'x')
    """
    path = table.path
    if reading.input is not None:
        raise DataError("--input: a series has no input but its own past; leave it out")
    if told := [name for name in OF_PICTURES if name in reading.told()]:
        raise DataError(f"--{told[0]}: {path} is a series, which has no pictures; leave it out")
    if not (names := _columns(table, reading)):
        raise DataError(
            f"{path}: no column is numeric; expected a series. The columns are: "
            + ", ".join(table.columns)
        )
    undated = all(times(table.spread(), n) is None for n in table.columns if n not in names)
    if reading.target is None:
        _check_no_unix(table, names)
    else:
        _check_no_kind(table, reading.target)
    notes = [*_notations(table, names), *missing_marks(table.spread(), names)]
    table = table.with_numbers(names)  # as a whole: a part may not show how numbers are written

    def read(file: Path) -> Table:
        return replace(read_table(file, reading), decimal=table.decimal).with_numbers(names)

    told = names if reading.target is not None else []
    parts, when, said = by_time(table, read, reading, told)
    if reading.target is None:
        names = [name for name in names if name not in when]
    if not names:
        raise DataError(
            f"{path}: column {when[0]!r} is the time, and no other is numeric; expected a value "
            f"to model: --target {when[0]} models it"
        )
    if undated:
        if reading.target is None:
            check_no_counter(table, names)
        notes.extend(said_of_falling(table, names))
    understood = tuple(_understood(table, names))
    column = Numbers(",".join(names))
    try:
        scaled = _scaled(parts, names, column)
    except DataError as error:
        files = tuple(f"{rows.path}:" for rows in parts.values())
        raise error if str(error).startswith(files) else DataError(f"{path}: {error}") from None
    return Dataset(
        name=name,
        description=f"{', '.join(names)} of {path}, {sum(map(len, parts.values())):,} steps in the "
        "order of the file, in units of training's deviation"
        + _left_out(table, names, reading)
        + "".join(f"; {note}" for note in (*table.notes, *notes, *said)),
        splits=consecutive(scaled, reading.part_files),
        schema=Schema((), column, running=True),
        understood=understood,
        seen=table.seen,
    )


def _columns(table: Table, reading: Reading) -> list[str]:
    """The targets that are given; or all numeric columns except times and ids."""
    return values_in(table) if reading.target is None else targets_in(table, reading.target)


def _check_no_kind(table: Table, target: str) -> None:
    """Refuse values of another kind than numbers, which only series with times may have."""
    for name, plain in zip(target.split(","), names_of(table, target), strict=False):
        kind = name.strip().removeprefix(plain).lstrip(":")
        if kind not in ("", "number"):
            raise DataError(
                f"--target {target}: the rows of {table.path} are taken in their order, without "
                f"times, and their values as numbers; expected {plain}, or times by --time NAME"
            )


def _check_no_unix(table: Table, names: list[str]) -> None:
    """Refuse a column that may be seconds since 1970, if it would be modelled beside another."""
    for name in names if len(names) > 1 else ():
        if (found := like_unix(table.spread().column(name))) is not None:
            others = ",".join(other for other in names if other != name)
            raise DataError(
                f"{table.at(0)}: column {name!r} has {table.column(name)[0]}, which may be a time, "
                f"{found[0].item()}, or a value; give --target {others}, or --target "
                f"{','.join(names)} to model it too"
            )


def _is_free_text(table: Table, name: str) -> bool:
    """Whether a column is texts that hardly repeat, of which a target may be the label."""
    values = table.column(name)
    if is_time(table, name) or has_numbers(table, name) or times(table, name) is not None:
        return False
    return all(isinstance(v, str) for v in values) and hardly_repeats(values)


def _notations(table: Table, names: list[str]) -> list[str]:
    """How numbers are written that are not plain ones."""
    return [f"{name}: {note}" for name in names if (note := table.numbers(name).note)]


def _understood(table: Table, names: list[str]) -> Iterator[str]:
    """The values of a series and its times, as they were understood."""
    first, some = table[range(3)], table.spread()
    for name in names:
        values = _values_of(first, name)[:, 0].tolist()
        yield f"y: {name} as numbers: {', '.join(f'{v:g}' for v in values)}, …"
    for columns, found in _clocks(some, names).items():
        of = " and ".join(columns)
        yield f"time: {of} from {_at(found[0].item())} to {_at(found[-1].item())}"


def _clocks(table: Table, names: list[str]) -> Clocks:
    """The times that are in the columns which are not modelled."""
    others = [name for name in table.columns if name not in names]
    clocks: Clocks = {(n,): found for n in others if (found := times(table, n)) is not None}
    return joined(table, others, clocks)


def _at(time: object) -> str:
    return f"{time:g}" if isinstance(time, float) else str(time)


def _left_out(table: Table, names: list[str], reading: Reading) -> str:
    """A note on the columns that are not modelled."""
    left = ", ".join(name for name in table.columns if name not in names)
    hint = " (--target says what is modelled)" if reading.target is None else ""
    return f"; left out: {left}{hint}" if left else ""


BLOCK = 2**20
"""So many rows are standardised at once. A part that has more is kept in a temporary file."""


def _scaled(parts: dict[str, Table], names: list[str], column: Numbers) -> dict[str, Sequence]:
    """The standardised values of each part, as one row ``(1, T, size)``; the column gets their
    scale."""
    scales = [Scale.of(_values_of(parts["train"], name)) for name in names]
    mean, unit = (torch.cat([getattr(s, what) for s in scales]) for what in ("mean", "unit"))
    column.measure(Scale(mean, unit))
    found = {}
    for part, rows in parts.items():
        blocks = _blocks(rows, names, scales)
        few = len(rows) <= BLOCK
        found[part] = Sequence(next(blocks)[None]) if few else _stored(blocks, len(names))
    return found


def _blocks(table: Table, names: list[str], scales: list[Scale]) -> Iterator[Tensor]:
    """The standardised values of some rows at a time, each ``(n, size)``."""
    for at in range(0, len(table), BLOCK):
        some = table[range(at, min(at + BLOCK, len(table)))]
        columns = zip(names, scales, strict=True)
        yield torch.cat([scale(_values_of(some, name)) for name, scale in columns], -1)


def _stored(blocks: Iterable[Tensor], size: int) -> Flat:
    """Consecutive values ``(n, size)`` as one row in a temporary file."""
    flat, lengths = Spool(np.float32), Spool(np.int64)
    for block in blocks:
        flat.write(block.numpy().reshape(-1))
    lengths.write(np.array([len(flat) // size]))
    return spooled(flat, lengths, (size,))


def _values_of(table: Table, name: str) -> Tensor:
    """A column as ``(rows, 1)``.

    Raises:
        DataError: with file and line, if a value is not a number.
    """
    values = table.column(name)
    if (found := all_numbers(values)) is None:
        values = table.plain_numbers(name)
        found = all_numbers(values)
    if found is not None:
        return torch.from_numpy(found)[:, None]
    row, value = next((row, v) for row, v in enumerate(values) if number(v) is None)
    what = "no value (null or NaN)" if value is None else repr(str(value))
    raise DataError(
        f"{table.at(row)}: column {name!r} has {what}; expected a finite number: "
        "fill in what is missing, or leave the column out by --target"
    )
