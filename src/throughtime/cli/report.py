"""``throughtime report``."""

from __future__ import annotations

from pathlib import Path

import click

from throughtime.cli.files import RunPath


@click.command()
@click.argument("run", type=RunPath())
def report(run: Path) -> None:
    """Draw the pictures of a RUN again: wiring, learning curve, lengths, captions,
    forecasts and how good these have been."""
    from throughtime.inference.run import Run
    from throughtime.report.pictures import draw_all

    for picture in draw_all(Run.load(run)):
        click.echo(f"Drew {picture}")
