"""The division of data into parts for training, validation and test."""

from __future__ import annotations

import hashlib
import math
import random
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
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


IN_EVERY_PART = 4
"""A class of so many items or more has some of them in every part."""


def stratified(where: Mapping[K, str], classes: Mapping[K, Collection[str]]) -> dict[K, str]:
    """The parts of items, of which as few change places as every class needs.

    Of every class, some item is in training; of one with four items or more, at least half of
    them are, and at least one is in each part held out. Where a division has that already, as
    random divisions of many items have, it stays as it is. An item changes places with one of a
    class that has more than it needs, so that the parts keep their sizes; if there is none, an
    item is still moved to training, unless it is the last one of its part.

    Args:
        where: the part of each item; a part without any is not wanted.
        classes: the classes of each item: its label, or its tags.

    Example:
        >>> where = dict(zip("abcdefghij", ["train"] * 8 + ["valid", "test"]))
        >>> classes = {item: ["rare" if item == "j" else "usual"] for item in where}
        >>> {k: part for k, part in stratified(where, classes).items() if part != where[k]}
        {'a': 'test', 'j': 'train'}
    """
    where = dict(where)
    members: dict[str, list[K]] = {}
    for item in where:
        for name in dict.fromkeys(classes[item]):
            members.setdefault(name, []).append(item)
    counts = {name: Counter(where[item] for item in items) for name, items in members.items()}
    sizes = Counter(where.values())

    def needed(name: str, part: str) -> int:
        """How many more items of a class a part needs."""
        every = len(members[name]) >= IN_EVERY_PART
        if part == "train":
            return (math.ceil(len(members[name]) / 2) if every else 1) - counts[name][part]
        return int(every) - counts[name][part]

    def spare(item: K) -> bool:
        """Whether every class of an item has more in its part than it needs."""
        return all(needed(name, where[item]) < 0 for name in classes[item])

    def move(item: K, part: str) -> None:
        for counted in (sizes, *(counts[name] for name in set(classes[item]))):
            counted[where[item]] -= 1
            counted[part] += 1
        where[item] = part

    for part in (part for part in PARTS if part in sizes):
        exchanged = iter([item for item in where if where[item] == part])
        for name in sorted(members, key=lambda name: len(members[name])):
            others = [i for i in members[name] if needed(name, part) > 0 and where[i] != part]
            for item in sorted(others, key=spare, reverse=True):
                if needed(name, part) <= 0 or not (part == "train" or spare(item)):
                    break
                before = where[item]
                partner = next((i for i in exchanged if where[i] == part and spare(i)), None)
                if partner is not None:
                    move(item, part)
                    move(partner, before)
                elif part == "train" and sizes[before] > 1:
                    move(item, part)
    return where
