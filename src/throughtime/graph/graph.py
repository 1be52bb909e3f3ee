"""The unfolded graph: layers of cells, the edges that a wiring lets in, and the readout."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from collections.abc import Sequence as ListOf
from typing import NamedTuple, cast

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from throughtime.cells.cell import Cell, State
from throughtime.cells.drive import Drive, Entering
from throughtime.context.transforms import blind
from throughtime.gradients.gradient import Gradient, Tensors
from throughtime.gradients.recursion import Recursion
from throughtime.graph.closed_loop import ClosedLoop
from throughtime.graph.layer import Recurrence
from throughtime.lengths.length import Length
from throughtime.lengths.predicted import PredictedLength
from throughtime.outputs.categorical import Categorical
from throughtime.outputs.output import Output
from throughtime.wiring import Edge, Wiring


class GraphState(NamedTuple):
    """All that the steps to come need to know of what came before.

    ``cells`` has the state of every cell, for each layer and direction, the lowest layer first,
    of shapes ``(rows, size)``. Where the wiring has such edges, ``fed`` is what the output edge
    carries, ``(rows, size)``, a symbol as its one-hot vector; and ``bias`` is Rᵀx for each
    direction, ``(rows, drive_size)``.
    """

    cells: tuple[State, ...]
    fed: Tensor | None = None
    bias: Tensors = ()

    def map(self, f: Callable[[Tensor], Tensor]) -> GraphState:
        """The state with f applied to each of its tensors."""
        cells = tuple(tuple(f(s) for s in state) for state in self.cells)
        fed = None if self.fed is None else f(self.fed)
        return GraphState(cells, fed, tuple(f(b) for b in self.bias))

    def detach(self) -> GraphState:
        """The same values without their history."""
        return self.map(Tensor.detach)

    def tensors(self) -> Tensors:
        """All tensors in a row; :meth:`like` puts them back."""
        fed = () if self.fed is None else (self.fed,)
        return (*(s for state in self.cells for s in state), *fed, *self.bias)

    def like(self, tensors: Tensors) -> GraphState:
        """A state of this one's structure with other tensors."""
        rest = iter(tensors)
        return self.map(lambda _: next(rest))


Stretch = Callable[[GraphState, Mapping[str, Tensor]], tuple[GraphState, Tensors]]
"""A stretch of time: the state and the inputs of its steps (by name, time first) to the state
after it and the outputs of its steps."""


