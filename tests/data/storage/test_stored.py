"""A stored column is read like a list; tables larger than memory give the same data."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from tests.helpers.models import quick
from throughtime.data import DataError, Dataset, load
from throughtime.data.formats.sheets import dialect
from throughtime.data.formats.tables import read_table
from throughtime.data.pairs import encoding
from throughtime.data.reading import Reading
from throughtime.data.storage import stored
from throughtime.data.storage.flat import Flat
from throughtime.data.storage.scratch import Scratch
from throughtime.data.storage.stored import (
    ColumnWriter,
    StoredColumn,
    gathered,
    mapped,
    pieces_of,
    some_of,
)
from throughtime.data.table.nested import Records
from throughtime.sequence import Sequence

VALUES = st.one_of(st.text(max_size=3), st.integers(), st.none(), st.lists(st.integers()))


def of_pieces(pieces: list[list[object]]) -> StoredColumn:
    made = StoredColumn(Scratch())
    for piece in pieces:
        made.write(piece)
    return made


@quick
@given(st.lists(st.lists(VALUES, min_size=1, max_size=4), max_size=5), st.data())
def test_cells_are_read_like_a_list(pieces: list[list[object]], data: st.DataObject) -> None:
    whole = [value for piece in pieces for value in piece]
    made = of_pieces(pieces)
    for _ in range(3):  # some of some of the rows
        assert (len(made), list(made)) == (len(whole), whole)
        assert [made[i] for i in range(len(whole))] == whole
        assert [v for piece in made.pieces() for v in piece] == whole
        assert list(made.map(lambda piece: [[v] for v in piece])) == [[v] for v in whole]
        at = st.integers(0, len(whole))
        begin, end = sorted((data.draw(at), data.draw(at)))
        assert made[begin:end] == whole[begin:end]
        if data.draw(st.booleans()):
            made, whole = made.pick(range(begin, end)), whole[begin:end]
        elif whole:
            rows = data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=6))
            made = made.pick(np.array(rows, np.int64))
            whole = [whole[i] for i in rows]


def test_a_row_that_is_not_there_is_an_error_as_of_a_list() -> None:
    made = of_pieces([["a"], ["b"]])
    assert made[-1] == "b"
    with pytest.raises(IndexError):
        made[2]


def test_pieces_may_be_arrays() -> None:
    made = StoredColumn(Scratch())
    made.write(np.array([1.5, 2.5]))
    made.write(np.array(["2020-01-31"], "datetime64[us]"))
    assert made[0] == 1.5
    assert str(made[2]) == "2020-01-31 00:00:00"
    numbers = made.pick(range(2)).map(lambda piece: piece)
    assert gathered(numbers, np.array, np.float64).tolist() == list(numbers) == [1.5, 2.5]


def test_a_writer_keeps_what_is_small_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    for large, kind in ((10**6, list), (100, StoredColumn)):
        monkeypatch.setattr(stored, "LARGE", large)
        writer = ColumnWriter(1)
        for i in range(5):
            writer.extend([[f"word {i}", "x"]])
        writer.add()
        writer.extend([["end"], ["new"]])
        first, second = writer.columns()
        assert type(first) is type(second) is kind
        assert list(first) == [v for i in range(5) for v in (f"word {i}", "x")] + ["end"]
        assert list(second) == [None] * 10 + ["new"]


def test_a_full_folder_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = Scratch()

    class Full(BytesIO):
        def write(self, content: object) -> int:
            raise OSError(28, "No space left on device")

    scratch._file.close()
    monkeypatch.setattr(scratch, "_file", Full())
    with pytest.raises(DataError, match=r"No space left .* set the variable TMPDIR"):
        StoredColumn(scratch).write(["a"])


# ---- tables larger than memory -----------------------------------------------------------------

WORDS = ["the", "cat", "sat", "on", "a", "mat", "and", "ran", "off", "to", "see", "what"]
ROWS = [{"text": " ".join(WORDS[i % 7 : i % 7 + 1 + i % 5]) + f" {i}", "kind": "abc"[i % 3],
         "mark": (7 * i) % 50 / 4, "day": f"2020-{1 + i // 28:02}-{1 + i % 28:02}"}
        for i in range(300)]  # fmt: skip


SERIES = Reading(target="mark", format="series")


def written(folder: Path, ending: str) -> Path:
    path = folder / f"a.{ending}"
    if ending == "csv":
        lines = [",".join(ROWS[0]), *(",".join(map(str, row.values())) for row in ROWS)]
        path.write_text("\n".join(lines))
    elif ending == "jsonl":
        path.write_text("\n".join(map(json.dumps, ROWS)))
    else:
        parquet.write_table(pyarrow.Table.from_pylist(ROWS), path)
    return path


def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every table is large, and a piece has seven rows."""
    monkeypatch.setattr(stored, "LARGE", 0)
    monkeypatch.setattr(stored, "ROWS", 7)
    monkeypatch.setattr(dialect, "ROWS", 7)


def values_of(side: Sequence | torch.Tensor) -> torch.Tensor:
    return side.values if isinstance(side, Sequence) else side


