"""The rows of a Parquet file, some at a time, in little memory whatever the file says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from throughtime.data.storage.stored import ROWS

BUFFER = 2**16
"""Bytes of each column that are read at once."""

KEPT = 2**25
"""Bytes of the texts of a row group that Arrow may keep while it reads the group."""

MADE = 2**27
"""Bytes that the next rows may make."""


def tables_of(path: Path, groups: range, columns: list[str] | None) -> Iterator[Any]:
    """The rows of some row groups, as a ``pyarrow.Table`` for every few of them.

    A text that repeats is in the file once, and may be in any number of rows. Arrow can read it as
    often as it is in the file, until it is known how large all rows are; but then it keeps all
    texts of a row group. So where a group has more of them than :data:`KEPT`, each row gets its
    text, and only so many rows are read at once as may be made of the texts that repeat.

    Args:
        path: the file.
        groups: the numbers of the row groups.
        columns: the columns; None for all.
    """
    arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    with path.open("rb") as raw:
        metadata = parquet.read_metadata(path)
        texts = {f.name for f in metadata.schema.to_arrow_schema() if _is_text(f.type)}
        for group in groups:
            described = metadata.row_group(group)
            chunks = [described.column(i) for i in range(described.num_columns)]
            of_texts = [c for c in chunks if c.path_in_schema in texts]
            small = [c.path_in_schema for c in of_texts if c.total_uncompressed_size <= KEPT]
            most = sum(_repeated(raw, c) for c in of_texts if c.path_in_schema not in small)
            rows = max(1, min(ROWS, MADE // max(1, most)))
            # no more of the file is read than the next rows need
            some = {"read_dictionary": small, "pre_buffer": False, "buffer_size": BUFFER}
            with parquet.ParquetFile(path, metadata=metadata, **some) as file:
                for batch in file.iter_batches(rows, [group], columns, use_threads=False):
                    yield arrow.Table.from_batches([batch])


def _is_text(kind: Any) -> bool:
    types = import_module("pyarrow").types
    return types.is_string(kind) or types.is_large_string(kind) or types.is_binary(kind)


def _repeated(raw: IO[bytes], chunk: Any) -> int:
    """The most bytes of a text that may repeat in a column of a row group: those of its dictionary.

    The page of the dictionary begins with its kind and its size, unpacked (Thrift's compact
    protocol: for each a field of 32 bits, and the number, zigzag, in groups of 7 bits).
    """
    if not chunk.has_dictionary_page:
        return 0
    if chunk.dictionary_page_offset:
        raw.seek(chunk.dictionary_page_offset)
        head = raw.read(12)
        begin = head.find(FIELD, 1)
        if head[:1] == FIELD and begin > 0:
            size, at = 0, begin + 1
            while at < len(head):
                size |= (head[at] & 0x7F) << 7 * (at - begin - 1)
                if not head[at] & 0x80:
                    return size >> 1
                at += 1
    return int(chunk.total_uncompressed_size)


FIELD = b"\x15"
"""The next field, an integer of 32 bits."""
