"""``throughtime score``."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any

import click
import torch

from throughtime.cli.opening import opened
from throughtime.distribution import SequenceDistribution
from throughtime.sequence import Sequence
from throughtime.training.likelihood import decides_length, given, sees_x
from throughtime.training.run import Run, RunError

LINES = 128
"""Lines that are scored together."""


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("file", type=click.File(encoding="utf-8-sig"), default="-")
@click.option("--json", "as_json", is_flag=True, help="An object a line, with every symbol's term.")
@torch.no_grad()
def score(run: Path, file: TextIOWrapper, as_json: bool) -> None:
    """Say how probable a RUN's model finds each line of FILE, or of standard input.

    A line out for each line in: its log-probability in nats; the same per symbol, its end
    included where the model decides it; and the line.
    """
    loaded = opened(run)
    if sees_x(loaded.model) or loaded.signature.y_vocabulary is None:
        raise RunError(
            f"{run}: only a model of text alone can score lines, and this one "
            + ("takes an x; use evaluate" if sees_x(loaded.model) else "gives numbers")
        )
    unknown = 0
    for scored in scores(loaded, _lines(file)):
        unknown += scored["unknown"]
        if as_json:
            click.echo(json.dumps(scored, ensure_ascii=False))
        else:
            click.echo(f"{scored['log_prob']:.4f}\t{scored['per_symbol']:.4f}\t{scored['text']}")
    if unknown:
        warnings.warn(
            f"{unknown:,} symbols are none that training has shown; they count as one and the "
            "same unknown symbol",
            stacklevel=1,
        )


def scores(run: Run, lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """What ``--json`` prints of each line.

    ``terms`` has log p of each symbol given those before it and, where that decides the length,
    last of the end; ``length`` is log P(τ), where τ is predicted; ``unknown`` counts the symbols
    that training has not shown, which share one probability.

    Raises:
        ValueError: at a line that the model cannot have; the message has its number.
    """
    p, vocabulary = given(run.model, None), run.signature.y_vocabulary
    assert isinstance(p, SequenceDistribution)
    assert vocabulary is not None
    first, ends, unknown = 1, decides_length(run.model), vocabulary.unknown
    while group := list(islice(lines, LINES)):
        rows = []
        for number, line in enumerate(group, first):
            with _at(number):
                rows.append(vocabulary.encode(line))
        try:
            terms = p.terms(Sequence.from_list(rows))
        except ValueError:
            for number, row in enumerate(rows, first):
                with _at(number):
                    p.terms(row[None])
            raise
        symbols = (terms.values + terms.decisions[:, : terms.values.shape[1]]).tolist()
        totals = terms.total().tolist()
        for i, line in enumerate(group):
            count = len(rows[i])
            log_ps = symbols[i][:count]
            if p.length.stops:
                log_ps.append(float(terms.decisions[i, count]))
            yield {
                "text": line,
                "log_prob": totals[i],
                "per_symbol": totals[i] / max(count + ends, 1),
                "terms": log_ps,
                "length": float(terms.length[i]),
                "unknown": 0 if unknown is None else int((rows[i] == unknown).sum()),
            }
        first += len(group)


def _lines(file: TextIOWrapper) -> Iterator[str]:
    try:
        for line in file:
            yield line.removesuffix("\n")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"the lines are not UTF-8 ({error.reason}); convert them first, for instance with "
            "`iconv -t utf-8`"
        ) from None


@contextmanager
def _at(number: int) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from None
