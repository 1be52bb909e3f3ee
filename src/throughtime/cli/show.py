"""Values and labelled sequences as readable text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any


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
