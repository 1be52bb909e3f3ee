"""``throughtime predict``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import click
import torch
from torch import Tensor
from torch.distributions import Categorical, Distribution

from throughtime.cli.how import How
from throughtime.cli.opening import opened
from throughtime.cli.rows import (
    FORMAT_HELP,
    FORMS,
    LINES,
    Rows,
    answered,
    as_input,
    fields_of,
    form_of,
    tables,
    warn_of_unknown,
)
from throughtime.cli.series import forecast, series_of
from throughtime.cli.show import said
from throughtime.data.columns import Field, Number
from throughtime.data.formats.encoding import unknown, x_of
from throughtime.data.formats.table import Table
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import given, sees_x
from throughtime.runs.run import Run, RunError


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("file", type=Rows(), default="-")
@click.option("--format", "form", type=click.Choice(["lines", *FORMS]), help=FORMAT_HELP)
@click.option("--json", "as_json", is_flag=True, help="An object a line, with probabilities.")
@click.option("--top", type=click.IntRange(min=1), help="So many labels each; goes with --json.")
@click.option("--beam", type=int, help="Of a sequence: how wide the search for it is [1].")
@click.option("--max-length", type=int, help="Of a sequence: where to cut what has not ended.")
@click.option(
    "--batch-size",
    type=click.IntRange(1, LINES),
    help=f"Lines that are answered together [{LINES}; 1 at a terminal].",
)
def predict(
    run: Path,
    file: BufferedIOBase,
    form: str | None,
    as_json: bool,
    top: int | None,
    beam: int | None,
    max_length: int | None,
    batch_size: int | None,
) -> None:
    """Say what y a RUN's model expects for each x in FILE, or in standard input.

    A line out for each line in, as they come; a broken one stops it, with its number. Where x is
    one text, a line is that text; where it is numbers or several columns, a line is a JSON object
    with their names. A FILE that ends in .csv, .tsv, .jsonl, .parquet or .conll is a table with the
    columns of x, which is read as a whole.

    Of a series, FILE has the steps so far, and a line out is one of the next ten, or --max-length.
    """
    loaded = opened(run)
    if series_of(loaded) is not None:
        for step in forecast(loaded, file, form_of(loaded, form, file), beam, max_length):
            click.echo(json.dumps(step) if as_json else said(step["prediction"]))
        return
    *of_x, of_y = _fields(loaded)
    if top is not None and (of_y.kind != "label" or not as_json):
        raise ValueError("--top is for labels, with --json" + _is(of_y))
    for name, option in (("--beam", beam), ("--max-length", max_length)):
        if option is not None and not of_y.sequence:
            raise ValueError(f"{name} is for sequences{_is(of_y)}")
    rows = batch_size or (1 if file.isatty() else LINES)
    not_known, how = 0, How({}, beam, max_length)
    given_rows = tables(file, tuple(of_x), form_of(loaded, form, file), rows)
    for found in answered(given_rows, lambda table: predictions(loaded, table, how, top)):
        not_known += sum(row["unknown"] for row in found)
        click.echo(
            "\n".join(
                json.dumps(row, ensure_ascii=False) if as_json else said(row["prediction"])
                for row in found
            )
        )
    warn_of_unknown(not_known)


def _fields(run: Run) -> tuple[Field, ...]:
    if not sees_x(run.model):
        raise RunError(
            f"{run.path}: this model takes no x to predict from; use sample, which draws from it"
        )
    if not (fields := fields_of(run)):
        raise RunError(
            f"{run.path}: the x of {run.config.dataset} is no text, which lines could say; use "
            "sample, which shows its held-out x"
        )
    return fields


def _is(field: Field) -> str:
    return f"; the y of this model, {field.name}, is of kind {field.kind}"


@torch.no_grad()
def predictions(run: Run, table: Table, how: How, top: int | None = None) -> list[dict[str, Any]]:
    """What ``--json`` prints for each row of a table of x.

    ``input`` is x, and ``prediction`` the most probable y, as a file would have them. A label has
    its ``probability`` and, if told, the ``top`` ones with theirs; a number is the mean, with its
    ``deviation``; a sequence has its ``log_prob`` in nats, and one of numbers, whose log_prob is a
    density in units of training's deviation, also the ``deviation`` of each, given those before.
    ``unknown`` counts the symbols of x that training has not shown.

    Raises:
        DataError: with file and line, if a value of x is not what it should be.
    """
    *of_x, of_y = _fields(run)
    x = x_of(table, of_x)
    p = given(run.model, x)
    answers = (
        _sequences(p, of_y, how)
        if isinstance(p, SequenceDistribution)
        else _labels(p, of_y, top)
        if isinstance(p, Categorical)
        else _numbers(p, of_y)
    )
    return [
        {"input": as_input(table, of_x, i), **answer, "unknown": count}
        for i, (answer, count) in enumerate(zip(answers, unknown(x, of_x[0]), strict=True))
    ]


def _labels(p: Categorical, of_y: Field, top: int | None) -> Iterator[dict[str, Any]]:
    for probabilities in p.probs:
        best, which = probabilities.topk(min(top or 1, len(probabilities)))
        named = {of_y.decode(k): float(v) for k, v in zip(which, best, strict=True)}
        label, probability = next(iter(named.items()))
        found: dict[str, Any] = {"prediction": label, "probability": probability}
        yield found if top is None else found | {"top": named}


def _numbers(p: Distribution, of_y: Field) -> Iterator[dict[str, Any]]:
    for mean, deviation in zip(p.mean, _deviation(p, of_y).tolist(), strict=True):
        alone = isinstance(of_y, Number)
        yield {"prediction": of_y.decode(mean), "deviation": deviation[0] if alone else deviation}


def _sequences(p: SequenceDistribution, of_y: Field, how: How) -> Iterator[dict[str, Any]]:
    y = how.take(p, (), draw=False)
    log_p = p.log_prob(y).tolist()
    deviations = None if of_y.scale is None else _deviation(p.predictive(y), of_y)
    for i, values in enumerate(y.to_list()):
        found: dict[str, Any] = {"prediction": of_y.decode(values), "log_prob": log_p[i]}
        if deviations is not None:
            own = deviations[i, : len(values)]
            found["deviation"] = (own[:, 0] if of_y.size == 1 else own).tolist()
        yield found


def _deviation(p: Distribution, of_y: Field) -> Tensor:
    """In the unit of the file."""
    assert of_y.scale is not None
    return p.variance.sqrt().double() * of_y.scale.unit
