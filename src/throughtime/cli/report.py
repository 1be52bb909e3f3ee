"""``throughtime report``."""

from __future__ import annotations

from pathlib import Path

import click

from throughtime.cli.files import RunPath


@click.command()
@click.argument("runs", metavar="RUN...", type=RunPath(), nargs=-1, required=True)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    help="Write the page to this .html file [RUN/report.html; of several, ./report.html].",
)
def report(runs: tuple[Path, ...], out: Path | None) -> None:
    """Write a page that shows what a RUN has learned, or several beside each other.

    The page is one HTML file that opens anywhere, without a network or a script. Its pictures are
    beside it as SVG and PNG, in the folder `pictures`, and its numbers as CSV, in `numbers`; with
    -o FILE.html, these are in the folder FILE-files.
    """
    from throughtime.inference.run import Run
    from throughtime.report import write

    click.echo(f"Wrote {write([Run.load(run) for run in runs], out)}")
