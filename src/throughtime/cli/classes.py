"""The numbers of each label as a table of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from throughtime.cli.show import said

if TYPE_CHECKING:
    from throughtime.evaluation.metrics.classes import Classes
    from throughtime.evaluation.metrics.sets import LabelSets

MATRIX = 10
"""Up to so many labels are shown as a matrix; of more, so many of the most frequent confusions."""

ROWS = 40
"""The scores of so many labels are shown, those of the most frequent ones."""


def tables(classes: Classes) -> str:
    """Recall, precision and F1 of each label, and the confusion matrix; of sets of labels, four
    counts of each."""
    from throughtime.evaluation.metrics.sets import LabelSets

    rows = [["label", "recall", "precision", "F1", "count"]]
    rows += [
        [said(s.label), _share(s.recall), _share(s.precision), _share(s.f1), f"{s.count:,}"]
        for s in classes.scores[:ROWS]
    ]
    rows.append(["mean of all labels", "", "", _share(classes.macro_f1), ""])
    text = _aligned(rows)
    if (more := len(classes.scores) - ROWS) > 0:
        text += f"\n({more:,} rarer labels are left out here; --json has all)"
    if isinstance(classes, LabelSets):
        return f"{text}\n\n{_of_each(classes)}"
    names = [score.label for score in classes.scores]
    if len(names) > MATRIX:
        return f"{text}\n\n{_most_confused(classes)}"
    matrix = [["true \\ predicted", *map(said, names)]]
    matrix += [
        [said(true), *(f"{classes.confusion.get(true, {}).get(name, 0):,}" for name in names)]
        for true in names
    ]
    return f"{text}\n\n{_aligned(matrix)}"


def _of_each(classes: LabelSets) -> str:
    shown = [score.label for score in classes.scores[:ROWS]]
    rows = [["label", *classes.confusion[shown[0]]]]
    rows += [
        [said(name), *(f"{count:,}" for count in classes.confusion[name].values())]
        for name in shown
    ]
    return _aligned(rows)


def _most_confused(classes: Classes) -> str:
    wrong = [
        (count, true, guess)
        for true, row in classes.confusion.items()
        for guess, count in row.items()
        if guess != true
    ]
    most = sorted(wrong, key=lambda found: -found[0])[:MATRIX]
    rows = [["most confused: true", "predicted", "count"]]
    rows += [[said(true), said(guess), f"{count:,}"] for count, true, guess in most]
    return _aligned(rows)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _aligned(rows: list[list[str]]) -> str:
    """Rows as lines: the first column to the left, the others to the right.

    Example:
        >>> print(_aligned([["label", "count"], ["New York", "7"]]))
        label     count
        New York      7
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
        for row in rows
    )
