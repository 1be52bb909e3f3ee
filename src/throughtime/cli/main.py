"""The command ``throughtime``, which prints each error as one line on standard error."""

from __future__ import annotations

import errno
import warnings
from importlib import import_module
from typing import Any, NoReturn, TextIO

import click

import throughtime
from throughtime.cli.refusing import Refused
from throughtime.extras import MissingPackage, needed_for
from throughtime.training.torchrun import launched

COMMANDS = (
    *("datasets", "train", "sweep", "evaluate", "sample", "predict", "score"),
    *("report", "draw", "runs", "doctor"),
)
"""The commands; each is in a module of its name, imported when the command is used."""


class _OneLine(click.Group):
    """Commands with one-line errors; the exit code is 2 for bad input and 1 for failed training."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        with needed_for(f"throughtime {cmd_name}"):
            module = import_module(f"throughtime.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def make_context(self, *args: Any, **named: Any) -> click.Context:
        try:
            return super().make_context(*args, **named)
        except OSError as error:  # --help and --version print here
            _refuse_file(error)

    def invoke(self, ctx: click.Context) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("default", UserWarning)
            warnings.showwarning = _warn
            try:
                with needed_for("this command"):
                    return super().invoke(ctx)
            except click.UsageError as error:
                _refuse(error.format_message())
            except MissingPackage as error:
                _refuse(str(error))
            except OSError as error:
                _refuse_file(error)
            except ValueError as error:  # the library's errors all say what was expected
                _refuse(str(error))
            except (MemoryError, RuntimeError) as error:  # torch has no exception of its own
                if not isinstance(error, MemoryError) and "allocate memory" not in str(error):
                    raise
                _refuse(f"there is not enough memory for this: {str(error).splitlines()[0]}")


def _refuse(reason: str) -> NoReturn:
    raise Refused(" ".join(reason.split())) from None


def _refuse_file(error: OSError) -> NoReturn:
    """Say what is wrong with a file; standard output is one without a name."""
    if error.errno == errno.EPIPE:  # as `head` leaves it: click ends without a word
        raise error
    reason = error.strerror or str(error)
    _refuse(f"{error.filename}: {reason}" if error.filename else reason)


def _warn(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    if launched().rank == 0:
        click.echo(f"Warning: {' '.join(str(message).split())}", err=True)


@click.group(cls=_OneLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(throughtime.__version__, prog_name="throughtime")
def main() -> None:
    """Recurrent sequence models as probability distributions.

    A run is a folder: `train` makes it, the other commands read it.
    """
