"""The command line, as its tests call it."""

from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner, Result

from throughtime.cli import main

SMALL = ("--hidden-size", "8", "--max-steps", "4", "--threads", "1")
"""Options of a model that is trained in a moment."""

FILES = {
    "config.json",
    "schema.json",
    "best.safetensors",
    "state.safetensors",
    "metrics.csv",
    ".lock",
}
"""What training leaves in a run's folder, before there are pictures."""

Trained = Callable[..., Path]
"""Trains a model of a name, once, and returns the folder of its run."""


def run(*arguments: object, stdin: str | bytes | None = None) -> Result:
    """The command with these arguments, in this process."""
    return CliRunner().invoke(main, [str(a) for a in arguments], input=stdin)


def good(*arguments: object, stdin: str | bytes | None = None) -> str:
    """What it prints where nothing is wrong."""
    result = run(*arguments, stdin=stdin)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def bad(*arguments: object, stdin: str | bytes | None = None) -> str:
    """The one line on stderr that says what is wrong."""
    result = run(*arguments, stdin=stdin)
    assert result.exit_code == 2, (result.output, result.exception)
    assert isinstance(result.exception, SystemExit)
    line, nothing = result.stderr.split("\n")
    assert not nothing
    assert line.startswith("Error: ")
    return line
