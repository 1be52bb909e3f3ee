"""Whether the arguments of a call fit the model, and the batch shape that they have."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from throughtime.context.autocast import Autocast
from throughtime.context.integers import check_integers
from throughtime.context.layout import check_layout
from throughtime.context.transforms import refuse_proxies, values_hidden
from throughtime.distribution.support import check_device
from throughtime.graph.graph import Graph
from throughtime.graph.state import GraphState
from throughtime.sequence import Sequence
from throughtime.wiring import Edge


def batch_shape_of(
    graph: Graph,
    x: Sequence | Tensor | None,
    vector: Tensor | None,
    state: GraphState | None,
    scale: Tensor | None = None,
) -> torch.Size:
    """The batch shape of a call's arguments.

    Raises:
        ValueError: if the wiring does not take them, or they do not fit the model's sizes.
        TypeError: if the state is no ``GraphState``.
    """
    refuse_proxies(x, vector)
    takes = {Edge.INPUT: x is not None, Edge.VECTOR: vector is not None}
    for edge, given in takes.items():
        if given != (edge in graph.wiring):
            what = "a Sequence" if edge is Edge.INPUT else "a vector for each row"
            raise ValueError(
                f"the wiring has {edge.value} and so takes {what}, which was not given"
                if edge in graph.wiring
                else f"the wiring has no {edge.value}, and so takes no {what[2:]}"
            )
    batch_shape = torch.Size(())
    if x is not None:
        if not isinstance(x, Sequence):
            what = (
                f"tensor of shape {tuple(x.shape)}" if isinstance(x, Tensor) else type(x).__name__
            )
            raise ValueError(
                f"x(t) comes as a tt.Sequence, which knows its lengths; got a {what}: use "
                "tt.Sequence(x), or tt.Sequence(x, lengths)"
            )
        _check_value(graph, "x", x.values, graph.input_size, torch.Size((*x.batch_shape, x.steps)))
        batch_shape = x.batch_shape
    if vector is not None:
        if not isinstance(vector, Tensor):
            raise ValueError(
                f"x comes as a tensor, a vector for each row; got a {type(vector).__name__}"
            )
        check_layout("the vector", vector)
        symbols = not vector.dtype.is_floating_point
        vector_batch = vector.shape if symbols else vector.shape[:-1]
        _check_value(graph, "the vector", vector, graph.vector_size, vector_batch)
        if x is not None and vector_batch != batch_shape:
            raise ValueError(
                f"x has batch shape {tuple(batch_shape)} and the vector "
                f"{tuple(vector_batch)}; they must be the same"
            )
        batch_shape = vector_batch
    if scale is not None:
        _check_scale(graph, scale)
        if (x is not None or vector is not None) and scale.shape[:-1] != batch_shape:
            raise ValueError(
                f"the scale has batch shape {tuple(scale.shape[:-1])} and x {tuple(batch_shape)}; "
                "they must be the same"
            )
        batch_shape = scale.shape[:-1]
    if state is not None:
        have = [v for v in (x, vector, scale) if v is not None]
        known = math.prod(batch_shape) if have else None
        rows = _rows_of_state(graph, state, known)
        batch_shape = torch.Size((rows,)) if known is None else batch_shape
    return batch_shape


def _check_scale(graph: Graph, scale: Tensor) -> None:
    output, dtype = graph.output, graph.c.dtype
    if output is None or not output.counts:
        raise ValueError(f"a scale goes with counts, which {output} has not; leave it out")
    if graph.closed or graph.wiring.emits_last:
        raise ValueError(
            f"a scale goes with {Edge.EMIT.value} and, if anything is fed back, "
            f"{Edge.OBSERVED.value}; the wiring is {graph.wiring}"
        )
    if not isinstance(scale, Tensor) or scale.dtype != dtype or scale.dim() < 1:
        raise ValueError(f"the scale is no tensor (*batch, {output.value_size}) of {dtype}")
    check_layout("the scale", scale)
    check_device("the scale", scale, graph.c.device)
    if scale.shape[-1] != output.value_size:
        raise ValueError(
            f"the scale has shape {tuple(scale.shape)}; expected (*batch, {output.value_size})"
        )
    if not values_hidden() and not bool(((scale > 0) & scale.isfinite()).all()):
        least = scale.min().item()
        raise ValueError(f"the scale has {least:g}; expected finite numbers above zero")


def _rows_of_state(graph: Graph, state: GraphState, rows: int | None) -> int:
    """How many rows a given state has: as many as the other arguments have, if there are any."""
    if not isinstance(state, GraphState):
        raise TypeError(f"the state is a {type(state).__name__}; expected a tt.GraphState")
    shapes = [s.shape for s in state.moving.tensors()]
    initial = graph.initial_state(1)
    initial = initial._replace(fed=None) if state.fed is None else initial
    if rows is None:
        rows = shapes[0][0] if shapes and shapes[0] else 1
    expected = [torch.Size((rows, *s.shape[1:])) for s in initial.tensors()]
    if shapes != expected:
        raise ValueError(
            f"the given state has tensors of shapes {[tuple(s) for s in shapes]}; expected "
            f"{[tuple(s) for s in expected]}"
        )
    return rows


def _check_value(
    graph: Graph, name: str, value: Tensor, size: int | None, batch_shape: torch.Size
) -> None:
    assert size is not None
    parameter = next(graph.parameters())
    check_device(name, value, parameter.device)
    if value.dtype == torch.bool or value.dtype.is_complex:
        raise ValueError(f"{name} is {value.dtype}, neither numbers nor symbols; use .float()")
    if value.dtype.is_floating_point:
        dtype = parameter.dtype
        if value.shape != (*batch_shape, size):
            raise ValueError(
                f"{name} has shape {tuple(value.shape)}; expected {(*batch_shape, size)}, "
                f"since the model was made for vectors of size {size}"
            )
        # under autocast every product chooses its dtype itself
        if value.dtype != dtype and not Autocast.now(value).enabled:
            raise ValueError(f"{name} is {value.dtype} and the model {dtype}; use .to({dtype})")
        return
    check_integers(name, value)
    if value.shape != batch_shape:
        raise ValueError(
            f"{name} has symbols of shape {tuple(value.shape)}; expected no more "
            f"than the batch, {tuple(batch_shape)}"
        )
    if not values_hidden():
        bad = (value < 0) | (value >= size)
        if bool(bad.any()):
            raise ValueError(
                f"{name} has the symbol {int(value[bad][0])} at {bad.nonzero()[0].tolist()}; "
                f"expected symbols from 0 to {size - 1}"
            )
