"""The recurrent model: a cell, a wiring, an output and a length."""

from __future__ import annotations

import math
from collections.abc import Sequence as ListOf
from typing import Literal

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from throughtime.cells.cell import Cell
from throughtime.context.transforms import NOT_RECORDED, values_hidden
from throughtime.distribution.distribution import SequenceDistribution
from throughtime.distribution.process import Process
from throughtime.gradients.gradient import FullBPTT, Gradient, Tensors
from throughtime.graph.graph import Graph
from throughtime.graph.projection import Projection
from throughtime.graph.state import GraphState
from throughtime.graph.steps import Steps
from throughtime.lengths.length import Length
from throughtime.lengths.same_as_input import SameAsInput
from throughtime.model.choices import check_choices, check_size
from throughtime.model.drawn import net_of
from throughtime.model.inputs import batch_shape_of
from throughtime.outputs.output import Output
from throughtime.sequence import Sequence
from throughtime.wiring import Edge, Wiring
from throughtime.wiring.drawing import Drawn, Net


class RecurrentModel(Drawn, nn.Module):
    r"""A probability distribution over sequences, made of four choices.

    .. math::
        p(y^{(1)} \dots y^{(\tau)}, \tau \mid x) = \text{length} \times
            \prod_t \text{output}(y^{(t)} \mid o^{(t)}), \qquad
        o^{(t)} = c + V h^{(t)}, \qquad h^{(t)} = \text{cell}(h^{(t-1)}, u^{(t)})

    where the drive u(t) adds up what the wiring lets in at t:

    .. math:: u^{(t)} = U x^{(t)} + R^\top x + S y^{(t-1)} + C \phi(\tau - t + 1)

    ``model(x)`` is a :class:`~throughtime.SequenceDistribution`. For a wiring that emits last it
    is an ordinary ``torch.distributions`` object, or without an output the summary h(τ) itself,
    through which the gradient of any later module flows back. ``torch.export`` takes what is made
    of it to tensors, as by ``log_prob``; ``torch.fx`` and ``torch.jit.script`` know no
    distributions, and refuse it.

    Args:
        cell: one layer's cell, or a list of cells, the lowest layer first.
        wiring: which edges there are; see :mod:`throughtime.wiring`.
        output: how o(t) gives y(t).
        length: how τ is decided; may be left out where the input decides it.
        input_size: size of x(t), or how many symbols it is one of.
        vector_size: size of the vector x, or how many symbols it is one of.
        dropout: share that is dropped in training: of symbols x(t) and observed y(t-1), whole;
            and of the entries of each layer's h(t) on its way up, to the next layer and to V.
            Nothing is on its way from t-1 to t (Zaremba et al. 2014, "Recurrent neural network
            regularization").
        initial_state: h(0) is ``"zeros"`` or ``"learned"``. A given one is an argument of the call.
        gradient: how to differentiate through time; :class:`~throughtime.gradients.FullBPTT`.

    Raises:
        ValueError: if the choices contradict each other; the message says why.

    Example:
        >>> import throughtime as tt
        >>> model = tt.RecurrentModel(
        ...     tt.cells.GRU(8), tt.wirings.VECTOR_TO_SEQUENCE, tt.outputs.Categorical(5),
        ...     tt.lengths.EndOfSequence(), vector_size=3)
        >>> p = model(torch.randn(2, 3))
        >>> p.log_prob(tt.Sequence(torch.tensor([[1, 4], [0, 0]]), [2, 0])).shape
        torch.Size([2])
    """

    def __init__(
        self,
        cell: Cell | ListOf[Cell],
        wiring: Wiring,
        output: Output | None,
        length: Length | None = None,
        *,
        input_size: int | None = None,
        vector_size: int | None = None,
        dropout: float = 0.0,
        initial_state: Literal["zeros", "learned"] = "zeros",
        gradient: Gradient | None = None,
    ) -> None:
        super().__init__()
        cells = list(cell) if isinstance(cell, ListOf) else [cell]
        if length is None and Edge.INPUT in wiring and not wiring.emits_last:
            length = SameAsInput()
        check_choices(cells, wiring, output, length)
        check_size("input_size", input_size, Edge.INPUT, wiring)
        check_size("vector_size", vector_size, Edge.VECTOR, wiring)
        if not 0 <= dropout < 1:
            raise ValueError(f"dropout is a share from 0 to below 1; got {dropout}")
        if initial_state not in ("zeros", "learned"):
            raise ValueError(f"initial_state is 'zeros' or 'learned'; got {initial_state!r}")
        if initial_state == "learned" and not any(wiring.directions):
            raise ValueError(
                f"the wiring has no {Edge.HIDDEN.value}, so there is no h(0) to learn; leave "
                "initial_state out"
            )
        self.wiring, self.output, self.length = wiring, output, length
        self.gradient = gradient or FullBPTT()
        self.graph = Graph(
            cells,
            wiring,
            output,
            length,
            input_size,
            vector_size,
            dropout,
            learned=initial_state == "learned",
        )
        if length is not None and length.longest is not None:
            self.length_bias = nn.Parameter(torch.zeros(length.longest + 1))
            self.length_edge: Projection | None = None
            if vector_size is not None:
                self.length_edge = Projection(vector_size, length.longest + 1)
                nn.init.zeros_(self.length_edge.weight)

    def forward(
        self,
        x: Sequence | Tensor | None = None,
        vector: Tensor | None = None,
        state: GraphState | None = None,
        scale: Tensor | None = None,
    ) -> SequenceDistribution | Distribution | Tensor:
        """The distribution of y given x.

        Args:
            x: a :class:`~throughtime.Sequence` where x(t) → h(t); the vector ``(*batch, size)``,
                or symbol ``(*batch,)``, where only x → h(t); nothing where no x enters.
            vector: the vector, for a wiring with both.
            state: h(0) for each row of the batch; without ``fed``, no y comes before the first.
            scale: ν, what counts are measured by in each row of the batch, ``(*batch, D)``, such as
                their mean so far: log ν is added to the logarithm of their mean, and y(t)/ν is what
                the output edge carries. Series of very different sizes share one model so, as
                rates with an exposure do in Poisson regression; by default that of the state, or 1.

        Raises:
            ValueError: if these are not what the wiring takes, or do not fit the model's sizes; or
                there is a scale, and the output is not of counts.
        """
        if isinstance(x, Tensor) and Edge.INPUT not in self.wiring and vector is None:
            x, vector = None, x
        batch_shape = batch_shape_of(self.graph, x, vector, state, scale)
        if vector is not None:
            vector = vector.reshape(-1, *vector.shape[len(batch_shape) :])
        state = self._first_state(batch_shape, vector, state)
        if scale is not None:
            state = state._replace(scale=scale.reshape(-1, scale.shape[-1]))
        if self.wiring.emits_last:
            assert isinstance(x, Sequence)
            h = self._summary(x.flatten(), state).reshape(*batch_shape, self.graph.hidden_size)
            if self.output is None:
                return h
            o = self.graph.read(self.graph.drop_units(h)).o
            # Where o is no number, neither is what follows from it, as with sequences: torch's own
            # checks would stop here. Nor can they check that nothing is in the support.
            validate = o.numel() > 0 and not values_hidden() and bool(o.isfinite().all())
            return self.output.distribution(o, validate=validate)
        process = Process(
            self.graph,
            self.gradient,
            math.prod(batch_shape),
            state,
            x.flatten() if isinstance(x, Sequence) else None,
            self._length_logits(vector),
        )
        return SequenceDistribution(process, batch_shape)

    def __prepare_scriptable__(self) -> RecurrentModel:
        raise TypeError(NOT_RECORDED)

    def hidden_states(
        self,
        x: Sequence | Tensor | None = None,
        y: Sequence | None = None,
        *,
        vector: Tensor | None = None,
        state: GraphState | None = None,
    ) -> tuple[Sequence, ...]:
        """h(1) … h(τ) of each layer, the lowest first: sequences of vectors of size H (of both
        directions side by side).

        Nothing is dropped. The gradient flows through them.

        Args:
            x: as in a call of the model.
            y: the observed values; may be left out where none enters the recurrence.
            vector: as in a call of the model.
            state: as in a call of the model.

        Raises:
            ValueError: if these are not what the model takes, or y is needed and left out.

        Example:
            >>> import throughtime as tt
            >>> model = tt.RecurrentModel(
            ...     tt.cells.Elman(4), tt.wirings.SEQUENCE_TO_VECTOR, tt.outputs.Categorical(2),
            ...     input_size=3)
            >>> (h,) = model.hidden_states(tt.Sequence(torch.randn(2, 6, 3), [6, 2]))
            >>> h.values.shape, h.lengths
            (torch.Size([2, 6, 4]), tensor([6, 2]))
        """
        if not self.wiring.emits_last:
            p = self(x, vector, state)
            assert isinstance(p, SequenceDistribution)
            return p.hidden_states(y)
        shape = batch_shape_of(self.graph, x, vector, state)
        assert isinstance(x, Sequence)
        rows = x.flatten()
        vector = None if vector is None else vector.reshape(-1, *vector.shape[len(shape) :])
        steps = Steps(rows.mask.T, x=rows.values.transpose(0, 1))
        before = self._first_state(shape, vector, state)
        layers = self.graph.hidden_states(before, steps, self.gradient)
        return tuple(
            Sequence(h.transpose(0, 1).reshape(*shape, x.steps, h.shape[-1]), x.lengths)
            for h in layers
        )

    def _net(self) -> Net:
        return net_of(self.graph)

    def _first_state(
        self, batch_shape: torch.Size, vector: Tensor | None, state: GraphState | None
    ) -> GraphState:
        """The state before the first step of each row: the model's own, or a given one."""
        initial = self.graph.initial_state(math.prod(batch_shape), vector)
        if state is None:
            return initial
        fed = initial.fed if state.fed is None else state.fed
        return initial._replace(cells=state.cells, fed=fed, scale=state.scale)

    def _summary(self, x: Sequence, state: GraphState) -> Tensor:
        """h(τ), and of the backward direction h(1), side by side: ``(rows, hidden_size)``."""

        def stretch(state: GraphState, steps: Steps) -> tuple[GraphState, Tensors]:
            return self.graph.unfold(state, steps, self.gradient)[1], ()

        steps = Steps(x.mask.T, x=self.graph.drop_symbols(x.values.transpose(0, 1)))
        end, _ = self.graph.fold(self.gradient, stretch, state, steps)
        return torch.cat([h for h, *_ in end.cells[-len(self.wiring.directions) :]], -1)

    def _length_logits(self, vector: Tensor | None) -> Tensor | None:
        """The unnormalised log P(τ), for a length that is predicted."""
        if self.length is None or self.length.longest is None:
            return None
        if self.length_edge is None or vector is None:
            return self.length_bias[None]
        return self.length_bias + self.length_edge(vector)
