"""One writer at a time, and none who has ended."""

import errno
import os
from pathlib import Path

import pytest

from throughtime.runs.alone import alone
from throughtime.runs.errors import RunError


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    reason = "is being written to by another process; wait for it"
    with alone(tmp_path), pytest.raises(RunError, match=reason), alone(tmp_path):
        raise AssertionError
    with alone(tmp_path):
        pass


def test_what_a_killed_writer_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".config.json.0123456789abcdef~").write_text("{")
    with alone(tmp_path):
        assert os.listdir(tmp_path) == [".lock"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    child = os.fork()
    if not child:
        alone(tmp_path).__enter__()
        os._exit(137)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 137
    with alone(tmp_path):
        pass


def test_where_no_file_can_be_locked_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that only says that there is a writer would outlast one that is killed."""
    fcntl = pytest.importorskip("fcntl")

    def missing(*args: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", missing)
    with pytest.raises(RunError, match=r"\(Function not implemented\)$"), alone(tmp_path):
        raise AssertionError
    monkeypatch.undo()
    with alone(tmp_path):
        pass


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    reason = r"gone: cannot be locked and written to \(No such file or directory\)"
    with pytest.raises(RunError, match=reason), alone(tmp_path / "gone"):
        raise AssertionError
    assert not (tmp_path / "gone").exists()


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / ".lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="cannot be locked and written to"), alone(tmp_path):
        raise AssertionError
    assert not (tmp_path / "elsewhere").exists()
