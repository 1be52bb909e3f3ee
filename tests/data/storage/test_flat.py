"""Sequences in a file are the sequences in memory, whatever is asked of them."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.models import quick
from throughtime.data import DataError, Examples, batches, streams
from throughtime.data.storage import flat
from throughtime.data.storage.flat import Flat, Spool, spooled
from throughtime.sequence import Sequence

ROWS = st.lists(st.lists(st.integers(0, 299), max_size=6), min_size=1, max_size=12)


def both(rows: list[list[int]]) -> tuple[Flat, Sequence]:
    values, lengths = Spool(np.int16), Spool(np.int64)
    for row in rows:
        values.write(np.array(row, np.int64))
        lengths.write(np.array([len(row)]))
    return spooled(values, lengths), Sequence.from_list(
        [torch.tensor(row, dtype=torch.int64) for row in rows]
    )


def assert_same(a: Sequence, b: Sequence) -> None:
    assert torch.equal(a.lengths, b.lengths)
    assert torch.equal(a.values, b.values)
    assert a.values.dtype == b.values.dtype


@quick
@given(rows=ROWS, data=st.data())
def test_it_is_the_sequence_in_memory(rows: list[list[int]], data: st.DataObject) -> None:
    stored, whole = both(rows)
    assert_same(stored, whole)
    assert (len(stored), stored.steps) == (len(whole), whole.steps)
    assert (stored.dtype, stored.event_shape) == (whole.dtype, whole.event_shape)
    chosen = torch.tensor(data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=1)))
    assert_same(stored[chosen], whole[chosen])
    assert_same(stored.pick(chosen), whole[chosen])
    assert_same(stored[1:], whole[1:])
    assert_same(stored[stored.lengths > 2], whole[whole.lengths > 2])
    assert torch.equal(stored[0].values, whole[0].values)
    counts = torch.tensor(data.draw(st.integers(0, 6)))
    assert_same(stored.take(counts)[:], whole.take(counts))
    for a, b in zip(stored.to_list(), whole.to_list(), strict=True):
        assert torch.equal(a, b)


@quick
@given(rows=ROWS, size=st.integers(1, 4))
def test_its_batches_are_the_same(rows: list[list[int]], size: int) -> None:
    stored, whole = (Examples(None, y) for y in both(rows))
    orders = (torch.Generator().manual_seed(0) for _ in range(2))
    pairs = zip(*(batches(e, size, generator=next(orders)) for e in (stored, whole)), strict=True)
    for a, b in pairs:
        assert isinstance(a.y, Sequence)
        assert isinstance(b.y, Sequence)
        assert_same(a.y, b.y)


@quick
@given(count=st.integers(1, 60), data=st.data())
def test_its_streams_are_the_same(count: int, data: st.DataObject) -> None:
    stored, whole = both([list(range(count))])
    rows, steps = data.draw(st.integers(1, count)), data.draw(st.integers(1, 20))
    for a, b in zip(streams(stored, rows, steps), streams(whole, rows, steps), strict=True):
        assert_same(a, b)


def test_starts_are_right_over_the_borders_of_what_is_read_at_a_time() -> None:
    count = 2**18 + 5
    lengths = Spool(np.int64)
    lengths.write(np.arange(count) % 3)
    starts = spooled(Spool(np.uint8), lengths).starts
    assert torch.equal(starts, (torch.arange(count) % 3).cumsum(0) - torch.arange(count) % 3)


def filled(count: int) -> None:
    spool = Spool(np.uint8)
    spool.write(np.zeros(count))
    spool.array()


def test_no_room_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, values: object) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", lambda: io.BufferedWriter(Full()))
    for count in (3, 100_000):  # a few wait in a buffer, and are written with the last
        with pytest.raises(DataError, match=r"No space left on device.*TMPDIR"):
            filled(count)


def test_some_rows_are_spread_over_all() -> None:
    stored, whole = both([[i, i] for i in range(10)])
    for y in (stored, whole):
        some = Examples(None, y).limited_to(10).y
        assert isinstance(some, Sequence)
        assert some.values[:, 0].tolist() == [0, 2, 4, 6, 8]
        assert len(Examples(None, y).limited_to(1)) == 1
        everything = Examples(None, y)
        assert everything.limited_to(20) is everything
    long, _ = both([list(range(100))])
    beginning = Examples(None, long).limited_to(7).y
    assert isinstance(beginning, Sequence)
    assert beginning.values.tolist() == [list(range(7))]


def test_of_one_series_the_end_is_kept_where_it_is_measured() -> None:
    y = Sequence(torch.arange(100.0).view(1, 100, 1))
    some = Examples(y, y, start=torch.tensor([90])).limited_to(20)
    assert isinstance(some.y, Sequence)
    assert isinstance(some.x, Sequence)
    assert some.y.values.flatten().tolist() == list(range(80, 100))
    assert torch.equal(some.x.values, some.y.values)
    assert some.start is not None
    assert some.start.tolist() == [10]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
def test_what_was_read_of_a_file_leaves_memory_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flat, "HELD", 2**22)
    values, lengths = Spool(np.uint8), Spool(np.int64)
    for _ in range(64):
        values.write(np.ones(2**20, np.uint8))
    lengths.write(np.full(2**16, 2**10))
    stored = spooled(values, lengths)

    def mapped() -> int:
        said = Path("/proc/self/status").read_text()
        return int(re.search(r"RssFile:\s+(\d+)", said)[1]) * 1024  # type: ignore[index]

    before, held = mapped(), 0
    for begin in range(0, 2**16, 2**10):  # a megabyte each
        assert bool((stored[begin : begin + 2**10].values == 1).all())
        held = max(held, mapped() - before)
    assert held < 2**25  # half of the file
