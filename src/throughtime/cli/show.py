"""Values and sequences as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from torch import Tensor

from throughtime.data import Vocabulary


def text(y: Tensor, vocabulary: Vocabulary | None) -> str:
    """A sequence ``(τ, *event)`` in its symbols; or in numbers, with spaces between the steps.

    Example:
        >>> text(torch.tensor([1, 0]), Vocabulary("ab")), text(torch.tensor([[0.5], [1.25]]), None)
        ('ba', '0.5 1.25')
    """
    if vocabulary is not None:
        return vocabulary.decode(y)
    return " ".join(",".join(f"{v:.4g}" for v in step.flatten().tolist()) for step in y)


def labelled(symbols: Sequence[str], guesses: list[str], truths: list[str]) -> Iterator[str]:
    """Runs of symbols with the same guess and truth, one a line; a wrong guess says the truth.

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
