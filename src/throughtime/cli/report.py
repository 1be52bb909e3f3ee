"""``throughtime report``."""

from __future__ import annotations

from pathlib import Path

import click

from throughtime.cli.opening import opened
from throughtime.report.pictures import draw_all


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
def report(run: Path) -> None:
    """Draw the pictures of a RUN anew: how training went, its lengths, its captions."""
    loaded = opened(run)
    for picture in draw_all(loaded, loaded.data()):
        click.echo(f"Drew {picture}")
