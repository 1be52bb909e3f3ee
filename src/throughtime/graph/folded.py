"""One step of the recurrence: layers of cells, the edges of the wiring, and the readout."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence as ListOf
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from throughtime.cells.cell import Cell
from throughtime.gradients.gradient import Tensors
from throughtime.graph.readout import Readout
from throughtime.graph.recurrence import Recurrence
from throughtime.graph.state import GraphState
from throughtime.lengths.length import Length
from throughtime.outputs.output import Output
from throughtime.wiring import Edge, Wiring


class FoldedGraph(nn.Module):
    r"""The folded graph: the parameters, and h(t) and o(t) of one step.

    .. math::
        u^{(t)} &= U x^{(t)} + R^\top x + S y^{(t-1)} + C \phi(\tau - t + 1) \\
        h^{(t)} &= f(h^{(t-1)}, u^{(t)}) \\
        o^{(t)} &= c + V h^{(t)}

    The edges enter the lowest layer; each further layer's input is the h(t) of the one below.
    """

    def __init__(
        self,
        cells: ListOf[Cell],
        wiring: Wiring,
        output: Output | None,
        length: Length | None,
        input_size: int | None,
        vector_size: int | None,
        dropout: float,
        learned: bool,
    ) -> None:
        super().__init__()
        self.wiring, self.output, self.length, self.dropout = wiring, output, length, dropout
        self.input_size, self.vector_size = input_size, vector_size
        sizes: dict[str, int | None] = {"U": input_size, "R": vector_size}
        if wiring.feedback and output is not None:
            sizes["S"] = output.size if wiring.feedback is Edge.OUTPUT else output.value_size
        if length is not None and length.features:
            sizes["C"] = length.features
        edges = {letter: size for letter, size in sizes.items() if size is not None}
        self.recurrences = nn.ModuleList()
        for cell in cells:
            for i, direction in enumerate(wiring.directions):
                copied = copy.deepcopy(cell) if i else cell
                self.recurrences.append(Recurrence(copied, direction, edges, learned))
            edges = {"U": cell.hidden_size * len(wiring.directions)}
        self.hidden_size = edges["U"]
        if output is not None:
            if output.value_norm and wiring.feedback in (Edge.OBSERVED, Edge.EXPECTED):
                self.first.S.start_for(output.value_norm)
            units = output.size if length is None else length.units(output)
            bound = 1 / math.sqrt(self.hidden_size)
            self.V = nn.Parameter(torch.empty(units, self.hidden_size).uniform_(-bound, bound))
            self.c = nn.Parameter(torch.zeros(units))

    @property
    def layers(self) -> list[list[Recurrence]]:
        """The layers, the lowest first: of each, the forward and then the backward recurrence."""
        flat = cast(list[Recurrence], list(self.recurrences))
        directions = len(self.wiring.directions)
        return [flat[i : i + directions] for i in range(0, len(flat), directions)]

    @property
    def first(self) -> Recurrence:
        """The lowest layer's first recurrence, which the output edge and the countdown enter."""
        return cast(Recurrence, self.recurrences[0])

    def initial_state(self, rows: int, vector: Tensor | None = None) -> GraphState:
        """The state before the first step; the vector enters here, as a bias of all steps."""
        cells = tuple(r.initial_state(rows) for layer in self.layers for r in layer)
        fed = self.first.start.expand(rows, -1) if self.wiring.feedback else None
        return GraphState(cells, fed, self.bias(vector))

    def bias(self, vector: Tensor | None) -> Tensors:
        """Rᵀx, for each direction."""
        return () if vector is None else tuple(r.R(vector) for r in self.layers[0])

    def feed(
        self, o: Tensor, y: Tensor | None = None, scale: Tensor | None = None
    ) -> Tensor | None:
        """What the output edge carries to the next step, after o(t) and, if observed, y(t), which
        is measured by the rows' scale."""
        if self.wiring.feedback is None:
            return None
        if self.wiring.feedback is Edge.OBSERVED:
            if y is None:
                return None
            return self.first.S.vector(y if scale is None else y / scale)
        assert self.output is not None
        units = o if self.length is None else self.length.split(o)[1]
        return self.output.expected(units) if self.wiring.feedback is Edge.EXPECTED else units

    # ---- one step ------------------------------------------------------------------------------

    def entering(
        self, state: GraphState, x: Tensor | None = None, countdown: Tensor | None = None
    ) -> Tensor:
        """What enters the lowest layer forward in time by other edges than the output's.

        For one step or many: ``(*, drive_size)``, or a zero without dimensions if nothing enters.
        """
        r = self.first
        u = next(self.parameters()).new_zeros(())
        if x is not None:
            u = u + r.U(x)
        if state.bias:
            u = u + state.bias[0]
        if countdown is not None:
            u = u + r.C(countdown)
        return u

    def step(
        self, entering: Tensor, state: GraphState, keep: ListOf[Tensor] = ()
    ) -> tuple[Tensor, GraphState]:
        """o(t), and the state after it, in which :meth:`feed` has yet to replace ``fed``.

        Args:
            entering: what :meth:`entering` gives for the step.
            state: the state before it.
            keep: the factors of dropout for each layer's h(t); without any, nothing is dropped.
        """
        u = entering if state.fed is None else entering + self.first.S(state.fed)
        if u.dim() == 0:
            u = u.expand(state.tensors()[0].shape[0], self.first.cell.drive_size)
        h, ends = u, []
        for i, ((r,), cell) in enumerate(zip(self.layers, state.cells, strict=True)):
            h, end = r.step(r.U(h) if i else u, cell)
            h = h * keep[i] if keep else h
            ends.append(end)
        return self.read(h, state.scale).o, state._replace(cells=tuple(ends))

    def drop_symbols(self, values: Tensor) -> Tensor:
        """Dropout of x(t) or y(t-1) in training: a share of the symbols becomes -1, no symbol.

        Vectors stay as they are: the learned embedding of a symbol is dropped, never data.
        """
        if not (self.training and self.dropout) or values.dtype.is_floating_point:
            return values
        dropped = torch.rand(values.shape, device=values.device) < self.dropout
        return values.long().masked_fill(dropped, -1)

    def drop_units(self, h: Tensor) -> Tensor:
        """Dropout of h(t) in training, on its way to the next layer and to V."""
        return F.dropout(h, self.dropout, self.training)

    def read(self, h: Tensor, scale: Tensor | None = None) -> Readout:
        """What o(t) is read from, of h(t) of the top layer: c + V h; and log ν is added to those
        units that are the logarithm of a mean, if the rows have a scale ν, ``(rows, D)``."""
        if scale is None:
            return Readout(h, self.V, self.c)
        offset = scale.log().expand(*h.shape[:-1], -1)
        means = torch.eye(len(self.c), offset.shape[-1]).to(self.V)
        h, V = torch.cat([h, offset.to(h.dtype)], -1), torch.cat([self.V, means], 1)
        return Readout(h, V, self.c)
