"""BLEU: how many of a text's short runs of words stand in a text that a person wrote."""

from __future__ import annotations

import torch
from sacrebleu.metrics.bleu import BLEU
from torch import Tensor

ORDER = 4
"""BLEU-4: runs of one to four words."""


def counts(guess: str, references: list[str]) -> list[int]:
    """What BLEU is computed from: lengths of guess and reference, and of runs of one to four words
    how many are in a reference, and how many there are.

    Of several references the length is that of the nearest, and a run counts as often as in the
    one that has it most (Papineni et al. 2002).

    Args:
        guess: the model's text, with white space between its words.
        references: true texts, likewise.

    Example:
        >>> counts("a cat sat", ["the cat sat", "a cat"])
        [3, 3, 3, 2, 0, 0, 3, 2, 1, 0]
    """
    # the effective order changes no count, but without it sacrebleu warns of single sentences
    score = BLEU(tokenize="none", effective_order=True).sentence_score(guess, references)
    return [score.sys_len, score.ref_len, *score.counts, *score.totals]


def bleu(sums: Tensor) -> Tensor:
    r"""BLEU of a corpus by its counts' sums, ``(*, 10)`` to ``(*,)``, from 0 to 1.

    .. math:: \min(1, e^{1 - r / c}) \Big(\prod_{n=1}^4 p_n\Big)^{1/4}

    with c and r the lengths of guesses and references, and :math:`p_n` the share of runs of n words
    that are in a reference; smoothed as sacrebleu does by default where one is zero.
    """
    values = [
        BLEU.compute_bleu(
            correct=row[2 : 2 + ORDER],
            total=row[2 + ORDER :],
            sys_len=row[0],
            ref_len=row[1],
            smooth_method="exp",
        ).score
        / 100
        for row in sums.reshape(-1, 2 + 2 * ORDER).long().tolist()
    ]
    return torch.tensor(values, dtype=torch.float64).reshape(sums.shape[:-1])
