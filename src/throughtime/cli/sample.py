"""``throughtime sample``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click
import torch
from torch import Tensor
from torch.distributions import Categorical

from throughtime.cli.evaluate import part
from throughtime.cli.how import How
from throughtime.cli.opening import opened
from throughtime.cli.rows import warn_of_unknown
from throughtime.cli.show import labelled, said, text
from throughtime.data import Examples
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import given, sees_x
from throughtime.lengths import DecidedBy
from throughtime.runs.run import Run
from throughtime.sequence import Sequence


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("-n", "count", type=click.IntRange(min=1), help="How many [10].")
@click.option("--temperature", type=float, help="Below 1 for the more probable, above for the odd.")
@click.option("--top-k", type=int, help="Only the k most probable symbols of each step.")
@click.option("--top-p", type=float, help="Only the most probable symbols of this probability.")
@click.option("--beam", type=int, help="Instead of draws, the most probable, by a search so wide.")
@click.option("--max-length", type=int, help="Where to cut what has not ended.")
@click.option("--prefix", help="How the text begins, for a model of text alone.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="For the same ones again.")
@click.option("--split", help="Where x comes from, for a model of y given x [test].")
@torch.no_grad()
def sample(
    run: Path,
    count: int | None,
    beam: int | None,
    max_length: int | None,
    prefix: str | None,
    seed: int | None,
    split: str | None,
    **bent: float | None,
) -> None:
    """Draw from the model of a RUN.

    A model of y alone makes things up. A model of y given x is shown held-out x, and its y stands
    beside the true one: its most probable y, unless it is told how to draw.
    """
    loaded = opened(run)
    how = How({name: v for name, v in bent.items() if v is not None}, beam, max_length)
    if seed is not None:
        torch.manual_seed(seed)
    else:
        torch.seed()
    if not sees_x(loaded.model):
        if split is not None:
            raise ValueError("--split: this model takes no x, so it needs no data")
        if how.beam is not None and count is not None:
            raise ValueError("-n: there is one most probable sequence; leave -n or --beam out")
        lines = _alone(loaded, how, count or 10, prefix)
    else:
        if prefix is not None:
            raise ValueError("--prefix: this model gives y for an x, and takes no beginning of y")
        examples = part(loaded.data(), split or "test")
        chosen = examples[torch.randperm(len(examples))[: count or 10]]
        lines = _beside(loaded, how, chosen)
    for line in lines:
        click.echo(line)


def _alone(run: Run, how: How, count: int, prefix: str | None) -> Iterator[str]:
    p, vocabulary = given(run.model, None), run.signature.y_vocabulary
    assert isinstance(p, SequenceDistribution)
    begun: Tensor | None = None
    if prefix is not None:
        if vocabulary is None:
            raise ValueError("--prefix: this model gives numbers, which a text does not begin")
        begun = vocabulary.encode(prefix)
        if vocabulary.unknown is not None:
            warn_of_unknown(int((begun == vocabulary.unknown).sum()))
        p = p.observe(Sequence(begun[None])[0])[1]
    written = _writer(run)
    pages = run.signature.running and vocabulary is not None  # texts of many lines each
    for i, y in enumerate(how.take(p, (count,), draw=True).to_list()):
        if i and pages:
            yield "─" * 40
        yield written(y if begun is None else torch.cat([begun, y]))


def _writer(run: Run) -> Callable[[Tensor], str]:
    """How y is written: as the column of a file has it, in its own unit, if it is from one."""
    if run.signature.fields:
        field = run.signature.fields[-1]
        return lambda y: said(field.decode(y))
    sequence = run.signature.y == "sequence"
    return lambda y: text(y if sequence else y[None], run.signature.y_vocabulary)


def _beside(run: Run, how: How, examples: Examples) -> Iterator[str]:
    signature, p, written = run.signature, given(run.model, examples.x), _writer(run)
    x_symbols, y_symbols = signature.x_vocabulary, signature.y_vocabulary
    if not isinstance(p, SequenceDistribution):
        assert isinstance(examples.y, Tensor)
        best = p.mode if isinstance(p, Categorical) else p.mean
        yield "true | model"
        for i, (guess, true) in enumerate(zip(best, examples.y, strict=True)):
            sure = f" ({float(p.probs[i].max()):.0%} sure)" if isinstance(p, Categorical) else ""
            yield f"{written(true)} | {written(guess)}{sure}"
        return
    assert isinstance(examples.y, Sequence)
    guesses, truths = how.take(p, (), draw=False).to_list(), examples.y.to_list()
    same_length = p.length.decided_by is DecidedBy.INPUT
    if not same_length:
        yield "true | model"
    for i, (guess, true) in enumerate(zip(guesses, truths, strict=True)):
        if not (same_length and x_symbols is not None and y_symbols is not None):
            yield f"{written(true)} | {written(guess)}"
            continue
        assert isinstance(examples.x, Sequence)
        shown = [x_symbols.symbols[k] for k in examples.x.to_list()[i].tolist()]
        names = [[y_symbols.symbols[k] for k in labels.tolist()] for labels in (guess, true)]
        yield "─" * 40
        yield from labelled(shown, *names)
