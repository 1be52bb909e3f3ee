"""Where what a command prints cannot be written, it says so in one line, and nothing is lost."""

import errno
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.commands import SMALL, good
from throughtime.cli import main
from throughtime.runs.folder import RunFolder


class Full(io.StringIO):
    """Standard output that takes so many lines."""

    def __init__(self, lines: int, error: int) -> None:
        super().__init__()
        self.lines, self.error = lines, error

    def write(self, text: str) -> int:
        self.lines -= text.count("\n")
        if self.lines < 0:
            raise OSError(self.error, os.strerror(self.error))
        return super().write(text)


Printed = Callable[..., tuple[object, str]]


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Printed:
    """The exit code of a command that can print so many lines, and what it says of that."""

    def run(*arguments: object, lines: int, error: int = errno.ENOSPC) -> tuple[object, str]:
        said = io.StringIO()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", Full(lines, error))
            patch.setattr(sys, "stderr", said)
            with pytest.raises(SystemExit) as ended:
                main([str(a) for a in arguments])
        return ended.value.code, said.getvalue()

    return run


FULL = (2, f"Error: {os.strerror(errno.ENOSPC)}\n")
CLOSED = (1, "")  # as by `| head -1`


def test_a_training_that_can_print_nothing_leaves_no_folder(
    printed: Printed, tmp_path: Path
) -> None:
    new = ("train", "digits", *SMALL, "--out", tmp_path / "run")
    assert printed(*new, lines=0) == FULL
    assert printed(*new, lines=1) == FULL
    assert printed(*new, lines=1, error=errno.EPIPE) == CLOSED
    assert not os.listdir(tmp_path)


def test_a_training_that_can_print_no_more_can_be_resumed(printed: Printed, tmp_path: Path) -> None:
    said = good("train", "digits", *SMALL, "--out", tmp_path / "whole").splitlines()
    before = next(i for i, line in enumerate(said) if "nats per symbol: train" in line)
    new = ("train", "digits", *SMALL, "--out", tmp_path / "run")
    assert printed(*new, lines=before) == FULL
    assert printed("train", "--resume", tmp_path / "run", lines=0) == FULL
    good("train", "--resume", tmp_path / "run", "--max-steps", 6)
    assert [row["step"] for row in RunFolder.load(tmp_path / "run").metrics()] == [4.0, 6.0]


@pytest.mark.parametrize("command", [["--help"], ["--version"], ["datasets"], ["train", "--help"]])
def test_every_command_says_it_in_one_line(printed: Printed, command: list[str]) -> None:
    assert printed(*command, lines=0) == FULL
    assert printed(*command, lines=0, error=errno.EPIPE) == CLOSED


@pytest.mark.skipif(os.name == "nt", reason="Windows has no sh to close them with")
def test_standard_streams_that_are_closed_are_opened() -> None:
    """Or a file of the run would have the number of standard error."""
    code = (
        "import os; from throughtime import __main__ as m; m._open_streams(); "
        "os._exit(os.open(os.devnull, os.O_RDONLY))"
    )
    done = subprocess.run(["sh", "-c", f'"{sys.executable}" -c "{code}" <&- >&- 2>&-'], check=False)
    assert done.returncode == 3
