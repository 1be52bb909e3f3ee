"""Arrow's own files (.arrow, .feather) as a table."""

from __future__ import annotations

from pathlib import Path

from throughtime.data.formats.arrow.messages import unpacked_bytes
from throughtime.data.formats.arrow.values import check_values, readable, table_of_batches
from throughtime.data.storage.stored import ROWS
from throughtime.data.table.table import Table, check_width

SUFFIXES = (".arrow", ".feather", ".ipc")

MAGIC = b"ARROW1\0\0"
"""The beginning of a file; a stream, which is what comes next in a file, may stand alone."""


def read_arrow(path: Path) -> Table:
    """Read a file or a stream of Arrow's.

    The values are as :func:`~throughtime.data.formats.arrow.values.plain_columns` has them.

    Raises:
        DataError: if the file is damaged or has no rows, or a table that is far larger than it.
    """
    with (
        readable(path, "Arrow", "pyarrow.ipc") as (arrow, ipc),
        arrow.memory_map(str(path)) as file,
    ):
        begin = len(MAGIC) if file.read(len(MAGIC)) == MAGIC else 0
        file.seek(begin)
        check_values(path, unpacked_bytes(file))
        file.seek(0)
        with ipc.open_file(file) if begin else ipc.open_stream(file) as reader:
            check_width(str(path), len(reader.schema.names))
            whole = reader.read_all()
            some = (whole.slice(row, ROWS) for row in range(0, len(whole), ROWS))
            return table_of_batches(path, some)
