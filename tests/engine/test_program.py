"""The engine's programs: every operation is torch's, and a user's cell is its loop."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tests.helpers.header import fields
from tests.helpers.own_cells import TRACED
from tests.helpers.recursion import bptt
from throughtime.cells.cell import Cell
from throughtime.engine import library, program
from throughtime.engine.program import (
    Bound,
    Call,
    Instruction,
    Operation,
    Packed,
    Program,
    Value,
)
from throughtime.engine.sweep import Ragged
from throughtime.gradients.unroll import unroll
from throughtime.tracing import cache, programs

DTYPES = {torch.float32: 1e-6, torch.float64: 1e-14}

OPERATIONS: dict[Operation, Callable[..., Tensor]] = {
    Operation.COPY: lambda a: a,
    Operation.NEGATIVE: torch.neg,
    Operation.MAGNITUDE: torch.abs,
    Operation.RELU: torch.relu,
    Operation.SIGMOID: torch.sigmoid,
    Operation.TANH: torch.tanh,
    Operation.EXP: torch.exp,
    Operation.EXPM1: torch.expm1,
    Operation.LOG: torch.log,
    Operation.LOG1P: torch.log1p,
    Operation.SQRT: torch.sqrt,
    Operation.RSQRT: torch.rsqrt,
    Operation.RECIPROCAL: torch.reciprocal,
    Operation.SIN: torch.sin,
    Operation.COS: torch.cos,
    Operation.ERF: torch.erf,
    Operation.SIGNUM: torch.sign,
    Operation.ADD: torch.add,
    Operation.SUBTRACT: torch.sub,
    Operation.MULTIPLY: torch.mul,
    Operation.DIVIDE: torch.div,
    Operation.POWER: torch.pow,
    Operation.MAXIMUM: torch.maximum,
    Operation.MINIMUM: torch.minimum,
    Operation.GREATER: torch.gt,
    Operation.GREATER_EQUAL: torch.ge,
    Operation.LESS: torch.lt,
    Operation.LESS_EQUAL: torch.le,
    Operation.EQUAL: torch.eq,
    Operation.UNEQUAL: torch.ne,
    Operation.WHERE: lambda c, a, b: torch.where(c != 0, a, b),
    Operation.MULTIPLY_ADD: lambda a, b, c: a * b + c,
    Operation.MULTIPLY_SUBTRACT: lambda a, b, c: a * b - c,
    Operation.SUBTRACT_PRODUCT: lambda a, b, c: c - a * b,
    Operation.ADD_MULTIPLY: lambda a, b, c: (a + b) * c,
    Operation.SUBTRACT_MULTIPLY: lambda a, b, c: (a - b) * c,
    Operation.SUM: lambda a: a.sum(-1, keepdim=True),
    Operation.SUM_OF_PRODUCTS: lambda a, b: (a * b).sum(-1, keepdim=True),
    Operation.LARGEST: lambda a: a.amax(-1, keepdim=True),
}
REDUCTIONS = (Operation.SUM, Operation.SUM_OF_PRODUCTS, Operation.LARGEST)
SPECIAL = (
    *(0.0, -0.0, 1.0, -1.0, 0.5, 1e-5, 1e-30, -1e-30, 1e-40, 1e-310, 1e30, 80.0, -80.0, 200.0),
    *(-1000.0, math.inf, -math.inf, math.nan),
)


def test_fields_and_operations_are_those_of_the_header() -> None:
    assert tuple(fields("program.h", "Program")) == program.FIELDS
    assert fields("program.h", "Array") == ["numbers", *Bound._fields[1:]]
    assert len(fields("program.h", "Instruction")) * 8 == program._INSTRUCTION
    text = (Path(library.__file__).parent / "program.h").read_text()
    listed = text[text.index("#define OPERATIONS(_)") : text.index("/* What has no b or c")]
    assert re.findall(r"_\((\w+)\)", listed) == [o.name for o in Operation]
    assert set(OPERATIONS) | {Operation.PRODUCT} == set(Operation)


def operands_of(operation: Operation) -> int:
    """How many it has."""
    if operation < Operation.ADD:
        return 1
    if operation in REDUCTIONS:
        return 1 + (operation is Operation.SUM_OF_PRODUCTS)
    return 3 if operation >= Operation.WHERE else 2


def take(operation: Operation, operands: list[Tensor], size: int) -> Tensor:
    """One instruction on rows ``(rows, size)``, in memory that ends with the last number."""
    like = operands[0]
    out = 1 if operation in REDUCTIONS else size
    to = like.new_full((len(like), out), math.nan)
    names = "abc"[: len(operands)]
    of = tuple(Value.new(v.shape[-1], n) for n, v in zip(names, operands, strict=True))
    code = Program([Instruction(operation, Value.new(out, "to"), of, size)], [], [])
    arrays = {n: Bound.rows(v) for n, v in zip(names, operands, strict=True)}
    Call(code, arrays | {"to": Bound.rows(to)}, Packed([]), None, like).run(0, 1, {})
    return to


@pytest.mark.parametrize("size", [151])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_every_operation_is_torchs(
    instructions: str, operation: Operation, dtype: torch.dtype, size: int
) -> None:
    torch.manual_seed(0)
    torch.set_num_threads(2)
    rows = 70  # more than are taken together
    for singles in product([False, True], repeat=operands_of(operation)):
        if any(singles) and operation in REDUCTIONS:
            continue
        operands = [torch.randn(rows, 1 if s else size, dtype=dtype) for s in singles]
        if operation is Operation.POWER:
            operands[0] = operands[0].abs()
        if operation is Operation.EQUAL:
            operands[1] = operands[0].expand_as(operands[1]).contiguous() if singles[0] else (
                operands[0][:, : operands[1].shape[-1]].contiguous())  # fmt: skip
        expected = OPERATIONS[operation](*(v.double() for v in operands)).to(dtype)
        wide = 1 if expected.shape[-1] == 1 else size
        actual = take(operation, operands, size)
        torch.testing.assert_close(
            actual[:, :wide], expected, rtol=4 * DTYPES[dtype], atol=DTYPES[dtype], equal_nan=True
        )
        assert wide == actual.shape[-1] or bool(
            (actual == actual[:, :1]).all() | actual.isnan().any()
        )


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_nothing_special_is_lost(
    instructions: str, operation: Operation, dtype: torch.dtype
) -> None:
    """Infinities, NaN, and what is almost nothing."""
    arguments = operands_of(operation)
    if operation in (Operation.SIN, Operation.COS):
        specials = [v for v in SPECIAL if abs(v) < 1e3 or v != v]
    else:
        specials = list(SPECIAL)
    if arguments == 3:
        specials = [*specials[:4], math.inf, math.nan]
    grid = torch.tensor(list(product(specials, repeat=arguments)), dtype=dtype)
    operands = [grid[:, i : i + 1].contiguous() for i in range(arguments)]
    expected = OPERATIONS[operation](*operands).to(dtype)
    actual = take(operation, operands, 1)
    torch.testing.assert_close(
        actual, expected, rtol=8 * DTYPES[dtype], atol=torch.finfo(dtype).tiny, equal_nan=True
    )


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("lengths", [None, (3, 0, 5, 1, 5, 2, 4, 4, 3, 5, 5)])
@pytest.mark.parametrize(("depth", "columns"), [(1, 1), (7, 5), (33, 70)])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_products_are_torchs_and_steps_follow_each_other(
    instructions: str,
    dtype: torch.dtype,
    depth: int,
    columns: int,
    lengths: tuple[int, ...] | None,
    threads: int,
) -> None:
    """h(t) = W x(t) + h(t-1), in either direction; of a row that has ended nothing is written."""
    torch.manual_seed(0)
    torch.set_num_threads(threads)
    steps, rows = 5, 11
    x = torch.randn(steps, rows, depth, dtype=dtype)
    W = torch.randn(columns, depth, dtype=dtype)
    of_rows = [steps] * rows if lengths is None else list(lengths)
    taken = torch.tensor(of_rows)
    ragged = None if lengths is None else Ragged(taken, taken.argsort(descending=True))
    for backwards in (False, True):
        h, ends = torch.zeros(rows, columns, dtype=dtype), torch.zeros(steps, rows, 1, dtype=dtype)
        to = Value.new(columns, "h")
        far = Value.new(columns)
        alive = [
            Instruction(Operation.PRODUCT, far, (Value.new(depth, "x"),), columns),
            Instruction(Operation.ADD, to, (to, far), columns),
        ]
        one = Value.new(1, "numbers")
        ended = [Instruction(Operation.COPY, Value.new(1, "ends"), (one,), 1)]
        arrays = {"x": Bound.steps(x), "h": Bound.rows(h), "ends": Bound.steps(ends)}
        call = Call(Program(alive, ended, [1.0]), arrays, Packed([W.T]), ragged, h,
                    backwards=backwards)  # fmt: skip
        call.run(*((2, 5) if backwards else (0, 2)), {})
        call.run(*((0, 2) if backwards else (2, 5)), {})
        is_alive = torch.arange(steps)[:, None] < taken
        expected = ((x @ W.T) * is_alive[..., None]).sum(0)
        torch.testing.assert_close(h, expected, rtol=20 * DTYPES[dtype], atol=20 * DTYPES[dtype])
        assert torch.equal(ends[..., 0] == 1, ~is_alive)


@pytest.mark.parametrize(("ragged", "threads"), [(False, 2), (True, 1), (True, 2)])
@pytest.mark.parametrize("size", [3, 37])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", ["own", "layer-norm GRU", "shift"])
def test_a_users_cell_is_its_loop(
    instructions: str,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    dtype: torch.dtype,
    size: int,
    ragged: bool,
    threads: int,
) -> None:
    monkeypatch.setattr(cache, "ENOUGH", 0)
    monkeypatch.setattr(programs, "TOGETHER", 30)
    torch.manual_seed(0)
    torch.set_num_threads(threads)
    cell: Cell = TRACED[name](size).to(dtype)
    steps, rows = 9, 11
    drive = torch.randn(steps, rows, cell.drive_size, dtype=dtype)
    alive = torch.arange(steps)[:, None] < torch.randint(0, steps + 1, (rows,)) if ragged else None
    if alive is not None:
        drive[~alive] = math.nan  # what nobody reads
    drive.requires_grad_()
    state = tuple(torch.randn(rows, n, dtype=dtype, requires_grad=True) for n in cell.state_sizes)
    clean = drive.detach().nan_to_num().requires_grad_()
    expected, actual = unroll(cell, clean, state, alive), bptt(cell, drive, state, alive)
    (traced,) = cache._cells[cell].programs.values()
    assert traced is not None
    arriving = tuple(torch.randn_like(s) for s in expected)
    wanted = [*state, *cell.parameters()]
    a = torch.autograd.grad(actual, [drive, *wanted], arriving, allow_unused=True,
                            materialize_grads=True)  # fmt: skip
    b = torch.autograd.grad(expected, [clean, *wanted], arriving, allow_unused=True,
                            materialize_grads=True)  # fmt: skip
    for found, right in zip((*actual, *a), (*expected, *b), strict=True):
        largest = max(1.0, float(right.detach().abs().max()))
        torch.testing.assert_close(found, right, rtol=0, atol=200 * DTYPES[dtype] * largest)
    again = torch.autograd.grad(bptt(cell, drive, state, alive), [drive, *wanted], arriving,
                                allow_unused=True, materialize_grads=True)  # fmt: skip
    assert all(torch.equal(v, w) for v, w in zip(a, again, strict=True))
