"""``throughtime score``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any

import click
import torch
from torch import Tensor

from throughtime.cli.opening import opened
from throughtime.cli.rows import LINES, as_input, fields_of, lines, tables, warn_of_unknown
from throughtime.cli.show import said
from throughtime.data.files.columns import unknown, x_of, y_of
from throughtime.data.files.table import Table
from throughtime.distribution import SequenceDistribution
from throughtime.sequence import Sequence
from throughtime.training.likelihood import decides_length, given, log_prob, sees_x
from throughtime.training.run import Run, RunError


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("file", type=click.File(encoding="utf-8-sig"), default="-")
@click.option("--json", "as_json", is_flag=True, help="An object a line, with every symbol's term.")
@torch.no_grad()
def score(run: Path, file: TextIOWrapper, as_json: bool) -> None:
    """Say how probable a RUN's model finds each line of FILE, or of standard input.

    A line out for each line in: its log-probability in nats; the same per symbol, its end
    included where the model decides it; and the line. For a model of y given x, a line is a JSON
    object with the columns of both, or FILE a table that has them; the last on a line out is y.
    The density of numbers is one in units of training's deviation.
    """
    loaded = opened(run)
    not_known = 0
    for scored in _scored(loaded, file):
        not_known += scored["unknown"]
        if as_json:
            click.echo(json.dumps(scored, ensure_ascii=False))
        else:
            shown = scored["text"] if "text" in scored else said(scored["target"])
            click.echo(f"{scored['log_prob']:.4f}\t{scored['per_symbol']:.4f}\t{shown}")
    warn_of_unknown(not_known)


def _scored(run: Run, file: TextIOWrapper) -> Iterator[dict[str, Any]]:
    if sees_x(run.model):
        if fields := fields_of(run):
            return scores_given_x(run, tables(file, fields))
    elif run.signature.y_vocabulary is not None:
        return scores(run, lines(file))
    raise RunError(
        f"{run.path}: only a model of text, or of a file's columns, can score lines, and this one "
        + ("takes an x; use evaluate" if sees_x(run.model) else "gives numbers")
    )


def scores(run: Run, texts: Iterator[str]) -> Iterator[dict[str, Any]]:
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
    first, number = 1, vocabulary.unknown
    while group := list(islice(texts, LINES)):
        rows = []
        for i, line in enumerate(group, first):
            with _at(f"line {i}"):
                rows.append(vocabulary.encode(line))
        y = Sequence.from_list(rows)
        try:
            found = _of_sequences(run, p, y)
        except ValueError:
            for i, row in enumerate(rows, first):
                with _at(f"line {i}"):
                    p.terms(row[None])
            raise
        for line, row, one in zip(group, rows, found, strict=True):
            not_known = 0 if number is None else int((row == number).sum())
            yield {"text": line, **one, "unknown": not_known}
        first += len(group)


@torch.no_grad()
def scores_given_x(run: Run, rows: Iterable[Table]) -> Iterator[dict[str, Any]]:
    """The same of y given x, for each row of some tables: ``input`` is x and ``target`` y, as the
    file has them. Of a y that is one value, there is one term.

    Raises:
        ValueError: at a row that the model cannot have; the message has its line.
    """
    *of_x, of_y = fields_of(run)
    for table in rows:
        x, y = x_of(table, of_x), y_of(table, of_y)
        try:
            found = _given(run, x, y)
        except ValueError:
            for i in range(len(table)):
                with _at(table.at(i)):
                    _given(run, x[i : i + 1], y[i : i + 1])
            raise
        not_known = zip(unknown(x, of_x[0]), unknown(y, of_y), strict=True)
        for i, (one, counts) in enumerate(zip(found, not_known, strict=True)):
            seen = as_input(table, of_x, i)
            target = table.column(of_y.name)[i]
            yield {"input": seen, "target": target, **one, "unknown": sum(counts)}


def _given(run: Run, x: Sequence | Tensor, y: Sequence | Tensor) -> list[dict[str, Any]]:
    p = given(run.model, x)
    if isinstance(p, SequenceDistribution):
        assert isinstance(y, Sequence)
        return _of_sequences(run, p, y)
    log_ps = log_prob(p, y).tolist()
    return [{"log_prob": v, "per_symbol": v, "terms": [v], "length": 0.0} for v in log_ps]


def _of_sequences(run: Run, p: SequenceDistribution, y: Sequence) -> list[dict[str, Any]]:
    terms, ends = p.terms(y), decides_length(run.model)
    symbols = (terms.values + terms.decisions[:, : terms.values.shape[1]]).tolist()
    found = []
    for i, (count, total) in enumerate(
        zip(y.lengths.tolist(), terms.total().tolist(), strict=True)
    ):
        log_ps = symbols[i][:count]
        if p.length.stops:
            log_ps.append(float(terms.decisions[i, count]))
        found.append(
            {
                "log_prob": total,
                "per_symbol": total / max(count + ends, 1),
                "terms": log_ps,
                "length": float(terms.length[i]),
            }
        )
    return found


@contextmanager
def _at(where: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
