"""Temporary files for data that may be larger than memory."""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from throughtime.data.errors import DataError


class Scratch:
    """A temporary file without a name, which disappears when nothing uses it any more.

    Example:
        >>> scratch = Scratch()
        >>> scratch.append(b"ab"), scratch.append(b"c"), scratch.read(1, 2)
        (0, 2, b'bc')
    """

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed when it dies
        self._size = 0
        self._at_end = True

    def __del__(self) -> None:
        with suppress(OSError):  # the last flush may fail if the disk is full
            self._file.close()  # a mapping of it stays valid

    def append(self, content: bytes) -> int:
        """Write at the end; gives the place where the content begins.

        Raises:
            DataError: if the temporary folder is full.
        """
        at = self._size
        with _room():
            if not self._at_end:
                self._file.seek(at)
                self._at_end = True
            self._file.write(content)
        self._size += len(content)
        return at

    def read(self, at: int, size: int) -> bytes:
        """What was written at a place.

        Raises:
            DataError: if the temporary folder is full: what is not written yet is written first.
        """
        self._at_end = False
        with _room():
            self._file.seek(at)
            return self._file.read(size)

    def mapped(self, size: int) -> mmap.mmap:
        """The first bytes, mapped into memory; there must be some.

        Raises:
            DataError: if the temporary folder is full.
        """
        with _room():
            self._file.flush()
        return mmap.mmap(self._file.fileno(), size)


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(
            f"{Path(tempfile.gettempdir())}: cannot be written to ({error.strerror}); the data "
            "that are read are kept there: set the variable TMPDIR to a folder with more room"
        ) from None
