"""Columns of tables that may be larger than memory: their values lie in a temporary file."""

from __future__ import annotations

import pickle
from array import array
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from throughtime.data.storage.scratch import Scratch

Piece: TypeAlias = "list[Any] | NDArray[Any]"
"""Values of neighbouring rows: a list, or an array of numbers or times."""

RowNumbers: TypeAlias = "NDArray[np.signedinteger[Any]] | range"
"""The numbers of some rows; a range of step 1, if they follow each other."""

LARGE = 2**25
"""The most bytes of a table that stay in memory, which Python needs some times over."""

EVERY = 64
"""So many rows are taken to be as large as the first of them."""

ROWS = 2**14
"""Rows of a piece."""


class StoredColumn(Sequence[Any]):
    """A column whose values lie in a temporary file, in the order of the rows.

    It is read like a list. What goes through all values goes through :meth:`pieces`, of which one
    is in memory at a time.

    Args:
        scratch: the file where the pieces lie, those of other columns too.

    Example:
        >>> column = StoredColumn(Scratch())
        >>> column.write(["a", "b"])
        >>> column.write(["c"])
        >>> column[1], column[1:], len(column), list(column.pick(np.array([0, 2])))
        ('b', ['b', 'c'], 3, ['a', 'c'])
        >>> list(column.map(lambda piece: [text.upper() for text in piece]))
        ['A', 'B', 'C']
    """

    def __init__(self, scratch: Scratch) -> None:
        self.scratch = scratch
        self._places: list[tuple[int, int]] = []  # of each piece in the file, and its bytes
        self._ends: list[int] = []  # the row after each piece
        self._rows: RowNumbers | None = None  # those that are picked, of all
        self._last: tuple[int, Piece] = (-1, [])  # the piece that was read last

    def write(self, piece: Piece) -> None:
        """Append the values of some rows.

        Raises:
            DataError: if the temporary folder is full.
        """
        content = pickle.dumps(piece, pickle.HIGHEST_PROTOCOL)
        self._places.append((self.scratch.append(content), len(content)))
        self._ends.append((self._ends[-1] if self._ends else 0) + len(piece))

    def pieces(self) -> Iterator[Piece]:
        """All values, a piece at a time."""
        if isinstance(rows := self._picked, range):
            for number in range(bisect(self._ends, rows.start), len(self._ends)):
                piece, end = self._piece(number), self._ends[number]
                begin = end - len(piece)
                if begin >= rows.stop:
                    return
                yield piece[max(rows.start - begin, 0) : rows.stop - begin]
            return
        at = 0
        while at < len(rows):
            number, some = bisect(self._ends, rows[at]), rows[at : at + ROWS]
            piece, end = self._piece(number), self._ends[number]
            begin = end - len(piece)
            others = np.flatnonzero((some < begin) | (some >= end))
            some = some[: others[0]] if len(others) else some
            yield picked(piece, some - begin)
            at += len(some)

    def map(self, f: Callable[[Piece], Piece]) -> StoredColumn:
        """The column that a function makes of each piece."""
        found = StoredColumn(self.scratch)
        for piece in self.pieces():
            found.write(f(piece))
        return found

    def pick(self, rows: RowNumbers) -> StoredColumn:
        """The values of some rows; nothing is read yet."""
        found = StoredColumn(self.scratch)
        found._places, found._ends = self._places, self._ends
        mine = self._picked
        if not isinstance(mine, range):
            found._rows = mine[rows]
        elif isinstance(rows, range):
            found._rows = mine[rows.start : rows.stop]
        else:
            # shared by the columns, if it is the same
            found._rows = _moved(rows, mine) if mine.start else rows
        return found

    @property
    def _picked(self) -> RowNumbers:
        return range(self._ends[-1] if self._ends else 0) if self._rows is None else self._rows

    def __len__(self) -> int:
        return len(self._picked)

    def __iter__(self) -> Iterator[Any]:
        return chain.from_iterable(
            piece.tolist() if isinstance(piece, np.ndarray) else piece for piece in self.pieces()
        )

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return list(self.pick(np.arange(*index.indices(len(self)))))
        row = int(self._picked[range(len(self))[index]])
        number = bisect(self._ends, row)
        piece = self._piece(number)
        cell = piece[row - (self._ends[number] - len(piece))]
        return cell.item() if isinstance(piece, np.ndarray) else cell

    def _piece(self, number: int) -> Piece:
        if self._last[0] != number:
            self._last = number, pickle.loads(self.scratch.read(*self._places[number]))
        return self._last[1]


