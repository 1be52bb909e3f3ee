"""The option ``--picture``: a file to draw into."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from throughtime.extras import needed_for


def check_picture(picture: Path) -> None:
    """Refuse a picture that cannot be drawn, before there is anything to draw.

    Raises:
        ValueError: if its name does not say its format, or there is no such folder.
        MissingPackage: if matplotlib is not installed.

    Example:
        >>> check_picture(Path("a.gif"))
        Traceback (most recent call last):
            ...
        ValueError: --picture a.gif: expected a name that ends in .png or .svg
    """
    if picture.suffix.lower() not in (".png", ".svg"):
        raise ValueError(f"--picture {picture}: expected a name that ends in .png or .svg")
    with needed_for("--picture"):
        import_module("matplotlib.figure")
    check_folder(picture)


def check_folder(file: Path) -> None:
    """Refuse a file to write whose folder is not there.

    Raises:
        ValueError: if it is not.
    """
    if not file.absolute().parent.is_dir():
        raise ValueError(f"{file}: there is no such folder to write into; make it first")
