"""Errors as one line, also where several processes have the same one."""

from __future__ import annotations

from typing import Any

import click

from throughtime.runs.errors import ConfigError
from throughtime.training.torchrun import launched


class Failed(click.ClickException):
    """What was asked for has failed; of several processes, the first that fails says why."""

    def show(self, file: Any = None) -> None:
        try:
            speaks = launched().speaks()
        except ConfigError:  # which is what is to be said
            speaks = True
        if speaks:
            super().show(file)


class Refused(Failed):
    """What was asked for cannot be."""

    exit_code = 2
