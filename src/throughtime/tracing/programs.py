"""The programs of a cell for the engine: its step and the step's reverse."""

from __future__ import annotations

import math
import weakref
from collections.abc import Sequence

import torch
from torch import Tensor, fx

from throughtime.cells.cell import Cell, State
from throughtime.engine import memory
from throughtime.engine.dense import dense
from throughtime.engine.program import TOTALS, Bound, Call, Packed, Value
from throughtime.engine.sweep import Ragged
from throughtime.tracing.capture import NotTraced, apart, captured, some
from throughtime.tracing.division import (
    divided,
    forward_program,
    function_of,
    made_of,
    reached,
    reverse_program,
    row_sum,
    side_by_side,
)
from throughtime.tracing.nodes import aten, first_of, of_rows, size_of

TOGETHER = 512
"""Rows that go back before the parameters' gradients are added up: those of several steps
together, or of one step if it has more."""

SCALES_TRIED = (1, 1, 0, 8)
"""The sizes of the rows on which each call tries one step, whether it is what the trace says."""


class Programs:
    r"""A cell's step and its reverse as programs of the engine, and the parameters' sums in torch.

    .. math:: \nabla_{h^{(t-1)}} L = \Big(\frac{\partial h^{(t)}}{\partial h^{(t-1)}}\Big)^{\!\top}
              \nabla_{h^{(t)}} L

    A trace of the step's own differentiation, made once for a cell, has three kinds of values.
    What is the same for all rows, such as a matrix turned over, is computed once a call. What each
    row has to itself becomes instructions of two programs, one for h(t) and one for the gradients
    of h(t-1) and u(t). The rest, the parameters' gradients, adds up rows: of plain sums the second
    program keeps count, and products torch does for many steps at once.

    Args:
        cell: the cell; its parameters may change later.
        drive: some drives ``(rows, drive_size)``, of which dtype and device count.
        state: some states, likewise.

    Raises:
        NotTraced: if the trace depends on the number of rows or on their values, or has an
            operation that the engine has not.
    """

    def __init__(self, cell: Cell, drive: Tensor, state: State) -> None:
        self._cell = weakref.proxy(cell)
        try:
            with torch.inference_mode(False):
                scales = torch.tensor(SCALES_TRIED, dtype=drive.dtype, device="cpu")[:, None]
                self._trial = (
                    tuple(v * scales for v in some((drive, *state), len(scales))),
                    some(state, len(scales)),
                )
            trace = captured(cell, drive, state)
            self._divide(trace, len(state), drive.dtype)
        except Exception as error:  # of the user's code, about which nothing is known
            raise NotTraced(str(error)) from error

    def _divide(self, trace: fx.Graph, parts: int, dtype: torch.dtype) -> None:
        inputs = [n for n in trace.nodes if n.op == "placeholder"]
        given, own, grads = inputs[: 1 + parts], inputs[1 + parts : -parts], inputs[-parts:]
        (results,) = (n.args[0] for n in trace.nodes if n.op == "output")
        new, of_state, of_drive = results[:parts], results[parts : 2 * parts], results[2 * parts]
        of_parameters = results[2 * parts + 1 :]

        # what each row has to itself; what adds up rows; what is the same for all
        calls = [n for n in trace.nodes if n.op == "call_function"]
        dependent = reached([*given, *grads])
        rows = [n for n in calls if of_rows(n)]
        sums = [n for n in calls if n in dependent and not of_rows(n)]
        read = {m for n in (*rows, *sums) for m in n.all_input_nodes} | set(of_parameters)
        constants = [n for n in trace.nodes if n in read - dependent and not of_rows(n)]
        summed = {n: of for n in sums if (of := row_sum(n)) is not None}
        added_up = {m for n in sums if n not in summed for m in n.all_input_nodes} - {of_drive}
        stored = [n for n in (*given, *grads, *rows) if n in added_up]
        for n in rows:
            _check(n, dtype, *([] if n in stored else [torch.bool]),
                   *([torch.int64] if n.target is aten.where.self else []))  # fmt: skip
        self._of_all = function_of(own, constants)
        self._sums = function_of([of_drive, *stored, *summed, *constants], of_parameters)
        self._count = len(constants)
        self._vectors = [i for i, n in enumerate(constants) if _is_vector(n, dtype)]
        self._stored = [n.meta["val"].shape[1:] for n in stored]
        _, totals = side_by_side(list(dict.fromkeys(summed.values())), TOTALS)
        self._totals = [(totals[of], n.meta["val"].shape) for n, of in summed.items()]

        # what of the rows is computed forward, kept, and computed in reverse
        forward = made_of(new, rows)
        wanted = [*of_state, of_drive, *stored, *totals]
        saved, reverse = divided(rows, forward, wanted, {*given, *new})
        self._saved_size, kept = side_by_side(saved, "saved")
        states = {n: Value.new(size_of(n), f"new {i}") for i, n in enumerate(new)}
        vectors = [constants[i] for i in self._vectors]
        values = {n: Value.new(n.meta["val"].numel(), f"constant {i}")
                  for i, n in enumerate(vectors)}  # fmt: skip
        values[given[0]] = Value.new(size_of(given[0]), "drive")
        values |= {n: Value.new(size_of(n), f"old {i}") for i, n in enumerate(given[1:])}
        self._forward, self._forward_keeping = (
            forward_program(forward, values, states | where, new, constants) for where in ({}, kept)
        )
        outside = values | kept | {n: v for n, v in states.items() if n in forward}
        self._reverse = reverse_program(
            reverse, outside, grads, of_state, of_drive, stored, totals, constants
        )

    def forward(
        self, drive: Tensor, state: State, rows: Ragged | None, *, keep: bool
    ) -> tuple[State, Tensor, State]:
        """The states at 1 … T, what :meth:`reverse` needs of the steps, if ``keep``, and of what is
        the same for all rows: as torch has it, and then vectors as the engine reads them.

        Raises:
            ValueError: if a shape is not the cell's.
        """
        steps, count = self._checked(drive, state)
        drive, state = dense(drive), tuple(map(dense, state))
        own = (*self._cell.parameters(), *self._cell.buffers())
        of_all = self._of_all(*(v.detach() for v in own))
        vectors = (of_all[i].to(drive.dtype).contiguous() for i in self._vectors)
        constants = (*of_all, *vectors)
        states = tuple(s.new_empty(steps, *s.shape) for s in state)
        saved = memory.empty((steps, count, self._saved_size if keep else 0), drive)
        taken = self._forward_keeping if keep else self._forward
        arrays = self._arrays(drive, states, saved, constants)
        packed = Packed([constants[at] for at in taken.matrices])
        call = Call(taken.program, arrays, packed, rows, state[0])
        for piece in _pieces(0, steps, state, states):
            call.run(*piece)
        return states, saved, constants

    def reverse(
        self,
        constants: State,
        drive: Tensor,
        state: State,
        states: State,
        saved: Tensor,
        rows: Ragged | None,
        grad_states: tuple[Tensor | None, ...],
        *,
        learning: bool,
    ) -> tuple[Tensor | None, ...]:
        """The gradients of the drive, the first state and, if ``learning``, the parameters."""
        steps, count = drive.shape[:2]
        drive, state = dense(drive), tuple(map(dense, state))
        arriving = [None if g is None else dense(g) for g in grad_states]
        grad_drive, carry = torch.empty_like(drive), tuple(map(torch.zeros_like, state))
        nothing = state[0].new_zeros(max(s.shape[-1] for s in state))
        size = min(steps, max(1, TOGETHER // count))
        stored = [drive.new_empty(size, count, math.prod(shape)) for shape in self._stored]
        arrays = self._arrays(drive, states, saved, constants) | _bound("stored", stored)
        arrays["grad drive"] = Bound.steps(grad_drive)
        for i, (c, g) in enumerate(zip(carry, arriving, strict=True)):
            arrays[f"carry {i}"] = Bound.rows(c)
            arrays[f"arriving {i}"] = Bound.everywhere(nothing) if g is None else Bound.steps(g)
        packed = Packed([constants[at] for at in self._reverse.matrices])
        call = Call(self._reverse.program, arrays, packed, rows, state[0], backwards=True)
        learned: list[Tensor | None] = [None] * len(list(self._cell.parameters()))
        for start in reversed(range(0, steps, size)):
            end = min(start + size, steps)
            here = _bound("stored", stored, first=start)
            for first, last, old in reversed(_pieces(start, end, state, states)):
                call.run(first, last, here | old)
            if learning:
                in_rows = [v[: end - start].view(-1, *shape)
                           for v, shape in zip(stored, self._stored, strict=True)]  # fmt: skip
                numbers = call.totals()
                totals = [numbers[v.offset : v.offset + v.size].view(shape)
                          for v, shape in self._totals]  # fmt: skip
                found = self._sums(
                    *(grad_drive[start:end].flatten(0, 1), *in_rows, *totals),
                    *constants[: self._count],
                )
                learned = [s if v is None else v + s for v, s in zip(learned, found, strict=True)]
        return (grad_drive, *carry, *learned)

    def _checked(self, drive: Tensor, state: State) -> tuple[int, int]:
        """How many steps and rows there are. The engine believes what it is told."""
        steps, count, _ = drive.shape
        cell, found = self._cell, (tuple(drive.shape), *(tuple(s.shape) for s in state))
        expected = (steps, count, cell.drive_size), *((count, n) for n in cell.state_sizes)
        if found != expected:
            raise ValueError(f"drive and state have the shapes {found}; expected {expected}")
        return steps, count

    def still_right(self, cell: Cell) -> bool:
        """Whether the cell's step is still that of the programs: one step is tried both ways."""
        try:
            return self._tried(cell)
        except Exception:  # of the user's code; who runs it next will see it
            return False

    def _tried(self, cell: Cell) -> bool:
        learning = torch.is_grad_enabled()
        (drive, *state), grads = self._trial
        with torch.no_grad():
            found, saved, constants = self.forward(drive[None], tuple(state), None, keep=learning)
        if not learning:
            return _close(found, apart(cell).step(drive, tuple(state)))
        inputs = [v.detach().requires_grad_() for v in (drive, *state)]
        own: dict[Tensor, Tensor] = {
            p: p.detach().requires_grad_(p.requires_grad) for p in cell.parameters()
        }
        expected = apart(cell, own).step(inputs[0], tuple(inputs[1:]))
        asked = (*inputs, *own.values())
        paired = [(e, g) for e, g in zip(expected, grads, strict=True) if e.requires_grad]
        back = torch.autograd.grad(
            [e for e, _ in paired], [v for v in asked if v.requires_grad], [g for _, g in paired],
            allow_unused=True, materialize_grads=True,
        )  # fmt: skip
        with torch.no_grad():
            arriving = tuple(g[None] for g in grads)
            all_back = self.reverse(
                constants, drive[None], tuple(state), found, saved, None, arriving, learning=True
            )
        found_back = [f for f, v in zip(all_back, asked, strict=True) if v.requires_grad]
        return _close((*found, *found_back), (*expected, *back))

    def _arrays(
        self, drive: Tensor, states: State, saved: Tensor, constants: State
    ) -> dict[str, Bound]:
        arrays = {"drive": Bound.steps(drive), "saved": Bound.steps(saved)}
        arrays |= _bound("new", states) | _old(states)
        vectors = enumerate(constants[self._count :])
        return arrays | {f"constant {i}": Bound.everywhere(v) for i, v in vectors}


def _bound(name: str, tensors: Sequence[Tensor], first: int = 0) -> dict[str, Bound]:
    return {f"{name} {i}": Bound.steps(v, first) for i, v in enumerate(tensors)}


def _old(states: State) -> dict[str, Bound]:
    """Where the state before a step is, from the second step on."""
    return _bound("old", states, first=1)


def _pieces(
    start: int, end: int, state: State, states: State
) -> list[tuple[int, int, dict[str, Bound]]]:
    """The steps from ``start`` to before ``end``, of which the first has its state elsewhere."""
    pieces = []
    if start == 0:
        pieces.append((0, 1, {f"old {i}": Bound.rows(s) for i, s in enumerate(state)}))
    if end > 1:
        pieces.append((max(1, start), end, _old(states)))
    return pieces


def _is_vector(node: fx.Node, dtype: torch.dtype) -> bool:
    value = node.meta["val"]
    exact = value.dtype is dtype or not (value.is_floating_point() or value.is_complex())
    return exact and value.numel() in (1, *value.shape[-1:])


def _check(node: fx.Node, *dtypes: torch.dtype) -> None:
    value = first_of(node)
    if value is None or value.dtype not in dtypes:
        raise NotTraced(f"{node} is of another dtype")


def _close(found: Sequence[Tensor | None], expected: Sequence[Tensor]) -> bool:
    """Whether these are the same to rounding: next to the largest of their own numbers, or of all
    numbers, from which they may be what is left over. What is infinite or no number is in both."""
    with torch.no_grad():
        pairs = [(a, b.view_as(a)) for a, b in zip(found, expected, strict=True)
                 if a is not None and a.numel()]  # fmt: skip
        sizes = [float(b.abs().nan_to_num(0, 0, 0).max()) for _, b in pairs]
        largest = max(sizes, default=0.0)
        for (a, b), size in zip(pairs, sizes, strict=True):
            tolerance = torch.finfo(a.dtype).eps * max(100 * size, 16 * largest)
            if not float((a - b).abs().max()) <= tolerance and not torch.allclose(
                a, b, rtol=0, atol=tolerance, equal_nan=True
            ):
                return False
    return True
