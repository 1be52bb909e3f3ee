"""Programs for the engine: one step of any cell, as operations on rows (``program.h``)."""

from __future__ import annotations

import ctypes
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import torch
from torch import Tensor

from throughtime.engine.dense import materialized
from throughtime.engine.library import ENOUGH, in_use
from throughtime.engine.sweep import REALS, Ragged, Scratch

Operation = IntEnum(
    "Operation",
    "COPY NEGATIVE MAGNITUDE RELU SIGMOID TANH EXP EXPM1 LOG LOG1P SQRT RSQRT RECIPROCAL SIN COS "
    "ERF SIGNUM ADD SUBTRACT MULTIPLY DIVIDE POWER MAXIMUM MINIMUM GREATER GREATER_EQUAL LESS "
    "LESS_EQUAL EQUAL UNEQUAL WHERE MULTIPLY_ADD MULTIPLY_SUBTRACT SUBTRACT_PRODUCT ADD_MULTIPLY "
    "SUBTRACT_MULTIPLY SUM SUM_OF_PRODUCTS LARGEST PRODUCT",
    start=0,
)
"""``OPERATIONS`` of ``program.h``, one by one."""

FIELDS = (
    *("first", "last", "backwards", "rows", "lengths", "order", "alive", "ended"),
    *("alive_count", "ended_count", "operands", "arrays", "matrices", "matrix_count"),
    *("places", "threads", "parallel", "team"),
)
"""``Program`` of ``program.h``, field by field."""

NEAR = 24 * 1024
"""Bytes that what is taken together may need: half of a first cache."""

MOST_PLACES = 64
"""Rows that can be taken together."""

LINE = 16
"""Numbers; what starts at a multiple of them starts at a multiple of 64 bytes."""


@dataclass(eq=False)
class Place:
    """Where numbers of each row are: an array by its name, or wherever there is room."""

    size: int
    name: str | None = None


class Value(NamedTuple):
    """Some of the numbers that each row has at a place. One stands for as many as are asked for."""

    place: Place
    offset: int
    size: int

    @classmethod
    def new(cls, size: int, name: str | None = None) -> Value:
        """All of a new place."""
        return cls(Place(size, name), 0, size)

    def part(self, start: int, size: int) -> Value:
        """Some of it."""
        return self if self.size == 1 else Value(self.place, self.offset + start, size)


class Instruction(NamedTuple):
    """``to = operation(a, b, c)`` for so many numbers of a row; of a product, b is the matrix."""

    operation: Operation
    to: Value
    of: tuple[Value, ...]
    size: int
    matrix: int = 0


class Bound(NamedTuple):
    """An array: its address, and how many numbers further the next step, the next row and the next
    of the rows that are taken together are."""

    address: int
    by_step: int = 0
    by_row: int = 0
    by_place: int = 0

    @classmethod
    def steps(cls, tensor: Tensor, first: int = 0) -> Bound:
        """A dense tensor ``(T, rows, size)``, whose steps start with the ``first``."""
        by_step = tensor[0].numel() if len(tensor) else 0
        return cls(tensor.data_ptr() - first * by_step * tensor.itemsize, by_step, tensor.shape[-1])

    @classmethod
    def everywhere(cls, tensor: Tensor) -> Bound:
        """A dense tensor ``(size,)``, for every row at every step."""
        return cls(tensor.data_ptr())

    @classmethod
    def rows(cls, tensor: Tensor) -> Bound:
        """A dense tensor ``(rows, size)``, at every step."""
        return cls(tensor.data_ptr(), 0, tensor.shape[-1])


class Packed:
    """Matrices ``(depth, columns)``, of which rows are multiplied from the left."""

    def __init__(self, matrices: Sequence[Tensor]) -> None:
        library = in_use()
        self.count, self._kept = len(matrices), [materialized(m.detach()) for m in matrices]
        sizes = [m.shape[0] * _whole_lines(m.shape[1]) * m.itemsize for m in matrices]
        self._room = Scratch(sum(sizes))
        self.work, start, numbers = 0, self._room.start, list[int]()
        for matrix, size in zip(self._kept, sizes, strict=True):
            numbers += [matrix.data_ptr(), *matrix.shape, *matrix.stride(), start]
            start += size
            self.work += matrix.numel()
        self._numbers = _array(numbers)
        self.address = ctypes.addressof(self._numbers)
        if matrices:
            argument = _argument(matrices=self.address, matrix_count=self.count)
            library.function("program_pack", REALS[matrices[0].dtype])(argument)


class Program:
    """Instructions as the engine reads them.

    Args:
        alive: what is done for a row that has the step.
        ended: what is done for one that has not; no products.
        numbers: the constants, which the place named ``numbers`` has.
    """

    def __init__(
        self, alive: Sequence[Instruction], ended: Sequence[Instruction], numbers: Sequence[float]
    ) -> None:
        self.numbers = tuple(numbers)
        instructions = [*alive, *ended]
        self.work = sum(i.size for i in alive)
        self.totals = max((i.to.place.size for i in alive if i.to.place.name == TOTALS), default=0)
        where, self.near, self.far = _with_room(instructions)
        outside = [p.name for i in instructions for v in (i.to, *i.of) if (p := v.place).name]
        self.names = tuple(dict.fromkeys([name for name in outside if name is not None] + [*_OWN]))
        self.at = {name: n * len(Bound._fields) for n, name in enumerate(self.names)}
        """Where each array's numbers are among those of all."""
        operands: dict[tuple[int, int, int], int] = {}

        def index(value: Value) -> int:
            name, start = where.get(value.place, (value.place.name, 0))
            assert name is not None
            operand = (self.names.index(name), start + value.offset, int(value.size == 1))
            return operands.setdefault(operand, len(operands))

        code: list[int] = []
        for i in instructions:
            a, b, c = (index(i.of[min(n, len(i.of) - 1)]) for n in range(3))
            product = i.operation is Operation.PRODUCT
            code += [i.operation, index(i.to), a, i.matrix if product else b, c, i.size]
        self.counts = len(alive), len(ended)
        self.code = _array(code)
        self.operands = _array([n for operand in operands for n in operand])


