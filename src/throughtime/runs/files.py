"""Write a file whole or not at all, whatever happens meanwhile, and never through a link."""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from throughtime.runs.errors import RunError

ONLY_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
"""To make a file that is not there: O_EXCL follows no link."""

TEMPORARY = re.compile(r"\..+\.[0-9a-f]{16}~")
"""Names of files that are not complete yet."""


def save(file: Path, content: Iterable[bytes | memoryview]) -> None:
    """Write a file in place of the one that is there, which stays whole if that fails.

    The new content is written beside it, put on the disk, and then takes the name in one step. If
    the old file is a link, the link is replaced, and what it leads to stays as it is.

    Args:
        file: in a folder that exists.
        content: parts of the content, one after another.

    Raises:
        RunError: if it cannot be written: a full disk, or a folder that is gone or read-only.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save(Path(folder, "a"), [b"one ", b"two"])
        ...     Path(folder, "a").read_text(), os.listdir(folder)
        ('one two', ['a'])
    """
    beside = file.with_name(f".{file.name}.{secrets.token_hex(8)}~")
    try:
        try:
            new = os.open(beside, ONLY_NEW, 0o666)
            try:
                with suppress(FileNotFoundError):  # who may read it, may read it still
                    if stat.S_ISREG(mode := os.lstat(file).st_mode):
                        os.chmod(beside, stat.S_IMODE(mode))
                for part in content:
                    _write(new, memoryview(part))
                os.fsync(new)
            finally:
                os.close(new)
            os.replace(beside, file)
        except BaseException:
            with suppress(OSError):
                beside.unlink()
            raise
        _sync(file.parent)
    except OSError as error:
        raise RunError(
            f"{file}: cannot be written ({error.strerror}); what was saved before is whole"
        ) from None


def folder_in(folder: Path, name: str) -> Path:
    """A folder inside another, which is made if it is not there.

    Raises:
        RunError: if it cannot be made, or its name is a link to somewhere else.
    """
    found = folder / name
    try:
        if found.is_symlink():
            raise RunError(f"{found}: a link; nothing is written out of a run's folder: remove it")
        found.mkdir(exist_ok=True)
    except OSError as error:
        raise RunError(f"{found}: cannot be made ({error.strerror})") from None
    return found


def remove_unfinished(folder: Path) -> None:
    """Remove the files that a writer which was killed has left half written."""
    for file in folder.iterdir():
        if TEMPORARY.fullmatch(file.name):
            file.unlink()


def _write(file: int, content: memoryview) -> None:
    while content:
        content = content[os.write(file, content) :]


def _sync(folder: Path) -> None:
    """Put the names in a folder on the disk, where a folder can be opened for that."""
    if hasattr(os, "O_DIRECTORY"):
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def check_regular(file: Path) -> None:
    """Raise a ``RunError`` for what is there and no file: to open a pipe may wait for ever."""
    if file.exists() and not file.is_file():
        raise RunError(f"{file}: no regular file; put back the one that training wrote")
