"""A file is written whole or not at all, and never through a link."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from throughtime.runs.errors import RunError
from throughtime.runs.files import folder_in, remove_unfinished, save


def test_what_is_saved_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    for content in ([b"old"], [b"n", b"ew"], [b""]):
        save(tmp_path / "a", [memoryview(part) for part in content])
        assert (tmp_path / "a").read_bytes() == b"".join(content)
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("name", ["open", "write", "fsync", "replace"])
def test_a_failure_leaves_the_old_file_and_no_other(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "a", [b"old"])

    def full(*args: Any, **named: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, name, full)
    with pytest.raises(RunError, match=r"a: cannot be written \(No space left on device\); what"):
        save(tmp_path / "a", [b"new"])
    assert (os.listdir(tmp_path), (tmp_path / "a").read_bytes()) == (["a"], b"old")


def test_it_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def noting(name: str) -> Callable[..., Any]:
        true = getattr(os, name)

        def call(*args: Any, **named: Any) -> Any:
            seen.append(name)
            return true(*args, **named)

        return call

    for name in ("write", "fsync", "replace"):
        monkeypatch.setattr(os, name, noting(name))
    save(tmp_path / "a", [b"x"])
    assert seen[:3] == ["write", "fsync", "replace"]
    assert seen[3:] in ([], ["fsync"])  # of the folder, where that can be done


def test_a_short_write_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, content: write(file, bytes(content[:2])))
    save(tmp_path / "a", [b"abcde", b"fg"])
    assert (tmp_path / "a").read_bytes() == b"abcdefg"


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "mine").write_text("precious")
    (tmp_path / "run" / "a").symlink_to(tmp_path / "mine")
    save(tmp_path / "run" / "a", [b"new"])
    assert not (tmp_path / "run" / "a").is_symlink()
    (tmp_path / "run" / "pictures").symlink_to(tmp_path)
    with pytest.raises(RunError, match="pictures: a link; nothing is written out of a run's"):
        folder_in(tmp_path / "run", "pictures")
    assert (tmp_path / "mine").read_text() == "precious"


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"cannot be written \(No such file or directory\)"):
        save(tmp_path / "gone" / "a", [b"new"])
    with pytest.raises(RunError, match="cannot be made"):
        folder_in(tmp_path / "gone", "pictures")


def test_what_a_killed_writer_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    for name in (".a.0123456789abcdef~", ".a", "a~", ".mine.12~"):
        (tmp_path / name).write_text("x")
    remove_unfinished(tmp_path)
    assert sorted(os.listdir(tmp_path)) == [".a", ".mine.12~", "a~"]
