"""BLEU: the share of a text's word n-grams that are in a reference text."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from throughtime.extras import needed_for

ORDER = 4
"""BLEU-4: n-grams of one to four words."""


def counts(guess: str, references: list[str]) -> list[int]:
    """The counts that BLEU is computed from.

    The lengths of guess and reference; for n = 1 … 4, the n-grams of the guess that are in a
    reference; for n = 1 … 4, all n-grams of the guess. Of several references, the length is that
    of the closest one, and an n-gram counts as often as in the reference that has it most often
    (Papineni et al. 2002).

    Args:
        guess: the model's text, with white space between words.
        references: the true texts, with white space between words.

    Example:
        >>> counts("a cat sat", ["the cat sat", "a cat"])
        [3, 3, 3, 2, 0, 0, 3, 2, 1, 0]
    """
    # effective_order does not change the counts, but avoids sacrebleu's warning
    score = _bleu()(tokenize="none", effective_order=True).sentence_score(guess, references)
    return [score.sys_len, score.ref_len, *score.counts, *score.totals]


def bleu(sums: Tensor) -> Tensor:
    r"""BLEU of a corpus from the sums of its counts, ``(*, 10)`` to ``(*,)``, from 0 to 1.

    .. math:: \min(1, e^{1 - r / c}) \Big(\prod_{n=1}^4 p_n\Big)^{1/4}

    with c and r the lengths of guesses and references, and :math:`p_n` the share of n-grams that
    are in a reference; zeros are smoothed by sacrebleu's default, ``exp``.
    """
    values = [
        _bleu()
        .compute_bleu(
            correct=row[2 : 2 + ORDER],
            total=row[2 + ORDER :],
            sys_len=row[0],
            ref_len=row[1],
            smooth_method="exp",
        )
        .score
        / 100
        for row in sums.reshape(-1, 2 + 2 * ORDER).long().tolist()
    ]
    return torch.tensor(values, dtype=torch.float64).reshape(sums.shape[:-1])


def _bleu() -> type[Any]:
    """sacrebleu's class, which few models need."""
    with needed_for("BLEU"):
        from sacrebleu.metrics.bleu import BLEU
    return BLEU
