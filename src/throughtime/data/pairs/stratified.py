"""Stratified parts: each class, however rare, is in training and, if it can be, in every part."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughtime.data.splitting import PARTS

IN_EVERY_PART = 4
"""A class of so many items or more has some of them in every part."""

PIECE = 2**20
"""So many pairs of an item and a class are looked at at once."""

Numbers = NDArray[np.signedinteger[Any]]


def stratified(where: NDArray[np.int8], items: Numbers, classes: Numbers) -> NDArray[np.int8]:
    """The parts of items, of which as few change places as every class needs.

    Of every class, some item is in training; of one with four items or more, at least half of
    them are, and at least one is in each part held out. Where a division has that already, as
    random divisions of many items have, it stays as it is. An item changes places with one of a
    class that has more than it needs, so that the parts keep their sizes; if there is none, an
    item is still moved to training, unless it is the last one of its part.

    Args:
        where: ``(items,)``, the part of each, as its number in :data:`PARTS`; a part without any
            is not wanted.
        items: ``(n,)``, items that have a class; one of several classes stands here as often.
        classes: ``(n,)``, the class of each, numbered from 0.

    Example:
        >>> where = np.array([0] * 8 + [1, 2], np.int8)
        >>> stratified(where, np.arange(10), np.array([0] * 9 + [1])).tolist()
        [2, 0, 0, 0, 0, 0, 0, 0, 1, 0]
    """
    division = _Division(where.copy(), items, classes)
    moved = True
    while moved:  # what an exchange for one part frees, another part may need
        before = division.where.copy()
        for part in np.flatnonzero(division.sizes).tolist():
            division.complete(part)
        moved = not np.array_equal(division.where, before)
    return division.where


class _Division:
    """The parts of items, and how many of each class are in each part.

    Attributes:
        over: ``(classes, parts)``, how many more items of a class a part has than it needs.
    """

    def __init__(self, where: NDArray[np.int8], items: Numbers, classes: Numbers) -> None:
        self.where = where
        count = int(classes.max()) + 1 if len(classes) else 0
        pairs = items.astype(np.int64)
        pairs *= count
        pairs += classes
        pairs.sort()  # in place: of a large table, a copy is as large as all else
        once = np.ones(len(pairs), np.bool_)  # an item has a class once
        once[1:] = pairs[1:] != pairs[:-1]
        self.items, self.classes = (np.empty(once.sum(), items.dtype) for _ in range(2))
        flat, at = np.zeros(count * len(PARTS), np.int64), 0
        for begin in range(0, len(pairs), PIECE):
            some = pairs[begin : begin + PIECE][once[begin : begin + PIECE]]
            item, of_class = np.divmod(some, count)
            flat += np.bincount(of_class * len(PARTS) + where[item], minlength=len(flat))
            here = slice(at, at := at + len(some))
            self.items[here], self.classes[here] = item, of_class
        counts = flat.reshape(-1, len(PARTS))
        self.totals = counts.sum(1)
        every = self.totals >= IN_EVERY_PART
        train = np.where(every, -(-self.totals // 2), 1)
        self.over = counts - np.stack([train, every, every], 1)
        self.sizes = np.array([np.count_nonzero(where == part) for part in range(len(PARTS))])

    def complete(self, part: int) -> None:
        """Move items to a part, as far as its classes need them."""
        exchanged: Iterator[int] | None = None
        short = np.flatnonzero(self.over[:, part] < 0)
        for c in short[np.argsort(self.totals[short], kind="stable")].tolist():
            others = [i for i in self._members(c) if self.where[i] != part]
            for item in sorted(others, key=self._spare, reverse=True):
                if self.over[c, part] >= 0 or not (part == 0 or self._spare(item)):
                    break
                before = int(self.where[item])
                exchanged = exchanged or iter(np.flatnonzero(self.where == part).tolist())
                partner = next(
                    (i for i in exchanged if self.where[i] == part and self._spare(i)), None
                )
                if partner is not None:
                    self._move(item, part)
                    self._move(partner, before)
                elif part == 0 and self.sizes[before] > 1:
                    self._move(item, part)

    def _spare(self, item: int) -> bool:
        """Whether every class of an item has more in its part than it needs."""
        return bool((self.over[self._classes(item), self.where[item]] > 0).all())

    def _move(self, item: int, part: int) -> None:
        before, classes = self.where[item], self._classes(item)
        self.over[classes, before] -= 1
        self.over[classes, part] += 1
        self.sizes[before] -= 1
        self.sizes[part] += 1
        self.where[item] = part

    def _members(self, c: int) -> list[int]:
        """The items of a class."""
        order, ends = self._by_class
        return self.items[order[ends[c] : ends[c + 1]]].tolist()

    @cached_property
    def _by_class(self) -> tuple[Numbers, Numbers]:
        order = np.argsort(self.classes, kind="stable")
        return order, np.concatenate([[0], self.totals.cumsum()])

    def _classes(self, item: int) -> Numbers:
        begin, end = self.items.searchsorted([item, item + 1])
        return self.classes[begin:end]
