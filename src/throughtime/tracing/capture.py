"""A cell's step and its differentiation, captured as a graph of torch's operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

import torch
from torch import Tensor, fx, nn
from torch._decomp import core_aten_decompositions, get_decompositions
from torch.fx.experimental.proxy_tensor import make_fx
from torch.random import fork_rng

from throughtime.cells.cell import Cell, State
from throughtime.context.parameters import with_parameters
from throughtime.tracing.nodes import aten, first_of

M = TypeVar("M", bound=nn.Module)

ROWS = (5, 7)
"""How many rows each of two traces is made with; the traces must not depend on it."""

SAYING_ROWS = (
    *(aten.expand.default, aten.view.default),
    *(aten.full.default, aten.empty_permuted.default),
)
"""Operations whose arguments name the number of rows where they mean all rows."""


class NotTraced(Exception):
    """The step cannot be run by the engine."""


def captured(cell: Cell, drive: Tensor, state: State) -> fx.Graph:
    """The graph of h(t) and, from its gradient, of those of h(t-1), u(t) and the parameters.

    Its inputs are the drive, the state, parameters, buffers, and the gradient of the new state. A
    node's ``meta["rows"]`` says whether it has one row for each of the batch's.

    Raises:
        NotTraced: if what the step does depends on how many rows there are.
    """
    # whatever mode the caller is in; and neither its cell nor its random numbers change
    with torch.inference_mode(False), torch.enable_grad(), fork_rng([]):
        trace, other = (_trace(apart(cell), drive, state, rows) for rows in ROWS)
    _mark_rows(trace, other)
    return trace


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
        *some((drive,), rows),
        some(state, rows),
        tuple(p.detach() for p in cell.parameters()),
        tuple(cell.buffers()),
        some(state, rows),
    ).graph
    graph.eliminate_dead_code()
    return graph


@cache
def _decompositions() -> dict[Any, Callable[..., Any]]:
    """How torch expresses its many operations by a few."""
    further = [
        *(aten.leaky_relu, aten.elu, aten.gelu, aten.hardtanh),
        *(aten._softmax, aten._log_softmax, aten.linalg_vector_norm),
        *(aten.lerp, aten.log_sigmoid_forward, aten.log_sigmoid_backward, aten.constant_pad_nd),
    ]
    return {**core_aten_decompositions(), **get_decompositions(further)}


def some(like: Sequence[Tensor], rows: int) -> State:
    """Random rows of the same sizes; the user's generator is left alone."""
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
        sizes = tuple(tuple(v.shape) for v in (first_of(n), first_of(m)) if v is not None)
        n.meta["rows"] = tuple(size[:1] for size in sizes) == tuple((r,) for r in ROWS)
        saying = n.meta["rows"] and n.target in SAYING_ROWS
        same = n.op == m.op and n.target == m.target
        if not same or not _alike((n.args, n.kwargs), (m.args, m.kwargs), saying):
            raise NotTraced("it says how many rows there are")
        if n.meta["rows"] and len(sizes[0]) > 2:
            raise NotTraced("a row of it has more than one dimension")


def _alike(a: Any, b: Any, saying: bool) -> bool:
    """Whether arguments are the same in both traces, or ``saying`` how many rows each has."""
    if isinstance(a, fx.Node) or isinstance(b, fx.Node):
        return isinstance(a, fx.Node) and isinstance(b, fx.Node) and a.name == b.name
    if isinstance(a, dict) and isinstance(b, dict):
        return _alike(list(a.items()), list(b.items()), saying)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(_alike(v, w, saying) for v, w in zip(a, b, strict=True))
    return type(a) is type(b) and (a == b or (saying and (a, b) == ROWS))


def apart(module: M, others: Mapping[Tensor, Tensor] = MappingProxyType({})) -> M:
    """A copy with the same parameters and buffers, or with others in their place. What happens to
    the copy is not seen in the module."""
    copy = module.__new__(type(module))
    vars(copy).update(vars(module))
    vars(copy)["_parameters"] = {
        name: p if p is None else others.get(p, p) for name, p in module._parameters.items()
    }
    vars(copy)["_buffers"] = dict(module._buffers)
    vars(copy)["_modules"] = {
        name: part if part is None else apart(part, others)
        for name, part in module._modules.items()
    }
    return copy
