"""How many bytes the messages of an Arrow file make, before any of them is unpacked."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from importlib import import_module
from typing import Any

DICTIONARY, RECORDS = 2, 3
"""The kinds of messages that have values."""


def unpacked_bytes(file: Any) -> int:
    """The bytes that all messages from here on say they make.

    Args:
        file: an open ``pyarrow.NativeFile``, at the beginning of a stream.

    Raises:
        struct.error: if a message is damaged.
    """
    return sum(map(_unpacked, _messages(file)))


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
