"""Score rows: the log-probability of each y, given its x."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution

from throughtime.data.columns import WHOLE, Column
from throughtime.data.pairs.encoding import unknown, x_of, y_of
from throughtime.data.table.table import Table
from throughtime.data.vocabularies.absent import absent_labels, warn_of_absent
from throughtime.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import (
    decides_length,
    log_prob,
    sees_x,
    stand_ins,
    terms_of,
    y_given,
)
from throughtime.inference.question import Question
from throughtime.inference.results import Score
from throughtime.inference.rows import LINES, RUNNING, answered, as_input, reading_of, tables
from throughtime.inference.running import line_scores
from throughtime.inference.series import is_series, observed
from throughtime.inference.surprise import scores_of_series
from throughtime.inference.top import check_top, top_of
from throughtime.runs.device import placed
from throughtime.runs.folder import RunFolder
from throughtime.sequence import Sequence


def score(
    run: RunFolder,
    source: object,
    *,
    top: int | None = None,
    form: str | None = None,
    rows: int = LINES,
) -> Iterator[Score]:
    """log p(y | x) of each row, in the order of the rows; of a series, of each step.

    For a model of running text, a file is one text, and each of its lines is given those before
    it. As ``lines`` and in memory, each text is one of its own.

    A label that training lacks has probability zero: log p is -inf, which is warned of at the end.

    Args:
        run: the model.
        source: rows with the columns of y and, if the model sees x, of x.
        top: the number of most probable symbols to add at each step.
        form: the format of a file.
        rows: the number of rows in a batch.

    Raises:
        ValueError: if ``top`` does not apply to y; with file and line, if a row cannot be encoded,
            after the scores of the rows before it.
    """
    absent: Counter[str] = Counter()
    asked = question(run, absent, top=top)
    if run.schema.of_series:
        return scores_of_series(run, source)
    if is_series(run):
        return _steps(run, source, form)
    reading = reading_of(run, form, source)
    if reading.format == RUNNING and isinstance(source, str | Path | BufferedIOBase):
        return line_scores(run, source, top)
    return _scored(tables(source, asked.columns, reading, rows), asked, absent)


def question(run: RunFolder, absent: Counter[str], *, top: int | None = None) -> Question[Score]:
    """What :func:`score` asks of each row, with the option that it has.

    Args:
        run: the model.
        absent: the labels that training lacks are added to it.
        top: the number of most probable symbols to add at each step.

    Raises:
        ValueError: if ``top`` does not apply to y.
    """
    of_y = run.schema.y
    if top is not None and of_y.vocabulary is None:
        raise ValueError(f"top is for symbols; column {of_y.name!r} is of kind {of_y.kind}")
    check_top(top)
    return Question((*_seen(run), of_y), lambda table: scores(run, table, top, absent))


def _scored(
    given: Iterator[Table], asked: Question[Score], absent: Counter[str]
) -> Iterator[Score]:
    yield from answered(given, asked.answer)
    warn_of_absent(absent, "scores of -inf")


@torch.no_grad()
def scores(run: RunFolder, table: Table, top: int | None, absent: Counter[str]) -> list[Score]:
    """The scores of the rows of a table; the labels that training lacks are added to ``absent``.

    Raises:
        ValueError: if a row cannot be encoded.
    """
    of_x, of_y = _seen(run), run.schema.y
    x, y = x_of(table, of_x) if of_x else None, y_of(table, of_y)
    absent += absent_labels(y)
    counts = unknown(y, of_y)
    if x is not None:
        counts = [a + b for a, b in zip(counts, unknown(x, of_x[0]), strict=True)]
    joined = len(of_y.sources) > 1  # there is no column of this name
    targets = of_y.values_in(table) if joined else table.column(of_y.name)
    return [
        Score(
            input=as_input(table, of_x, i) if of_x else None,
            target=of_y.echo(targets[i]),
            unknown=count,
            line=of_y.name == WHOLE,
            **numbers,
        )
        for i, (numbers, count) in enumerate(
            zip(_numbers(run, of_y, x, y, top), counts, strict=True)
        )
    ]


def _seen(run: RunFolder) -> tuple[Column, ...]:
    """The columns of x; none if the model does not see x."""
    return run.schema.x if sees_x(run.model) else ()


@torch.no_grad()
def _steps(run: RunFolder, source: object, form: str | None) -> Iterator[Score]:
    p, y, rows = observed(run, source, form)
    for row, log_p in zip(rows, p.terms(y).values[0].tolist(), strict=True):
        yield Score(None, row, log_p, log_p, [log_p], 0.0, 0)


def _numbers(
    run: RunFolder,
    of_y: Column,
    x: Sequence | Tensor | None,
    y: Sequence | Tensor,
    top: int | None,
) -> Iterator[dict[str, Any]]:
    p, y = y_given(run.model, x), placed(run.model, y)
    if isinstance(p, SequenceDistribution):
        assert isinstance(y, Sequence)
        yield from _of_sequences(run, of_y, p, y, top)
        return
    alternatives = _alternatives(p, top, len(y), of_y)
    for log_p, others in zip(log_prob(p, y).tolist(), alternatives, strict=True):
        yield {
            "log_prob": log_p,
            "per_symbol": log_p,
            "terms": [log_p],
            "length": 0.0,
            "top": others,
        }


def _alternatives(
    p: Distribution, top: int | None, rows: int, of_y: Column
) -> list[list[dict[str, float]] | None]:
    if top is None:
        return [None] * rows
    return list(top_of(p, top, [1] * rows, of_y))


def _of_sequences(
    run: RunFolder, of_y: Column, p: SequenceDistribution, y: Sequence, top: int | None
) -> Iterator[dict[str, Any]]:
    terms, ends = terms_of(p, y), decides_length(run.model)
    symbols = (terms.values + terms.decisions[:, : terms.values.shape[1]]).tolist()
    lengths = y.lengths.tolist()
    others = None if top is None else top_of(p.predictive(stand_ins(p, y)), top, lengths, of_y)
    for i, (count, total) in enumerate(zip(lengths, terms.total().tolist(), strict=True)):
        log_ps = symbols[i][:count]
        if p.length.stops:
            log_ps.append(float(terms.decisions[i, count]))
        yield {
            "log_prob": total,
            "per_symbol": total / max(count + ends, 1),
            "terms": log_ps,
            "length": float(terms.length[i]),
            "top": None if others is None else others[i],
        }
