"""What was found good is not checked again, until something that it was about has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import record
from tools.record import Record, digest


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of a project."""
    monkeypatch.setattr(record, "ROOT", tmp_path)
    path = tmp_path / "cell.py"
    path.write_text("h = tanh(a)")
    return path


def test_a_digest_follows_from_content_name_and_words(source: Path) -> None:
    before = digest([source], "old", "new")
    assert digest([source, source], "old", "new") == before
    assert digest([source], "old", "newer") != before
    moved = source.rename(source.with_name("cells.py"))
    assert digest([moved], "old", "new") != before
    moved.rename(source).write_text("h = tanh(-a)")
    assert digest([source], "old", "new") != before


def test_a_record_is_of_these_files_alone(tmp_path: Path) -> None:
    path = tmp_path / "killed.txt"
    assert not Record(path).has("cell.py: a sign", "0123")
    Record(path).add("cell.py: a sign", "0123")
    assert Record(path).has("cell.py: a sign", "0123")
    assert not Record(path).has("cell.py: a sign", "4567")
    Record(path).add("cell.py: a sign", "4567")
    assert Record(path).digests == {"cell.py: a sign": "4567"}


def test_what_is_no_longer_checked_is_forgotten(tmp_path: Path) -> None:
    record = Record(tmp_path / "killed.txt")
    for name in ("a", "b", "c"):
        record.add(name, "0")
    record.keep(["c", "a", "d"])
    assert (tmp_path / "killed.txt").read_text() == "0  a\n0  c\n"