class Graph(nn.Module):
    r"""h(t) and o(t) for all t: the recurrence with its edges, and no probabilities yet.

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
        sizes = {"U": input_size, "R": vector_size}
        if wiring.feedback and output is not None:
            sizes["S"] = output.size if wiring.feedback is Edge.OUTPUT else output.value_size
        if isinstance(length, PredictedLength):
            sizes["C"] = length.features
        edges = {letter: size for letter, size in sizes.items() if size is not None}
        self.recurrences = nn.ModuleList()
        for cell in cells:
            for i, direction in enumerate(wiring.directions):
                own = copy.deepcopy(cell) if i else cell
                self.recurrences.append(Recurrence(own, direction, edges, learned))
            edges = {"U": cell.hidden_size * len(wiring.directions)}
        self.hidden_size = edges["U"]
        if isinstance(output, Categorical) and wiring.feedback in (Edge.OBSERVED, Edge.EXPECTED):
            self.first.S.start_for(1)
        if output is not None:
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
        """The state before the first step; the vector enters here, once, as a bias of them all."""
        cells = tuple(r.initial_state(rows) for layer in self.layers for r in layer)
        fed = self.first.start.expand(rows, -1) if self.wiring.feedback else None
        return GraphState(cells, fed, self.bias(vector))

    def bias(self, vector: Tensor | None) -> Tensors:
        """Rᵀx, for each direction."""
        return () if vector is None else tuple(r.R(vector) for r in self.layers[0])

    def feed(self, o: Tensor, y: Tensor | None = None) -> Tensor | None:
        """What the output edge carries to the next step, after o(t) and, if observed, y(t)."""
        if self.wiring.feedback is None:
            return None
        if self.wiring.feedback is Edge.OBSERVED:
            return None if y is None else self.first.S.vector(y)
        assert self.output is not None
        own = o if self.length is None else self.length.split(o)[1]
        return self.output.expected(own) if self.wiring.feedback is Edge.EXPECTED else own

    # ---- one step ------------------------------------------------------------------------------

    def entering(
        self,
        state: GraphState,
        x: Tensor | None = None,
        countdown: Tensor | None = None,
        direction: int = 0,
    ) -> Tensor:
        """What enters the lowest layer by other edges than the output's, for one step or many.

        Of shape ``(*, drive_size)``, or a plain zero where nothing does.
        """
        r = self.layers[0][direction]
        u = next(self.parameters()).new_zeros(())
        if x is not None:
            u = u + r.U(x)
        if state.bias:
            u = u + state.bias[direction]
        if countdown is not None:
            u = u + r.C(countdown)
        return u

    def step(
        self, entering: Tensor, state: GraphState, keep: ListOf[Tensor] = ()
    ) -> tuple[Tensor, GraphState]:
        """o(t), and the state after it, but for what the output edge will bring.

        ``keep`` has the factors of dropout for each layer's h(t).
        """
        u = entering if state.fed is None else entering + self.first.S(state.fed)
        if u.dim() == 0:
            u = u.expand(state.tensors()[0].shape[0], self.first.cell.drive_size)
        h, ends = u, []
        for i, ((r,), cell) in enumerate(zip(self.layers, state.cells, strict=True)):
            h, end = r.step(r.U(h) if i else u, cell)
            h = h * keep[i] if keep else h
            ends.append(end)
        return self.read(h), state._replace(cells=tuple(ends))

    def lost(self, values: Tensor) -> Tensor:
        """What training sees of x(t) or y(t-1): a share of symbols is none (-1), by chance.

        Of vectors nothing is dropped: their entries are what is told, not what is learned of it.
        """
        if not (self.training and self.dropout) or values.dtype.is_floating_point:
            return values
        lost = torch.rand(values.shape, device=values.device) < self.dropout
        return values.long().masked_fill(lost, -1)

    def thinned(self, h: Tensor) -> Tensor:
        """What training sees of h(t), on its way to the next layer and to V: a share is zero."""
        return F.dropout(h, self.dropout, self.training)

    def read(self, h: Tensor) -> Tensor:
        """o = c + V h, in the parameters' dtype under autocast too: probabilities need it."""
        return F.linear(h, self.V, self.c).to(self.V.dtype)

    # ---- many steps ----------------------------------------------------------------------------

    def run(
        self,
        state: GraphState,
        alive: Bool[Tensor, "T rows"],
        gradient: Gradient,
        *,
        x: Tensor | None = None,
        y: Tensor | None = None,
        countdown: Float[Tensor, "T rows features"] | None = None,
        drop: bool = True,
    ) -> tuple[Tensor | None, GraphState]:
        """o(1) … o(T), ``(T, rows, units)``, and the state of each row at its own end.

        A wiring that emits last has no o(t); its summary is the state.

        Args:
            state: what came before.
            alive: true for the steps that a row has.
            gradient: how the recursion is differentiated.
            x: x(1) … x(T), time first.
            y: the values that the output edge carries away from steps 1 … T.
            countdown: the features of the remaining count.
            drop: whether h(t) loses a share in training; generation never does.
        """
        some_end = _unless_all(alive)
        if self.closed:
            return self._run_closed(state, alive, some_end, gradient, x, countdown, drop)
        drives = [
            self._drive(state, alive, x, y, countdown, direction)
            for direction in range(len(self.wiring.directions))
        ]
        if state.fed is not None:
            assert y is not None
            state = state._replace(fed=self._last_fed(y, alive, state.fed))
        cells, ends, both_ways = iter(state.cells), [], Edge.BACKWARD in self.wiring
        h: Tensor | None = None
        for layer in self.layers:
            if h is not None:
                drives = [Drive(len(alive), (Entering(h, r.U.weight),)) for r in layer]
            outputs = []
            for drive, r in zip(drives, layer, strict=True):
                output, end = r.run(drive, next(cells), some_end, gradient, cut=both_ways)
                outputs.append(output)
                ends.append(end)
            h = torch.cat(outputs, -1) if both_ways else outputs[0]
            h = self.thinned(h) if drop else h
        assert h is not None
        return None if self.wiring.emits_last else self.read(h), state._replace(cells=tuple(ends))

    def _drive(
        self,
        state: GraphState,
        alive: Tensor,
        x: Tensor | None,
        y: Tensor | None,
        countdown: Tensor | None,
        direction: int,
    ) -> Drive:
        """What enters the lowest layer at each step; y is what was observed there."""
        r = self.layers[0][direction]
        edges, start = [], None
        if x is not None:
            edges.append(r.U.entering(x))
        if countdown is not None:
            edges.append(r.C.entering(countdown))
        if y is not None and state.fed is not None:
            edges.append(r.S.entering(y, later=True))
            start = r.S(state.fed)
        constant = state.bias[direction] if state.bias else None
        if not edges and constant is None:
            constant = self.c.new_zeros(alive.shape[1], r.cell.drive_size)
        return Drive(len(alive), tuple(edges), constant=constant, start=start)

    def _last_fed(self, y: Tensor, alive: Tensor, before: Tensor) -> Tensor:
        """What the output edge carries away from each row's own last step."""
        if not len(alive):
            return before
        taken = alive.sum(0)
        last = y[(taken - 1).clamp(0), torch.arange(len(taken), device=y.device)]
        return torch.where(taken[:, None] > 0, self.first.S.vector(last), before)

    @property
    def closed(self) -> bool:
        """Whether the output edge carries what the model computes: the loop is always closed."""
        return self.wiring.feedback in (Edge.EXPECTED, Edge.OUTPUT)

    def _run_closed(
        self,
        state: GraphState,
        every: Tensor,
        alive: Tensor | None,
        gradient: Gradient,
        x: Tensor | None,
        countdown: Tensor | None,
        drop: bool,
    ) -> tuple[Tensor, GraphState]:
        entering = self.entering(state, x, countdown)
        entering = entering.expand(*every.shape, self.first.cell.drive_size)
        loop = ClosedLoop(self)
        if drop and self.training:
            entering = loop.with_dropout(entering)
        nothing_yet = entering.new_zeros(entering.shape[1], self.c.shape[0])
        moving = state._replace(bias=())
        states = gradient.scan(Recursion(loop, entering, (*moving.tensors(), nothing_yet), alive))
        if len(entering):
            moving = moving.like(tuple(s[-1] for s in states[:-1]))
        return states[-1], moving._replace(bias=state.bias)

    def fold(
        self,
        gradient: Gradient,
        stretch: Stretch,
        state: GraphState,
        steps: Mapping[str, Tensor],
    ) -> tuple[GraphState, Tensors]:
        """``gradient.fold`` over named steps; in one stretch where time runs both ways."""
        if Edge.BACKWARD in self.wiring:
            return stretch(state, steps)

        moving = state._replace(bias=())

        def tensors(carry: Tensors, part: Tensors, bias: Tensors) -> tuple[Tensors, Tensors]:
            now = moving.like(carry)._replace(bias=bias)
            end, outputs = stretch(now, dict(zip(steps, part, strict=True)))
            return end._replace(bias=()).tensors(), outputs

        carry, outputs = gradient.fold(
            tensors, moving.tensors(), tuple(steps.values()), state.bias, self
        )
        return moving.like(carry)._replace(bias=state.bias), outputs


def _unless_all(alive: Tensor) -> Tensor | None:
    """None where every row takes every step, so that nothing needs to be held back."""
    if blind():
        return alive
    return None if bool(alive.all()) else alive
