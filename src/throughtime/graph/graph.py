"""The unfolded graph: h(t) and o(t) for all t."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

import torch
from torch import Tensor

from throughtime.cells.cell import State
from throughtime.cells.drive import Drive, Entering
from throughtime.context.transforms import exporting, values_hidden
from throughtime.gradients.gradient import Gradient, Tensors
from throughtime.gradients.recursion import Recursion
from throughtime.graph.closed_loop import ClosedLoop
from throughtime.graph.folded import FoldedGraph
from throughtime.graph.readout import Readout
from throughtime.graph.state import GraphState
from throughtime.graph.steps import Steps
from throughtime.wiring import Edge

Stretch = Callable[[GraphState, Steps], tuple[GraphState, Tensors]]
"""A stretch of time: from the state before it and its steps to the state after it and what is
wanted of each step, time first."""


class Graph(FoldedGraph):
    """The folded graph, unfolded in time: the recurrence with its edges, and no probabilities yet.

    For the arguments see :class:`~throughtime.graph.folded.FoldedGraph`.
    """

    @property
    def closed(self) -> bool:
        """Whether the output edge carries what the model computes: the loop is always closed."""
        return self.wiring.feedback in (Edge.EXPECTED, Edge.OUTPUT)

    @cached_property
    def loops(self) -> tuple[ClosedLoop, ClosedLoop]:
        """The graph as one cell, without dropout and with it, if it is :attr:`closed`.

        Made once, because traces are kept for a cell. A cached property is no attribute that
        ``nn.Module`` registers: the parameters are the graph's, and are not there twice.
        """
        if not self.closed:  # as it is asked by who looks at every attribute there is
            raise AttributeError(f"{self.wiring} closes no loop")
        return ClosedLoop(self, dropout=False), ClosedLoop(self, dropout=True)

    def unfold(
        self, state: GraphState, steps: Steps, gradient: Gradient, *, dropout: bool = True
    ) -> tuple[Readout | None, GraphState]:
        """What o(1) … o(T) are read from, and the state of each row at its own end.

        There is no o(t) if the wiring emits last; its summary is the state.

        Args:
            state: the state before the first step.
            steps: T steps.
            gradient: how the recursion is differentiated.
            dropout: whether units of h(t) are dropped in training; generation drops none.
        """
        padding = _unless_all(steps.alive)
        if self.closed:
            drive = self._drive(state, steps, 0)
            return self._unfold_closed(state, drive, padding, gradient, dropout)
        top: Tensor | None = None
        ends: list[State] = []
        for h, of_layer in self._layers(state, steps, padding, gradient, dropout):
            top = h
            ends += of_layer
        assert top is not None
        state = state._replace(cells=tuple(ends))
        if state.fed is not None:
            assert steps.y is not None
            state = state._replace(fed=self._last_fed(steps.y, steps.alive, state.fed))
        return None if self.wiring.emits_last else self.read(top, state.scale), state

    def hidden_states(self, state: GraphState, steps: Steps, gradient: Gradient) -> Tensors:
        """h(1) … h(T) of each layer, the lowest first, ``(T, rows, H)``; of both directions side by
        side. Nothing is dropped.

        Args:
            state: what came before.
            steps: with the observed y, where the output edge carries it.
            gradient: how the recursion is differentiated.
        """
        padding = _unless_all(steps.alive)
        if self.closed:  # what the output edge carries is known once there is o(t)
            read, _ = self.unfold(state, steps, gradient, dropout=False)
            assert read is not None
            steps = steps._replace(y=self.feed(read.o))
        layers = self._layers(state, steps, padding, gradient, dropout=False)
        return tuple(h for h, _ in layers)

    def _layers(
        self,
        state: GraphState,
        steps: Steps,
        padding: Tensor | None,
        gradient: Gradient,
        dropout: bool,
    ) -> Iterator[tuple[Tensor, list[State]]]:
        """Of each layer, the lowest first, h(1) … h(T) and the state of its cells at the end."""
        cells, both_ways = iter(state.cells), Edge.BACKWARD in self.wiring
        drives = [self._drive(state, steps, i) for i in range(len(self.wiring.directions))]
        h: Tensor | None = None
        for layer in self.layers:
            if h is not None:
                drives = [Drive(h.shape[0], (Entering(h, r.U.weight),)) for r in layer]
            outputs, ends = [], []
            for drive, r in zip(drives, layer, strict=True):
                output, end = r.unfold(drive, next(cells), padding, gradient, cut=both_ways)
                outputs.append(output)
                ends.append(end)
            h = torch.cat(outputs, -1) if both_ways else outputs[0]
            h = self.drop_units(h) if dropout else h
            yield h, ends

    def _drive(self, state: GraphState, steps: Steps, direction: int) -> Drive:
        """What enters the lowest layer at each step."""
        r = self.layers[0][direction]
        edges, start = [], None
        if steps.x is not None:
            edges.append(r.U.entering(steps.x))
        if steps.countdown is not None:
            edges.append(r.C.entering(steps.countdown))
        if steps.y is not None and state.fed is not None:
            edges.append(r.S.entering(steps.y, later=True))
            start = r.S(state.fed)
        constant = state.bias[direction] if state.bias else None
        if not edges and constant is None:
            constant = self.c.new_zeros(steps.alive.shape[1], r.cell.drive_size)
        return Drive(steps.alive.shape[0], tuple(edges), constant=constant, start=start)

    def _last_fed(self, y: Tensor, alive: Tensor, before: Tensor) -> Tensor:
        """What the output edge carries away from each row's own last step."""
        if not exporting() and not len(alive):
            return before
        taken = alive.sum(0)
        fed = y[(taken - 1).clamp(0), torch.arange(taken.shape[0], device=y.device)]
        return torch.where(taken[:, None] > 0, self.first.S.vector(fed), before)

    def _unfold_closed(
        self,
        state: GraphState,
        drive: Drive,
        padding: Tensor | None,
        gradient: Gradient,
        dropout: bool,
    ) -> tuple[Readout, GraphState]:
        dropping = dropout and self.training and self.dropout > 0
        loop, entering = self.loops[dropping], drive.sum()
        if dropping:
            entering = loop.with_dropout(entering)
        nothing_yet = entering.new_zeros(entering.shape[1], self.c.shape[0])
        moving = state.moving
        recursion = Recursion(loop, entering, (nothing_yet, *moving.tensors()), padding)
        o, (_, *end) = gradient.scan(recursion)
        end_state = moving.like(tuple(end))
        return Readout(o), state._replace(cells=end_state.cells, fed=end_state.fed)

    def fold(
        self, gradient: Gradient, stretch: Stretch, state: GraphState, steps: Steps
    ) -> tuple[GraphState, Tensors]:
        """``gradient.fold`` over steps; in one stretch where time runs both ways."""
        if Edge.BACKWARD in self.wiring:
            return stretch(state, steps)

        moving, constant = state.moving, state.constant

        def after(carry: Tensors, constant: Tensors) -> GraphState:
            now = moving.like(carry)
            return state._replace(cells=now.cells, fed=now.fed).with_constant(constant)

        def tensors(carry: Tensors, part: Tensors, constant: Tensors) -> tuple[Tensors, Tensors]:
            end, outputs = stretch(after(carry, constant), steps.like(part))
            return end.moving.tensors(), outputs

        carry, outputs = gradient.fold(tensors, moving.tensors(), steps.tensors(), constant, self)
        return after(carry, constant), outputs


def _unless_all(alive: Tensor) -> Tensor | None:
    """None if there is no padding."""
    if values_hidden():
        return alive
    return None if bool(alive.all()) else alive
