"""Small files to read."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_files import Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of a name, and return its path."""

    def written(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written
