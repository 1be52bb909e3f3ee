"""Which labels and tags a model gets right."""

from __future__ import annotations

from collections import Counter

import numpy as np

from throughtime.evaluation.metrics.classes import Classes
from throughtime.evaluation.metrics.sets import LabelSets
from throughtime.report import calibration, confusion, recall
from throughtime.report.known import Known
from throughtime.report.section import Cell, Numbers, Part, Picture, Section, Table
from throughtime.report.visible import visible

MISTAKES = 15
"""So many kinds of mistakes, the most frequent ones."""

FEW = 12
"""A table of more labels is folded."""


def labels(known: Known) -> Section | None:
    """Confusion, recall and reliability of labels and of tags; the scores alone, of sets."""
    if known.data is None or (classes := known.evaluation.classes) is None:
        return None
    tags = known.run.schema.y.sequence
    of = "tag" if tags else "label"
    parts: list[Part] = []
    if not isinstance(classes, LabelSets):
        parts += [_confusion(classes, of), _recall(classes, of), *_reliability(known, of)]
        if tags:
            parts.append(_mistakes(classes))
    parts.append(_scores(classes, of))
    return Section(
        "Tags" if tags else "Labels",
        "labels",
        f"Which {of}s the model gets right, which it takes for which, and whether it is as sure as "
        "it should be.",
        parts,
    )


def _confusion(classes: Classes, of: str) -> Picture:
    cells = [(t, g, n) for t, row in classes.confusion.items() for g, n in row.items()]
    caption = (
        f"A row for each true {of}: how often it was taken for each {of}. The diagonal is right."
    )
    if len(classes.scores) > confusion.MOST:
        caption += f" The {confusion.MOST} most frequent of {len(classes.scores):,} {of}s."
    drawn = confusion.draw(classes, f"which {of} is taken for which")
    return Picture("confusion", caption, drawn, Numbers(("true", "the model's", "count"), cells))


def _recall(classes: Classes, of: str) -> Picture:
    there = [score for score in classes.scores if score.recall is not None]
    count = np.array([score.count for score in there])
    shares = np.array([score.recall for score in there], float)
    low, high = calibration.wilson(shares * count, count)
    rows = [
        (score.label, score.recall, *ends, score.count)
        for score, *ends in zip(there, low.tolist(), high.tolist(), strict=True)
    ]
    caption = f"The share of each {of} that is found, with its 95 % interval and its count."
    if len(there) > recall.MOST:
        caption += f" The {recall.MOST} most frequent of {len(there):,} {of}s."
    drawn = recall.draw(classes.scores, f"how much of each {of} is found")
    return Picture("recall", caption, drawn, Numbers((of, "recall", "low", "high", "count"), rows))


def _reliability(known: Known, of: str) -> list[Picture]:
    sure = np.array([p for row in known.told for p in row.sure or []])
    right = np.array([hit for row in known.told if row.sure for hit in row.right])
    if not len(sure):
        return []
    found = calibration.calibration(sure, right)
    caption = (
        f"How often the most probable {of} is right, by its probability: below the dotted line the "
        f"model is surer than it should be. Expected calibration error {found.error:.3f}."
    )
    drawn = calibration.draw(
        found, "is it as sure as it should be?", f"probability of its {of}", "share that is right"
    )
    rows = list(zip(*(column.tolist() for column in found), strict=True))
    return [Picture("reliability", caption, drawn, Numbers(found._fields, rows))]


def _mistakes(classes: Classes) -> Table:
    wrong = Counter(
        {(t, g): n for t, row in classes.confusion.items() for g, n in row.items() if t != g}
    )
    total = {t: sum(row.values()) for t, row in classes.confusion.items()}
    rows = [(visible(t), visible(g), n, n / total[t]) for (t, g), n in wrong.most_common(MISTAKES)]
    return Table(
        "mistakes",
        "The most frequent mistakes: which tag was taken for which, how often, and in what share "
        "of its occurrences.",
        Numbers(("true", "the model's", "count", "share"), rows),
    )


def _scores(classes: Classes, of: str) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (visible(s.label), s.recall, s.precision, s.f1, s.count) for s in classes.scores
    ]
    return Table(
        "by-label",
        f"Recall, precision and F1 of each {of}. Macro F1 {classes.macro_f1:.3f}, in which each "
        "counts the same.",
        Numbers((of, "recall", "precision", "F1", "count"), rows),
        folded=len(rows) > FEW,
    )
