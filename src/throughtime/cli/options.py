"""The options of training, which commands that train share."""

from __future__ import annotations

from collections.abc import Callable

import click

from throughtime.runs.options import Options, help_of

Command = Callable[..., None]

NAMES = {"warm_start": "--from"}
"""Options with another name than their key, which is a word of Python."""


def training_options(*without: str) -> Callable[[Command], Command]:
    """Add an option to a command for each key of the configuration, which checks the values.

    Args:
        *without: the keys that are left out.
    """

    def added(command: Command) -> Command:
        for name in reversed(Options.model_fields):
            if name not in ("dataset", *without):
                option = NAMES.get(name, f"--{name.replace('_', '-')}")
                command = click.option(option, name, metavar="…", help=help_of(name))(command)
        return command

    return added
