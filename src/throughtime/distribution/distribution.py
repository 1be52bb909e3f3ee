"""A recurrent model as a probability distribution over whole sequences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor
from torch.distributions import Distribution
from torch.nn.functional import logsigmoid, pad

from throughtime.distribution import decoding, marginal, refuse
from throughtime.gradients.gradient import Gradient, Tensors
from throughtime.graph.graph import Graph, GraphState
from throughtime.lengths.length import Length
from throughtime.lengths.predicted import PredictedLength
from throughtime.lengths.same_as_input import SameAsInput
from throughtime.lengths.unending import Unending
from throughtime.outputs.output import Output
from throughtime.sequence import Sequence
from throughtime.wiring import Edge

Emit = Callable[[Tensor, Mapping[str, Tensor]], Tensors]
"""What is made of each step's o(t), given the inputs of the steps."""


class Terms(NamedTuple):
    """What log p(y, τ) is the sum of; zero on padding.

    ``values``: log p(y(t) | …), ``(*batch, T)``. ``decisions``: log P(go on) at 1 … τ and
    log P(stop) at τ+1, ``(*batch, T+1)``; zero for a length that does not stop. ``length``:
    log P(τ), ``(*batch,)``; zero for a length that is not predicted.
    """

    values: Tensor
    decisions: Tensor
    length: Tensor

    def total(self) -> Tensor:
        """log p(y, τ), of shape ``batch``."""
        return self.values.sum(-1) + self.decisions.sum(-1) + self.length


