"""The division of data into parts for training, validation and test."""

from __future__ import annotations

import hashlib
import random
from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")

PARTS = ("train", "valid", "test")
"""The parts that every data set has: 80 %, 10 % and 10 %."""

NAMES = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("valid", "validation", "val", "dev", "devel", "development"), "valid"),
    **dict.fromkeys(("test", "testing", "eval", "evaluation"), "test"),
}
"""Names of the parts that are in use, and the part that each means."""


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


def shuffled(count: int, seed: int, held_out: Sequence[str] = PARTS[1:]) -> NDArray[np.int8]:
    """The part of each of so many items, as its number in :data:`PARTS`, drawn by a seed.

    A tenth of the items is in each part that is held out; a ninth, if it is only one.

    Args:
        count: how many items.
        seed: decides which of them are held out.
        held_out: the parts other than training.

    Example:
        >>> np.bincount(shuffled(25, seed=0)).tolist(), np.bincount(shuffled(18, 0, ["test"]))
        ([21, 2, 2], array([16,  0,  2]))
    """
    order = array("i" if count < 2**31 else "q", range(count))
    random.Random(seed).shuffle(order)
    share = count // (FEWEST - 2 + len(held_out))
    where = np.zeros(count, np.int8)
    for i, part in enumerate(held_out):
        where[np.frombuffer(order, order.typecode)[i * share : (i + 1) * share]] = PARTS.index(part)
    return where
