"""One step of the graph by the engine, which has packed its matrices once."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils.parametrize import is_parametrized

from throughtime.cells.cell import State
from throughtime.cells.drive import Drive, Entering
from throughtime.context.autocast import full_precision
from throughtime.context.transforms import recorded, transforming
from throughtime.engine import sweep
from throughtime.engine.stepper import Stepper
from throughtime.engine.sweep import Sweep
from throughtime.graph.folded import FoldedGraph
from throughtime.graph.state import GraphState
from throughtime.wiring import Edge


def has_step(graph: FoldedGraph, given: Sequence[Tensor]) -> bool:
    """Whether the engine has all cells of the graph, and can read what it is given: all in one
    dtype on the CPU, and no gradient is asked for by other means than autograd's.

    Args:
        graph: the recurrence.
        given: the state, and what else enters.
    """
    if Edge.BACKWARD in graph.wiring or transforming():
        return False
    cells = [r.cell for (r,) in graph.layers]
    if any(cell.kernel is None or is_parametrized(cell) for cell in cells):
        return False
    tensors = (*graph.parameters(), *given)
    return sweep.can_read(tensors, graph.c.dtype) and not recorded(tensors)


class PreparedStep:
    r"""The step of a graph, to be taken again and again without a gradient, as generation does.

    .. math:: u^{(t)} = U x^{(t)} + R^\top x + S y^{(t-1)} + C \phi, \qquad
              h^{(t)} = f(h^{(t-1)}, u^{(t)}), \qquad o^{(t)} = c + V h^{(t)}

    What :meth:`~throughtime.graph.folded.FoldedGraph.step` does in torch, operation by operation,
    a kernel does for some rows at a time: it adds up their drive, and has their gates in registers.
    Threads share out the rows.

    Args:
        graph: a recurrence that the engine has (:func:`has_step`), whose parameters stay as they
            are meanwhile.
        distinct: how many rows have an x(t) and a vector of their own; the next ones repeat them in
            their order, as many draws of each do. None: all rows.

    Example:
        >>> import torch
        >>> import throughtime as tt
        >>> model = tt.RecurrentModel(
        ...     tt.cells.GRU(4), tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Normal(2), input_size=3)
        >>> with torch.no_grad():
        ...     state, x = model.graph.initial_state(5), torch.randn(5, 3)
        ...     o, after = PreparedStep(model.graph).step(state, x)
        ...     expected, _ = model.graph.step(model.graph.entering(state, x), state)
        >>> o.shape, bool(torch.allclose(o, expected, atol=1e-5))
        (torch.Size([5, 4]), True)
    """

    def __init__(self, graph: FoldedGraph, distinct: int | None = None) -> None:
        self.graph, self.distinct = graph, distinct
        self._rows = -1
        self._steppers: list[Stepper] = []
        self._scale: Tensor | None = None
        self._offset: Tensor = graph.c

    def step(
        self, state: GraphState, x: Tensor | None = None, countdown: Tensor | None = None
    ) -> tuple[Tensor, GraphState]:
        """o(t), and the state after it, in which ``fed`` is still that of the step before.

        Args:
            state: the state before the step.
            x: x(t), ``(rows, size)``, or symbols ``(rows,)``.
            countdown: the features of the number of values that remain, ``(rows, features)``.

        Raises:
            IndexError: if a symbol of x(t) is not below their number.
        """
        first, layers = self.graph.first, self.graph.layers
        rows = next(v for v in (x, countdown, *state.tensors()) if v is not None).shape[0]
        constant = state.bias[0] if state.bias else None
        if self.distinct is not None and self.distinct < rows:
            constant = None if constant is None else constant[: self.distinct]
            if x is not None:
                projected = first.U(x[: self.distinct])
                constant, x = projected if constant is None else constant + projected, None
        entering = [
            Entering(v, getattr(first, letter).weight)
            for letter, v in (("U", x), ("C", countdown), ("S", state.fed))
            if v is not None
        ]
        before = [
            cell if r.direction else r.cell.initial_state(rows, self.graph.c)
            for (r,), cell in zip(layers, state.cells, strict=True)
        ]
        with full_precision(self.graph.c):
            if rows != self._rows:
                self._prepare(entering, before)
                self._rows = rows
            values, ends = [v for v, _ in entering], list[State]()
            for stepper, of_cell in zip(self._steppers, before, strict=True):
                after = tuple(s.new_empty(s.shape) for s in of_cell)
                stepper.step(values, of_cell, after, constant)
                ends.append(after)
                values, constant = [after[0]], None
            o = F.linear(values[0], self.graph.V, self.graph.c)
            if state.scale is not None:
                o[:, : state.scale.shape[1]] += self._logarithm(state.scale)
        moved = (end if r.direction else () for (r,), end in zip(layers, ends, strict=True))
        return o, state._replace(cells=tuple(moved))

    def _logarithm(self, scale: Tensor) -> Tensor:
        """log ν, of which each step's is that of the step before."""
        if scale is not self._scale:
            self._scale, self._offset = scale, scale.log().to(self.graph.c)
        return self._offset

    def _prepare(self, entering: list[Entering], before: list[State]) -> None:
        """Pack the matrices for so many rows as these have."""
        self._steppers, edges = [], entering
        for i, ((r,), state) in enumerate(zip(self.graph.layers, before, strict=True)):
            if i:
                edges = [Entering(before[i - 1][0], r.U.weight)]
            drive = Drive(1, tuple(Entering(v[None], weight) for v, weight in edges))
            assert r.cell.kernel is not None
            parameters = tuple(p.detach() for p in r.cell.parameters())
            kernel_sweep = Sweep(
                r.cell.kernel, parameters, drive, state, recurrent=bool(r.direction)
            )
            self._steppers.append(Stepper(kernel_sweep))
