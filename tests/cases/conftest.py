"""Every case makes its files in a folder of its own, so that messages name them as people do."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of a case: an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
