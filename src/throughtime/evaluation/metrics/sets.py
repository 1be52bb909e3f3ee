"""Metrics of sets of labels, several in each row: of whole sets, and of each label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution

from throughtime.data import Examples
from throughtime.data.columns import Features
from throughtime.data.vocabularies.absent import absent_labels, absent_set, known
from throughtime.evaluation.metrics.classes import Classes, ClassScore
from throughtime.evaluation.metrics.labels import equal
from throughtime.evaluation.metrics.number import Measure
from throughtime.evaluation.metrics.rows import measured, table
from throughtime.runs.build import Model


def likely(p: Distribution) -> Tensor:
    """The labels that are more probable than not, as zeros and ones ``(rows, labels)``.

    As labels are independent given x, they are the most probable set.
    """
    return (p.mean > 0.5).long()


def right_sets(model: Model, examples: Examples) -> list[Measure]:
    r"""How often all labels of a row are right, and the micro F1.

    .. math:: F_1 = \frac{2 \sum_i n_i}{\sum_i (g_i + t_i)}

    where of row i n_i labels are found, g_i are guessed and t_i are true.
    """
    exact: list[int] = []
    found: list[int] = []
    labels: list[int] = []
    for true, guess in _compared(model, examples):
        exact += equal(guess, true).tolist()
        bits = known(true)
        found += (2 * bits * guess).sum(1).tolist()
        lacking = torch.tensor([len(absent_set(row)) for row in true])
        labels += (bits.sum(1) + guess.sum(1) + lacking.to(bits)).tolist()
    return [
        Measure("exact matches", "of sets of labels", table(exact, [1] * len(exact))),
        Measure("micro F1", "of labels", table(found, labels)),
    ]


@dataclass(frozen=True)
class LabelSets(Classes):
    """The scores of labels of which a row has several.

    Args:
        scores: of all labels that are the truth or a guess, the most frequent first.
        confusion: for each label, in how many rows it is a true positive, false positive, false
            negative or true negative.
        micro_f1: the F1 of all labels of all rows together.
    """

    micro_f1: float

    def to_dict(self) -> dict[str, Any]:
        """As of single labels, with ``micro_f1``; ``confusion`` has four counts for each label."""
        return super().to_dict() | {"micro_f1": self.micro_f1}


@torch.no_grad()
def by_label(model: Model, examples: Examples, column: Features) -> LabelSets | None:
    """The scores of each label, where those that are more probable than not are the guess.

    Returns:
        None if no label is the truth or a guess.
    """
    both, guessed, there = (torch.zeros(column.size, dtype=torch.int64) for _ in range(3))
    for true, guess in _compared(model, examples):
        bits = known(true).long()
        both += (bits * guess).sum(0)
        guessed += guess.sum(0)
        there += bits.sum(0)
    counts = zip(column.vocabulary, both.tolist(), guessed.tolist(), there.tolist(), strict=True)
    return sets_of(list(counts), absent_labels(examples.y), len(examples))


def sets_of(
    counts: list[tuple[str, int, int, int]], absent: Counter[str], rows: int
) -> LabelSets | None:
    """The scores of labels.

    Args:
        counts: of each label, how often it is found, guessed and true.
        absent: how often labels that training lacks are true.
        rows: the number of rows.

    Returns:
        None if no label is true or guessed.

    Example:
        >>> found = sets_of([("Comedy", 1, 2, 1), ("Drama", 1, 1, 3)], Counter(), rows=4)
        >>> found.scores[0]
        ClassScore(label='Drama', recall=0.333..., precision=1.0, f1=0.5, count=3)
        >>> found.confusion["Comedy"]
        {'true positive': 1, 'false positive': 1, 'false negative': 0, 'true negative': 2}
    """
    counts = counts + [(label, 0, 0, count) for label, count in absent.items()]
    met = [label for label in counts if label[2] or label[3]]
    if not met:
        return None
    scores = [
        ClassScore(
            label=name,
            recall=both / true if true else None,
            precision=both / guessed if guessed else None,
            f1=2 * both / (guessed + true),
            count=true,
        )
        for name, both, guessed, true in met
    ]
    confusion = {
        name: {
            "true positive": both,
            "false positive": guessed - both,
            "false negative": true - both,
            "true negative": rows - guessed - true + both,
        }
        for name, both, guessed, true in met
    }
    _, found, of_guess, of_truth = map(list, zip(*met, strict=True))
    micro = 2 * sum(found) / (sum(of_guess) + sum(of_truth))
    return LabelSets(sorted(scores, key=lambda score: -score.count), confusion, micro)


def _compared(model: Model, examples: Examples) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches of true sets and of guesses."""
    for p, part in measured(model.eval(), examples):
        assert isinstance(p, Distribution)
        assert isinstance(part.y, Tensor)
        yield part.y, likely(p)
