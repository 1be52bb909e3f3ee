"""Open files: regular ones alone, packed or not, and never more than memory holds."""

from __future__ import annotations

import bz2
import gzip
import lzma
import stat
import zlib
from collections.abc import Iterator
from io import BufferedIOBase, BufferedReader
from pathlib import Path

from throughtime.data.errors import DataError

BLOCK = 2**20
"""Bytes that are read at a time."""

PACKED = (".gz", ".bz2", ".xz")
"""Endings of packed files; the ending before them says the format."""

LARGEST = 2**30
"""Bytes that any file may make."""

RATIO = 100
"""Bytes that each byte of a file may make beyond that: text is packed about fivefold."""

NO_FILE = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def check_regular(path: Path) -> None:
    """Refuse what is no regular file, before it is opened: to open a pipe may wait for ever.

    Raises:
        DataError: if there is no such file, or it is a directory, a pipe, a socket or a device.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; check the name") from None
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL in it
        raise DataError(f"{path}: cannot be read ({_reason(error)}); check the name") from None
    if stat.S_ISDIR(mode):
        raise DataError(f"{path}: a directory; expected a file")
    for is_one, name in NO_FILE:
        if is_one(mode):
            raise DataError(f"{path}: {name}; expected a regular file: write its content to one")


def check_size(path: Path, made: int, what: str, most: int | None = None) -> None:
    """Refuse what would fill the memory: more than a gibibyte from a small file.

    Args:
        path: the file.
        made: the bytes that it makes, of which a hundred may come from each byte of the file.
        what: what they are, for the message: "text".
        most: the bytes that any file may make, if that is not a gibibyte.

    Raises:
        DataError: if they are too many.
    """
    size, most = path.stat().st_size, LARGEST if most is None else most
    if made > max(most, RATIO * size):
        raise DataError(
            f"{path}: a file of {size:,} bytes with {made:,} bytes or more of {what}; expected at "
            f"most {most:,}, or {RATIO} times the file: cut it into smaller ones, or unpack it"
        )


def suffix_of(path: Path) -> str:
    """The ending that says the format, in lower case, without that of a packed file.

    Example:
        >>> suffix_of(Path("prices.CSV.gz")), suffix_of(Path("SMSCollection"))
        ('.csv', '')
    """
    return _unpacked(path).suffix.lower()


def stem_of(path: Path) -> str:
    """The name without the endings that say how it is packed and what its format is.

    Example:
        >>> stem_of(Path("data/prices.csv.gz"))
        'prices'
    """
    return _unpacked(path).stem


def bytes_of(path: Path) -> Iterator[bytes]:
    """A file's bytes, a megabyte at a time, and an empty block at the end.

    What gzip, bzip2 or xz has packed is unpacked; its first bytes decide, not its name.

    Raises:
        DataError: if it is no regular file, cannot be read, or makes too many bytes.
    """
    check_regular(path)
    try:
        with path.open("rb") as file:
            read = _unpacking(file)
            made = 0
            while raw := read.read(BLOCK):
                made += len(raw)
                if read is not file:
                    check_size(path, made, "text")
                yield raw
            yield b""
    except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
        raise DataError(f"{path}: packed and damaged ({_reason(error)}); pack it anew") from None
    except OSError as error:
        if error.errno is None:  # bz2's error for a damaged file
            raise DataError(f"{path}: packed and damaged ({error}); pack it anew") from None
        raise DataError(f"{path}: cannot be read ({_reason(error)}); check the file") from error


def _unpacking(file: BufferedReader) -> BufferedIOBase:
    head = file.read(10)
    file.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return gzip.open(file)
    if head.startswith(b"BZh") and head[4:] == b"1AY&SY":
        return bz2.open(file)
    if head.startswith(b"\xfd7zXZ\0"):
        return lzma.open(file)
    return file


def _unpacked(path: Path) -> Path:
    return path.with_suffix("") if path.suffix.lower() in PACKED else path


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
