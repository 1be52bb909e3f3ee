"""``throughtime datasets``."""

from __future__ import annotations

import textwrap

import click

from throughtime.data.embedded import DATASETS


@click.command()
def datasets() -> None:
    """List the embedded data sets: what they are, and their usual wiring."""
    for name, embedded in DATASETS.items():
        click.echo(f"{name:<18}{embedded.wiring}")
        click.echo(textwrap.fill(embedded.about, 96, initial_indent=" " * 4,
                                 subsequent_indent=" " * 4))  # fmt: skip
    click.echo("\nAny text file with one sequence a line will do as well: throughtime train FILE")
