"""Arrow's files and streams are tables, and say how large they are before they are unpacked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow
import pytest
from pyarrow import feather, ipc, orc

from tests.helpers.data_files import Write
from throughtime.data import DataError, load
from throughtime.data.files import opening
from throughtime.data.formats.arrow import values as arrow_values
from throughtime.data.formats.tables import read_table

TABLE = pyarrow.table(
    {"text": [f"film {i}" for i in range(30)], "label": pyarrow.array(["a", "b"] * 15)}
)
COLUMNS = {"text": TABLE["text"].to_pylist(), "label": TABLE["label"].to_pylist()}


@pytest.mark.parametrize("packing", ["lz4", "zstd", "uncompressed"])
def test_files(packing: str, tmp_path: Path) -> None:
    path = tmp_path / "a.feather"
    labels = TABLE["label"].dictionary_encode()
    feather.write_feather(TABLE.set_column(1, "label", labels), str(path), compression=packing)
    assert read_table(path).columns == COLUMNS
    unnamed = path.rename(tmp_path / "rows")
    assert load(unnamed).schema.y.name == "label"


@pytest.mark.parametrize("packing", ["lz4", None])
def test_streams(packing: str | None, tmp_path: Path) -> None:
    path = tmp_path / "a.arrow"
    options = ipc.IpcWriteOptions(compression=packing)
    with ipc.new_stream(str(path), TABLE.schema, options=options) as stream:
        for batch in TABLE.to_batches(max_chunksize=7):
            stream.write_batch(batch)
    assert read_table(path).columns == COLUMNS
    assert load(path.rename(tmp_path / "rows")).schema.y.name == "label"


@pytest.mark.parametrize("packing", ["lz4", "zstd"])
@pytest.mark.parametrize("repeated", [False, True])
def test_what_would_fill_the_memory_is_never_unpacked(
    packing: str, repeated: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    column = pyarrow.array(np.zeros(2**20))
    if repeated:  # the dictionary is packed, too
        few = pyarrow.array([0] * 10, pyarrow.int32())
        column = pyarrow.DictionaryArray.from_arrays(few, column)
    path = tmp_path / "a.arrow"
    feather.write_feather(pyarrow.table({"a": column}), str(path), compression=packing)
    monkeypatch.setattr(arrow_values, "LARGEST", 2**22)
    monkeypatch.setattr(opening, "RATIO", 1)
    monkeypatch.setattr(ipc, "open_file", None)
    with pytest.raises(DataError, match=r"a.arrow: a file of .* bytes with 8,388,\d\d\d bytes"):
        read_table(path)


def test_damaged_and_empty_files(write: Write, tmp_path: Path) -> None:
    for content in (
        b"ARROW1\0\0",
        b"ARROW1\0\0" + bytes(40),
        b"\xff\xff\xff\xff" + bytes(2),
        b"no",
    ):
        with pytest.raises(DataError, match=r"a.arrow: cannot be read as an Arrow file \("):
            read_table(write("a.arrow", content))
    feather.write_feather(TABLE[:0], str(tmp_path / "b.arrow"))
    with pytest.raises(DataError, match=r"b.arrow: no rows"):
        read_table(tmp_path / "b.arrow")


def test_orc_is_refused_by_its_name(tmp_path: Path) -> None:
    orc.write_table(TABLE, str(tmp_path / "a.orc"))
    with pytest.raises(DataError, match=r"a.orc: an ORC table; export it as CSV or Parquet first"):
        load(tmp_path / "a.orc")
