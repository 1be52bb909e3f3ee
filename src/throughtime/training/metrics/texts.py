"""The most probable y beside the true one, where it has a length of its own."""

from __future__ import annotations

import torch
from torch import Tensor

from throughtime.data import Examples, Vocabulary
from throughtime.distribution import SequenceDistribution
from throughtime.sequence import Sequence
from throughtime.training.likelihood import Model
from throughtime.training.metrics.bleu import ORDER, bleu, counts
from throughtime.training.metrics.edits import edit_distance
from throughtime.training.metrics.number import Measure
from throughtime.training.metrics.rows import measured, table


def right_sequences(
    model: Model, examples: Examples, xs: Tensor, vocabulary: Vocabulary | None = None
) -> list[Measure]:
    """How often the most probable y is exactly the true one, how many edits a symbol takes; and
    of texts with words, the word error rate and BLEU.

    Args:
        model: gives y.
        examples: with the true y.
        xs: which rows have the same x, and so are references for the same text: see ``same_x``.
        vocabulary: the symbols of y, if it has any.
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
    measures = [
        Measure(
            "exact matches of the most probable y", "of sequences", table(exact, [1] * len(exact))
        ),
        Measure(
            "edits from the most probable y to the true one",
            "per symbol" + _rate(vocabulary),
            table(edits, lengths),
        ),
    ]
    if vocabulary is not None and (vocabulary.names or vocabulary.pieces or " " in vocabulary):
        said, written = ([vocabulary.decode(y) for y in side] for side in (guesses, true))
        if not vocabulary.names:
            measures.append(word_errors(said, written))
        if any(len(text.split()) >= ORDER for text in written):
            # symbols that are names are words as they are; of a text in characters, commas are
            # words too
            measures.append(text_bleu(said, written, xs, "none" if vocabulary.names else "13a"))
    return measures


def _rate(vocabulary: Vocabulary | None) -> str:
    if vocabulary is None:
        return ""
    if vocabulary.names:
        return ": the symbol (word, phone, …) error rate"
    return "" if vocabulary.pieces else ": the character error rate"


def word_errors(guesses: list[str], true: list[str]) -> Measure:
    """The word error rate: edits of whole words, which white space separates, per true word."""
    pairs = [(guess.split(), text.split()) for guess, text in zip(guesses, true, strict=True)]
    edits = [edit_distance(guess, words) for guess, words in pairs]
    unit = "edits per word"
    return Measure("word error rate", unit, table(edits, [len(words) for _, words in pairs]))


def text_bleu(guesses: list[str], true: list[str], xs: Tensor, tokenize: str = "13a") -> Measure:
    """BLEU of one text for each x; all true texts of the same x are references of it.

    Counted in the first row that has this x; the others add nothing.
    """
    references: dict[int, list[str]] = {}
    first: dict[int, int] = {}
    for row, x in enumerate(xs.tolist()):
        references.setdefault(x, []).append(true[row])
        first.setdefault(x, row)
    rows = torch.zeros(len(true), 2 + 2 * ORDER, dtype=torch.float64)
    for x, row in first.items():
        found = counts(guesses[row], references[x], tokenize)
        rows[row] = torch.tensor(found, dtype=torch.float64)
    return Measure("BLEU", f"of 1 (sacrebleu, tokenize {tokenize})", rows, bleu)
