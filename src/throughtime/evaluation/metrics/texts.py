"""Metrics of the most probable y against the true one, if y has a length of its own."""

from __future__ import annotations

import torch
from torch import Tensor

from throughtime.data import Examples
from throughtime.data.columns import Column
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.metrics.bleu import ORDER, bleu, counts
from throughtime.evaluation.metrics.edits import edit_distance
from throughtime.evaluation.metrics.number import Measure
from throughtime.evaluation.metrics.rows import measured, table
from throughtime.runs.build import Model
from throughtime.sequence import Sequence


def right_sequences(
    model: Model,
    examples: Examples,
    xs: Tensor,
    column: Column,
) -> list[Measure]:
    """How often the most probable y is exactly the true one, its error rates, and BLEU.

    The error rate is edits per true symbol: the character, word or symbol error rate. For texts
    with spaces, also the word error rate; for words, bytes or byte pairs, also BLEU, if a true
    text has at least four words.

    Args:
        model: the model of y given x.
        examples: the examples with the true y.
        xs: the number of each row's x, see :func:`~throughtime.evaluation.metrics.rows.same_x`;
            rows with the same x are references for the same text.
        column: the column of y.
    """
    true: list[Tensor] = []
    guesses: list[Tensor] = []
    for p, part in measured(model, examples):
        assert isinstance(p, SequenceDistribution)
        assert isinstance(part.y, Sequence)
        limit = 2 * part.y.steps if p.length.stops else None
        guesses += p.mode(max_length=limit).to_list()
        true += part.y.to_list()
    edits = [edit_distance(a.tolist(), b.tolist()) for a, b in zip(guesses, true, strict=True)]
    exact, lengths = [int(distance == 0) for distance in edits], [len(y) for y in true]
    symbol, vocabulary = column.symbol, column.vocabulary
    measures = [
        Measure(
            "exact matches of the most probable y", "of sequences", table(exact, [1] * len(exact))
        ),
        Measure(f"{symbol} error rate", EDITS.format(symbol), table(edits, lengths)),
    ]
    if vocabulary is None or (symbol == "symbol" and not vocabulary.pieces):
        return measures
    said, written = ([vocabulary.decode(y) for y in side] for side in (guesses, true))
    if symbol != "word" and any(" " in text for text in written):
        measures.append(word_errors(said, written))
    if vocabulary.pieces and any(len(text.split()) >= ORDER for text in written):
        measures.append(text_bleu(said, written, xs))
    return measures


EDITS = "edits of the most probable y, per {}"


def word_errors(guesses: list[str], true: list[str]) -> Measure:
    """The word error rate: edits of words, separated by white space, per true word."""
    pairs = [(guess.split(), text.split()) for guess, text in zip(guesses, true, strict=True)]
    edits = [edit_distance(guess, words) for guess, words in pairs]
    return Measure(
        "word error rate", EDITS.format("word"), table(edits, [len(words) for _, words in pairs])
    )


def text_bleu(guesses: list[str], true: list[str], xs: Tensor) -> Measure:
    """BLEU of one text for each x, with all true texts of the same x as references.

    Words are separated by white space. The counts of an x are in its first row; its other rows
    are zero.
    """
    references: dict[int, list[str]] = {}
    first: dict[int, int] = {}
    for row, x in enumerate(xs.tolist()):
        references.setdefault(x, []).append(true[row])
        first.setdefault(x, row)
    rows = torch.zeros(len(true), 2 + 2 * ORDER, dtype=torch.float64)
    for x, row in first.items():
        found = counts(guesses[row], references[x])
        rows[row] = torch.tensor(found, dtype=torch.float64)
    return Measure("BLEU", "of 1 (sacrebleu, tokenize none)", rows, bleu)
