"""Folders of small pictures for tests."""

from __future__ import annotations

from pathlib import Path

from PIL import Image as Pictures


def album(folder: Path, count: int = 12, mode: str = "L") -> list[str]:
    """Make pictures p0.png, p1.png, … of one shade each, and return their names."""
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        shade = 20 * i if mode == "L" else (20 * i, 100, 0)
        Pictures.new(mode, (8, 6), shade).save(folder / f"p{i}.png")
    return [f"p{i}.png" for i in range(count)]
