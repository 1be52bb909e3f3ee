"""Metrics of the most probable y against the true one, if y has a length of its own."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from throughtime.data import Examples
from throughtime.data.columns import Column
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.evaluation.metrics.bleu import ORDER, bleu, counts
from throughtime.evaluation.metrics.edits import Symbol, edit_distance
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
    text has at least four words. The true texts are those of the file, if they are known: a rare
    word that the model does not know is a word that it gets wrong.

    Args:
        model: the model of y given x.
        examples: the examples with the true y.
        xs: the number of each row's x, see :func:`~throughtime.evaluation.metrics.rows.same_x`;
            rows with the same x are references for the same text.
        column: the column of y.
    """
    true: list[Tensor] = []
    guesses: list[Tensor] = []
    texts: list[str] = []
    for p, part in measured(model, examples):
        assert isinstance(p, SequenceDistribution)
        assert isinstance(part.y, Sequence)
        limit = 2 * part.y.steps if p.length.stops else None
        guesses += p.mode(max_length=limit).to_list()
        true += part.y.to_list()
        texts += [] if part.written is None else part.written.tolist()
    symbol, vocabulary = column.symbol, column.vocabulary
    if vocabulary is None or (symbol == "symbol" and not vocabulary.pieces):
        return _right([y.tolist() for y in guesses], [y.tolist() for y in true], symbol)
    said = [vocabulary.decode(y) for y in guesses]
    written = texts or [vocabulary.decode(y) for y in true]
    if symbol == "symbol":  # of bytes, none of which is unknown
        measures = _right([y.tolist() for y in guesses], [y.tolist() for y in true], symbol)
    else:  # as the file has them: an unknown word is never the right one
        symbols: Callable[[str], list[str]] = str.split if symbol == "word" else list
        measures = _right(list(map(symbols, said)), list(map(symbols, written)), symbol)
    if symbol != "word" and any(" " in text for text in written):
        measures.append(word_errors(said, written))
    if vocabulary.pieces and any(len(text.split()) >= ORDER for text in written):
        measures.append(text_bleu(said, written, xs))
    return measures


def _right(guesses: list[list[Symbol]], true: list[list[Symbol]], symbol: str) -> list[Measure]:
    """How often a guess is exactly the truth, and its edits per symbol."""
    edits = [edit_distance(a, b) for a, b in zip(guesses, true, strict=True)]
    exact, lengths = [int(distance == 0) for distance in edits], [len(y) for y in true]
    return [
        Measure(
            "exact matches of the most probable y", "of sequences", table(exact, [1] * len(exact))
        ),
        Measure(f"{symbol} error rate", EDITS.format(symbol), table(edits, lengths)),
    ]


EDITS = "edits of the most probable y, per {}"


def word_errors(guesses: list[str], true: list[str]) -> Measure:
    """The word error rate: edits of words, separated by white space, per true word."""
    pairs = [(guess.split(), text.split()) for guess, text in zip(guesses, true, strict=True)]
    edits = [edit_distance(guess, words) for guess, words in pairs]
    return Measure(
        "word error rate", EDITS.format("word"), table(edits, [len(words) for _, words in pairs])
    )


def text_bleu(guesses: list[str], true: list[str], xs: Tensor) -> Measure:
    """BLEU of all rows, as sacrebleu has it: of a corpus with a text for each row.

    The references of a row are the true texts of all rows with the same x, its own among them.
    Words are separated by white space.
    """
    references: dict[int, list[str]] = {}
    for x, text in zip(xs.tolist(), true, strict=True):
        references.setdefault(x, []).append(text)
    found = [counts(guess, references[x]) for guess, x in zip(guesses, xs.tolist(), strict=True)]
    rows = torch.tensor(found, dtype=torch.float64).reshape(-1, 2 + 2 * ORDER)
    return Measure("BLEU", "of 1, of all rows (sacrebleu, tokenize none)", rows, bleu)
