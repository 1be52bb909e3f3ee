"""``throughtime datasets``."""

from __future__ import annotations

import textwrap

import click

from throughtime.data import DATASETS, Examples, load
from throughtime.runs.choices import wiring_text
from throughtime.sequence import Sequence


@click.command()
def datasets() -> None:
    """List the embedded data sets: what they are, how large, and their usual wiring."""
    for name in DATASETS:
        data = load(name)
        sizes = [f"{size(examples):,} {part}" for part, examples in data.splits.items()]
        click.echo(f"{name:<18}{', '.join(sizes):<52}{wiring_text(data.wiring)}")
        click.echo(textwrap.fill(data.description, 96, initial_indent=" " * 4))
    click.echo("\nAny text file with one sequence a line will do as well: throughtime train FILE")


def size(examples: Examples) -> int:
    """How many rows; of one long row, such as running text, how many steps."""
    y = examples.y
    return y.steps if isinstance(y, Sequence) and len(y) == 1 else len(y)
