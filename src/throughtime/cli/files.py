"""Arguments and options for files, which commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

FORMAT = click.Choice(["lines", "table", "conll", "fasta", "fasttext", "ucr"])
FORMAT_HELP = "Format of FILE [as in training, or by its name]."


class Rows(click.File):
    """An argument for a file or standard input, opened for reading bytes."""

    def __init__(self) -> None:
        super().__init__("rb")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from throughtime.data import DataError  # here, since it imports torch
        from throughtime.data.formats.opening import check_regular

        path = Path(str(value))
        try:  # before it is opened, which may wait for ever
            if value != "-" and path.exists():
                check_regular(path)
        except DataError as error:
            self.fail(str(error), param, ctx)
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            hint = "; give text by standard input instead: echo … | throughtime …"
            self.fail(error.message + hint, param, ctx)
