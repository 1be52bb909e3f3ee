"""Find the pictures that a file names, in its folder and below."""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath

from throughtime.data.errors import DataError

MOST_FILES = 1_000_000
"""The most files that are looked through for a name."""


SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".jfif", ".gif", ".bmp", ".tif", ".tiff", ".webp"),
    *(".ppm", ".pgm", ".pbm", ".pnm"),
)
"""The endings of pictures that are read."""


class PictureFiles:
    """Finds pictures by the names that a file has for them.

    A name is a path from the folder of that file, or from ``images`` if that is given. If there is
    no such picture, it may also be in a folder below, as long as one alone there has this name.
    A name may lack the ending, as the ids of pictures do.

    Args:
        images: the folder of the pictures.
    """

    def __init__(self, images: Path | None = None) -> None:
        self.images = images
        self._below: dict[Path, dict[str, list[Path]]] = {}

    def find(self, name: str, folder: Path) -> Path:
        r"""The path of a picture. The folders in a name are parted by ``/`` or by ``\``.

        Args:
            name: the picture, as the file names it.
            folder: where that file is.

        Raises:
            DataError: if there is no such picture, or if several have its name.
        """
        start = folder if self.images is None else self.images
        path = start / name
        if os.path.isfile(path):  # of a name that no file can have, this too is false
            return path
        parts = PureWindowsPath(name).parts
        files = self._files(start.absolute())
        named = files.get(parts[-1], []) if parts else []
        found = [file for file in named if file.parts[-len(parts) :] == parts]
        if parts and not found:
            named = [f for end in SUFFIXES for f in files.get(parts[-1] + end, [])]
            found = [f for f in named if (*f.parts[-len(parts) : -1], f.stem) == parts]
        if len(found) == 1:
            return found[0]
        if found:
            raise DataError(
                f"{name!r} is {found[0]} or {found[1]}; write the path from {start}, or say the "
                "folder of the pictures by --images"
            )
        raise DataError(
            f"{path}: no such picture, and none of that name in the folders below; check the name, "
            "or say the folder of the pictures by --images"
        )

    def _files(self, top: Path) -> dict[str, list[Path]]:
        """All files in a folder and below it, by their names."""
        if top in self._below:
            return self._below[top]
        files: dict[str, list[Path]] = {}
        count = 0
        for folder, below, names in os.walk(top):
            below.sort()
            count += len(names)
            if count > MOST_FILES:
                raise DataError(
                    f"more than {MOST_FILES:,} files in {top} and below, too many to look for a "
                    "picture by its name; say the folder of the pictures by --images"
                )
            for name in sorted(names):
                files.setdefault(name, []).append(Path(folder, name))
        self._below[top] = files
        return files