class SequenceDistribution(Distribution):
    r"""p(y(1) … y(τ), τ given x), with the conventions of ``torch.distributions``.

    Made by calling a :class:`~throughtime.RecurrentModel`. Values are
    :class:`~throughtime.Sequence` objects of batch shape ``sample_shape + batch_shape``.
    ``log_prob(y)`` conditions every step on the y that it is given (teacher forcing *is* maximum
    likelihood); ``sample()`` feeds its own draws.

    Example:
        >>> import throughtime as tt
        >>> model = tt.RecurrentModel(
        ...     tt.cells.Elman(4), tt.Wiring("h(t-1) -> h(t)", "y(t-1) -> h(t)", "h(t) -> o(t)"),
        ...     tt.outputs.Categorical(2), tt.lengths.PredictedLength(3))
        >>> p = model()
        >>> p.batch_shape, p.log_prob(p.sample((5,))).shape
        (torch.Size([]), torch.Size([5]))
    """

    arg_constraints: ClassVar[dict[str, Any]] = {}
    has_rsample = False

    def __init__(
        self,
        graph: Graph,
        gradient: Gradient,
        batch_shape: torch.Size,
        state: GraphState,
        *,
        x: Sequence | None,
        length_logits: Tensor | None,
    ) -> None:
        self.graph, self.gradient, self.state = graph, gradient, state
        self.x, self.length_logits = x, length_logits
        super().__init__(batch_shape, self.output.event_shape, validate_args=False)

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

    def __repr__(self) -> str:
        return (
            f"SequenceDistribution({self.graph.wiring}, {self.output}, {self.length}, "
            f"batch_shape={tuple(self.batch_shape)})"
        )

    def expand(self, batch_shape: Any, _instance: Any = None) -> SequenceDistribution:
        """The distribution repeated to a larger batch, of shape ``(*more, *self.batch_shape)``."""
        batch_shape = torch.Size(batch_shape)
        depth = len(batch_shape) - len(self.batch_shape)
        if depth < 0 or batch_shape[depth:] != self.batch_shape:
            raise ValueError(
                f"a distribution of batch shape {tuple(self.batch_shape)} cannot expand to "
                f"{tuple(batch_shape)}; expected (*more, *{tuple(self.batch_shape)})"
            )
        n = batch_shape[:depth].numel()

        def repeat(v: Tensor) -> Tensor:
            return v if n == 1 else v.expand(n, *v.shape).flatten(0, 1)

        x, logits, rows = self.x, self.length_logits, self.batch_shape.numel()
        return SequenceDistribution(
            self.graph,
            self.gradient,
            batch_shape,
            self.state.map(repeat),
            x=None if x is None else Sequence(repeat(x.values), repeat(x.lengths)),
            length_logits=None if logits is None else repeat(logits.expand(rows, -1)),
        )

    # ---- probability ---------------------------------------------------------------------------

    def log_prob(self, value: Sequence | Tensor) -> Tensor:
        """log p(y, τ given x) in nats, of shape ``sample_shape + batch_shape``.

        Raises:
            ValueError: if y cannot come from this distribution: a wrong shape, a value outside
                the output's set, or a length that the model cannot have.
        """
        return self.terms(value).total()

    def terms(self, value: Sequence | Tensor, fed: Sequence | None = None) -> Terms:
        """The terms of :meth:`log_prob`, one by one.

        Args:
            value: y.
            fed: what the output edge carries instead of y, step by step; the terms are then not
                those of a probability but of a training loss (see :mod:`throughtime.forcing`).
        """
        y = refuse.values(self._as_sequence(value), self)
        p = self.expand(y.batch_shape)
        rows = y.flatten()
        if fed is not None:
            refuse.fed(fed, y, self)
        _, terms = p._run(rows, rows.lengths + self.length.stops, self._terms, fed)
        values, decisions = (v.T.reshape(*y.batch_shape, len(v)) for v in terms)
        room = self._as_sequence(value).steps
        values = pad(values[..., : y.steps], (0, room - y.steps))
        decisions = pad(decisions, (0, room + 1 - decisions.shape[-1]))
        length = values.new_zeros(y.batch_shape)
        if p.length_logits is not None:
            log_p = p.length_logits.log_softmax(-1).expand(len(rows), -1)
            length = log_p.gather(-1, rows.lengths[:, None]).reshape(y.batch_shape)
        return Terms(values, decisions, length)

    def _terms(self, o: Tensor, steps: Mapping[str, Tensor]) -> Tensors:
        """log p(y(t) | …) and the log-probability of the decision at t, of a stretch of steps."""
        stop, own = self.length.split(o)
        log_p = self.output.distribution(own).log_prob(steps["target"])
        values = torch.where(steps["has_value"], log_p, 0.0)
        if stop is None:
            return values, torch.zeros_like(values)
        decisions = logsigmoid(torch.where(steps["has_value"], -stop, stop))
        return values, torch.where(steps["alive"], decisions, 0.0)

    def _run(
        self,
        y: Sequence,
        taken: Tensor,
        emit: Emit,
        fed: Sequence | None = None,
        *,
        drop: bool = True,
    ) -> tuple[GraphState, Tensors]:
        """Take ``taken`` steps of each row along y: the state after them, and what ``emit`` makes
        of each step's o(t). All of it runs inside the gradient method's fold."""
        total = y.steps + self.length.stops
        t = torch.arange(total, device=y.device)[:, None]

        def padded(values: Tensor) -> Tensor:
            room = (0, 0) * len(y.event_shape) + (0, total - y.steps)
            return pad(values, room).transpose(0, 1)

        steps = {"has_value": t < y.lengths, "alive": t < taken, "target": padded(y.values)}
        seen = self.graph.lost if drop else (lambda values: values)
        if not self.graph.wiring.independent:
            steps["y"] = seen(steps["target"] if fed is None else padded(fed.flatten().values))
        if self.x is not None:
            steps["x"] = seen(self.x.values[:, :total].transpose(0, 1))
        if isinstance(self.length, PredictedLength):
            steps["countdown"] = self.length.countdown((y.lengths - t).clamp(min=1), self.dtype)

        def stretch(state: GraphState, steps: Mapping[str, Tensor]) -> tuple[GraphState, Tensors]:
            entering = {k: v for k, v in steps.items() if k not in ("has_value", "target")}
            o, state = self.graph.run(state, gradient=self.gradient, drop=drop, **entering)
            assert o is not None
            return state, emit(o, steps)

        return self.graph.fold(self.gradient, stretch, self.state, steps)

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the probabilities: that of the model's parameters."""
        return self.graph.c.dtype

    @property
    def device(self) -> torch.device:
        """Where the model's parameters are."""
        return self.graph.c.device

    def predictive(self, value: Sequence | Tensor) -> Distribution:
        """p(y(t) given y(1) … y(t-1), x) for all t: one distribution of batch ``(*batch, T)``.

        For a length that stops, it is p(y(t)) given that the sequence goes on at t.
        """
        y = refuse.values(self._as_sequence(value), self)
        rows = y.flatten()
        _, (own,) = self.expand(y.batch_shape)._run(
            rows, rows.lengths + self.length.stops, lambda o, _: (self.length.split(o)[1],)
        )
        room = self._as_sequence(value).steps
        own = pad(own[: y.steps], (0, 0, 0, 0, 0, room - y.steps)).transpose(0, 1)
        return self.output.distribution(own.reshape(*y.batch_shape, *own.shape[1:]))

    def observe(self, value: Sequence | Tensor) -> tuple[Tensor, SequenceDistribution]:
        """log P(the sequence begins with y), and the distribution of what follows.

        Chunk by chunk or step by step, the log-probabilities add up to that of the whole. A long
        text is trained so: ``log_p, p = p.observe(chunk)``, then ``p = p.detach()``.

        Raises:
            ValueError: where the future reaches back (a backward edge), or is planned from a τ
                that is not known yet (a predicted length).
        """
        if Edge.BACKWARD in self.graph.wiring or isinstance(self.length, PredictedLength):
            reason = (
                f"{self.length} tells every step how many are left"
                if isinstance(self.length, PredictedLength)
                else f"{Edge.BACKWARD.value} lets every step see the steps after it"
            )
            raise ValueError(f"a beginning has no probability of its own here: {reason}")
        y = refuse.values(self._as_sequence(value), self, beginning=True)
        p, rows = self.expand(y.batch_shape), y.flatten()
        state, (values, decisions) = p._run(rows, rows.lengths, self._terms)
        rest = SequenceDistribution(
            self.graph,
            self.gradient,
            y.batch_shape,
            state,
            x=None if p.x is None else p.x.drop(rows.lengths),
            length_logits=None,
        )
        return (values + decisions).sum(0).reshape(y.batch_shape), rest

    def detach(self) -> SequenceDistribution:
        """The same distribution, with no gradient into the state that it starts from.

        Rᵀx is a part of that state. To train R chunk by chunk, call the model again instead:
        ``model(vector, state=p.state.detach())``.
        """
        return SequenceDistribution(
            self.graph,
            self.gradient,
            self.batch_shape,
            self.state.detach(),
            x=self.x,
            length_logits=self.length_logits,
        )

    # ---- generation ----------------------------------------------------------------------------

    @torch.no_grad()
    def sample(  # type: ignore[override]
        self,
        sample_shape: Any = (),
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        max_length: int | None = None,
    ) -> Sequence:
        """Exact draws by ancestral sampling, of batch shape ``sample_shape + batch_shape``.

        Generation never drops anything out, in training neither; but what an encoder has made of
        x when the model was called is as it is.

        Args:
            sample_shape: how many draws for each row of the batch.
            temperature: below one sharpens every step's distribution, above one flattens it.
            top_k: only the k most probable symbols of each step.
            top_p: only the most probable symbols that together have at least this probability.
            max_length: where to cut a sequence that has not ended, where every step decides
                whether to go on; by default 10,000 steps. Rows that were cut are reported with a
                warning. For ``Unending``, the length. Without effect where the input or a
                prediction decides τ.

        Raises:
            ValueError: if an option makes no sense, or does not go with the output.
        """
        warp = decoding.Warp(temperature, top_k, top_p)
        warp.check(self.output)
        p = self.expand(torch.Size(sample_shape) + self.batch_shape)
        return decoding.ancestral(p, warp, self._limit(max_length))

    @torch.no_grad()
    def mode(self, beam: int = 1, *, max_length: int | None = None) -> Sequence:  # type: ignore[override]
        """A most probable sequence, by beam search; exact if the beam is as wide as the space.

        A beam of one is greedy: each step takes the most probable of its choices (one of which is
        to stop). Where the input decides τ and no y enters the recurrence, every beam is exact.
        Among the sequences of at most ``max_length`` values (by default 1,000) for a length that
        stops.

        Of continuous values each step takes the mean, of a mixture the densest component's mean;
        a stop is weighed against going on alone, since a density is no probability.

        Raises:
            ValueError: for a beam below one, or above one with continuous values that are fed
                back, of which there are no best few to keep.
        """
        limit = 1_000 if max_length is None and self.length.stops else self._limit(max_length)
        return decoding.beam_search(self, beam, limit)

    def _limit(self, max_length: int | None) -> int:
        if max_length is not None and max_length < 0:
            raise ValueError(f"max_length must not be negative; got {max_length}")
        if isinstance(self.length, Unending) and max_length is None:
            raise ValueError(f"{self.length} never ends by itself; give max_length")
        return 10_000 if max_length is None else max_length

    # ---- what is known of τ, and of y on the whole ---------------------------------------------

    @torch.no_grad()
    def length_marginal(self, max_length: int, *, samples: int = 1_000) -> Tensor:
        r"""P(τ = 0), …, P(τ = ``max_length``), of shape ``(*batch, max_length + 1)``.

        What they lack to one is the probability of being longer. Exact for a length that the
        input or a prediction decides, and where no y enters the recurrence; otherwise the mean

        .. math:: P(\tau = n) = E_y\Big[P(\text{stop at } n+1)
                  \prod_{t \le n} P(\text{go on at } t)\Big]

        over ``samples`` sequences drawn to go on for ever: unbiased, and of less variance than
        counting lengths.

        Raises:
            ValueError: for ``Unending``, whose τ is not random.
        """
        return marginal.length_marginal(self, max_length, samples)

    def entropy(self) -> Tensor:
        """H(y given x) in nats, where it is exact: the sum of the steps' entropies, if they are
        independent given x and the input decides τ.

        Raises:
            NotImplementedError: elsewhere; the message says how to estimate it.
        """
        estimate = "estimate it from draws: -p.log_prob(p.sample((1000,))).mean(0)"
        if not (self.graph.wiring.independent and isinstance(self.length, SameAsInput)):
            raise NotImplementedError(f"the entropy is a sum over all sequences here; {estimate}")
        try:
            entropies = self.output.distribution(self.outputs()).entropy()
        except NotImplementedError as error:
            reason = f"the entropy of {self.output} has no closed form; {estimate}"
            raise NotImplementedError(reason) from error
        assert self.x is not None
        return torch.where(self.x.mask, entropies, 0.0).sum(-1).reshape(self.batch_shape)

    def _as_sequence(self, value: Sequence | Tensor) -> Sequence:
        """A tensor is a batch of sequences of equal length."""
        if isinstance(value, Sequence):
            return value
        batch_dims = value.dim() - len(self.output.event_shape) - 1
        if batch_dims < 0:
            raise ValueError(
                f"a tensor of shape {tuple(value.shape)} is no sequence of values of shape "
                f"{tuple(self.output.event_shape)}; expected (*batch, time, "
                f"*{tuple(self.output.event_shape)})"
            )
        steps = value.shape[batch_dims]
        return Sequence(value, torch.full(value.shape[:batch_dims], steps, device=value.device))

    # ---- for decoding --------------------------------------------------------------------------

    def outputs(self) -> Tensor:
        """o(1) … o(T) for each row, ``(rows, T, units)``, where no y is needed for them."""
        assert self.x is not None
        nothing = Sequence(self.no_values(len(self.x), self.x.steps), self.x.lengths)
        _, (o,) = self._run(nothing, nothing.lengths, lambda o, _: (o,), drop=False)
        return o.transpose(0, 1)

    def no_values(self, rows: int, steps: int) -> Tensor:
        """A tensor of the shape and dtype of y, ``(rows, steps, *event)``, of zeros."""
        dtype = self.dtype if len(self.output.event_shape) else torch.int64
        return torch.zeros(rows, steps, *self.output.event_shape, dtype=dtype, device=self.device)

    def of_values(self, values: Tensor, lengths: Tensor) -> Sequence:
        """Rows of values as a batch of this distribution's shape."""
        shape = self.batch_shape
        return Sequence(values.reshape(*shape, *values.shape[1:]), lengths.reshape(shape)).trim()
