"""Panels of small files, as tests of several series read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from throughtime.data import DataError, Reading
from throughtime.data.columns.panel import Panel
from throughtime.data.formats.tables import read_table
from throughtime.data.panel.reading import as_panel, is_panel, more


def read(path: Path, **options: Any) -> Panel:
    """The panel of a file."""
    reading = Reading(**options)
    return as_panel(read_table(path, reading), reading)


def later(path: Path, panel: Panel, **options: Any) -> Panel:
    """The panel of a later file."""
    reading = Reading(**options)
    return more(read_table(path, reading), panel, reading)


def said_to_be(path: Path, **options: Any) -> bool:
    """Whether a file is said to be of several series."""
    reading = Reading(**options)
    return is_panel(read_table(path, reading), reading)


def refused(path: Path, **options: Any) -> str:
    """Why a file is refused; without its folder."""
    with pytest.raises(DataError) as error:
        read(path, **options)
    return str(error.value).replace(f"{path.parent}/", "")


def table(head: str, *rows: str) -> str:
    """The text of a file."""
    return "\n".join([head, *rows]) + "\n"


def days(count: int, first: str = "2022-01-01") -> list[str]:
    """So many days, as texts."""
    return [str(day) for day in np.datetime64(first) + np.arange(count)]


def assert_same(one: Panel, other: Panel, rows: bool = True) -> None:
    """Two panels have the same series, notes aside."""
    for name in ("targets", "known", "past", "static", "step", "time", "labels"):
        assert getattr(one, name) == getattr(other, name)
    assert [s.name for s in one.series] == [s.name for s in other.series]
    for a, b in zip(one.series, other.series, strict=True):
        np.testing.assert_array_equal(a.times, b.times)
        np.testing.assert_array_equal(a.y, b.y)
        assert a.static == b.static
        assert a.x.keys() == b.x.keys()
        for name, values in a.x.items():
            np.testing.assert_array_equal(values, b.x[name])
        if rows:
            np.testing.assert_array_equal(a.rows, b.rows)
