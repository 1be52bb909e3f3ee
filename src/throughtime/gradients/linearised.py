"""The recursion of a user's cell, without running its step again at every step."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, fx
from torch.fx.experimental.proxy_tensor import make_fx
from torch.utils._python_dispatch import TorchDispatchMode

from throughtime.cells.cell import Cell, State
from throughtime.gradients.parameters import with_parameters

ROWS = 256
"""Rows of all steps together that are computed at a time."""

ENOUGH = 400
"""Steps that a cell takes back one by one, before its step is worth tracing."""


ROWS_TRACED = (5, 7)
"""Of how many rows two traces are made, which must not show in them."""


class Known(NamedTuple):
    """What a stretch's reverse is made of."""

    of_step: list[tuple[Tensor, ...]]
    of_steps: tuple[Tensor, ...]
    """The same, all steps' rows one below the other."""
    of_all: tuple[Tensor, ...]
    """What no row has to itself, such as a matrix."""


class NotLinearised(Exception):
    """The step's trace is not good for other rows than those that it was made of."""


class Linearised:
    r"""A step's reverse, taken apart into what needs the gradient and what does not.

    .. math:: \nabla_{h^{(t-1)}} L = \Big(\frac{\partial h^{(t)}}{\partial h^{(t-1)}}\Big)^{\!\top}
              \nabla_{h^{(t)}} L

    The Jacobian is a function of drives and states, and when the reverse begins all of them are
    known. So whatever it is made of (gates, slopes, means) is computed for all steps at once, as
    T·B rows of one call, and the recursion over time is left with the products alone. Both come
    from a trace of the step's own differentiation, made once for a cell.

    Args:
        cell: the cell; its parameters may change later.
        drive: one step's drive, ``(rows, drive_size)``, of which dtype and device count.
        state: the state at the same step.

    Raises:
        NotLinearised: if the trace depends on the number of rows, or on their values.
    """

    def __init__(self, cell: Cell, drive: Tensor, state: State) -> None:
        self._cell = weakref.proxy(cell)
        try:
            traced, other = (_trace(cell, drive, state, rows) for rows in ROWS_TRACED)
            self._take_apart(traced, other, len(state))
        except NotLinearised:
            raise
        except Exception as error:  # of the user's code, about which nothing is known
            raise NotLinearised(str(error)) from error

    def _take_apart(self, traced: fx.Graph, other: fx.Graph, parts: int) -> None:
        if [_described(n) for n in traced.nodes] != [_described(n) for n in other.nodes]:
            raise NotLinearised("it says how many rows there are")
        if any(n.op == "get_attr" for n in traced.nodes):
            raise NotLinearised("it has tensors that are no parameters, and may change")
        inputs = [n for n in traced.nodes if n.op == "placeholder"]
        known, grads = inputs[:-parts], inputs[-parts:]
        of_rows, linear = _reached(known[: 1 + parts]), _reached(grads)
        (results,) = (n.args[0] for n in traced.nodes if n.op == "output")
        of_state, others = results[:parts], results[parts:]
        if not all(r in linear for r in of_state):
            raise NotLinearised("a part of the state does not depend on the one before")
        used = {n for m in linear for n in m.all_input_nodes} | set(others)
        edges = [n for n in traced.nodes if n in used - linear]
        self._varying = [n for n in edges if n in of_rows]
        self._constant = [n for n in edges if n not in of_rows]
        pairs = zip(traced.nodes, other.nodes, strict=True)
        first = {n: (n.meta["val"].shape[:1], m.meta["val"].shape[:1]) for n, m in pairs
                 if n in self._varying}  # fmt: skip
        if any(sizes != tuple((rows,) for rows in ROWS_TRACED) for sizes in first.values()):
            raise NotLinearised("its rows are turned")
        found = [*self._varying, *self._constant]
        self._ahead = _function(known, found)
        self._back = _function([*found, *grads], of_state)
        self._at_once = _function([*found, *grads], others)

    def ahead(self, drive: Tensor, state: State) -> Known:
        """What the reverse of these steps is made of: drives and states ``(T, rows, size)``."""
        shape = drive.shape[:2]
        parameters = (p.detach() for p in self._cell.parameters())
        rows = (drive.flatten(0, 1), *(s.flatten(0, 1) for s in state), *parameters)
        found = self._ahead(*rows)
        n = len(self._varying)
        steps = [v.unflatten(0, shape).unbind(0) for v in found[:n]]
        return Known(list(zip(*steps, strict=True)), found[:n], found[n:])

    def back(self, known: Known, t: int, grad: State) -> State:
        """The gradient of the state before step t from that of the state after it."""
        return tuple(self._back(*known.of_step[t], *known.of_all, *grad))

    def at_once(self, known: Known, grad: State) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The gradients of the drives and the parameters, from those of the states after each
        step, all steps' rows one below the other."""
        grad_drive, *grads = self._at_once(*known.of_steps, *known.of_all, *grad)
        return grad_drive, tuple(grads)


