"""``throughtime sample``."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import click
import torch
from torch import Tensor

from throughtime.cli.evaluate import part
from throughtime.data import Examples, Vocabulary, load
from throughtime.distribution import SequenceDistribution
from throughtime.lengths import Unending
from throughtime.sequence import Sequence
from throughtime.training.likelihood import decoder, given, sees_x
from throughtime.training.run import Run


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("-n", "count", type=click.IntRange(min=1), default=10, help="How many [10].")
@click.option("--temperature", type=float, help="Below one: more probable ones; above: stranger.")
@click.option("--top-k", type=int, help="Only the k most probable symbols of each step.")
@click.option("--top-p", type=float, help="Only the most probable symbols of this probability.")
@click.option("--beam", type=int, help="No draws but the most probable one, by so wide a search.")
@click.option("--max-length", type=int, help="Where to cut what has not ended.")
@click.option("--prefix", help="How the text begins.")
@click.option("--seed", type=int, help="For the same draws again.")
@click.option("--split", default="test", help="Where x is taken from, for a model of y given x.")
@torch.no_grad()
def sample(
    run: Path,
    count: int,
    temperature: float | None,
    top_k: int | None,
    top_p: float | None,
    beam: int | None,
    max_length: int | None,
    prefix: str | None,
    seed: int | None,
    split: str,
) -> None:
    """Draw from a RUN's model.

    A model of y alone makes things up; a model of y given x is shown some held-out x, and
    prints the true y beside its own, which is the most probable one unless it is told to draw.
    """
    loaded = Run.load(run)
    drawing = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
    options = {name: value for name, value in drawing.items() if value is not None}
    if beam is not None and options:
        raise ValueError(
            f"--beam searches and does not draw: leave out {', '.join(_flag(o) for o in options)}, "
            "or --beam"
        )
    if seed is None:
        torch.seed()
    else:
        torch.manual_seed(seed)
    conditional = sees_x(loaded.model)
    if conditional and prefix is not None:
        raise ValueError("--prefix: only for a model of y alone; this one takes an x")
    if conditional:
        data = load(loaded.config.dataset, loaded.config.seed)
        examples = part(data, split)
        examples = examples[torch.randperm(len(examples))[:count]]
        p = given(loaded.model, examples.x)
    else:
        examples = None
        p = given(loaded.model, None)
    if not isinstance(p, SequenceDistribution):
        assert examples is not None
        assert isinstance(examples.y, Tensor)
        for line in _labels(p.mode, p.log_prob(p.mode).exp(), examples.y, loaded):
            click.echo(line)
        return
    beginning = _beginning(loaded, prefix)
    if beginning is not None:
        p = p.observe(beginning)[1]
    if max_length is None:
        max_length = 300 if isinstance(decoder(loaded.model).length, Unending) else 1_000
    if options or (beam is None and not conditional):
        drawn = p.sample(() if conditional else (count,), max_length=max_length, **options)
    else:
        drawn = p.mode(1 if beam is None else beam, max_length=max_length)
    vocabulary = loaded.signature.y_vocabulary
    if examples is None:
        lines = [(prefix or "") + text(y, vocabulary) for y in drawn.flatten().to_list()]
        rule = "─" * 40 if loaded.signature.running and vocabulary is not None else None
        for i, line in enumerate(lines):
            if i and rule:
                click.echo(rule)
            click.echo(line)
        return
    for i, y in enumerate(drawn.to_list()):
        _pair(examples[i : i + 1], y, loaded)


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
