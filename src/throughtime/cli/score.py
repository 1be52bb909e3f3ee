"""``throughtime score``."""

from __future__ import annotations

import json
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import click
import torch
from torch import Tensor

from throughtime.cli import series
from throughtime.cli.opening import opened
from throughtime.cli.rows import (
    FORMAT_HELP,
    FORMS,
    Rows,
    answered,
    as_input,
    fields_of,
    form_of,
    tables,
    warn_of_unknown,
)
from throughtime.cli.show import said
from throughtime.data.columns import WHOLE, Characters, Field
from throughtime.data.formats.encoding import unknown, x_of, y_of
from throughtime.data.formats.table import Table
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import decides_length, given, log_prob, sees_x
from throughtime.runs.run import Run, RunError
from throughtime.sequence import Sequence


class Line(Characters):
    """A line of a text, in a run's own symbols, which may be empty."""

    def parse(self, value: Any) -> Any:
        return value


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("file", type=Rows(), default="-")
@click.option("--format", "form", type=click.Choice(["lines", *FORMS]), help=FORMAT_HELP)
@click.option("--json", "as_json", is_flag=True, help="An object a line, with every symbol's term.")
@torch.no_grad()
def score(run: Path, file: BufferedIOBase, form: str | None, as_json: bool) -> None:
    """Say how probable a RUN's model finds each line of FILE, or of standard input.

    A line out for each line in: its log-probability in nats; the same per symbol, its end
    included where the model decides it; and the line. A broken line stops it, with its number.
    For a model of y given x, a line is a JSON object with the columns of both, or FILE a table
    that has them; the last on a line out is y. Of a series, FILE has its columns, and each row is
    scored given those before. The density of numbers is one in units of
    training's deviation.
    """
    loaded = opened(run)
    if series.series_of(loaded) is not None:
        for scored in series.scores(loaded, file, form_of(loaded, form, file)):
            _show(scored, as_json)
        return
    of_x, of_y = _fields(loaded)
    if isinstance(of_y, Line):
        if form in FORMS:
            raise RunError(
                f"--format {form}: {run} models lines of text, and no columns; give lines"
            )
        form = "lines"
    form = form_of(loaded, form, file)
    not_known = 0
    given_rows = tables(file, (*of_x, of_y), form)
    for found in answered(given_rows, lambda table: scores(loaded, table)):
        for scored in found:
            not_known += scored["unknown"]
            _show(scored, as_json)
    warn_of_unknown(not_known)


def _show(scored: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(scored, ensure_ascii=False))
        return
    shown = scored["text"] if "text" in scored else said(scored["target"])
    click.echo(f"{scored['log_prob']:.4f}\t{scored['per_symbol']:.4f}\t{shown}")


def _fields(run: Run) -> tuple[tuple[Field, ...], Field]:
    """The columns of x, where the model sees it, and that of y; of lines, the text."""
    sees = sees_x(run.model)
    fields = fields_of(run)
    if fields and fields[-1].name != WHOLE:
        return (fields[:-1] if sees else ()), fields[-1]
    if not sees and run.signature.y_vocabulary is not None:
        line = Line("text")
        line.vocabulary = run.signature.y_vocabulary
        return (), line
    raise RunError(
        f"{run.path}: only a model of text, or of a file's columns, can score lines, and this one "
        + ("takes an x; use evaluate" if sees else "gives numbers; use evaluate")
    )


@torch.no_grad()
def scores(run: Run, table: Table) -> list[dict[str, Any]]:
    """What ``--json`` prints for each row of a table.

    ``text`` is the line; of a file's columns, ``input`` is x and ``target`` y, as the file has
    them. ``terms`` has log p of each symbol given those before it and, where that decides the
    length, last of the end; of a y that is one value, there is one term. ``length`` is log P(τ),
    where τ is predicted; ``unknown`` counts the symbols that training has not shown, which share
    one probability.

    Raises:
        ValueError: if the model cannot have a row.
    """
    of_x, of_y = _fields(run)
    x, y = x_of(table, of_x) if of_x else None, y_of(table, of_y)
    counts = unknown(y, of_y)
    if x is not None:
        counts = [a + b for a, b in zip(counts, unknown(x, of_x[0]), strict=True)]
    found = []
    for i, (one, count) in enumerate(zip(_given(run, x, y), counts, strict=True)):
        seen = {"input": as_input(table, of_x, i)} if of_x else {}
        name = "text" if isinstance(of_y, Line) else "target"
        found.append({**seen, name: table.column(of_y.name)[i], **one, "unknown": count})
    return found


def _given(run: Run, x: Sequence | Tensor | None, y: Sequence | Tensor) -> list[dict[str, Any]]:
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
