"""What a large table takes for each of its rows: what is not in a file, while it becomes data."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from throughtime.data import Reading
from throughtime.data.columns import Label
from throughtime.data.pairs import stratified as strata
from throughtime.data.pairs.columns import of_table
from throughtime.data.pairs.stratified import stratified
from throughtime.data.pairs.understood import understood
from throughtime.data.splitting import shuffled
from throughtime.data.storage import flat, stored
from throughtime.data.storage.scratch import Scratch
from throughtime.data.storage.stored import StoredColumn
from throughtime.data.table import table as tables
from throughtime.data.table.equal import numbered
from throughtime.data.table.table import Table

ROWS = 2**16


def most(f: Callable[[], object]) -> int:
    """The most bytes that a function has at once."""
    f()  # what is kept for all calls
    tracemalloc.start()
    try:
        f()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def table(rows: int) -> Table:
    """A table that lies in a file, two rows of which are equal in three."""
    text, label = StoredColumn(Scratch()), StoredColumn(Scratch())
    for begin in range(0, rows, stored.ROWS):
        some = range(begin, min(begin + stored.ROWS, rows))
        text.write([" ".join(str(i % (2 * rows // 3))) for i in some])
        label.write(["even" if i % 2 else "odd" for i in some])
    return Table(Path("a.parquet"), {"text": text, "label": label}, range(1, rows + 1))


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is looked at at once is few rows, so that it does not count."""
    monkeypatch.setattr(stored, "ROWS", 2**9)
    monkeypatch.setattr(tables, "SEEN", 2**9)
    monkeypatch.setattr(tables, "RUN", 2**6)
    monkeypatch.setattr(strata, "PIECE", 2**9)
    monkeypatch.setattr(flat, "PIECE", 2**9)


def test_equal_rows_are_numbered_without_the_order_of_all() -> None:
    hashes = np.random.default_rng(0).integers(-(2**63), 2**63 - 1, ROWS)
    hashes[ROWS // 2 :] = hashes[: ROWS // 2]
    assert most(lambda: numbered(hashes)) < 20 * ROWS


def test_parts_are_drawn_and_stratified() -> None:
    assert most(lambda: shuffled(ROWS, 0)) < 8 * ROWS
    where, items = shuffled(ROWS, 0), np.arange(ROWS, dtype=np.int32)
    assert most(lambda: stratified(where, items, items % 2)) < 27 * ROWS


def test_the_report_looks_at_some_rows() -> None:
    label = Label("label").know(["even", "odd"])
    assert most(lambda: understood(table(ROWS), (), label, {"label"})) < 4 * ROWS


def test_a_table_in_a_file_becomes_data() -> None:
    told = Reading(input="text:words", target="label")

    def of(rows: int) -> int:
        whole = table(rows)
        return most(lambda: of_table(whole, lambda _: whole, "a", 0, told))

    fewer, more = 10_000, 30_000
    assert (of(more) - of(fewer)) / (more - fewer) < 38
