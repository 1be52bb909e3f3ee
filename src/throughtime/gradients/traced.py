"""A user's cell in the engine: its step and the step's reverse, by a trace of them."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import getitem
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, fx
from torch._decomp import core_aten_decompositions, get_decompositions
from torch.fx.experimental.proxy_tensor import make_fx

from throughtime.autocast import Autocast
from throughtime.cells.cell import Cell, State
from throughtime.gradients.parameters import with_parameters
from throughtime.gradients.translation import CHEAP, VIEWS, Translator, aten, size_of
from throughtime.kernels import memory, sweep
from throughtime.kernels.program import Bound, Call, Instruction, Operation, Packed, Program, Value
from throughtime.kernels.sweep import Ragged
from throughtime.transforms import recorded

TOGETHER = 512
"""Rows of all steps together that are taken back before the parameters' gradients are added up."""

ENOUGH = 400
"""Steps that a cell takes one by one, before its step is worth tracing."""

ROWS_TRACED = (5, 7)
"""Of how many rows two traces are made, which must not show in them."""

ROWS_TRIED = 4
"""Of how many rows each call tries one step, whether it is still what the trace says."""

SAYING_ROWS = (
    *(aten.expand.default, aten.view.default),
    *(aten.full.default, aten.empty_permuted.default),
)
"""Operations that say how many rows there are, and mean all."""


class NotTraced(Exception):
    """A step that the engine cannot take."""


class _Taken(NamedTuple):
    """A program, and which of the constants are its matrices."""

    program: Program
    matrices: Sequence[int]


