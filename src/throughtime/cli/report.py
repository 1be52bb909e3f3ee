"""``throughtime report``."""

from __future__ import annotations

from pathlib import Path

import click

from throughtime.data import load
from throughtime.report.pictures import draw_all
from throughtime.training.run import Run


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
def report(run: Path) -> None:
    """Draw the pictures of a RUN anew: how training went, its lengths, its captions."""
    loaded = Run.load(run)
    for picture in draw_all(loaded, load(loaded.config.dataset, loaded.config.seed)):
        click.echo(f"Drew {picture}")
