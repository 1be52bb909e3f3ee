"""Read UTF-8 text files, in blocks or in lines."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from io import IncrementalNewlineDecoder
from pathlib import Path

from throughtime.data.errors import DataError

BLOCK = 2**20
"""Bytes that are read at a time."""


def blocks_of(path: Path) -> Iterator[str]:
    """The text of a UTF-8 file, a megabyte or so at a time; any line ending becomes ``\\n``.

    Raises:
        DataError: if the file cannot be read, is empty, or is not UTF-8.
    """
    # Some editors begin a file with a byte order mark, which utf-8-sig skips.
    utf8 = codecs.getincrementaldecoder("utf-8-sig")()
    decoder = IncrementalNewlineDecoder(utf8, translate=True)
    empty, line = True, 1
    for raw in _bytes_of(path):
        pending = decoder.getstate()[1] & 1  # a \r, which may be half of a \r\n
        try:
            text = decoder.decode(raw, final=not raw)
        except UnicodeDecodeError as error:
            before = "\r" * pending + error.object[: error.start].decode()
            line += len(_universal(before)) - 1
            raise DataError(
                f"{path}:{line}: byte 0x{error.object[error.start]:02X} is not UTF-8; expected "
                "UTF-8 text: convert the file first, for instance with `iconv -f latin1 -t utf-8`"
            ) from None
        if text:
            empty = False
            line += text.count("\n")
            yield text
    if empty:
        raise DataError(f"{path}: an empty file; expected some lines")


def lines_of(path: Path) -> list[str]:
    """All lines of a UTF-8 file, without their ends; any line ending is accepted.

    Raises:
        DataError: if the file cannot be read, is empty, or is not UTF-8.
    """
    lines = "".join(blocks_of(path)).split("\n")
    return lines if lines[-1] else lines[:-1]


def _bytes_of(path: Path) -> Iterator[bytes]:
    """A file's bytes, and an empty block at the end."""
    if path.is_dir():
        raise DataError(f"{path}: a directory; expected a file")
    try:
        with path.open("rb") as file:
            while raw := file.read(BLOCK):
                yield raw
            yield b""
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; check the name") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); check the file") from error


def _universal(text: str) -> list[str]:
    # Not str.splitlines: it also splits at characters that are data here, such as U+2028.
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
