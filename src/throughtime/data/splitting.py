"""The division of data into parts for training, validation and test."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

PARTS = ("train", "valid", "test")
"""The parts that every data set has: 80 %, 10 % and 10 %."""


def split(items: Iterable[T], key: Callable[[T], str] = str) -> dict[str, list[T]]:
    """The items of each part, in order, drawn by a hash of their key.

    The part depends on the key alone: an item stays in its part on every machine, also when other
    items are added or removed, and items with equal keys share a part.

    Example:
        >>> {part: len(numbers) for part, numbers in split(range(10_000)).items()}
        {'train': 7935, 'valid': 1047, 'test': 1018}
    """
    parts: dict[str, list[T]] = {part: [] for part in PARTS}
    for item in items:
        digest = hashlib.sha256(key(item).encode()).digest()
        tenth = int.from_bytes(digest[:8], "big") % 10
        parts["test" if tenth == 0 else "valid" if tenth == 1 else "train"].append(item)
    return parts


FEWEST = 10
"""The fewest different items of which a tenth can be held out."""


def shuffled(keys: Iterable[K], seed: int) -> dict[K, str]:
    """The part of each key: the distinct keys are shuffled by a seed and divided 80/10/10.

    Equal keys share a part, so that no test item equals a training item.

    Example:
        >>> parts = shuffled("a long row of letters, some of them equal", seed=0)
        >>> {part: list(parts.values()).count(part) for part in PARTS}
        {'train': 15, 'valid': 1, 'test': 1}
    """
    distinct = list(dict.fromkeys(keys))
    random.Random(seed).shuffle(distinct)
    tenth = len(distinct) // FEWEST
    where = dict.fromkeys(distinct, "train")
    where |= dict.fromkeys(distinct[:tenth], "valid")
    return where | dict.fromkeys(distinct[tenth : 2 * tenth], "test")
