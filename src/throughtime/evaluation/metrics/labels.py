"""Metrics of labels and symbols: accuracy, and the F1 of chunks."""

from __future__ import annotations

from torch import Tensor

from throughtime.data import Examples, Vocabulary
from throughtime.data.vocabularies.absent import absent_label
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import decoder, stand_ins
from throughtime.evaluation.metrics.chunks import absent_tag, chunk_tags, f1, shared_chunks
from throughtime.evaluation.metrics.number import Measure
from throughtime.evaluation.metrics.rows import measured, table
from throughtime.runs.build import Model
from throughtime.sequence import Sequence

CLOSED = ", closed loop"
"""What follows the name of a metric that is measured on the model's own labels."""


def right_labels(model: Model, examples: Examples) -> Measure:
    """The accuracy of labels of whole sequences."""
    right: list[int] = []
    for p, part in measured(model, examples):
        assert isinstance(part.y, Tensor)
        assert not isinstance(p, SequenceDistribution)
        right += equal(p.mode, part.y).tolist()
    return Measure("accuracy", "of labels", table(right, [1] * len(right)))


def next_symbols(model: Model, examples: Examples, running: bool = False) -> Measure:
    """The accuracy of the most probable next symbol, given the true symbols before it."""
    right: list[int] = []
    counts: list[int] = []
    for p, part in measured(model, examples, running):
        assert isinstance(p, SequenceDistribution)
        assert isinstance(part.y, Sequence)
        right += _hits(p.predictive(stand_ins(p, part.y)).mode, part.y)
        counts += part.y.lengths.tolist()
    return Measure("accuracy, teacher-forced", "of symbols", table(right, counts))


def right_symbols(
    model: Model, examples: Examples, vocabulary: Vocabulary | None = None
) -> list[Measure]:
    """The accuracy of labels of symbols and, if the labels are tags of chunks, the F1 of chunks.

    Both are measured given the true labels so far (teacher-forced) and given the model's own
    (closed loop); if no label enters the recurrence, these are equal and only one is given.
    """
    tags = None if vocabulary is None else chunk_tags(vocabulary)

    def tag(number: int) -> str:
        assert tags is not None
        return tags[number] if number >= 0 else absent_tag(absent_label(number))

    right: dict[str, list[int]] = {"": []}
    if not decoder(model).wiring.independent:
        right = {", teacher-forced": [], CLOSED: []}
    chunks: dict[str, list[list[int]]] = {how: [] for how in right}
    counts: list[int] = []
    for p, part in measured(model, examples):
        assert isinstance(p, SequenceDistribution)
        assert isinstance(part.y, Sequence)
        y = part.y
        counts += y.lengths.tolist()
        for how in right:
            values = p.mode().values if how == CLOSED else p.predictive(stand_ins(p, y)).mode
            guess = Sequence(values, y.lengths)
            right[how] += _hits(values, y)
            if tags is not None:
                pairs = zip(y.to_list(), guess.to_list(), strict=True)
                chunks[how] += [
                    shared_chunks(list(map(tag, true)), list(map(tag, guessed)))
                    for true, guessed in ((a.tolist(), b.tolist()) for a, b in pairs)
                ]
    accuracies = [
        Measure(f"accuracy{how}", "of symbols", table(right[how], counts)) for how in right
    ]
    if tags is None:
        return accuracies
    unit = "of chunks (CoNLL's definition)"
    return accuracies + [
        Measure(f"chunk F1{how}", unit, table(*map(list, zip(*rows, strict=True))), f1)
        for how, rows in chunks.items()
    ]


def _hits(guess: Tensor, y: Sequence) -> list[int]:
    """The number of correct steps in each row."""
    hits: list[int] = (equal(guess, y.values, 2) & y.mask).sum(1).tolist()
    return hits


def equal(guess: Tensor, true: Tensor, dims: int = 1) -> Tensor:
    """Which values are equal, over the first ``dims`` dimensions; vectors, in all entries."""
    same = guess == true
    return same.flatten(dims).all(dims) if same.dim() > dims else same
