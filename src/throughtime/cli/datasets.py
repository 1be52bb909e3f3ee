"""``throughtime datasets``."""

from __future__ import annotations

import textwrap

import click

from throughtime.data import DATASETS, load
from throughtime.training.choices import wiring_text


@click.command()
def datasets() -> None:
    """List the embedded data sets: what they are, how large, and their usual wiring."""
    for name in DATASETS:
        data = load(name)
        if data.running:
            sizes = [f"{p.y.values.shape[1]:,} {part}" for part, p in data.splits.items()]
            sizes[-1] += " steps"
        else:
            sizes = [f"{len(p):,} {part}" for part, p in data.splits.items()]
        click.echo(f"{name:<18}{', '.join(sizes):<52}{wiring_text(data.wiring)}")
        click.echo(textwrap.fill(data.description, 96, initial_indent=" " * 4))
    click.echo("\nAny text file with one sequence a line will do as well: throughtime train FILE")