class Call:
    """A program on given arrays, to take any steps of theirs.

    Args:
        program: the program.
        arrays: what is where, by the names of the places.
        matrices: those of the products, by their numbers.
        rows: how many steps each row has; None if all have T.
        like: ``(rows, …)``, of the arrays' dtype.
        backwards: from the last step to the first.
    """

    def __init__(
        self,
        program: Program,
        arrays: Mapping[str, Bound],
        matrices: Packed,
        rows: Ragged | None,
        like: Tensor,
        *,
        backwards: bool = False,
    ) -> None:
        library = in_use()
        self._library, self._program, self._matrices, self._kept = library, program, matrices, rows
        self._rows = len(like)
        places = max(1, min(MOST_PLACES, NEAR // max(1, program.near * like.itemsize)))
        most = library.threads(ENOUGH, self._rows) * places
        self._near = Scratch(most * program.near * like.itemsize)
        self._far = Scratch(self._rows * program.far * like.itemsize)
        self._numbers = torch.tensor(program.numbers, dtype=like.dtype, device="cpu")
        self._totals = like.new_zeros(most, program.totals)
        own = {
            "numbers": Bound(self._numbers.data_ptr()),
            "near": Bound(self._near.start, by_place=program.near),
            "far": Bound(self._far.start, by_row=program.far),
            TOTALS: Bound(self._totals.data_ptr(), by_place=program.totals),
        }
        bound = own | dict(arrays)
        self._arrays = _array([n for name in program.names for n in bound[name]])
        alive, ended = program.counts
        code = ctypes.addressof(program.code)
        self._argument = _argument(
            backwards=backwards,
            rows=self._rows,
            lengths=0 if rows is None else rows.lengths.data_ptr(),
            order=0 if rows is None else rows.order.data_ptr(),
            alive=code,
            ended=code + alive * _INSTRUCTION,
            alive_count=alive,
            ended_count=ended,
            operands=ctypes.addressof(program.operands),
            arrays=ctypes.addressof(self._arrays),
            matrices=matrices.address,
            matrix_count=matrices.count,
            places=places,
            parallel=library.parallel,
            team=library.team,
        )
        self._function = library.function("program_run", REALS[like.dtype])

    def totals(self) -> Tensor:
        """The program's totals over the rows of all steps since they were last asked for."""
        totals = self._totals.sum(0)
        self._totals.zero_()
        return totals

    def run(self, first: int, last: int, arrays: Mapping[str, Bound]) -> None:
        """Take the steps from ``first`` to before ``last``, with some arrays elsewhere."""
        for name, bound in arrays.items():
            if (at := self._program.at.get(name)) is not None:
                self._arrays[at : at + len(bound)] = list(bound)
        work = (last - first) * self._rows * (self._program.work + self._matrices.work)
        self._argument[_AT["first"]], self._argument[_AT["last"]] = first, last
        self._argument[_AT["threads"]] = self._library.threads(work, self._rows)
        self._function(self._argument)


TOTALS = "totals"
"""The place of sums over rows: zero at first, each an instruction adds to itself."""

_OWN = ("near", "far")
"""Arrays of a program's own: for rows that are taken together, and for all rows."""

_AT = {name: i for i, name in enumerate(FIELDS)}

_INSTRUCTION = 6 * 8


def _with_room(
    instructions: Sequence[Instruction],
) -> tuple[dict[Place, tuple[str, int]], int, int]:
    """Where the places without a name are, and how many numbers of a row are near and far.

    What is used between two products only is near, and room there is used again.
    """
    uses: dict[Place, list[int]] = defaultdict(list)
    far, segment, segments = set[Place](), 0, dict[Place, int]()
    for n, i in enumerate(instructions):
        segment += i.operation is Operation.PRODUCT
        for place in (v.place for v in (i.to, *i.of) if v.place.name is None):
            uses[place].append(n)
            if segments.setdefault(place, segment) != segment or i.operation is Operation.PRODUCT:
                far.add(place)
    where, sizes, free = dict[Place, tuple[str, int]](), [0, 0], defaultdict[int, list[int]](list)
    for n, i in enumerate(instructions):
        places = {v.place for v in (i.to, *i.of)} & uses.keys()
        for place in places - where.keys():
            size = _whole_lines(place.size)
            name, again = ("far", []) if place in far else ("near", free[size])
            if again:
                where[place] = name, again.pop()
            else:
                kind = _OWN.index(name)
                where[place] = name, sizes[kind]
                sizes[kind] += size
        # not before: a single number is read again for every number that is written
        for place in places - far:
            if uses[place][-1] == n:
                free[_whole_lines(place.size)].append(where[place][1])
    near, far_size = sizes
    return where, near, far_size


def _whole_lines(size: int) -> int:
    return -(-size // LINE) * LINE


def _array(numbers: Sequence[int]) -> ctypes.Array[ctypes.c_int64]:
    return (ctypes.c_int64 * len(numbers))(*numbers)


def _argument(**numbers: int) -> ctypes.Array[ctypes.c_int64]:
    return _array([numbers.get(name, 0) for name in FIELDS])
