"""What cannot be: choices that contradict each other, and inputs that do not fit the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from throughtime.cells.cell import Cell
from throughtime.context.autocast import Autocast
from throughtime.context.transforms import blind
from throughtime.graph.graph import Graph, GraphState
from throughtime.lengths.length import Length
from throughtime.lengths.predicted import PredictedLength
from throughtime.outputs.output import Output
from throughtime.sequence import Sequence
from throughtime.wiring import Edge, Wiring

if TYPE_CHECKING:
    from throughtime.distribution.distribution import SequenceDistribution


def choices(
    cells: list[Cell], wiring: Wiring, output: Output | None, length: Length | None
) -> None:
    """Refuse choices that contradict each other."""
    for cell in cells:
        _kind("cell", cell, Cell, "cells.GRU(64)")
    _kind("wiring", wiring, Wiring, "wirings.HIDDEN_TO_HIDDEN")
    if output is not None:
        _kind("output", output, Output, "outputs.Categorical(26)")
    if length is not None:
        _kind("length", length, Length, "lengths.EndOfSequence()")
    if not cells:
        raise ValueError("a model has at least one layer; got an empty list of cells")
    if len({id(cell) for cell in cells}) < len(cells):
        raise ValueError("the same cell object stands for two layers; make one cell for each layer")
    if wiring.emits_last:
        if length is not None:
            raise ValueError(
                f"{Edge.EMIT_LAST.value} gives one output, not a sequence; leave the length out "
                f"instead of {length}"
            )
        return
    if output is None:
        raise ValueError(
            f"{Edge.EMIT.value} needs an output that says what o(t) means, such as "
            f"outputs.Categorical(26); only {Edge.EMIT_LAST.value} can do without, and gives h(τ)"
        )
    if length is None:
        raise ValueError(
            f"without {Edge.INPUT.value} something must decide the length τ: give EndOfSequence, "
            "Halt, PredictedLength or Unending"
        )
    length.check(wiring, output)


def _kind(name: str, choice: object, kind: type, example: str) -> None:
    if not isinstance(choice, kind):
        raise TypeError(f"the {name} is {choice!r}; expected a {kind.__name__}, such as {example}")


def size(name: str, value: int | None, edge: Edge, wiring: Wiring) -> None:
    """Refuse a missing size of an edge that is there, and a size of one that is not."""
    if edge in wiring and (value is None or value < 1):
        raise ValueError(f"the wiring has {edge.value}, so give {name}, at least 1; got {value}")
    if edge not in wiring and value is not None:
        raise ValueError(f"the wiring has no {edge.value}, so leave {name}={value} out")


def inputs(
    graph: Graph,
    x: Sequence | Tensor | None,
    vector: Tensor | None,
    state: GraphState | None,
) -> torch.Size:
    """Refuse what the wiring does not take or the sizes do not fit; the batch shape."""
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
        _value(graph, "x", x.values, graph.input_size, torch.Size((*x.batch_shape, x.steps)))
        batch_shape = x.batch_shape
    if vector is not None:
        if not isinstance(vector, Tensor):
            raise ValueError(
                f"x comes as a tensor, a vector for each row; got a {type(vector).__name__}"
            )
        symbols = not vector.dtype.is_floating_point
        vector_batch = vector.shape if symbols else vector.shape[:-1]
        _value(graph, "the vector", vector, graph.vector_size, vector_batch)
        if x is not None and vector_batch != batch_shape:
            raise ValueError(
                f"x has batch shape {tuple(batch_shape)} and the vector "
                f"{tuple(vector_batch)}; they must be the same"
            )
        batch_shape = vector_batch
    if state is not None:
        if not isinstance(state, GraphState):
            raise TypeError(f"the state is a {type(state).__name__}; expected a tt.GraphState")
        state = state._replace(bias=())
        rows = {s.shape[0] for s in state.tensors()}
        own = graph.initial_state(1)
        own = own._replace(fed=None) if state.fed is None else own
        expected = [s.shape[1:] for s in own.tensors()]
        if x is None and vector is None and len(rows) == 1:
            batch_shape = torch.Size(rows)
        if [s.shape[1:] for s in state.tensors()] != expected or rows - {batch_shape.numel()}:
            raise ValueError(
                f"the given state has tensors of shapes "
                f"{[tuple(s.shape) for s in state.tensors()]}; expected "
                f"{[(batch_shape.numel(), *s) for s in expected]}"
            )
    return batch_shape


def _value(
    graph: Graph, name: str, value: Tensor, size: int | None, batch_shape: torch.Size
) -> None:
    assert size is not None
    parameter = next(graph.parameters())
    _device(name, value, parameter.device)
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
    elif value.shape != batch_shape:
        raise ValueError(
            f"{name} has symbols of shape {tuple(value.shape)}; expected no more "
            f"than the batch, {tuple(batch_shape)}"
        )
    elif not blind():
        bad = (value < 0) | (value >= size)
        if bool(bad.any()):
            raise ValueError(
                f"{name} has the symbol {int(value[bad][0])} at {bad.nonzero()[0].tolist()}; "
                f"expected symbols from 0 to {size - 1}"
            )


def _device(name: str, value: Tensor, device: torch.device) -> None:
    if value.device != device:
        raise ValueError(
            f"{name} is on {value.device} and the model on {device}; use .to({device})"
        )


def values(y: Sequence, p: SequenceDistribution, beginning: bool = False) -> Sequence:
    """Refuse sequences that cannot come from p, or be the beginning of one that can."""
    _device("y", y.values, p.device)
    p.output.check(y)
    if y.dtype.is_floating_point and y.dtype != p.dtype:
        raise ValueError(f"y is {y.dtype} and the model {p.dtype}; use .to({p.dtype})")
    depth = len(y.batch_shape) - len(p.batch_shape)
    if depth < 0 or y.batch_shape[depth:] != p.batch_shape:
        raise ValueError(
            f"sequences of batch shape {tuple(y.batch_shape)} do not fit a distribution of "
            f"batch shape {tuple(p.batch_shape)}; expected (*sample, *{tuple(p.batch_shape)})"
        )
    if p.x is not None:
        have = p.x.lengths.reshape(p.batch_shape)
        wrong = (y.lengths > have) if beginning else (y.lengths != have)
        _lengths(wrong, y, have, "at most the input's" if beginning else "the input's")
    if isinstance(p.length, PredictedLength):
        most = torch.tensor(p.length.max_length, device=y.device)
        _lengths(y.lengths > most, y, most, "at most max_length =")
    if p.x is not None and p.x.steps < y.steps:
        y = Sequence(y.values.narrow(len(y.batch_shape), 0, p.x.steps), y.lengths)
    return y.trim()


def _lengths(wrong: Tensor, y: Sequence, expected: Tensor, what: str) -> None:
    if not blind() and bool(wrong.any()):
        row = tuple(wrong.nonzero()[0].tolist())
        raise ValueError(
            f"the sequence of row {list(row)} has length {int(y.lengths[row])}; expected {what} "
            f"{int(expected.expand(y.batch_shape)[row])}"
        )


def fed(fed: Sequence, y: Sequence, p: SequenceDistribution) -> None:
    """Refuse what the output edge cannot carry in place of y."""
    if Edge.OBSERVED not in p.graph.wiring:
        raise ValueError(f"{p.graph.wiring} has no {Edge.OBSERVED.value} to carry other values")
    p.output.check(fed)
    if fed.batch_shape != y.batch_shape or not torch.equal(fed.lengths, y.lengths):
        raise ValueError(
            f"what is fed has batch shape {tuple(fed.batch_shape)} and lengths "
            f"{fed.lengths.tolist()}; expected those of y, {tuple(y.batch_shape)} and "
            f"{y.lengths.tolist()}"
        )