def alike(a: Dataset, b: Dataset) -> None:
    assert (a.description, a.understood, a.seen) == (b.description, b.understood, b.seen)
    assert a.schema.saved() == b.schema.saved()
    for part, mine in a.splits.items():
        theirs = b.splits[part]
        for x, y in ((mine.x, theirs.x), (mine.y, theirs.y), (mine.before, theirs.before)):
            assert (x is None) == (y is None)
            if x is not None and y is not None:
                torch.testing.assert_close(
                    values_of(x), values_of(y), rtol=0, atol=0, equal_nan=True
                )
        assert (mine.groups is None) == (theirs.groups is None)
        if mine.groups is not None and theirs.groups is not None:
            assert torch.equal(mine.groups, theirs.groups)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize(
    "reading",
    [
        Reading(input="text:words", target="kind", rare=2),
        Reading(input="text", target="kind:label"),
        Reading(input="text:words", target="mark:number"),
        Reading(input="kind,mark:number", target="text:characters"),
        Reading(input="text:words", target="kind:tags"),
        Reading(target="mark", format="series"),
    ],
)
def test_a_table_larger_than_memory_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, reading: Reading
) -> None:
    path = written(tmp_path, ending)
    usual = load(path, 0, reading)
    small(monkeypatch)
    assert isinstance(read_table(path).columns["text"], StoredColumn)
    large = load(path, 0, reading)
    alike(usual, large)
    if reading.input is not None and large.schema.x_is_sequence:
        assert isinstance(large.splits["train"].x, Flat)


@pytest.mark.parametrize(
    ("change", "reading", "expected"),
    [
        (("2020-05-03", "2020-01-03"), SERIES, r"a.csv:116: column .day. goes from"),
        (("c,3.5,2020-01-03", "c,x,2020-01-03"), SERIES, r"a.csv:\d+: column 'mark' has"),
        (("c,3.5,2020-01-03", "c,,2020-01-03"), Reading(input="text", target="mark:number"),
         r"a.csv:\d+: column 'mark': "),
        ((" 20,c,", " 20,,"), Reading(input="text", target="kind:label"),
         r"a.csv:22: column 'kind': an empty value is not a label"),
        (("c,3.5,2020", 'c,"3.5"x,2020'), SERIES, r"a.csv:\d+: "),
        (("c,3.5,2020", "c,3.5,1,2020"), SERIES, r"a.csv:\d+: 5 columns"),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_the_same_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: tuple[str, str],
    reading: Reading,
    expected: str,
) -> None:
    path = written(tmp_path, "csv")
    text = path.read_text()
    assert change[0] in text
    path.write_text(text.replace(*change, 1))
    with pytest.raises(DataError, match=expected) as usual:
        load(path, 0, reading)
    small(monkeypatch)
    with pytest.raises(DataError) as large:
        load(path, 0, reading)
    assert str(large.value) == str(usual.value)


def test_a_value_that_cannot_be_encoded_is_named_by_the_same_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jsonl"
    rows = [{"x": [[i, 1.5]] if i != 77 else [[1, 2, 3]], "y": "ab"[i % 2]} for i in range(100)]
    path.write_text("\n".join(map(json.dumps, rows)))
    small(monkeypatch)
    expected = r"a.jsonl:78: column 'x': vectors of 3 numbers; expected 2"
    with pytest.raises(DataError, match=expected):
        load(path, 0, Reading(input="x:numbers", target="y:label"))


def test_empty_rows_amid_a_large_table_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(monkeypatch)
    path = tmp_path / "a.csv"
    rows = [f"{i},x" for i in range(18)]
    rows[4:6] = rows[11:13] = [",", ","]  # at the end of a piece
    path.write_text("\n".join(["n,v", *rows, *[","] * 20]))
    table = read_table(path)
    assert list(table.column("v")) == [row.partition(",")[2] for row in rows]
    assert table.notes == ("20 empty rows at the end left out",)


def test_very_long_rows_are_not_padded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "csv")
    reading = Reading(input="text", target="kind")
    usual = load(path, 0, reading)
    monkeypatch.setattr(encoding, "LARGE", 100)
    flat = load(path, 0, reading)
    assert isinstance(flat.splits["train"].x, Flat)
    alike(usual, flat)


def test_columns_that_come_late_are_empty_before(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch)
    records = Records()
    records.write([{"a": 1}] * 20)
    records.write([{"a": 2, "b": 3}] * 20)
    columns = records.columns()
    assert list(columns["b"]) == [None] * 20 + [3] * 20
    assert list(columns["a"]) == [1] * 20 + [2] * 20


def test_some_of_a_long_column_are_from_all_of_it() -> None:
    found = some_of(range(100_000))
    assert len(found) == 1000
    assert found == sorted(set(found))
    assert max(b - a for a, b in zip([0, *found], [*found, 100_000], strict=True)) < 6000


def test_pieces_of_a_list_are_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "ROWS", 2)
    assert list(pieces_of([1, 2, 3])) == [[1, 2], [3]]
    assert mapped([1, 2], lambda piece: np.array(piece)) == [1, 2]