class Traced:
    r"""A cell's step and its reverse as programs of the engine, and the parameters' sums in torch.

    .. math:: \nabla_{h^{(t-1)}} L = \Big(\frac{\partial h^{(t)}}{\partial h^{(t-1)}}\Big)^{\!\top}
              \nabla_{h^{(t)}} L

    A trace of the step's own differentiation, made once for a cell, has three kinds of values.
    What is the same for all rows, such as a matrix turned over, is computed once a call. What each
    row has to itself becomes instructions of two programs, one for h(t) and one for the gradients
    of h(t-1) and u(t). The rest, the parameters' gradients, adds up rows: torch does it for many
    steps at once.

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
        self._trial = _some((drive, *state), ROWS_TRIED), _some(state, ROWS_TRIED)
        try:
            trace, other = (_trace(cell, drive, state, rows) for rows in ROWS_TRACED)
            _mark_rows(trace, other)
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
        dependent = _reached([*given, *grads])
        rows = [n for n in calls if _of_rows(n)]
        sums = [n for n in calls if n in dependent and not _of_rows(n)]
        read = {m for n in (*rows, *sums) for m in n.all_input_nodes} | set(of_parameters)
        constants = [n for n in trace.nodes if n in read - dependent and not _of_rows(n)]
        added_up = {m for n in sums for m in n.all_input_nodes} - {of_drive}
        stored = [n for n in (*given, *grads, *rows) if n in added_up]
        for n in rows:
            _check(n, dtype, *([] if n in stored else [torch.bool]))
        self._of_all = _function(own, constants)
        self._sums = _function([of_drive, *stored, *constants], of_parameters)
        self._vectors = [_is_vector(n, dtype) for n in constants]
        self._stored = [n.meta["val"].shape[1:] for n in stored]

        # what of the rows is computed forward, kept, and computed in reverse
        forward = _made_of(new, rows)
        saved, reverse = _divided(rows, forward, [*of_state, of_drive, *stored], {*given, *new})
        self._saved_size, kept = _side_by_side(saved)
        states = {n: Value.new(size_of(n), f"new {i}") for i, n in enumerate(new)}
        values = {n: Value.new(n.meta["val"].numel(), f"constant {i}")
                  for i, n in enumerate(constants) if self._vectors[i]}  # fmt: skip
        values[given[0]] = Value.new(size_of(given[0]), "drive")
        values |= {n: Value.new(size_of(n), f"old {i}") for i, n in enumerate(given[1:])}
        self._forward, self._forward_keeping = (
            _forward(forward, values, states | where, new, constants) for where in ({}, kept)
        )
        outside = values | kept | {n: v for n, v in states.items() if n in forward}
        self._reverse = _reverse(reverse, outside, grads, of_state, of_drive, stored, constants)

    def forward(
        self, drive: Tensor, state: State, rows: Ragged | None, *, keep: bool
    ) -> tuple[State, Tensor, State]:
        """The states at 1 … T, and what :meth:`reverse` needs of the steps, if ``keep``; and the
        constants.

        Raises:
            ValueError: if a shape is not the cell's.
        """
        steps, count = self._checked(drive, state)
        drive, state = drive.contiguous(), tuple(s.contiguous() for s in state)
        own = (*self._cell.parameters(), *self._cell.buffers())
        constants = tuple(
            c.contiguous() if vector else c
            for c, vector in zip(
                self._of_all(*(v.detach() for v in own)), self._vectors, strict=True
            )
        )
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
        drive, state = drive.contiguous(), tuple(s.contiguous() for s in state)
        arriving = [None if g is None else g.contiguous() for g in grad_states]
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
                found = self._sums(grad_drive[start:end].flatten(0, 1), *in_rows, *constants)
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
        """Whether the step is what it was; Python can change what it likes. One step is tried."""
        learning = torch.is_grad_enabled()
        (drive, *state), grads = self._trial
        with torch.no_grad():
            found, saved, constants = self.forward(drive[None], tuple(state), None, keep=learning)
        if not learning:
            return _close(found, cell.step(drive, tuple(state)))
        inputs = [v.detach().requires_grad_() for v in (drive, *state)]
        wanted = (*inputs, *(p for p in cell.parameters() if p.requires_grad))
        expected = cell.step(inputs[0], tuple(inputs[1:]))
        paired = [(e, g) for e, g in zip(expected, grads, strict=True) if e.requires_grad]
        back = torch.autograd.grad([e for e, _ in paired], wanted, [g for _, g in paired],
                                   allow_unused=True, materialize_grads=True)  # fmt: skip
        with torch.no_grad():
            arriving = tuple(g[None] for g in grads)
            all_back = self.reverse(
                constants, drive[None], tuple(state), found, saved, None, arriving, learning=True
            )
        asked = (*inputs, *cell.parameters())
        found_back = [f for f, v in zip(all_back, asked, strict=True) if v.requires_grad]
        return _close((*found, *found_back), (*expected, *back))

    def _arrays(
        self, drive: Tensor, states: State, saved: Tensor, constants: State
    ) -> dict[str, Bound]:
        arrays = {"drive": Bound.steps(drive), "saved": Bound.steps(saved)}
        arrays |= _bound("new", states) | _old(states)
        of_all = zip(constants, self._vectors, strict=True)
        return arrays | {
            f"constant {i}": Bound.everywhere(c) for i, (c, vector) in enumerate(of_all) if vector
        }


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


# ---- a trace -----------------------------------------------------------------------------------


def _trace(cell: Cell, drive: Tensor, state: State, rows: int) -> fx.Graph:
    """The graph of h(t) and the gradients of h(t-1), u(t) and the parameters, for so many rows."""

    def both(drive: Tensor, state: State, parameters: State, buffers: State, grad: State) -> State:
        def step(state: State, drive: Tensor, parameters: State) -> State:
            own = (*parameters, *buffers)
            return with_parameters(cell, own, lambda: cell.step(drive, state))

        new, back, *_ = torch.func.vjp(step, state, drive, parameters)
        of_state, of_drive, of_parameters = back(grad)
        return (*new, *of_state, of_drive, *of_parameters)

    graph = make_fx(both, _decompositions())(
        *_some((drive,), rows),
        _some(state, rows),
        tuple(p.detach() for p in cell.parameters()),
        tuple(cell.buffers()),
        _some(state, rows),
    ).graph
    graph.eliminate_dead_code()
    return graph


@cache
def _decompositions() -> dict[Any, Callable[..., Any]]:
    """How torch takes its operations apart, into those that there are few of."""
    further = [
        *(aten.leaky_relu, aten.elu, aten.gelu, aten.hardtanh),
        *(aten._softmax, aten.linalg_vector_norm),
    ]
    return {**core_aten_decompositions(), **get_decompositions(further)}


def _some(like: Sequence[Tensor], rows: int) -> State:
    """So many rows of random numbers like those of tensors; they are not the user's."""
    random = torch.Generator().manual_seed(0)
    return tuple(
        torch.randn((rows, v.shape[-1]), generator=random, dtype=v.dtype, device="cpu")
        for v in like
    )


def _mark_rows(trace: fx.Graph, other: fx.Graph) -> None:
    """Mark what has one row for each of the batch's, by two traces of different numbers of rows.

    Raises:
        NotTraced: if the traces differ in more than that.
    """
    if len(trace.nodes) != len(other.nodes):
        raise NotTraced("what it does depends on how many rows there are")
    for n, m in zip(trace.nodes, other.nodes, strict=True):
        if n.op == "get_attr":
            raise NotTraced(
                "it has tensors that are neither parameters nor buffers, and may change"
            )
        sizes = tuple(tuple(v.shape) for v in (_first(n), _first(m)) if v is not None)
        n.meta["rows"] = tuple(size[:1] for size in sizes) == tuple((r,) for r in ROWS_TRACED)
        saying = n.meta["rows"] and n.target in SAYING_ROWS
        same = n.op == m.op and n.target == m.target
        if not same or not _alike((n.args, n.kwargs), (m.args, m.kwargs), saying):
            raise NotTraced("it says how many rows there are")
        if n.meta["rows"] and len(sizes[0]) > 2:
            raise NotTraced("a row of it has more than one dimension")


