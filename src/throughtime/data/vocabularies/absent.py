"""Labels that training lacks: each has a negative number, which no symbol of a vocabulary has.

A model gives such a label the probability zero, so that it counts as wrong wherever it is the
truth. The number follows from the label alone, so that the symbols keep theirs. A set of labels, a
vector of zeros and ones, has no entry for it: there all entries are below zero, and their
remainders by two are the zeros and ones of the labels that training has.
"""

from __future__ import annotations

import hashlib
import warnings
from collections import Counter
from collections.abc import Iterable

import torch
from torch import Tensor

from throughtime.data.storage.flat import Flat
from throughtime.data.vocabularies.vocabulary import UNKNOWN
from throughtime.sequence import Sequence

SHOWN = 5
"""So many absent labels are named in a message."""

_LABELS: dict[int, str] = {}
"""The labels by their numbers, as far as this process has met them."""


def absent_number(label: str) -> int:
    """The number of a label that training lacks: below zero, the same in every process.

    Example:
        >>> absent_number("B-NEW"), absent_number("B-NEW") == absent_number("I-NEW")
        (-3704547415260167105, False)
    """
    number = -1 - (_hash(label) >> 1)
    _LABELS[number] = label
    return number


def absent_label(number: int) -> str:
    """The label of a number below zero; U+FFFD if another process has numbered it."""
    return _LABELS.get(number, UNKNOWN)


def with_absent(bits: Tensor, labels: list[str]) -> Tensor:
    """A set of labels as zeros and ones, marked by those labels of it that training lacks.

    Example:
        >>> row = with_absent(torch.tensor([0, 1, 1]), ["New"])
        >>> bool((row < 0).all()), row % 2, absent_set(row)
        (True, tensor([0, 1, 1]), ('New',))
    """
    if not labels:
        return bits
    number = 1 + (_hash(repr(sorted(labels))) >> 3)
    _SETS[number] = tuple(sorted(labels))
    return bits - 2 * number


def absent_set(row: Tensor) -> tuple[str, ...]:
    """The labels that training lacks of a set; U+FFFD if another process has encoded them."""
    number = -(int(row[0]) // 2)
    return _SETS.get(number, (UNKNOWN,)) if number > 0 else ()


_SETS: dict[int, tuple[str, ...]] = {}
"""The labels that sets have and training lacks, by their numbers."""


def are_sets(y: Sequence | Tensor) -> bool:
    """Whether single values of y are sets of labels: vectors of whole numbers.

    Example:
        >>> are_sets(torch.tensor([[0, 1], [1, 1]])), are_sets(torch.tensor([0, 1]))
        (True, False)
    """
    return isinstance(y, Tensor) and y.dim() == 2 and not y.dtype.is_floating_point


def known(y: Tensor) -> Tensor:
    """y as an output can produce it: sets without the labels that training lacks, which leave
    their zeros and ones; any label in place of each other one.

    Example:
        >>> known(torch.tensor([2, absent_number("new")]))
        tensor([2, 0])
    """
    return (y % 2).float() if are_sets(y) else torch.where(y < 0, 0, y)


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def is_absent(y: Sequence | Tensor) -> Tensor | None:
    """Where y is a label that training lacks, of the shape of its values; None if nowhere.

    Of sets, all entries of a row that has such a label.

    Example:
        >>> is_absent(torch.tensor([2, absent_number("new")])), is_absent(torch.tensor([2, 1]))
        (tensor([False,  True]), None)
    """
    if isinstance(y, Flat):  # a text, which may be larger than memory
        return None
    values = y.values if isinstance(y, Sequence) else y
    if values.dtype.is_floating_point or values.numel() == 0 or int(values.min()) >= 0:
        return None
    return values < 0


def absent_labels(y: Sequence | Tensor) -> Counter[str]:
    """How often each label that training lacks is in y.

    Example:
        >>> absent_labels(torch.tensor([2, absent_number("new")]))
        Counter({'new': 1})
    """
    if isinstance(y, Flat):
        return sum(map(absent_labels, y.pieces()), Counter())
    values = y.values if isinstance(y, Sequence) else y
    where = is_absent(values)
    if where is None:
        return Counter()
    if are_sets(y):
        return Counter(label for row in values[where[:, 0]] for label in absent_set(row))
    return Counter(absent_label(number) for number in values[where].tolist())


def warn_of_absent(labels: Counter[str], where: str) -> None:
    """Warn of labels that training lacks, if there are any."""
    if labels:
        warnings.warn(f"{where}: {in_words(labels)}", stacklevel=2)


def in_words(labels: Counter[str]) -> str:
    """How many labels training lacks, which these are, and what follows from it.

    Example:
        >>> in_words(Counter({"B-NEW": 2, "I-NEW": 1}))
        "3 labels are not in training ('B-NEW', 'I-NEW'): they have probability zero, always wrong"
    """
    count = labels.total()
    which, it = (f"{count:,} labels are", "they have") if count > 1 else ("1 label is", "it has")
    return f"{which} not in training ({_named(labels)}): {it} probability zero, always wrong"


def _named(labels: Iterable[str]) -> str:
    names = list(map(repr, labels))
    more = f", … and {len(names) - SHOWN:,} others" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
