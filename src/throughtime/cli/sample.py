"""``throughtime sample``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from throughtime.cli.files import DEVICE, RunPath

if TYPE_CHECKING:
    from throughtime.inference.decoding import Decoding
    from throughtime.runs.folder import RunFolder


@click.command()
@click.argument("run", type=RunPath())
@click.option("-n", "count", type=click.IntRange(min=1), help="Number of samples [10].")
@click.option("--temperature", type=float, help="Below 1, samples vary less [1].")
@click.option("--top-k", type=int, help="Draw from the k most probable symbols.")
@click.option("--top-p", type=float, help="Draw from the most probable of this total probability.")
@click.option("--beam", type=int, help="Beam search of this width, instead of draws.")
@click.option("--max-length", type=int, help="Cut sequences at this length.")
@click.option("--prefix", help="Beginning of the text, for a model of text without x.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Seed of the draws.")
@click.option("--split", help="Part of the data that x is from, for a model of y given x [test].")
@DEVICE
def sample(
    run: Path,
    count: int | None,
    prefix: str | None,
    seed: int | None,
    split: str | None,
    temperature: float | None,
    top_k: int | None,
    top_p: float | None,
    beam: int | None,
    max_length: int | None,
    device: str,
) -> None:
    """Draw from the model of a RUN.

    A model without x gives samples of y. A model of y given x is given held-out x, and its y is
    printed beside the true one: the most probable y, or a sample if an option of drawing is given.
    """
    import torch

    from throughtime.evaluation.likelihood import sees_x
    from throughtime.inference.decoding import Decoding
    from throughtime.inference.run import Run

    loaded = Run.load(run, device).folder
    decoding = Decoding(temperature, top_k, top_p, beam, max_length)
    if seed is not None:
        torch.manual_seed(seed)
    else:
        torch.seed()
    if not sees_x(loaded.model):
        if split is not None:
            raise ValueError("--split: this model takes no x, so it needs no data")
        if beam is not None and count is not None:
            raise ValueError("-n: there is one most probable sequence; leave -n or --beam out")
        lines = _made_up(loaded, count or 10, prefix, decoding)
    else:
        if prefix is not None:
            raise ValueError("--prefix: this model gives y for an x; leave it out")
        lines = _beside(loaded, split or "test", count or 10, decoding)
    for line in lines:
        click.echo(line)


def _made_up(run: RunFolder, count: int, prefix: str | None, decoding: Decoding) -> Iterator[str]:
    from throughtime.cli.show import said
    from throughtime.inference.sample import sample as draw

    pages = run.schema.running and run.schema.y_vocabulary is not None  # of many lines
    for i, drawn in enumerate(draw(run, count, prefix=prefix, decoding=decoding)):
        if i and pages:
            yield "─" * 40
        yield drawn.value if pages else said(drawn.value)


def _beside(run: RunFolder, split: str, count: int, decoding: Decoding) -> Iterator[str]:
    import torch

    from throughtime.cli.show import labelled, said
    from throughtime.data.columns import Features
    from throughtime.inference.evaluate import part
    from throughtime.inference.sample import compare

    sets = isinstance(run.schema.y, Features)
    examples = part(run.data(), split)
    chosen = examples[torch.randperm(len(examples))[:count]]
    for i, pair in enumerate(compare(run, chosen, decoding)):
        if pair.symbols is not None:
            yield "─" * 40
            yield from labelled(pair.symbols, list(pair.guess), list(pair.true))
            continue
        if not i:
            yield "true | model"
        sure = "" if pair.probability is None else f" ({pair.probability:.0%} sure)"
        true, guess = (", ".join(v) if sets else v for v in (pair.true, pair.guess))
        yield f"{said(true)} | {said(guess)}{sure}"
