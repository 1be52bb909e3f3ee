"""Arguments and options for files, which commands share."""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from glob import glob
from io import BufferedIOBase
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


OUT = click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write the answers for all FILES into this folder: as Parquet, or JSON lines with --json.",
)

ENGINE = click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    help="Who answers, with --out: this process, or a Ray cluster [local].",
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


class Pattern(Rows):
    """Such an argument, or a pattern as ``in/*.parquet``: all files with such names, in order."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value != "-" and not Path(value).exists():
            matching = sorted(glob(value, recursive=True))
            if matching:
                return [Path(match) for match in matching]
        return [super().convert(value, param, ctx)]


Source = BufferedIOBase | Path

FILES = click.argument("files", metavar="[FILE]...", type=Pattern(), nargs=-1)


def one_of(files: Sequence[list[Source]], engine: str | None) -> Source:
    """The one source of rows where the answers are printed.

    Raises:
        ValueError: if there are several, or an engine for files.
    """
    sources = [source for some in files for source in some]
    if len(sources) > 1 or engine is not None:
        what = f"{len(sources)} files" if len(sources) > 1 else "--engine"
        raise ValueError(f"{what} without a folder for the answers; give one: --out DIRECTORY")
    stdin: Any = sys.stdin.buffer
    return sources[0] if sources else stdin


def write_answers(
    run: Path,
    use: str,
    files: Sequence[list[Source]],
    out: Path,
    *,
    engine: str | None,
    as_json: bool,
    form: str | None,
    device: str,
    rows: int | None,
    options: Mapping[str, int | None],
) -> None:
    """Write the answers for all rows of some files into a folder, and say what became of them.

    Raises:
        ValueError: if a source is no file, or the answers cannot be given or written.
    """
    from throughtime.data.vocabularies.absent import warn_of_absent
    from throughtime.inference.files.answers import answer_files
    from throughtime.inference.files.out import ASIDE
    from throughtime.inference.files.worker import Job
    from throughtime.inference.rows import LINES, warn_of_unknown

    sources = [source for some in files for source in some]
    paths = [source for source in sources if isinstance(source, Path)]
    if not paths or len(paths) < len(sources):
        raise ValueError("--out is for the answers to files; give them by name, or by a pattern")
    given = {name: value for name, value in options.items() if value is not None}
    job = Job(run, use, given, out.absolute(), as_json, form, device, rows or LINES, Path.cwd())
    count = answer_files(job, paths, engine or "local")
    named = paths[0] if len(paths) == 1 else f"{len(paths):,} files"
    click.echo(f"{count.rows:,} rows of {named} are answered in {out}")
    if count.aside:
        warnings.warn(
            f"{count.aside:,} rows or files could not be read, and are in {out / ASIDE} with their "
            f"reasons; the first: {count.first}",
            stacklevel=1,
        )
    warn_of_unknown(count.unknown)
    warn_of_absent(Counter(count.absent), "scores of -inf")


def refuse(options: Mapping[str, object], why: str) -> None:
    """Refuse the first of some options that is given; a flag that is not has False.

    Raises:
        ValueError: if there is one.
    """
    for name, value in options.items():
        if value is not None and value is not False:
            raise ValueError(f"--{name} {why}")


class RunPath(click.Path):
    """An argument for the folder of a run; another one is refused before torch is imported."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        read_json(Path(value))
        return Path(value)
