"""Files as arguments of commands."""

from __future__ import annotations

from typing import Any

import click

FORMAT = click.Choice(["lines", "table", "conll"])
FORMAT_HELP = "How FILE is read [as the run was told, or by its name]."


class Rows(click.File):
    """A file, or standard input, as bytes."""

    def __init__(self) -> None:
        super().__init__("rb")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            hint = "; what is no file comes by standard input: echo … | throughtime …"
            self.fail(error.message + hint, param, ctx)