def _first(node: fx.Node) -> Tensor | None:
    """A node's value, of several the first; None of what is no tensor."""
    value = node.meta.get("val")
    value = value[0] if isinstance(value, list | tuple) and value else value
    return value if isinstance(value, Tensor) else None


def _alike(a: Any, b: Any, saying: bool) -> bool:
    """Whether arguments are the same in both traces, or ``saying`` how many rows each has."""
    if isinstance(a, fx.Node) or isinstance(b, fx.Node):
        return isinstance(a, fx.Node) and isinstance(b, fx.Node) and a.name == b.name
    if isinstance(a, dict) and isinstance(b, dict):
        return _alike(list(a.items()), list(b.items()), saying)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(_alike(v, w, saying) for v, w in zip(a, b, strict=True))
    return type(a) is type(b) and (a == b or (saying and (a, b) == ROWS_TRACED))


def _of_rows(node: fx.Node) -> bool:
    return bool(node.meta["rows"])


def _is_vector(node: fx.Node, dtype: torch.dtype) -> bool:
    value = node.meta["val"]
    return value.dtype is dtype and value.numel() in (1, *value.shape[-1:])


def _check(node: fx.Node, *dtypes: torch.dtype) -> None:
    value = _first(node)
    if value is None or value.dtype not in dtypes:
        raise NotTraced(f"{node} is of another dtype")


# ---- what is computed where --------------------------------------------------------------------


def _reached(nodes: Sequence[fx.Node]) -> set[fx.Node]:
    """All that depends on one of the nodes."""
    reached = set(nodes)
    for node in nodes[0].graph.nodes:
        if node.op == "call_function" and any(n in reached for n in node.all_input_nodes):
            reached.add(node)
    return reached


def _made_of(nodes: Iterable[fx.Node], calls: Sequence[fx.Node]) -> list[fx.Node]:
    """Those of the calls that lead to the nodes, with all that one call gives."""
    wanted = set(nodes)
    for n in reversed(calls):
        if n in wanted:
            wanted.update(n.all_input_nodes)
    return [n for n in calls if n in wanted or (n.target is getitem and n.args[0] in wanted)]


def _divided(
    rows: Sequence[fx.Node],
    forward: Sequence[fx.Node],
    wanted: Iterable[fx.Node],
    outside: set[fx.Node],
) -> tuple[list[fx.Node], list[fx.Node]]:
    """What the forward program saves, and what the reverse computes: of the former's nodes again
    those that take less than what would be saved for them."""
    ahead, needed = set(forward), set(wanted)
    read = {m for n in rows if n not in ahead for m in n.all_input_nodes} | needed

    def is_cheap(n: fx.Node) -> bool:
        known = (m in outside or m in read or is_cheap(m) for m in n.all_input_nodes if _of_rows(m))
        return (n.target in CHEAP or n.target in VIEWS) and all(known)

    saved, reverse = [], []
    for n in reversed(rows):
        if n not in needed or n in outside:
            continue
        if n in ahead and not is_cheap(n):
            saved.append(n)
        else:
            reverse.append(n)
            needed.update(n.all_input_nodes)
    return saved, reverse[::-1]


def _side_by_side(nodes: Sequence[fx.Node]) -> tuple[int, dict[fx.Node, Value]]:
    """How many numbers of a row they are together, and where: whole vectors before single ones."""
    start, where = 0, {}
    for n in sorted(nodes, key=size_of, reverse=True):
        where[n] = Value.new(size_of(n), "saved").part(0, size_of(n))._replace(offset=start)
        start += size_of(n)
    return start, where


def _forward(
    nodes: Sequence[fx.Node],
    values: dict[fx.Node, Value],
    destinations: dict[fx.Node, Value],
    new: Sequence[fx.Node],
    constants: Sequence[fx.Node],
) -> _Taken:
    t = Translator(values, destinations, constants)
    t.translate(nodes)
    ended = []
    for i, n in enumerate(new):
        old, to = (Value.new(size_of(n), f"{name} {i}") for name in ("old", "new"))
        value = t.value(n)
        if value.place.name != to.place.name:
            t.copy(value, to)
        ended.append(Instruction(Operation.COPY, to, (old,), to.size))
    return _Taken(t.program(ended), t.matrices)


