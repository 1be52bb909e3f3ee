"""A user's cell in the engine: its step and the step's reverse, by a trace of them."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import getitem
from threading import RLock
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, fx, nn
from torch._decomp import core_aten_decompositions, get_decompositions
from torch.fx.experimental.proxy_tensor import make_fx
from torch.random import fork_rng

from throughtime.autocast import Autocast
from throughtime.cells.cell import Cell, State
from throughtime.gradients.parameters import with_parameters
from throughtime.gradients.translation import CHEAP, VIEWS, Translator, aten, size_of
from throughtime.kernels import memory, sweep
from throughtime.kernels.program import Bound, Call, Instruction, Operation, Packed, Program, Value
from throughtime.kernels.sweep import Ragged
from throughtime.transforms import recorded

M = TypeVar("M", bound=nn.Module)

TOGETHER = 512
"""Rows of so many steps together, or of one step if it has more, are taken back before the
parameters' gradients are added up."""

ENOUGH = 400
"""Steps that a cell takes one by one, before its step is worth tracing."""

ROWS_TRACED = (5, 7)
"""Of how many rows two traces are made, which must not show in them."""

SCALES_TRIED = (1, 1, 0, 8)
"""The sizes of the rows on which each call tries one step, whether it is what the trace says."""

SHORT = 8
"""Steps from which on a call is longer than the trial."""

