"""One writer at a time in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from throughtime.runs.errors import RunError
from throughtime.runs.files import remove_unfinished
from throughtime.runs.names import LOCK
from throughtime.runs.place import place_of


@contextmanager
def alone(folder: Path) -> Iterator[tuple[int, int]]:
    """A context in which nobody else writes to a folder; what a killed writer left is removed.

    The system frees the lock of a process that ends, however it ends.

    Yields:
        The numbers that the system knows the locked file by: another one there locks nobody out.

    Raises:
        RunError: if another process or thread writes there, or nothing can be written there.
    """
    with ExitStack() as locked:
        try:
            os.listdir(folder)  # the lock would make a folder that is gone
            # a soft lock, which is only a file, would outlast a process that is killed
            lock = FileLock(folder / LOCK, timeout=0, thread_local=False, fallback_to_soft=False)
            locked.enter_context(lock)
            remove_unfinished(folder)
            place = place_of(folder / LOCK)
        except Timeout:
            raise RunError(
                f"{folder}: is being written to by another process; wait for it, or stop it first"
            ) from None
        except OSError as error:
            raise RunError(
                f"{folder}: cannot be locked and written to ({error.strerror or error})"
            ) from None
        yield place
