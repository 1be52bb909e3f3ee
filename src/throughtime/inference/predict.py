"""Predict y for each x."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch.distributions import Categorical, Distribution

from throughtime.data.columns import Column, Features, RealColumn
from throughtime.data.pairs.encoding import unknown, x_of
from throughtime.data.table.table import Table
from throughtime.distribution import SequenceDistribution
from throughtime.distribution.beam_search import WIDEST
from throughtime.evaluation.likelihood import decoder, sees_x, y_given
from throughtime.evaluation.metrics.sets import likely
from throughtime.inference.decoding import Decoding
from throughtime.inference.quantiles import LEVELS, quantile
from throughtime.inference.question import Question
from throughtime.inference.results import (
    LabelPrediction,
    NumberPrediction,
    Prediction,
    SequencePrediction,
    SetPrediction,
)
from throughtime.inference.rows import LINES, answered, as_input, reading_of, tables
from throughtime.inference.top import check_top, top_of
from throughtime.lengths import DecidedBy
from throughtime.model.recurrent_model import RecurrentModel
from throughtime.outputs.output import only_the_best
from throughtime.runs.errors import RunError
from throughtime.runs.folder import RunFolder
from throughtime.whole import whole
from throughtime.wiring import Edge


def predict(
    run: RunFolder,
    source: object,
    *,
    top: int | None = None,
    beam: int | None = None,
    max_length: int | None = None,
    form: str | None = None,
    rows: int = LINES,
) -> Iterator[Prediction]:
    """The most probable y for each x, in the order of the rows, ``rows`` at a time.

    Where a row has several labels, these are the labels that are more probable than not.

    Args:
        run: the model.
        source: rows with the columns of x: a path, an open file, or rows in memory.
        top: the number of most probable labels to add; of tags, for each token; of texts, the
            n best sequences.
        beam: for a sequence, the width of the beam search; by default 1, which is greedy.
        max_length: the length at which a sequence that has not ended is cut.
        form: the format of a file.
        rows: the number of rows in a batch.

    Raises:
        RunError: if the model takes no x.
        ValueError: if an option does not apply to y; with file and line, if a row cannot be
            encoded, after the predictions for the rows before it.
    """
    asked = question(run, top=top, beam=beam, max_length=max_length)
    given = tables(source, asked.columns, reading_of(run, form, source), rows)
    return answered(given, asked.answer)


def question(
    run: RunFolder,
    *,
    top: int | None = None,
    beam: int | None = None,
    max_length: int | None = None,
) -> Question[Prediction]:
    """What :func:`predict` asks of each row, with the options that it has.

    Raises:
        RunError: if the model takes no x.
        ValueError: if an option does not apply to y.
    """
    y = run.schema.y
    if not sees_x(run.model):
        raise RunError(
            f"{run.path}: this model takes no x to predict from; use sample, which draws from it"
        )
    is_ = f"; the y of this model, {y.name}, is of kind {y.kind}"
    if top is not None and y.vocabulary is None:
        raise ValueError(f"top is for labels and symbols{is_}")
    for name, option in (("a beam", beam), ("max-length", max_length)):
        if option is not None and not y.sequence:
            raise ValueError(f"{name} is for sequences{is_}")
    check_top(top)
    if y.sequence:
        _check_search(decoder(run.model), top, beam, max_length)
    decoding = Decoding(beam=beam, max_length=max_length)
    return Question(run.schema.x, lambda table: predictions(run, table, decoding, top))


def _check_search(
    model: RecurrentModel, top: int | None, beam: int | None, max_length: int | None
) -> None:
    """Raise a ``ValueError`` for a search that no x makes possible, before any is read."""
    for name, width in (("top", top), ("beam", beam)):
        if width is not None:
            whole(name, width, most=WIDEST)
    if max_length is not None:
        whole("max-length", max_length, 0)
    # each value by itself is the best one, however wide the beam
    assert model.output is not None  # it gives y
    alone = Edge.INPUT in model.wiring and model.wiring.independent
    if beam is not None and not model.output.discrete and not alone:
        only_the_best(model.output, beam)


@torch.no_grad()
def predictions(
    run: RunFolder, table: Table, decoding: Decoding, top: int | None = None
) -> list[Prediction]:
    """The predictions for the rows of a table.

    Raises:
        DataError: with file and line, if a value of x cannot be encoded.
    """
    of_x, of_y = run.schema.x, run.schema.y
    x = x_of(table, of_x)
    rows = [(as_input(table, of_x, i), number) for i, number in enumerate(unknown(x, of_x[0]))]
    p = y_given(run.model, x)
    if isinstance(p, SequenceDistribution):
        if top is not None and p.length.decided_by is not DecidedBy.INPUT:
            return list(_n_best(p, of_y, decoding, top, rows))
        return list(_sequences(p, of_y, decoding, top, rows))
    if isinstance(p, Categorical):
        return list(_labels(p, of_y, top, rows))
    if isinstance(of_y, Features):
        return list(_sets(p, of_y, top, rows))
    assert isinstance(of_y, RealColumn)
    return list(_numbers(p, of_y, rows))


Rows = list[tuple[object, int]]
"""For each row, x as the file has it, and the number of its unknown symbols."""


def _labels(p: Categorical, y: Column, top: int | None, rows: Rows) -> Iterator[Prediction]:
    best, which = p.probs.topk(min(top or 1, p.probs.shape[-1]))
    labels = {int(k): y.decode(k) for k in which.unique()}
    for of_row, at, (x, count) in zip(best.tolist(), which.tolist(), rows, strict=True):
        named = {labels[k]: v for k, v in zip(at, of_row, strict=True)}
        label, probability = next(iter(named.items()))
        yield LabelPrediction(x, label, count, probability, None if top is None else named)


def _sets(p: Distribution, y: Features, top: int | None, rows: Rows) -> Iterator[Prediction]:
    for probabilities, guess, (x, count) in zip(p.mean, likely(p), rows, strict=True):
        each = dict(zip(y.vocabulary, probabilities.tolist(), strict=True))
        names = y.decode(guess)
        best = None
        if top is not None:
            which = probabilities.topk(min(top, len(probabilities))).indices.tolist()
            best = {y.label(k): each[y.label(k)] for k in which}
        yield SetPrediction(x, names, count, {name: each[name] for name in names}, best)


def _numbers(p: Distribution, y: RealColumn, rows: Rows) -> Iterator[Prediction]:
    deviation = p.variance.sqrt()
    at_levels = [quantile(p, level) for level in LEVELS]
    for i, (x, count) in enumerate(rows):
        quantiles = {level: y.decode(q[i]) for level, q in zip(LEVELS, at_levels, strict=True)}
        yield NumberPrediction(x, y.decode(p.mean[i]), count, y.spread(deviation[i]), quantiles)


def _sequences(
    p: SequenceDistribution, y: Column, decoding: Decoding, top: int | None, rows: Rows
) -> Iterator[Prediction]:
    found = decoding.take(p)
    log_p = p.log_prob(found).tolist()
    values = found.to_list()
    deviations, symbols = None, None
    if isinstance(y, RealColumn) and y.scale is not None:
        deviations = p.predictive(found).variance.sqrt()
    if top is not None:
        symbols = top_of(p.predictive(found), top, [len(v) for v in values], y)
    for i, (x, count) in enumerate(rows):
        spread = None
        if deviations is not None and isinstance(y, RealColumn):
            spread = y.spread(deviations[i, : len(values[i])])
        yield SequencePrediction(
            *(x, y.decode(values[i]), count, log_p[i], spread),
            None if symbols is None else symbols[i],
        )


def _n_best(
    p: SequenceDistribution, y: Column, decoding: Decoding, count: int, rows: Rows
) -> Iterator[Prediction]:
    found, log_p = decoding.best(p, count)
    values = [sequences.to_list() for sequences in found]
    for i, (x, unknown_count) in enumerate(rows):
        best = [
            (y.decode(sequences[i]), score)
            for sequences, score in zip(values, log_p[:, i].tolist(), strict=True)
            if score > -math.inf  # there may be fewer sequences than that
        ]
        value, score = best[0]
        yield SequencePrediction(x, value, unknown_count, score, best=best)
