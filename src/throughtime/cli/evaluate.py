"""``throughtime evaluate``."""

from __future__ import annotations

import json
from pathlib import Path

import click
import torch

from throughtime.cli.datasets import size
from throughtime.cli.opening import opened
from throughtime.data import Dataset, Examples
from throughtime.evaluation.likelihood import MEASURED, Model, decoder, sees_x
from throughtime.evaluation.metrics import Number
from throughtime.evaluation.metrics import evaluate as numbers_of
from throughtime.evaluation.metrics.bootstrap import FEWEST, RESAMPLES
from throughtime.evaluation.metrics.rows import CHUNK
from throughtime.lengths import DecidedBy
from throughtime.sequence import Sequence

UNITS = {False: "rows, those with the same x together", True: f"chunks of {CHUNK:,} steps"}
"""What is drawn anew, of single rows and of running text."""


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--split", default="test", help="Which part of the data [test].")
@click.option("--shuffled", is_flag=True, help="Give each y the x of another: a control.")
@click.option("--interval", is_flag=True, help="Also 95 % intervals, by drawing rows anew.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def evaluate(run: Path, split: str, shuffled: bool, interval: bool, as_json: bool) -> None:
    """Measure a RUN on examples that it was not trained on."""
    loaded = opened(run)
    data = loaded.data()
    whole = part(data, split)
    examples = whole.some(MEASURED)
    how_many = what_of(whole, examples, data.running)
    if shuffled:
        examples = shuffled_x(loaded.model, examples)
    numbers = numbers_of(
        loaded.model,
        examples,
        vocabulary=data.y_vocabulary,
        kind=None if data.y_field is None else data.y_field.kind,
        running=data.running,
        interval=interval,
    )
    drawn = f"{RESAMPLES:,} times {UNITS[data.running]}" if interval else None
    if as_json:
        said = {"dataset": data.name, "split": split, "shuffled": shuffled, "resampled": drawn}
        said["examples"] = how_many
        click.echo(json.dumps({**said, "numbers": [number._asdict() for number in numbers]}))
    else:
        what = f"{split}, x shuffled" if shuffled else split
        click.echo(f"{data.name}, {what}: {how_many}")
        if interval and all(number.low is None for number in numbers):
            click.echo(f"No intervals: there are fewer than {FEWEST} {UNITS[data.running]}")
        elif drawn:
            click.echo(f"In brackets: 95 % intervals, by resampling {drawn}")
        click.echo(table(numbers))


def part(data: Dataset, split: str) -> Examples:
    """One part of the data.

    Raises:
        ValueError: if there is no such part.
    """
    if split not in data.splits:
        raise ValueError(
            f"{data.name} has no part {split!r}; expected one of {', '.join(data.splits)}"
        )
    return data.splits[split]


def what_of(whole: Examples, measured: Examples, running: bool) -> str:
    """How much of a part is measured."""
    count = f"{size(measured):,} {'steps' if running else 'rows'}"
    if measured is whole:
        return count
    assert isinstance(whole.y, Sequence)
    assert isinstance(measured.y, Sequence)
    symbols = f"{int(measured.y.lengths.sum()):,} of {int(whole.y.lengths.sum()):,} symbols"
    if running:
        return f"the first {symbols}"
    return f"{count} of {len(whole):,}, evenly spread, with {symbols}"


def shuffled_x(model: Model, examples: Examples) -> Examples:
    """The same rows, each with the x of another one.

    What a model then still gains over one that sees no x, it does not gain from x.

    Raises:
        ValueError: if the model sees no x, or x decides the length of y.
    """
    if not sees_x(model) or examples.x is None:
        raise ValueError("--shuffled: this model sees no x, so there is nothing to shuffle")
    length = decoder(model).length
    if length is not None and length.decided_by is DecidedBy.INPUT:
        raise ValueError("--shuffled: each y has the length of its own x, so no other x will do")
    order = torch.randperm(len(examples), generator=torch.Generator().manual_seed(0))
    other = torch.empty_like(order)
    other[order] = order.roll(1)
    return Examples(examples.x[other], examples.y)


def table(numbers: list[Number]) -> str:
    """The numbers below each other, with their intervals, if there are any, and their units."""
    width = max(len(number.name) for number in numbers)
    shown = [_interval(number) for number in numbers]
    between = max(len(interval) for interval in shown)
    return "\n".join(
        f"{n.name:<{width}}  {n.value:8.4f}{interval:<{between}}  {n.unit}"
        for n, interval in zip(numbers, shown, strict=True)
    )


def _interval(number: Number) -> str:
    if number.low is None or number.high is None:
        return ""
    return f"  [{number.low:.4f}, {number.high:.4f}]"