MOST = 8
"""Of how many of a cell's appearances (in training or not, for one) the traces are kept."""

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
        try:
            # whatever mode the caller is in; and neither its cell nor its random numbers change
            with torch.inference_mode(False), torch.enable_grad(), fork_rng([]):
                scales = torch.tensor(SCALES_TRIED, dtype=drive.dtype, device="cpu")[:, None]
                self._trial = (
                    tuple(v * scales for v in _some((drive, *state), len(scales))),
                    _some(state, len(scales)),
                )
                trace, other = (_trace(_apart(cell), drive, state, n) for n in ROWS_TRACED)
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
            _check(n, dtype, *([] if n in stored else [torch.bool]),
                   *([torch.int64] if n.target is aten.where.self else []))  # fmt: skip
        self._of_all = _function(own, constants)
        self._sums = _function([of_drive, *stored, *constants], of_parameters)
        self._count = len(constants)
        self._vectors = [i for i, n in enumerate(constants) if _is_vector(n, dtype)]
        self._stored = [n.meta["val"].shape[1:] for n in stored]

        # what of the rows is computed forward, kept, and computed in reverse
        forward = _made_of(new, rows)
        saved, reverse = _divided(rows, forward, [*of_state, of_drive, *stored], {*given, *new})
        self._saved_size, kept = _side_by_side(saved)
        states = {n: Value.new(size_of(n), f"new {i}") for i, n in enumerate(new)}
        vectors = [constants[i] for i in self._vectors]
        values = {n: Value.new(n.meta["val"].numel(), f"constant {i}")
                  for i, n in enumerate(vectors)}  # fmt: skip
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
        """The states at 1 … T, what :meth:`reverse` needs of the steps, if ``keep``, and of what is
        the same for all rows: as torch has it, and then vectors as the engine reads them.

        Raises:
            ValueError: if a shape is not the cell's.
        """
        steps, count = self._checked(drive, state)
        drive, state = drive.contiguous(), tuple(s.contiguous() for s in state)
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
                found = self._sums(
                    grad_drive[start:end].flatten(0, 1), *in_rows, *constants[: self._count]
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
        """Whether the step is what it was; Python can change what it likes. One step is tried."""
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
            return _close(found, _apart(cell).step(drive, tuple(state)))
        inputs = [v.detach().requires_grad_() for v in (drive, *state)]
        own: dict[Tensor, Tensor] = {
            p: p.detach().requires_grad_(p.requires_grad) for p in cell.parameters()
        }
        expected = _apart(cell, own).step(inputs[0], tuple(inputs[1:]))
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
        *(aten._softmax, aten._log_softmax, aten.linalg_vector_norm),
        *(aten.lerp, aten.log_sigmoid_forward, aten.log_sigmoid_backward, aten.constant_pad_nd),
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
    exact = value.dtype is dtype or not (value.is_floating_point() or value.is_complex())
    return exact and value.numel() in (1, *value.shape[-1:])


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

    cheap = set[fx.Node]()
    for n in rows:
        known = (m in outside or m in read or m in cheap for m in n.all_input_nodes if _of_rows(m))
        if (n.target in CHEAP or n.target in VIEWS) and all(known):
            cheap.add(n)

    saved, reverse = [], []
    for n in reversed(rows):
        if n not in needed or n in outside:
            continue
        if n in ahead and n not in cheap:
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
    places = {to.place for to in carry.values()}
    found = [t.copy(v, Value.new(size_of(n))) if v.place in places else v
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
        new = node.op == "call_function" and node not in copies and not _of_rows(node)
        if new and all(n in copies for n in node.all_input_nodes):
            copies[node] = graph.node_copy(node, lambda n: copies[n])
    graph.output(tuple(copies[n] for n in outputs))
    graph.eliminate_dead_code()
    return fx.GraphModule({}, graph).forward


# ---- the traces that there are -----------------------------------------------------------------


class _Known:
    """What is known of a cell.

    ``steps`` have been taken since the last trace; so many are ``needed`` for the next, each time
    twice as many: a cell that changes all the time is not traced all the time.
    """

    def __init__(self) -> None:
        self.steps, self.needed = 0, ENOUGH
        self.traced: dict[Any, Traced | None] = {}


_cells: WeakKeyDictionary[Cell, _Known] = WeakKeyDictionary()

_lock = RLock()


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
    # what somebody saves of a graph, to make it again later, must then be the same graph
    saved_elsewhere = torch._C._autograd._top_saved_tensors_default_hooks(True) is not None
    if recorded(tensors) or Autocast.now(drive).enabled or saved_elsewhere or not drive.numel():
        return None
    if any(getattr(module, hooks) for module in cell.modules() for hooks in HOOKS):
        return None  # they are to be called at every step
    with _lock:
        return _of(cell, drive, state)


def _of(cell: Cell, drive: Tensor, state: State) -> Traced | None:
    known = _cells.setdefault(cell, _Known())
    known.steps += len(drive)
    if len(drive) < SHORT:
        return None
    kind = (drive.dtype, *(v.shape[-1:] for v in (drive, *state)), _appearance(cell))
    if kind not in known.traced:
        if known.steps < known.needed:
            return None
        known.steps, known.needed = 0, 2 * known.needed
        while len(known.traced) >= MOST:
            del known.traced[next(iter(known.traced))]
        try:
            traced: Traced | None = Traced(cell, drive[0], state)
        except NotTraced:
            traced = None
        known.traced[kind] = traced if traced is not None and traced.still_right(cell) else None
        return known.traced[kind]
    traced = known.traced[kind]
    if traced is None or traced.still_right(cell):
        return traced
    known.traced.pop(kind, None)
    return None


def _appearance(cell: Cell) -> tuple[Any, ...]:
    """All of a module that can be seen to change, but for the values of its tensors."""
    seen: list[Any] = []
    for module in cell.modules():
        seen.append(type(module))
        for name, value in vars(module).items():
            if name in ("_parameters", "_buffers"):
                seen += [(n, v if v is None else (v.shape, v.stride(), v.dtype, v.device))
                         for n, v in value.items()]  # fmt: skip
            elif isinstance(value, PLAIN):
                seen.append((name, value))
            elif name != "_modules" and not (isinstance(value, dict) and not value):
                seen.append((name, id(value)))
    return tuple(seen)


HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")

PLAIN = (bool, int, float, str, torch.dtype, torch.device)


def _apart(module: M, others: Mapping[Tensor, Tensor] = MappingProxyType({})) -> M:
    """A copy with the same parameters and buffers, or with others in their place. What happens to
    the copy is not seen in the module."""
    copy = module.__new__(type(module))
    vars(copy).update(vars(module))
    vars(copy)["_parameters"] = {
        name: p if p is None else others.get(p, p) for name, p in module._parameters.items()
    }
    vars(copy)["_buffers"] = dict(module._buffers)
    vars(copy)["_modules"] = {
        name: part if part is None else _apart(part, others)
        for name, part in module._modules.items()
    }
    return copy


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
