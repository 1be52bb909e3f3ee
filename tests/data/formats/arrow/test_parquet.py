"""Parquet's kinds of values become those that a text file would have, and bombs stay small."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from tests.helpers.reading import is_the_series
from throughtime.data import DataError, load
from throughtime.data.formats.arrow import parquet as reader
from throughtime.data.formats.arrow import row_groups as row_groups_of_arrow
from throughtime.data.formats.arrow.parquet import read_parquet, row_groups
from throughtime.data.formats.arrow.values import table_of_batches
from throughtime.data.formats.tables import read_table
from throughtime.data.table.table import Table


def written(path: Path, **columns: object) -> Path:
    parquet.write_table(pyarrow.table(columns), path)
    return path


def test_kinds(tmp_path: Path) -> None:
    noon = datetime(2020, 1, 31, 12)
    path = written(
        tmp_path / "a.parquet",
        price=pyarrow.array([Decimal("10.25"), None]),
        ns=pyarrow.array([noon, noon], pyarrow.timestamp("ns")),
        day=pyarrow.array([date(2020, 1, 31)] * 2),
        ok=[True, False],
        text=["a", "a"],
        vectors=[[[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0]]],
    )
    assert read_table(path).columns == {
        "price": [10.25, None],
        "ns": ["2020-01-31T12:00:00"] * 2,
        "day": ["2020-01-31"] * 2,
        "ok": [True, False],
        "text": ["a", "a"],
        "vectors": [[[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0]]],
    }


def test_times_in_nanoseconds_order_a_series(tmp_path: Path) -> None:
    days = [datetime(2020, 1, 1 + i // 24 % 28, i % 24) for i in range(120)]
    times = pyarrow.array(days, pyarrow.timestamp("ns"))
    values = [float(i % 7) for i in range(120)]
    is_the_series(load(written(tmp_path / "a.parquet", time=times, v=values)), values)
    newest_first = load(written(tmp_path / "a.parquet", time=times[::-1], v=values))
    is_the_series(newest_first, values[::-1])


def test_a_table_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    text = "x" * 2**20
    path = tmp_path / "a.parquet"
    values = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 1000), pyarrow.array([text]))
    parquet.write_table(pyarrow.table({"a": values}), path, compression="zstd", use_dictionary=True)
    assert path.stat().st_size < 2**16
    with pytest.raises(DataError, match="1,048,576,000 bytes or more of values"):
        read_table(path)


def test_a_table_is_not_wider_than_it_can_be(tmp_path: Path) -> None:
    columns = {str(i): [1.5] for i in range(10_001)}
    with pytest.raises(DataError, match="10,001 columns; expected at most 10,000"):
        read_table(written(tmp_path / "a.parquet", **columns))


def test_rows_that_take_no_bytes_in_the_file_are_counted_before_they_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "a.parquet", a=pyarrow.nulls(10**8))
    assert path.stat().st_size < 2**18
    monkeypatch.setattr(parquet, "read_table", None)
    with pytest.raises(DataError, match="800,000,000 bytes or more of values"):
        read_table(path)


def test_an_index_that_counts_rows_is_no_column(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", a=["x"], __index_level_0__=[0])
    assert read_table(path).columns == {"a": ["x"]}
    path = written(tmp_path / "a.parquet", a=["x"], __index_level_0__=[date(2020, 1, 31)])
    assert read_table(path).columns == {"a": ["x"], "__index_level_0__": ["2020-01-31"]}


def test_some_row_groups_and_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    columns = {
        "n": [*range(10)],
        "user": [{"name": f"u{i}", "age": i} for i in range(10)],
        "other": [None] * 10,
    }
    parquet.write_table(pyarrow.table(columns), path, row_group_size=4)
    some = read_parquet(path, range(1, 3), ["user.name", "n"])
    assert {name: [*values] for name, values in some.columns.items()} == {
        "n": [*range(4, 10)],
        "user.name": [f"u{i}" for i in range(4, 10)],
        "user.age": [*range(4, 10)],
    }
    assert list(some.lines) == [*range(5, 11)]
    # of a name that is not there, the message names all that are
    assert set(read_parquet(path, range(1), ["n", "nn"]).columns) >= {"n", "other"}
    sizes, numbers = row_groups(path)
    assert (len(sizes), numbers) == (3, {"n"})


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The bytes that Arrow has, as each table is read."""
    found: list[int] = []
    before = pyarrow.total_allocated_bytes()

    def seen(table: Any) -> Any:
        found.append(pyarrow.total_allocated_bytes() - before)
        return table

    def watched(path: Path, tables: Iterable[Any], first: int) -> Table:
        return table_of_batches(path, map(seen, tables), first)

    monkeypatch.setattr(reader, "table_of_batches", watched)
    return found


MEGABYTE = 2**20


@pytest.mark.parametrize("at_once", [16, 1000])
def test_texts_are_forgotten_in_and_after_a_row_group(
    at_once: int, tmp_path: Path, held: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.parquet"
    texts = [f"{i:04}" + "x" * (MEGABYTE // 16 - 4) for i in range(16 * 24)]
    how = {"row_group_size": at_once, "write_batch_size": 16}
    parquet.write_table(pyarrow.table({"text": texts}), path, **how)
    monkeypatch.setattr(row_groups_of_arrow, "KEPT", 2 * MEGABYTE)
    monkeypatch.setattr(row_groups_of_arrow, "MADE", 4 * MEGABYTE)
    assert list(read_parquet(path).column("text")) == texts
    assert max(held) < 8 * MEGABYTE  # of 24


def test_a_text_that_repeats_is_made_a_few_times_at_once(
    tmp_path: Path, held: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.parquet"
    parquet.write_table(pyarrow.table({"a": ["x" * MEGABYTE] * 1000}), path, compression="zstd")
    monkeypatch.setattr(row_groups_of_arrow, "KEPT", 0)
    monkeypatch.setattr(row_groups_of_arrow, "MADE", 4 * MEGABYTE)
    with pytest.raises(DataError, match="bytes or more of values"):
        read_parquet(path)
    assert 0 < max(held) < 16 * MEGABYTE  # of a thousand
