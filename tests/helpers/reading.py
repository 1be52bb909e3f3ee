"""What a file was understood as: its rows as the file would have them, or why it is refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from throughtime.data import DataError, Dataset, Reading, load
from throughtime.data.columns import Column
from throughtime.data.columns.measured import Measured
from throughtime.sequence import Sequence


def file(name: str, *lines: str, end: str = "\n") -> str:
    """Write a file of these lines, and return its name."""
    Path(name).write_text("".join(line + end for line in lines), encoding="utf-8", newline="")
    return name


def read(name: str, **options: Any) -> Dataset:
    """The file as ``train`` reads it with these options."""
    return load(name, reading=Reading(**options))


def refusal(name: str, **options: Any) -> str:
    """The one line that refuses the file."""
    with pytest.raises(DataError) as refused:
        read(name, **options)
    line = str(refused.value)
    assert "\n" not in line
    return line


def rows(data: Dataset, part: str) -> list[tuple[Any, Any]]:
    """The rows (x, y) of a part as the file would have them; x is None without one."""
    examples, schema = data.splits[part], data.schema
    xs = [None] * len(examples) if examples.x is None else _decoded(schema.x, examples.x)
    return list(zip(xs, _decoded((schema.y,), examples.y), strict=True))


def pairs(data: Dataset) -> list[tuple[Any, Any]]:
    """The rows of all parts, sorted."""
    return sorted((row for part in data.splits for row in rows(data, part)), key=repr)


def kinds(data: Dataset) -> tuple[str, ...]:
    """The columns of x and then that of y, each with its kind."""
    return tuple(f"{c.name}:{c.kind}" for c in (*data.schema.x, data.schema.y))


def steps(data: Dataset) -> Tensor:
    """A series ``(T, size)`` in the units of its file: the parts one after the other."""
    if isinstance(column := data.schema.y, Measured):
        y = data.splits["test"].y  # which begins with all that came before
        assert isinstance(y, Sequence)
        assert column.panel is not None
        found = column.back(column.panel.series[0], y.values.nan_to_num())  # 0 is what was usual
        return torch.from_numpy(found[0]).where(~y.values[0].isnan(), torch.nan)
    assert data.schema.running
    parts = [data.splits[name].y for name in ("train", "valid", "test")]
    values = torch.cat([part.values[0] for part in parts if isinstance(part, Sequence)])
    return torch.tensor(data.schema.y.decode(values), dtype=torch.float64).view(len(values), -1)


def lengths(data: Dataset) -> list[int]:
    """How many steps of a series each part has."""
    parts = [data.splits[name] for name in ("train", "valid", "test")]
    begins = [0 if part.start is None else int(part.start[0]) for part in parts]
    return [int(p.y.lengths[0]) - at for p, at in zip(parts, begins, strict=True)]


def is_the_series(data: Dataset, expected: Iterable[float], digits: int = 3) -> None:
    """Assert that a series of one value has these steps, in this order, to so many digits; NaN
    where one is missing."""
    values = torch.tensor(list(expected), dtype=torch.float64)
    assert steps(data).shape == (len(values), 1)
    torch.testing.assert_close(
        steps(data)[:, 0], values, rtol=0, atol=0.4 * 10**-digits, equal_nan=True
    )


def days(count: int = 60, step: timedelta = timedelta(days=1)) -> list[datetime]:
    """Times from the first of March 2021 on."""
    return [datetime(2021, 3, 1) + i * step for i in range(count)]


def _decoded(columns: tuple[Column, ...], values: Sequence | Tensor) -> list[Any]:
    assert len(columns) == 1
    rows = values.to_list() if isinstance(values, Sequence) else values
    return [columns[0].decode(row) for row in rows]
