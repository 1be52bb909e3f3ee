"""All metrics that apply to a model."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.distributions import Distribution

from throughtime.data import Examples, Schema, Vocabulary
from throughtime.data.vocabularies.absent import absent_labels, are_sets, is_absent
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import (
    decides_length,
    decoder,
    log_prob_of,
    sees_x,
    symbols_of_rows,
    terms_of,
)
from throughtime.evaluation.metrics.bootstrap import with_intervals
from throughtime.evaluation.metrics.labels import next_symbols, right_labels, right_symbols
from throughtime.evaluation.metrics.lengths import lengths_of_model, mean_length
from throughtime.evaluation.metrics.number import Measure, Number, ratio
from throughtime.evaluation.metrics.reals import closed_loop_errors, errors_and_coverage
from throughtime.evaluation.metrics.rows import measured, same_x, table
from throughtime.evaluation.metrics.sets import right_sets
from throughtime.evaluation.metrics.texts import right_sequences
from throughtime.lengths import DecidedBy
from throughtime.runs.build import Model
from throughtime.sequence import Sequence

LEFT = "what a linear model leaves of y"
"""What the errors of numbers of series are relative to: below 1, the net knows more than that."""

DRAWS = 20
"""Draws of what is missing, for log p of what is observed."""


@torch.no_grad()
def evaluate(
    model: Model,
    examples: Examples,
    schema: Schema,
    *,
    interval: bool = False,
) -> list[Number]:
    """All metrics that apply to the model; repeated calls give the same numbers.

    - the mean of -log p in nats and bits, and the perplexity; without labels that training lacks,
      whose -log p is infinite, and which count as wrong in all other numbers. If the model decides
      τ, also without the ends; for words, bytes and byte pairs, also per character, so that models
      with different symbols can be compared;
    - for labels of sequences or of symbols, the accuracy: given the true labels so far
      (teacher-forced), and given the model's own (closed loop) if they enter the recurrence. If
      the labels are tags of chunks, the F1 of chunks;
    - for sets of labels, how often all labels of a row are right, and the micro F1;
    - for other symbols, the accuracy, teacher-forced;
    - for y given x with a length of its own, how often the most probable y is exactly the true one,
      and the character, word or symbol error rate; for words, BLEU;
    - for real values, the error of the one-step mean, relative to the standard deviation and the
      variance of the data; the coverage of the central 90 % interval; and the error in closed
      loop, if y enters the recurrence;
    - if the model decides τ, the distance between its lengths and those of the data.

    Args:
        model: the model.
        examples: the examples to measure it on.
        schema: the columns of x and y; one long row is read in chunks of 1,000 steps.
        interval: whether to add 95 % intervals by the bootstrap over rows, to each number that is
            computed from sums over rows. Rows with the same x are drawn together; of one long row,
            chunks are drawn.
    """
    running, vocabulary = schema.running, schema.y.vocabulary
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model.eval()
        measures = _likelihood(model, examples, running, vocabulary)
        numbers: list[Number] = []
        output, length = decoder(model).output, decoder(model).length
        assert output is not None
        units = torch.arange(len(measures[0].rows)) if running else same_x(examples)
        if schema.of_series:
            of = LEFT if schema.of_innovations else "y"
            measures += errors_and_coverage(model, examples, running, of)
        elif not output.discrete:
            measures += errors_and_coverage(model, examples, running)
            measures += closed_loop_errors(model, examples, running)
        elif are_sets(examples.y):
            measures += right_sets(model, examples)
        elif not isinstance(examples.y, Sequence):
            measures.append(right_labels(model, examples))
        elif length is not None and length.decided_by is DecidedBy.INPUT:
            measures += right_symbols(model, examples, vocabulary)
        else:
            if output.event_shape == ():
                measures.append(next_symbols(model, examples, running))
            if sees_x(model) and decides_length(model):
                measures += right_sequences(model, examples, units, schema.y)
        if decides_length(model):
            measures.append(mean_length(examples))
            numbers = lengths_of_model(model, examples)
    if interval:
        return with_intervals(measures, units) + numbers
    return [measure.number() for measure in measures] + numbers


def _likelihood(
    model: Model, examples: Examples, running: bool, vocabulary: Vocabulary | None
) -> list[Measure]:
    """The measures of -log p: per symbol, without the ends, and per character."""
    output = decoder(model).output
    assert output is not None
    nats: list[float] = []
    counts: list[int] = []
    without: list[list[float]] = []
    letters: list[int] = []
    ends = int(decides_length(model))
    for p, part in measured(model, examples, running):
        nats += (-log_prob_of(p, part, absent=0.0, draws=DRAWS)).tolist()
        counts += symbols_of_rows(model, part).tolist()
        if ends:
            without += _without_ends(p, part.y)
        if vocabulary is not None and vocabulary.pieces and isinstance(part.y, Sequence):
            # in running text, a chunk of words also has the space before it
            more = ends or int(running and vocabulary.names)
            letters += [vocabulary.characters(y) + more for y in part.y.to_list()]
    if not isinstance(examples.y, Sequence):
        unit = "set of labels" if are_sets(examples.y) else "label"
    else:
        unit = "symbol" if output.event_shape == () else "step"
    if absent := absent_labels(examples.y).total():
        unit += f", without {absent:,} that training lacks"
    rows = table(nats, counts)
    whole = ", the end included" if without else ""
    measures = _per(unit + whole, rows, output.discrete)
    if without:
        alone = torch.tensor(without, dtype=torch.float64)
        measures += _per(f"{unit}, the end left out", alone, output.discrete)
    if vocabulary is not None and letters:
        one = "" if vocabulary.unknown is None else ", of an unknown word one"
        measures += _per("character" + whole + one, table(nats, letters), True)[:2]
    return measures


def _per(unit: str, rows: Tensor, discrete: bool) -> list[Measure]:
    """-log p in nats; for discrete values also in bits, and the perplexity."""
    measures = [Measure("-log p", f"nats per {unit}", rows)]
    if discrete:
        measures += [
            Measure("-log p", f"bits per {unit}", rows, lambda sums: ratio(sums) / math.log(2)),
            Measure("perplexity", f"choices per {unit}", rows, lambda sums: ratio(sums).exp()),
        ]
    return measures


def _without_ends(
    p: SequenceDistribution | Distribution, y: Sequence | Tensor
) -> list[list[float]]:
    """For each row, -log p of its values without its end, and the number of values.

    Labels that training lacks are left out.

    Each value includes the decision to go on before it; the decision to stop is left out.
    """
    assert isinstance(p, SequenceDistribution)
    assert isinstance(y, Sequence)
    terms = terms_of(p, y, absent=0.0)
    going_on = torch.where(y.mask, terms.decisions[..., : y.steps], 0.0)
    nats = -(terms.values + going_on).sum(-1)
    absent = is_absent(y)
    counts = y.lengths if absent is None else y.lengths - absent.sum(1)
    return [[float(nat), int(count)] for nat, count in zip(nats, counts, strict=True)]
