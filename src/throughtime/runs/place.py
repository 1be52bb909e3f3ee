"""Where the folder of a run is: a new one, and whether one is still the same."""

from __future__ import annotations

import os
import re
from itertools import count
from pathlib import Path

from throughtime.runs.errors import RunError


def new_folder(path: Path | None, of: str) -> Path:
    """Make a folder.

    Args:
        path: the folder; left out, the next free ``runs/<of>-001``.
        of: what it is of, if it has to be given a name.

    Raises:
        RunError: if the folder exists, or cannot be made.
    """
    if path is not None:
        if not _made(path):
            raise RunError(
                f"{path}: exists already, and nothing is overwritten; give another --out, or "
                "continue the run in it with --resume"
            )
        return path
    name = re.sub(r"[^\w.-]+", "-", of)
    numbered = (Path("runs") / f"{name}-{number:03d}" for number in count(1))
    return next(path for path in numbered if _made(path))


def place_of(path: Path) -> tuple[int, int]:
    """The numbers that the system knows a folder by, whatever its name.

    Raises:
        RunError: if it is gone.
    """
    try:
        found = os.stat(path)
    except OSError as error:
        raise RunError(f"{path}: is gone or cannot be read ({error.strerror})") from None
    return found.st_dev, found.st_ino


def check_same(path: Path, place: tuple[int, int]) -> None:
    """Raise a ``RunError`` if another file or folder is in the place of one that is in use."""
    if place_of(path) != place:
        other = "folder" if path.is_dir() else "file"
        raise RunError(
            f"{path}: was replaced by another {other} while it was in use; nothing more is "
            "written there"
        )


def _made(path: Path) -> bool:
    """Make a folder; False if its name is taken."""
    try:
        # first the parents, by themselves: one that is no folder would look like a taken name
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(
            f"{path.parent}: cannot be made a folder ({error.strerror}); give another --out"
        ) from None
    try:
        path.mkdir()
    except FileExistsError:
        return False
    except OSError as error:
        raise RunError(f"{path}: cannot be made ({error.strerror}); give another --out") from None
    return True
