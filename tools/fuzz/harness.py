"""What a damaged input may do: be read, or be refused in one line by an error of the library's."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import click

import throughtime
from tests.helpers.commands import run

OURS = str(Path(throughtime.__file__).parent)


def is_ours(error: BaseException) -> bool:
    """Whether the library itself has raised it, and not something that it calls."""
    return traceback.extract_tb(error.__traceback__)[-1].filename.startswith(OURS)


def read_or_refused(use: Callable[[], object]) -> None:
    """Do it; a refusal is a ``ValueError`` of the library's, in one line."""
    reason = "none"
    try:
        use()
    except ValueError as error:
        if not is_ours(error):
            raise
        reason = str(error)
    assert reason.strip(), "a refusal that says nothing"
    assert "\n" not in reason, f"a refusal of several lines: {reason}"


def command(*arguments: object, stdin: bytes | None = None) -> None:
    """The command does what it is told, or says in one line what is wrong, with exit code 2, or
    with 1 where training has led to no numbers."""
    result = run(*arguments, stdin=stdin)
    lines = result.stderr.split("\n")[:-1]
    said = [line for line in lines if not line.startswith("Warning: ")]
    if result.exit_code == 0:
        assert not said, result.stderr
        return
    expected = 1 if "training stops" in result.stderr else 2
    assert result.exit_code == expected, (result.exit_code, result.output, result.exception)
    assert isinstance(result.exception, SystemExit), result.exception
    assert len(said) == 1, result.stderr
    assert said[0].startswith("Error: "), result.stderr
    error: BaseException | None = result.exception
    while isinstance(error, SystemExit | click.ClickException):
        error = error.__context__
    if isinstance(error, ValueError) and not is_ours(error):
        raise error


def finding(example: Callable[[], object]) -> str:
    """What an example has found: an error that is no refusal, and where it is from; or nothing."""
    try:
        example()
    except BaseException as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        said = " ".join(str(error).split())[:300]
        return f"{type(error).__name__}: {said} ({last.filename}:{last.lineno})"
    return ""
