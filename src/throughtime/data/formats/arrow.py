"""Arrow's own files (.arrow, .feather) as a table."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from throughtime.data.cells import ROWS
from throughtime.data.errors import DataError
from throughtime.data.formats.arrow_values import check_bytes, table_of
from throughtime.data.formats.table import Table, check_width
from throughtime.extras import needed_for

SUFFIXES = (".arrow", ".feather", ".ipc")

MAGIC = b"ARROW1\0\0"
"""The beginning of a file; a stream, which is what comes next in a file, may stand alone."""

DICTIONARY, RECORDS = 2, 3
"""The kinds of messages that have values."""


def read_arrow(path: Path) -> Table:
    """Read a file or a stream of Arrow's, with values as :func:`~.arrow_values.plain_columns` has.

    Raises:
        DataError: if the file is damaged or has no rows, or a table that is far larger than it.
    """
    with needed_for(f"{path}: reading Arrow"):
        arrow = import_module("pyarrow")
        ipc = import_module("pyarrow.ipc")
    size = path.stat().st_size
    try:
        with arrow.memory_map(str(path)) as file:
            begin = len(MAGIC) if file.read(len(MAGIC)) == MAGIC else 0
            file.seek(begin)
            check_bytes(str(path), sum(map(_unpacked, _messages(file))), size)
            file.seek(0)
            with ipc.open_file(file) if begin else ipc.open_stream(file) as reader:
                check_width(str(path), len(reader.schema.names))
                whole = reader.read_all()
                some = (whole.slice(row, ROWS) for row in range(0, len(whole), ROWS))
                return table_of(path, some, size)
    except (OSError, EOFError, arrow.ArrowException, UnicodeDecodeError, struct.error) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{path}: cannot be read as an Arrow file ({reason})") from None


def _messages(file: Any) -> Iterator[Any]:
    ipc = import_module("pyarrow.ipc")
    while True:
        try:
            yield ipc.read_message(file)
        except EOFError:
            return


def _unpacked(message: Any) -> int:
    """The bytes that the packed buffers of a message say they make, before any is unpacked.

    Each begins with that number; where the buffers are, a table of Arrow's format says (a
    FlatBuffer: arrow.apache.org/docs/format/Columnar.html).
    """
    told = bytes(message.metadata)
    root = _at(told, 0)
    (kind,) = struct.unpack_from("<B", told, _field(told, root, 1) or 0)
    batch = _field(told, root, 2)
    if kind not in (DICTIONARY, RECORDS) or batch is None or message.body is None:
        return 0
    batch = _at(told, batch)
    if kind == DICTIONARY:
        if (inner := _field(told, batch, 1)) is None:
            return 0
        batch = _at(told, inner)
    buffers, packed = _field(told, batch, 2), _field(told, batch, 3)
    if buffers is None or packed is None:
        return len(message.body)
    total, start = 0, _at(told, buffers)
    (count,) = struct.unpack_from("<I", told, start)
    for i in range(count):
        offset, length = struct.unpack_from("<qq", told, start + 4 + 16 * i)
        if length >= 8:
            (made,) = struct.unpack("<q", bytes(message.body.slice(offset, 8)))
            total += length if made < 0 else made
    return total


def _at(told: bytes, place: int) -> int:
    """What an offset at a place points to."""
    (offset,) = struct.unpack_from("<I", told, place)
    return place + offset


def _field(told: bytes, table: int, number: int) -> int | None:
    """The place of a field of a table, None if it has none."""
    (back,) = struct.unpack_from("<i", told, table)
    (size,) = struct.unpack_from("<H", told, table - back)
    place = 4 + 2 * number
    if place >= size:
        return None
    (offset,) = struct.unpack_from("<H", told, table - back + place)
    return table + offset if offset else None