def _trace(cell: Cell, drive: Tensor, state: State, rows: int) -> fx.Graph:
    """The graph of the gradients of h(t-1), u(t) and the parameters, for so many rows."""

    def reverse(drive: Tensor, state: State, parameters: State, grad: State) -> State:
        def step(state: State, drive: Tensor, parameters: State) -> State:
            return with_parameters(cell, parameters, lambda: cell.step(drive, state))

        of_state, of_drive, of_parameters = torch.func.vjp(step, state, drive, parameters)[1](grad)
        return (*of_state, of_drive, *of_parameters)

    # not the user's random numbers
    random = torch.Generator(drive.device).manual_seed(0)

    def like(tensor: Tensor) -> Tensor:
        return torch.randn(
            (rows, tensor.shape[-1]),
            generator=random,
            dtype=tensor.dtype,
            device=tensor.device,
        )

    state = tuple(like(s) for s in state)
    with _Blind():
        graph = make_fx(reverse)(
            like(drive),
            state,
            tuple(p.detach() for p in cell.parameters()),
            tuple(map(like, state)),
        ).graph
    graph.eliminate_dead_code()
    return graph


class _Blind(TorchDispatchMode):
    """Does not let Python look at a value: what it decides would be in the trace for ever."""

    def __torch_dispatch__(
        self, f: Any, _: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if f in (torch.ops.aten._local_scalar_dense.default, torch.ops.aten.equal.default):
            raise NotLinearised("it looks at values")
        return f(*args, **(kwargs or {}))


def _described(node: fx.Node) -> tuple[Any, ...]:
    arguments = fx.node.map_arg((node.args, node.kwargs), lambda n: n.name)
    return node.op, node.name, str(node.target), str(arguments)


def _reached(nodes: Sequence[fx.Node]) -> set[fx.Node]:
    """All that depends on one of the nodes."""
    reached = set(nodes)
    for node in nodes[0].graph.nodes:
        if node.op == "call_function" and any(n in reached for n in node.all_input_nodes):
            reached.add(node)
    return reached


def _function(inputs: Sequence[fx.Node], outputs: Sequence[fx.Node]) -> Callable[..., Any]:
    """The part of a graph that leads from some of its nodes to others."""
    graph, copies = fx.Graph(), dict[fx.Node, fx.Node]()
    for node in inputs:
        copies[node] = graph.placeholder(node.name)
    for node in outputs[0].graph.nodes:
        new = node.op == "call_function" and node not in copies
        if new and all(n in copies for n in node.all_input_nodes):
            copies[node] = graph.node_copy(node, lambda n: copies[n])
    graph.output(tuple(copies[n] for n in outputs))
    graph.eliminate_dead_code()
    return fx.GraphModule({}, graph).forward


class _Known:
    """What is known of a cell: how many steps it has taken back, and its reverse if traced."""

    def __init__(self) -> None:
        self.steps = 0
        self.traced: dict[Any, Linearised | None] = {}


_cells: WeakKeyDictionary[Cell, _Known] = WeakKeyDictionary()


def of(cell: Cell, drive: Tensor, state: State, new: State) -> Linearised | None:
    """A cell's reverse by its trace; None, as long as it is not worth it or there can be none.

    Args:
        cell: the cell.
        drive: u(1) … u(T), ``(T, rows, size)``.
        state: the states at 0 … T-1.
        new: the states at 1 … T.
    """
    known = _cells.setdefault(cell, _Known())
    known.steps += len(drive)
    if known.steps < ENOUGH or not drive.numel():
        return None
    parameters = tuple(cell.parameters())
    kind = (drive.dtype, drive.device, cell.training, len(parameters))
    if kind not in known.traced:
        try:
            known.traced[kind] = Linearised(cell, drive[0], tuple(s[0] for s in state))
        except NotLinearised:
            known.traced[kind] = None
    traced = known.traced[kind]
    if traced is None or _still_right(cell, traced, drive[-1], _last(state), _last(new)):
        return traced
    del known.traced[kind]
    return None


def _still_right(cell: Cell, traced: Linearised, drive: Tensor, state: State, new: State) -> bool:
    """Whether the step is what it was; Python can change what it likes. On one step it is tried."""
    grad = tuple(torch.linspace(0.5, 1.5, n.numel()).to(n).view_as(n) for n in new)
    grad_drive, back = cell.reverse_step(drive, state, new, grad)
    expected = (*back, grad_drive, *cell.parameter_gradients(drive, state, grad, grad_drive))
    known = traced.ahead(drive[None], tuple(s[None] for s in state))
    found_drive, found_parameters = traced.at_once(known, grad)
    found = (*traced.back(known, 0, grad), found_drive, *found_parameters)
    return all(map(_close, found, expected))


def _last(state: State) -> State:
    return tuple(s[-1] for s in state)


def _close(a: Tensor, b: Tensor) -> bool:
    tolerance = 100 * torch.finfo(a.dtype).eps
    largest = float(b.abs().max()) if b.numel() else 0.0
    return torch.allclose(a, b, rtol=tolerance, atol=tolerance * max(largest, 1e-30))