class ColumnWriter:
    """Columns that are written some rows at a time, and stay in memory while they are few.

    Args:
        columns: how many there are.

    Example:
        >>> writer = ColumnWriter(2)
        >>> writer.extend([["a", "b"], [1, 2]])
        >>> writer.columns()
        [['a', 'b'], [1, 2]]
    """

    def __init__(self, columns: int) -> None:
        self._kept: list[list[Any]] = [[] for _ in range(columns)]
        self._stored: list[StoredColumn] = []
        self._size = 0  # in bytes, about

    def extend(self, columns: Iterable[Iterable[Any]]) -> None:
        """Append some rows, column by column.

        Raises:
            DataError: if the temporary folder is full.
        """
        for kept, more in zip(self._kept, columns, strict=True):
            before = len(kept)
            kept.extend(more)
            self._size += EVERY * len(pickle.dumps(kept[before::EVERY]))
        if self._stored or self._size > LARGE:
            self._put()

    def add(self) -> None:
        """A further column, which is empty (None) in the rows so far.

        Raises:
            DataError: if the temporary folder is full.
        """
        if self._stored:
            first = self._stored[0]
            self._stored.append(first.map(lambda piece: [None] * len(piece)))
        self._kept.append([None] * (len(self._kept[0]) if self._kept else 0))

    def columns(self) -> list[Sequence[Any]]:
        """The columns: lists, or stored ones if they are large."""
        if not self._stored:
            return [*self._kept]
        self._put()
        return [*self._stored]

    def _put(self) -> None:
        if not self._stored:
            scratch = Scratch()
            self._stored = [StoredColumn(scratch) for _ in self._kept]
        for column, kept in zip(self._stored, self._kept, strict=True):
            for begin in range(0, len(kept), ROWS):
                column.write(kept[begin : begin + ROWS])
            kept.clear()


def pieces_of(values: Sequence[Any]) -> Iterator[Piece]:
    """All values of a column, some at a time.

    Example:
        >>> list(pieces_of(["a", "b"]))
        [['a', 'b']]
    """
    if isinstance(values, StoredColumn):
        yield from values.pieces()
    else:
        for begin in range(0, len(values), ROWS):
            yield list(values[begin : begin + ROWS])


def mapped(values: Sequence[Any], f: Callable[[Any], Piece]) -> Sequence[Any]:
    """Apply a function to a column, piece by piece: a stored column, or a list.

    Example:
        >>> mapped(["1", "2"], lambda piece: [int(v) for v in piece])
        [1, 2]
    """
    if isinstance(values, StoredColumn):
        return values.map(f)
    made = f(list(values))
    return made.tolist() if isinstance(made, np.ndarray) else made


def picked(values: Any, rows: RowNumbers) -> Any:
    """The values of some rows, of a column of any kind.

    Example:
        >>> picked(["a", "b", "c"], range(1, 3)), picked(["a", "b", "c"], np.array([2, 0]))
        (['b', 'c'], ['c', 'a'])
        >>> picked(range(5, 9), np.array([3, 0]))
        array('i', [8, 5])
    """
    if isinstance(values, StoredColumn):
        return values.pick(rows)
    if isinstance(rows, range):
        return values[rows.start : rows.stop]
    if isinstance(values, range | array):  # a list would take five times the memory
        some = _moved(rows, values) if isinstance(values, range) else np.asarray(values)[rows]
        found = array(some.dtype.char)
        found.frombytes(some.view(np.uint8).data)
        return found
    return values[rows] if isinstance(values, np.ndarray) else [values[i] for i in rows.tolist()]


def _moved(rows: NDArray[Any], by: range) -> NDArray[Any]:
    """The values of a range in some rows."""
    kind = row_type(max(by.start, by.stop))
    found = np.multiply(rows, by.step, dtype=kind)
    found += kind(by.start)
    return found


def row_type(count: int) -> type[np.signedinteger[Any]]:
    """The smallest integer type for the numbers of so many rows, which a large table has for each.

    Example:
        >>> row_type(10_000_000).__name__, row_type(3_000_000_000).__name__
        ('int32', 'int64')
    """
    return np.int32 if count < 2**31 else np.int64


def filled(cell: Any) -> bool:
    """Whether a cell is neither missing nor blank.

    Example:
        >>> filled("a"), filled(0), filled(" "), filled(None)
        (True, True, False, False)
    """
    return cell is not None and str(cell).strip() != ""


def evenly(count: int, runs: int, each: int) -> NDArray[np.int64]:
    """The numbers of some of so many rows: ``runs`` of ``each`` neighbours, evenly spread.

    Example:
        >>> evenly(10, runs=3, each=2).tolist()
        [0, 1, 4, 5, 8, 9]
    """
    begins = np.linspace(0, count - each, runs).astype(np.int64)
    return (begins[:, None] + np.arange(each)).reshape(-1)


def some_of(values: Sequence[Any]) -> list[Any]:
    """Up to a thousand values of a column, evenly spread: enough to exclude a guess.

    Example:
        >>> some_of(["a", "b"])
        ['a', 'b']
    """
    return list(values if len(values) <= 1_000 else picked(values, evenly(len(values), 20, 50)))


def gathered(
    values: Sequence[Any], f: Callable[[Any], NDArray[Any] | None], dtype: Any
) -> NDArray[Any] | None:
    """What a function makes of the pieces of a column, as one array; None if of one it is None.

    Example:
        >>> gathered([1, 2], lambda piece: np.array(piece) * 2, np.int64).tolist()
        [2, 4]
    """
    found, at = np.empty(len(values), dtype), 0
    for piece in pieces_of(values):
        if (some := f(piece)) is None:
            return None
        found[at : at + len(piece)] = some
        at += len(piece)
    return found
