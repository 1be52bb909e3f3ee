"""Numbers in the order of time: a column of a table is a series."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import torch

from throughtime.data.dataset import Dataset, Examples
from throughtime.data.errors import DataError
from throughtime.data.files.fields import Scale
from throughtime.data.files.reading import Reading
from throughtime.data.files.table import Table, number, read_table
from throughtime.data.splitting import PARTS
from throughtime.data.text import Y_ALONE
from throughtime.lengths import Unending
from throughtime.outputs import Normal
from throughtime.sequence import Sequence

FEWEST = 30
"""Values of a series of which a part can be held out."""


def is_series(table: Table, reading: Reading) -> bool:
    """Whether a table is one: nothing is an input, and what is the target has numbers alone."""
    if reading.input is not None or reading.split is not None:
        return False
    target = reading.target or ""
    if target not in table.columns and target.removesuffix(":number").count(":"):
        return False  # it is said to be something else
    columns = _columns(table, reading)
    return bool(columns) and all(
        number(value) is not None or _is_missing(value)
        for name in columns
        for value in table.column(name)
    )


def read_series(path: Path, reading: Reading) -> Dataset:
    """The columns of a table as one long row of vectors, the rows in the order of time.

    The first 80 % are for training, and 10 % each for validation and test: what comes later is
    not known earlier. Values are in units of training's deviation from training's mean.

    Raises:
        DataError: with file and line, if a value is no number.
    """
    table = read_table(path)
    if refused := [name for name in ("input", "split", "valid", "test")
                   if getattr(reading, name) is not None]:  # fmt: skip
        raise DataError(
            f"--{refused[0]}: a series is cut by time, and what comes before is its only input"
        )
    names = _columns(table, reading)
    if not names:
        raise DataError(
            f"{path}: no column has numbers alone; expected a series. The columns are: "
            + ", ".join(table.columns)
        )
    if len(table) < FEWEST:
        raise DataError(f"{path}: {len(table)} values; expected at least {FEWEST}")
    values = torch.tensor([_numbers(table, name) for name in names], dtype=torch.float64).T
    train = values[: len(values) * 8 // 10]
    try:
        values = Scale.of(train)(values)
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    cuts = [0, len(train), len(values) * 9 // 10, len(values)]
    pieces = (values[a:b][None] for a, b in pairwise(cuts))
    return Dataset(
        name=path.stem,
        description=f"{', '.join(names)} of {path}, {len(values):,} steps in the order of the "
        "file, in units of training's deviation",
        splits={
            part: Examples(x=None, y=Sequence(piece))
            for part, piece in zip(PARTS, pieces, strict=True)
        },
        wiring=Y_ALONE,
        output=Normal(len(names)),
        length=Unending(),
        running=True,
    )


def _columns(table: Table, reading: Reading) -> list[str]:
    """Those that are told; or all of numbers, but for a first one that only counts the time."""
    if reading.target is not None:
        told = [reading.target] if reading.target in table.columns else reading.target.split(",")
        names = [name.strip().removesuffix(":number") for name in told]
        for name in names:
            table.column(name)
        return names
    names = [
        name
        for name, values in table.columns.items()
        if any(number(value) is not None for value in values)
        and all(number(value) is not None or _is_missing(value) for value in values)
    ]
    first = [number(value) for value in table.columns[names[0]]] if len(names) > 1 else []
    counts = all(a is not None and b is not None and a < b for a, b in pairwise(first))
    return names[1:] if len(names) > 1 and counts else names


def _is_missing(value: object) -> bool:
    """What a file says where a number is missing."""
    return value is None or str(value).strip().lower() in ("", "nan", "na", "null", "inf", "-inf")


def _numbers(table: Table, name: str) -> list[float]:
    found = []
    for row, value in enumerate(table.column(name)):
        now = number(value)
        if now is None:
            raise DataError(
                f"{table.at(row)}: column {name!r} has {str(value)!r}; expected a finite number: "
                "fill in what is missing, or leave the column out by --target"
            )
        found.append(now)
    return found
