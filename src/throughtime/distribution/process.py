"""The recurrence of each row of a batch, from the state that it is in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.distributions import Categorical
from torch.nn.functional import pad

from throughtime.gradients.gradient import Gradient, Tensors
from throughtime.graph.graph import Graph
from throughtime.graph.readout import Readout
from throughtime.graph.state import GraphState
from throughtime.graph.steps import Steps
from throughtime.lengths.length import Length
from throughtime.outputs.output import Output
from throughtime.sequence import Sequence

Emit = Callable[[Readout, Steps], Tensors]
"""What is made of o(1) … o(T), given the steps of a stretch: tensors of shape ``(T, rows, *)``."""


@dataclass(frozen=True, eq=False)
class Process:
    """The stochastic process y(1), y(2), … of each row, as the model defines it.

    Args:
        graph: the recurrence, with the parameters.
        gradient: how it is differentiated.
        rows: how many rows there are.
        state: the state before the first step, of each row.
        x: x(1), x(2), … of each row, in one batch dimension; None if the wiring has no x(t).
        length_logits: the unnormalised log P(τ), ``(rows, longest + 1)``, or ``(1, longest + 1)``
            if all rows have the same; None if τ is not predicted.
        observed: which values are counted, ``(rows, T)``, or of vectors ``(rows, T, D)``; all, if
            it is None.
        distinct: how many of the rows, the first ones, have an x and a vector of their own, which
            the others repeat in their order; None: it is not known, and may be all.
    """

    graph: Graph
    gradient: Gradient
    rows: int
    state: GraphState
    x: Sequence | None = None
    length_logits: Tensor | None = None
    observed: Tensor | None = None
    distinct: int | None = None

    @property
    def output(self) -> Output:
        """How o(t) gives y(t)."""
        assert self.graph.output is not None
        return self.graph.output

    @property
    def length(self) -> Length:
        """How τ is decided."""
        assert self.graph.length is not None
        return self.graph.length

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the probabilities: that of the model's parameters."""
        return self.graph.c.dtype

    @property
    def device(self) -> torch.device:
        """Where the model's parameters are."""
        return self.graph.c.device

    def repeat(self, n: int) -> Process:
        """All rows, n times."""
        if n == 1:
            return self

        def repeated(v: Tensor) -> Tensor:
            return v.expand(n, *v.shape).flatten(0, 1)

        x, logits = self.x, self.length_logits
        return replace(
            self,
            rows=n * self.rows,
            state=self.state.map(repeated),
            x=None if x is None else Sequence(repeated(x.values), repeated(x.lengths)),
            length_logits=None if logits is None else repeated(logits.expand(self.rows, -1)),
            observed=None if self.observed is None else repeated(self.observed),
            distinct=self.distinct or self.rows,
        )

    def pick(self, rows: Tensor) -> Process:
        """Some of the rows, by their numbers."""
        logits = self.length_logits
        return replace(
            self,
            rows=len(rows),
            state=self.state.map(lambda v: v[rows]),
            x=None if self.x is None else self.x[rows],
            length_logits=logits if logits is None or len(logits) == 1 else logits[rows],
            observed=None if self.observed is None else self.observed[rows],
            distinct=None,
        )

    # ---- many steps ----------------------------------------------------------------------------

    def run(
        self,
        y: Sequence,
        taken: Tensor,
        emit: Emit,
        fed: Sequence | None = None,
        *,
        dropout: bool = True,
    ) -> tuple[GraphState, Tensors]:
        """Take ``taken`` steps of each row along y: the state after them, and what ``emit`` makes
        of each step's o(t). All of it runs inside the gradient method's fold.

        Args:
            y: the observed values, in one batch dimension.
            taken: ``(rows,)``.
            emit: what is wanted of each step.
            fed: what the output edge carries instead of y.
            dropout: whether anything is dropped in training.
        """
        steps = self._steps(y, taken, fed, dropout)

        def stretch(state: GraphState, steps: Steps) -> tuple[GraphState, Tensors]:
            read, state = self.graph.unfold(state, steps, self.gradient, dropout=dropout)
            assert read is not None
            return state, emit(read, steps)

        return self.graph.fold(self.gradient, stretch, self.state, steps)

    def _steps(self, y: Sequence, taken: Tensor, fed: Sequence | None, dropout: bool) -> Steps:
        total = y.steps + int(self.length.stops)
        t = torch.arange(total, device=y.device)[:, None]

        def padded(values: Tensor) -> Tensor:
            room = (0, 0) * (values.dim() - 2) + (0, total - y.steps)
            return pad(values, room).transpose(0, 1)

        def dropped(values: Tensor) -> Tensor:
            return self.graph.drop_symbols(values) if dropout else values

        target, carried, x, countdown = padded(y.values), None, None, None
        if not self.graph.wiring.independent:
            carried = dropped(target if fed is None else padded(fed.flatten().values))
            if self.state.scale is not None:
                carried = carried / self.state.scale
        if self.x is not None:
            x = dropped(self.x.values[:, :total].transpose(0, 1))
        if self.length.features:
            countdown = self.length.countdown((y.lengths - t).clamp(min=1), self.dtype)
        seen = None if self.observed is None else padded(self.observed[:, : y.steps])
        return Steps(t < taken, x, carried, countdown, target, t < y.lengths, seen)

    def hidden_states(self, y: Sequence) -> Tensors:
        """h(1) … h(T) of each layer, ``(rows, T, H)``, along the observed values of each row."""
        steps = self._steps(y, y.lengths, None, dropout=False)
        layers = self.graph.hidden_states(self.state, steps, self.gradient)
        return tuple(h[: y.steps].transpose(0, 1) for h in layers)

    @property
    def needs_no_values(self) -> bool:
        """Whether o(t) depends on no y, and x says how many there are: see :meth:`outputs`."""
        return self.x is not None and self.graph.wiring.independent

    def outputs(self) -> Tensor:
        """o(1) … o(T) for each row, ``(rows, T, units)``, of a process that needs no values."""
        nothing = self.nothing()
        _, (o,) = self.run(nothing, nothing.lengths, lambda read, _: (read.o,), dropout=False)
        return o.transpose(0, 1)

    def nothing(self) -> Sequence:
        """As many values as x has, all zero, for a process that needs none."""
        assert self.x is not None
        return Sequence(self.no_values(self.rows, self.x.steps), self.x.lengths)

    # ---- for generation ------------------------------------------------------------------------

    def no_values(self, rows: int, steps: int) -> Tensor:
        """Zeros of the shape and dtype of y, ``(rows, steps, *event)``."""
        dtype = self.dtype if len(self.output.event_shape) else torch.int64
        return torch.zeros(rows, steps, *self.output.event_shape, dtype=dtype, device=self.device)

    def draw_lengths(self, limit: int) -> Tensor | None:
        """τ of each row, if it is decided before the first step: drawn, if it is predicted.

        ``limit`` is the τ of a process without an end.
        """
        if self.x is not None:
            return self.x.lengths
        if self.length_logits is not None:
            probabilities = self.length_logits.softmax(-1).expand(self.rows, -1)
            return Categorical(probs=probabilities, validate_args=False).sample()
        if self.length.stops:
            return None
        return torch.full((self.rows,), limit, device=self.device)