def _reverse(
    nodes: Sequence[fx.Node],
    values: dict[fx.Node, Value],
    grads: Sequence[fx.Node],
    of_state: Sequence[fx.Node],
    of_drive: fx.Node,
    stored: Sequence[fx.Node],
    constants: Sequence[fx.Node],
) -> _Taken:
    carry = {n: Value.new(size_of(n), f"carry {i}") for i, n in enumerate(grads)}
    out = {of_drive: Value.new(size_of(of_drive), "grad drive")}
    out |= {n: Value.new(size_of(n), f"stored {k}") for k, n in enumerate(stored)}
    t = Translator(values | carry, out, constants)
    for i, to in enumerate(carry.values()):
        t.write(Operation.ADD, to.size, to, Value.new(to.size, f"arriving {i}"), to=to)
    ended = list(t.instructions)
    t.translate(nodes)
    for n, to in out.items():
        t.copy(t.value(n), to)
        ended.append(Instruction(Operation.COPY, to, (t.value(0.0),), to.size))
    found = [t.value(n) for n in of_state]
    # none is overwritten before it is read
    found = [t.copy(v, Value.new(size_of(n))) if v in carry.values() else v
             for v, n in zip(found, of_state, strict=True)]  # fmt: skip
    for value, to in zip(found, carry.values(), strict=True):
        t.copy(value, to)
    return _Taken(t.program(ended), t.matrices)


def _function(inputs: Sequence[fx.Node], outputs: Sequence[fx.Node]) -> Callable[..., Any]:
    """The part of a graph that leads from some of its nodes to others."""
    graph, copies = fx.Graph(), dict[fx.Node, fx.Node]()
    for node in inputs:
        copies[node] = graph.placeholder(node.name)
    nodes = outputs[0].graph.nodes if outputs else ()
    for node in nodes:
        new = node.op == "call_function" and node not in copies
        if new and all(n in copies for n in node.all_input_nodes):
            copies[node] = graph.node_copy(node, lambda n: copies[n])
    graph.output(tuple(copies[n] for n in outputs))
    graph.eliminate_dead_code()
    return fx.GraphModule({}, graph).forward


# ---- the traces that there are -----------------------------------------------------------------


class _Known:
    """What is known of a cell: how many steps it has taken, and its programs if traced."""

    def __init__(self) -> None:
        self.steps = 0
        self.traced: dict[Any, Traced | None] = {}


_cells: WeakKeyDictionary[Cell, _Known] = WeakKeyDictionary()


def of(cell: Cell, drive: Tensor, state: State) -> Traced | None:
    """A cell's programs; None, as long as they are not worth it or where there can be none.

    Args:
        cell: the cell.
        drive: u(1) … u(T), ``(T, rows, size)``.
        state: the state before them.
    """
    tensors = (drive, *state, *cell.parameters())
    if type(cell).reverse_step is not Cell.reverse_step or not sweep.suit(tensors, drive.dtype):
        return None
    if recorded(tensors) or Autocast.now(drive).enabled:
        return None
    known = _cells.setdefault(cell, _Known())
    known.steps += len(drive)
    if known.steps < ENOUGH or not drive.numel():
        return None
    kind = (drive.dtype, cell.training, *(v.shape[-1:] for v in (drive, *state)))
    kind += tuple(v.shape for v in (*cell.parameters(), *cell.buffers()))
    if kind not in known.traced:
        try:
            known.traced[kind] = Traced(cell, drive[0], state)
        except NotTraced:
            known.traced[kind] = None
    traced = known.traced[kind]
    if traced is None or traced.still_right(cell):
        return traced
    del known.traced[kind]
    return None


def _close(found: Sequence[Tensor | None], expected: Sequence[Tensor]) -> bool:
    """Whether these are the same to rounding: next to the largest of their own numbers, or of all
    numbers, from which they may be what is left over."""
    with torch.no_grad():
        pairs = [(a, b.view_as(a)) for a, b in zip(found, expected, strict=True)
                 if a is not None and a.numel()]  # fmt: skip
        sizes = [float(b.abs().max()) for _, b in pairs]
        largest = max(sizes, default=0.0)
        for (a, b), size in zip(pairs, sizes, strict=True):
            tolerance = torch.finfo(a.dtype).eps * max(100 * size, 16 * largest)
            if float((a - b).abs().max()) <= tolerance:
                continue
            if not torch.allclose(a, b, rtol=0, atol=tolerance, equal_nan=True):
                return False  # infinite or not a number, both may be
    return True
