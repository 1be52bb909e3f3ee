"""A model whose outputs feed back what it computes, seen as one cell."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from throughtime.cells.cell import Cell, State
from throughtime.graph.folded import FoldedGraph


class ClosedLoop(Cell):
    """One step of the whole graph, output edge included: every layer, the readout, and back.

    Where the output edge carries E[y(t-1)] or o(t-1), the recursion passes through the readout
    and no layer can run ahead of the others. But the whole is again a cell: its state is o(t), that
    of the layers, and what the output edge carries on. So back-propagation through time, in
    any of its forms, needs to know nothing about it.

    Args:
        graph: the graph.
        dropout: whether the drive has factors for each layer's h(t); see :meth:`with_dropout`.
    """

    def __init__(self, graph: FoldedGraph, *, dropout: bool) -> None:
        recurrences = [r for (r,) in graph.layers]
        sizes = tuple(s for r in recurrences if r.direction for s in r.cell.state_sizes)
        sizes = (graph.c.shape[0], *sizes, len(graph.first.start))
        super().__init__(sizes[0], state_sizes=sizes)
        self.graph = graph
        self.sizes = [r.cell.hidden_size for r in recurrences] if dropout else []
        self.entering_size = graph.first.cell.drive_size
        self.drive_size = self.entering_size + sum(self.sizes)

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, nn.Parameter]]:
        """The parameters of the step: not those of the drive and of the initial state."""
        first = self.graph.first
        edges = [getattr(first, letter) for letter in "URC" if hasattr(first, letter)]
        initial = [first.start, *(p for (r,) in self.graph.layers for p in r.initial)]
        other = {*initial, *(p for edge in edges for p in edge.parameters())}
        named = super().named_parameters(prefix, recurse, remove_duplicate)
        return ((name, parameter) for name, parameter in named if parameter not in other)

    def with_dropout(self, drive: Tensor) -> Tensor:
        """The drive, with the factors of dropout for each layer's h(t), drawn in advance."""
        ones = drive.new_ones(*drive.shape[:-1], sum(self.sizes))
        return torch.cat([drive, F.dropout(ones, self.graph.dropout)], -1)

    def step(self, drive: Tensor, state: State) -> State:
        entering, *keep = drive.split([self.entering_size, *self.sizes], -1)
        before = self.graph.initial_state(drive.shape[0]).like(state[1:])
        o, end = self.graph.step(entering, before, keep)
        return (o, *end._replace(fed=self.graph.feed(o)).tensors())
