"""Recall, precision and F1 of each label, and which labels are taken for which."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from throughtime.data import Examples
from throughtime.data.columns import Column
from throughtime.data.columns.symbols import SymbolColumn
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.likelihood import decoder
from throughtime.evaluation.metrics.rows import measured
from throughtime.extras import needed_for
from throughtime.lengths import DecidedBy
from throughtime.runs.build import Model
from throughtime.sequence import Sequence


@dataclass(frozen=True)
class ClassScore:
    r"""How well one label is told from the others.

    .. math:: \text{recall} = \frac{n_{cc}}{\sum_g n_{cg}}, \quad
              \text{precision} = \frac{n_{cc}}{\sum_t n_{tc}}, \quad
              F_1 = \frac{2 n_{cc}}{\sum_g n_{cg} + \sum_t n_{tc}}

    where n_tg is how often the label t was taken for g.

    Args:
        label: the label c.
        recall: the share of c that is found; None if c is never the truth.
        precision: the share of the guesses of c that are right; None if c is never guessed.
        f1: their harmonic mean.
        count: how often c is the truth.
    """

    label: str
    recall: float | None
    precision: float | None
    f1: float
    count: int


@dataclass(frozen=True)
class Classes:
    """The score of each label, and the confusion matrix.

    Args:
        scores: of all labels that are the truth or a guess, the most frequent first.
        confusion: how often a label was taken for another (or for itself):
            ``confusion[true][guess]``, without zeros.
    """

    scores: list[ClassScore]
    confusion: dict[str, dict[str, int]]

    @property
    def macro_f1(self) -> float:
        """The mean F1 over all labels, in which a rare one counts as much as a frequent one."""
        return sum(score.f1 for score in self.scores) / len(self.scores)

    def to_dict(self) -> dict[str, Any]:
        """``scores``, a list of dicts; ``macro_f1``; and ``confusion``, true label first."""
        return {
            "scores": [vars(score) for score in self.scores],
            "macro_f1": self.macro_f1,
            "confusion": self.confusion,
        }


@torch.no_grad()
def by_class(model: Model, examples: Examples, column: Column) -> Classes | None:
    """The scores of each label of y, as the model predicts it (of tags in closed loop, by token).

    Returns:
        None if y is no label and no sequence of tags that has the length of its x.

    Raises:
        MissingPackage: if scikit-learn is not installed.
    """
    length = decoder(model).length
    aligned = length is None or length.decided_by is DecidedBy.INPUT
    if not (column.closed and aligned):
        return None
    assert isinstance(column, SymbolColumn)
    true: list[Tensor] = []
    guesses: list[Tensor] = []
    for p, part in measured(model.eval(), examples):
        if isinstance(p, SequenceDistribution):
            assert isinstance(part.y, Sequence)
            true.append(part.y.values[part.y.mask])
            guesses.append(p.mode().values[part.y.mask])
        else:
            assert isinstance(part.y, Tensor)
            true.append(part.y)
            guesses.append(p.mode)
    return classes_of(torch.cat(true), torch.cat(guesses), column)


def classes_of(true: Tensor, guesses: Tensor, column: SymbolColumn) -> Classes | None:
    """The scores of each label, from the true labels ``(n,)`` and the guesses ``(n,)``.

    Returns:
        None if there are no labels.

    Raises:
        MissingPackage: if scikit-learn is not installed.

    Example:
        >>> from throughtime.data.columns import Label
        >>> city = Label("city").know(["Oslo", "Rome"])
        >>> found = classes_of(torch.tensor([0, 0, 1]), torch.tensor([0, 1, 1]), city)
        >>> found.scores[0]
        ClassScore(label='Oslo', recall=0.5, precision=1.0, f1=0.66..., count=2)
        >>> found.confusion
        {'Oslo': {'Oslo': 1, 'Rome': 1}, 'Rome': {'Rome': 1}}
    """
    if not len(true):
        return None
    with needed_for("numbers by class"):  # here, for it is slow to import
        from sklearn.metrics import precision_recall_fscore_support

    numbers = torch.cat([true, guesses]).unique()
    names = [column.label(number) for number in numbers.tolist()]
    scores = precision_recall_fscore_support(
        true.numpy(force=True),
        guesses.numpy(force=True),
        labels=numbers.numpy(force=True),
        zero_division=math.nan,
    )
    by_label = [
        ClassScore(name, _defined(recall), _defined(precision), float(f1), int(count))
        for name, precision, recall, f1, count in zip(names, *scores, strict=True)
    ]
    pairs, counts = torch.stack([true, guesses]).unique(dim=1, return_counts=True)
    confusion: dict[str, dict[str, int]] = {}
    for t, g, count in zip(*pairs.tolist(), counts.tolist(), strict=True):
        row = confusion.setdefault(column.label(t), {})
        row[column.label(g)] = row.get(column.label(g), 0) + count
    return Classes(sorted(by_label, key=lambda score: -score.count), confusion)


def _defined(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
