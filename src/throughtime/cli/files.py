"""Arguments and options for files, which commands share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from throughtime.data.reading import FORMATS
from throughtime.runs.config import read_json

FORMAT = click.Choice(FORMATS)
FORMAT_HELP = "Format of FILE [as in training, or by its name]."


DEVICE = click.option(
    "--device", default="cpu", help="Where to compute: auto, cpu, cuda, cuda:1, mps, … [cpu]."
)


class Rows(click.Path):
    """An argument for a file or folder, or for standard input, from which bytes are read."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "-":
            return sys.stdin.buffer
        path = Path(value)
        hint = "give text by standard input instead: echo … | throughtime …"
        if not path.exists():
            self.fail(f"{value!r}: No such file or directory; {hint}", param, ctx)
        if not (path.is_file() or path.is_dir()):  # a pipe without a writer would never open
            self.fail(f"{value!r}: neither a file nor a folder; {hint}", param, ctx)
        return path


class RunPath(click.Path):
    """An argument for the folder of a run; another one is refused before torch is imported."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        read_json(Path(value))
        return Path(value)
