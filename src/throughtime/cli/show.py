"""Values and labelled sequences as readable text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from throughtime.inference.results import (
    LabelPrediction,
    Prediction,
    SequencePrediction,
    SetPrediction,
)


def said(value: Any) -> str:
    """A value as one line of text: a text, a number, or a list of them, separated by spaces.

    Example:
        >>> said(["B", "O"]), said([[0.5, 1.0], [2.0, 3.0]]), said("two\\nlines")
        ('B O', '0.5,1 2,3', 'two\\\\nlines')
    """
    if isinstance(value, list):
        inner = [",".join(map(said, v)) if isinstance(v, list) else said(v) for v in value]
        return " ".join(inner)
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value).replace("\r", "\\r").replace("\n", "\\n")


def predicted(prediction: Prediction) -> str:
    """A prediction as one line; if the most probable values were asked for, those with their
    probabilities.

    Labels have their probability after them and a tab between them, as have the labels of a set,
    and texts their log-probability. Of tags, the steps have a tab between them.

    Example:
        >>> label = LabelPrediction("Ivan", "New York", 0, 0.98, {"New York": 0.98, "Rome": 0.0112})
        >>> predicted(label).split("\\t")
        ['New York 0.98', 'Rome 0.0112']
        >>> tags = SequencePrediction([..., ...], ["B", "O"], 0, -0.1,
        ...     top=[{"B": 0.9, "O": 0.1}, {"O": 1.0, "B": 2e-05}])
        >>> predicted(tags).split("\\t")
        ['B 0.9, O 0.1', 'O 1, B 2e-05']
    """
    if isinstance(prediction, LabelPrediction | SetPrediction) and prediction.top is not None:
        return "\t".join(_with_numbers(prediction.top.items()))
    if isinstance(prediction, SequencePrediction) and prediction.best is not None:
        return "\t".join(_with_numbers(prediction.best))
    if isinstance(prediction, SequencePrediction) and prediction.top is not None:
        return "\t".join(", ".join(_with_numbers(step.items())) for step in prediction.top)
    if isinstance(prediction, SetPrediction):
        return "\t".join(map(said, prediction.value))
    return said(prediction.value)


def _with_numbers(values: Iterable[tuple[Any, float]]) -> list[str]:
    return [f"{said(value)} {number:.3g}" for value, number in values]


def labelled(symbols: Sequence[str], guesses: list[str], truths: list[str]) -> Iterator[str]:
    """One line for each run of symbols with the same guess and the same true label.

    If the guess is wrong, the true label follows it.

    Example:
        >>> print(*labelled([*"x = 1"], ["NAME", "SP", "OP", "SP", "OP"],
        ...     ["NAME", "SP", "OP", "SP", "NUMBER"]), sep="\\n")
        'x'  NAME
        ' '  SP
        '='  OP
        ' '  SP
        '1'  OP, true: NUMBER
    """
    between = "" if all(len(symbol) == 1 for symbol in symbols) else " "
    pairs = zip(guesses, truths, symbols, strict=True)
    for (guess, truth), run in groupby(pairs, key=lambda pair: pair[:2]):
        shown = between.join(symbol for *_, symbol in run)
        yield f"{shown!r}  {guess}{'' if guess == truth else f', true: {truth}'}"
