"""A recurrent model as a probability distribution over whole sequences."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.distributions import Distribution
from torch.nn.functional import pad

from throughtime.context.graphs import outside_graphs
from throughtime.context.layout import check_layout
from throughtime.context.shapes import shape_of
from throughtime.distribution.ancestral import ancestral
from throughtime.distribution.beam_search import WIDEST, beam_search
from throughtime.distribution.length_marginal import length_marginal
from throughtime.distribution.missing import (
    check_observed,
    completed,
    rows_of,
    steps_of,
    with_any,
)
from throughtime.distribution.process import Process
from throughtime.distribution.support import check_fed, in_support
from throughtime.distribution.terms import LogProbTerms, log_prob_terms, of_steps
from throughtime.distribution.warp import Warp
from throughtime.graph.graph import Graph
from throughtime.graph.state import GraphState
from throughtime.lengths.length import DecidedBy, Length
from throughtime.outputs.output import Output
from throughtime.sequence import Sequence
from throughtime.whole import whole
from throughtime.wiring import Edge


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

    def __init__(self, process: Process, batch_shape: torch.Size) -> None:
        self.process = process
        super().__init__(batch_shape, process.output.event_shape, validate_args=False)

    @property
    def output(self) -> Output:
        """How o(t) gives y(t)."""
        return self.process.output

    @property
    def length(self) -> Length:
        """How τ is decided."""
        return self.process.length

    @property
    def graph(self) -> Graph:
        """The recurrence, with the parameters."""
        return self.process.graph

    @property
    def state(self) -> GraphState:
        """The state before the first step, of each row; ``model(x, state=…)`` takes one."""
        return self.process.state

    @property
    def x(self) -> Sequence | None:
        """The input, in one batch dimension; None if the wiring has no x(t)."""
        return self.process.x

    def __repr__(self) -> str:
        return (
            f"SequenceDistribution({self.graph.wiring}, {self.output}, {self.length}, "
            f"batch_shape={tuple(self.batch_shape)})"
        )

    def expand(self, batch_shape: Any, _instance: Any = None) -> SequenceDistribution:
        """The distribution repeated to a larger batch, of shape ``(*more, *self.batch_shape)``.

        Raises:
            ValueError: if it is another shape, or has more rows than a tensor can.
        """
        batch_shape = shape_of("batch_shape", batch_shape)
        depth = len(batch_shape) - len(self.batch_shape)
        if depth < 0 or batch_shape[depth:] != self.batch_shape:
            raise ValueError(
                f"a distribution of batch shape {tuple(self.batch_shape)} cannot expand to "
                f"{tuple(batch_shape)}; expected (*more, *{tuple(self.batch_shape)})"
            )
        return SequenceDistribution(
            self.process.repeat(math.prod(batch_shape[:depth])), batch_shape
        )

    # ---- probability ---------------------------------------------------------------------------

    def log_prob(self, value: Sequence | Tensor) -> Tensor:
        """log p(y, τ given x) in nats, of shape ``sample_shape + batch_shape``.

        Raises:
            ValueError: if y cannot come from this distribution: a wrong shape, a value outside
                the output's set, or a length that the model cannot have.
        """
        return self.terms(value).total()

    def log_prob_of_observed(
        self,
        value: Sequence | Tensor,
        observed: Tensor,
        draws: int = 100,
        given: Tensor | None = None,
    ) -> Tensor:
        r"""log p of the values that are observed, the others missing, of shape
        ``sample_shape + batch_shape``.

        It is the logarithm of the sum, or integral, of p(y) over all values that the missing ones
        can have. Where the output edge carries y, that is estimated from draws of the missing ones,
        each given all before it:

        .. math:: \hat p = \frac1n \sum_{i=1}^n
                  \prod_{t\ \text{observed}} p(y^{(t)} \mid y_i^{(1)} \dots y_i^{(t-1)}),
                  \qquad E[\hat p] = p(y_\text{observed})

        Its logarithm is a lower bound on the mean, and exact in the limit (sequential importance
        sampling; Burda et al. 2016, "Importance weighted autoencoders", has the bound). Elsewhere
        no missing value enters the recurrence, and it is exact.

        Args:
            value: y; where it is not observed it may be anything, NaN too.
            observed: true where y is, ``(*batch, T)``; of vectors also for each entry.
            draws: n.
            given: how many steps at the beginning are given, ``(*batch,)``: what is returned is
                log p of those after them, given what is observed of these.

        Raises:
            ValueError: as :meth:`log_prob`, of the observed values; or if ``observed`` does not fit
                y, or some y(t) are observed in part, whose entries depend on each other.

        Example:
            >>> import throughtime as tt
            >>> model = tt.RecurrentModel(
            ...     tt.cells.GRU(4), tt.Wiring("h(t-1) -> h(t)", "y(t-1) -> h(t)", "h(t) -> o(t)"),
            ...     tt.outputs.Normal(), tt.lengths.Unending())
            >>> y = torch.tensor([[0.5], [torch.nan], [1.0]])
            >>> model().log_prob_of_observed(y, ~y.isnan(), draws=10).shape
            torch.Size([])
        """
        whole("draws", draws)
        y, seen = self._seen(value, observed)
        carried = self.graph.wiring.feedback is Edge.OBSERVED
        n = draws if carried and not bool(seen.all()) else 1
        terms = log_prob_terms(*self._completed(y, seen, n))
        if given is None:
            found = terms.total().reshape(n, *y.batch_shape)
            return found.logsumexp(0) - math.log(n)
        start = given.reshape(-1).repeat(n)[:, None]
        before, rest = terms.split(start)
        before, rest = (v.reshape(n, *y.batch_shape) for v in (before, rest))
        return (before + rest).logsumexp(0) - before.logsumexp(0)

    def seeing(
        self, value: Sequence | Tensor, observed: Tensor
    ) -> tuple[SequenceDistribution, Sequence]:
        """What training needs where values are missing: the distribution of which ``terms`` counts
        the observed values alone, and y with draws of the model for the others.

        Args:
            value: y; where it is not observed it may be anything, NaN too.
            observed: as for :meth:`log_prob_of_observed`.

        Raises:
            ValueError: as there.
        """
        y, seen = self._seen(value, observed)
        process, rows = self._completed(y, seen, 1)
        p = SequenceDistribution(process, y.batch_shape)
        return p, p.of_rows(rows.values, rows.lengths)

    def terms(self, value: Sequence | Tensor, fed: Sequence | None = None) -> LogProbTerms:
        """The terms of :meth:`log_prob`, one by one.

        Args:
            value: y.
            fed: what the output edge carries instead of y, step by step; the terms are then not
                those of a probability but of a training loss (see :mod:`throughtime.forcing`).
        """
        given = self._as_sequence(value)
        y = in_support(given, self.process, self.batch_shape)
        if fed is not None:
            check_fed(fed, y, self.process)
        of_rows = log_prob_terms(self.expand(y.batch_shape).process, y.flatten(), fed)
        values, decisions, length = (v.reshape(y.batch_shape + v.shape[1:]) for v in of_rows)
        return LogProbTerms(
            pad(values, (0, given.steps - y.steps)),
            pad(decisions, (0, given.steps + 1 - decisions.shape[-1])),
            length,
        )

    def predictive(self, value: Sequence | Tensor) -> Distribution:
        """p(y(t) given y(1) … y(t-1), x) for all t: one distribution of batch ``(*batch, T)``.

        For a length that stops, it is p(y(t)) given that the sequence goes on at t.
        """
        given = self._as_sequence(value)
        y = in_support(given, self.process, self.batch_shape)
        process, rows, length = self.expand(y.batch_shape).process, y.flatten(), self.length
        _, (units,) = process.run(
            rows, rows.lengths + int(length.stops), lambda read, _: (length.split(read.o)[1],)
        )
        units = pad(units[: y.steps], (0, 0, 0, 0, 0, given.steps - y.steps)).transpose(0, 1)
        return self.output.distribution(units.reshape(*y.batch_shape, *units.shape[1:]))

    def hidden_states(self, value: Sequence | Tensor | None = None) -> tuple[Sequence, ...]:
        """h(1) … h(τ) of each layer, the lowest first, given y: sequences of vectors of size H (of
        both directions side by side).

        Nothing is dropped. The gradient flows through them.

        Args:
            value: y; may be left out where no y enters the recurrence and x decides τ.

        Raises:
            ValueError: if y is needed and left out, or cannot come from this distribution.

        Example:
            >>> import throughtime as tt
            >>> model = tt.RecurrentModel(
            ...     [tt.cells.GRU(4), tt.cells.GRU(5)], tt.wirings.HIDDEN_TO_HIDDEN,
            ...     tt.outputs.Categorical(2), input_size=3)
            >>> lower, upper = model(tt.Sequence(torch.randn(2, 6, 3))).hidden_states()
            >>> upper.values.shape
            torch.Size([2, 6, 5])
        """
        if value is not None:
            y = in_support(self._as_sequence(value), self.process, self.batch_shape)
        elif self.process.needs_no_values:
            nothing = self.process.nothing()
            y = self.of_rows(nothing.values, nothing.lengths)
        else:
            raise ValueError("h(t) depends on the values before it here, so give y")
        layers = self.expand(y.batch_shape).process.hidden_states(y.flatten())
        return tuple(Sequence(h.reshape(*y.batch_shape, *h.shape[1:]), y.lengths) for h in layers)

    def observe(self, value: Sequence | Tensor) -> tuple[Tensor, SequenceDistribution]:
        """log P(the sequence begins with y), and the distribution of what follows.

        Chunk by chunk or step by step, the log-probabilities add up to that of the whole. A long
        text is trained so: ``log_p, p = p.observe(chunk)``, then ``p = p.detach()``.

        Raises:
            ValueError: where the future reaches back (a backward edge), or is planned from a τ
                that is not known yet (a predicted length).
        """
        if Edge.BACKWARD in self.graph.wiring or not self.length.has_beginnings:
            reason = (
                f"{self.length} tells every step how many are left"
                if not self.length.has_beginnings
                else f"{Edge.BACKWARD.value} lets every step see the steps after it"
            )
            raise ValueError(f"a beginning has no probability of its own here: {reason}")
        y = in_support(self._as_sequence(value), self.process, self.batch_shape, beginning=True)
        process, rows = self.expand(y.batch_shape).process, y.flatten()
        emit = of_steps(self.output, self.length)
        state, (values, decisions) = process.run(rows, rows.lengths, emit)
        x = None if process.x is None else process.x.drop(rows.lengths)
        process = replace(process, state=state, x=x, observed=None, distinct=None)
        rest = SequenceDistribution(process, y.batch_shape)
        return (values + decisions).sum(0).reshape(y.batch_shape), rest

    def following(
        self, value: Sequence | Tensor, observed: Tensor, draws: int = 1
    ) -> SequenceDistribution:
        """The distribution of what follows y, of which some may be missing, of batch shape
        ``(draws, *batch)``: for each of so many draws of what is missing, each value given all
        before it.

        Args:
            value: y, the beginning of a sequence; where it is not observed it may be anything.
            observed: as for :meth:`log_prob_of_observed`.
            draws: n.

        Raises:
            ValueError: as :meth:`observe` and :meth:`log_prob_of_observed`.
        """
        whole("draws", draws)
        y, seen = self._seen(value, observed, beginning=True)
        if bool((seen | ~steps_of(y, seen)).all()):
            return self.observe(y)[1].expand((draws, *y.batch_shape))
        p = self.expand((draws, *y.batch_shape))
        _, rows = self._completed(y, seen, draws)
        return p.observe(p.of_rows(rows.values, rows.lengths))[1]

    def detach(self) -> SequenceDistribution:
        """The same distribution, with no gradient into the state that it starts from.

        Rᵀx is a part of that state. To train R chunk by chunk, call the model again instead:
        ``model(vector, state=p.state.detach())``.
        """
        process = replace(self.process, state=self.state.detach())
        return SequenceDistribution(process, self.batch_shape)

    # ---- generation ----------------------------------------------------------------------------

    @outside_graphs
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
        warp = Warp(temperature, top_k, top_p)
        warp.check(self.output)
        p = self.expand(shape_of("sample_shape", sample_shape) + self.batch_shape)
        drawn = ancestral(p.process, warp, self._limit(max_length))
        return p.of_rows(drawn.values, drawn.lengths)

    @outside_graphs
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
        process = self.process
        whole("beam", beam, most=WIDEST)
        if process.needs_no_values:  # each value by itself
            assert process.x is not None
            return self.of_rows(process.output.most_probable(process.outputs()), process.x.lengths)
        found = beam_search(process, beam, self._search_limit(max_length))
        return self.of_rows(found.values[:, 0], found.lengths[:, 0])

    @outside_graphs
    @torch.no_grad()
    def modes(
        self, count: int, beam: int | None = None, *, max_length: int | None = None
    ) -> tuple[Sequence, Tensor]:
        """The ``count`` most probable sequences that a beam has found, and their log p.

        Of batch shape ``(k, *batch_shape)``, the most probable first, where k is ``count`` or the
        beam's width if that is less. Where there are fewer sequences than that, the others repeat
        the first one, with log p = -inf.

        Args:
            count: how many.
            beam: the beam's width; ``count``, if left out. A wider one may find better ones.
            max_length: as for :meth:`mode`.

        Raises:
            ValueError: as for :meth:`mode`.
        """
        limit = self._search_limit(max_length)
        width = whole("count", count, most=WIDEST)
        width = width if beam is None else max(width, whole("beam", beam, most=WIDEST))
        found = beam_search(self.process, width, limit)
        k = min(count, found.lengths.shape[1])
        shape = torch.Size((k, *self.batch_shape))
        values, lengths, log_p = (v[:, :k].transpose(0, 1) for v in found)
        none = log_p.isneginf()
        lengths = torch.where(none, lengths[:1], lengths)
        values = torch.where(none.view(*none.shape, *(1,) * (values.dim() - 2)), values[:1], values)
        y = Sequence(values.reshape(*shape, *values.shape[2:]), lengths.reshape(shape)).trim()
        return y, log_p.reshape(shape)

    def _search_limit(self, max_length: int | None) -> int:
        return 1_000 if max_length is None and self.length.stops else self._limit(max_length)

    def _limit(self, max_length: int | None) -> int:
        if max_length is not None:
            whole("max_length", max_length, 0)
        if self.length.decided_by is DecidedBy.NOTHING and max_length is None:
            raise ValueError(f"{self.length} never ends by itself; give max_length")
        return 10_000 if max_length is None else max_length

    # ---- what is known of τ, and of y on the whole ---------------------------------------------

    @outside_graphs
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
        probabilities = length_marginal(self.process, max_length, samples)
        return probabilities.reshape(*self.batch_shape, max_length + 1)

    def entropy(self) -> Tensor:
        """H(y given x) in nats, where it is exact: the sum of the steps' entropies, if they are
        independent given x and the input decides τ.

        Raises:
            NotImplementedError: elsewhere; the message says how to estimate it.
        """
        estimate = "estimate it from draws: -p.log_prob(p.sample((1000,))).mean(0)"
        if not self.process.needs_no_values:
            raise NotImplementedError(f"the entropy is a sum over all sequences here; {estimate}")
        try:
            entropies = self.output.distribution(self.process.outputs()).entropy()
        except NotImplementedError as error:
            reason = f"the entropy of {self.output} has no closed form; {estimate}"
            raise NotImplementedError(reason) from error
        assert self.x is not None
        return torch.where(self.x.mask, entropies, 0.0).sum(-1).reshape(self.batch_shape)

    def _as_sequence(self, value: Sequence | Tensor) -> Sequence:
        """A tensor is a batch of sequences of equal length."""
        if isinstance(value, Sequence):
            return value
        if not isinstance(value, Tensor):
            raise ValueError(
                f"y is a {type(value).__name__}; expected a tt.Sequence, or a tensor of sequences "
                "of equal length"
            )
        check_layout("y", value)
        batch_dims = value.dim() - len(self.output.event_shape) - 1
        if batch_dims < 0:
            raise ValueError(
                f"a tensor of shape {tuple(value.shape)} is no sequence of values of shape "
                f"{tuple(self.output.event_shape)}; expected (*batch, time, "
                f"*{tuple(self.output.event_shape)})"
            )
        steps = value.shape[batch_dims]
        return Sequence(value, torch.full(value.shape[:batch_dims], steps, device=value.device))

    def _seen(
        self, value: Sequence | Tensor, observed: Tensor, beginning: bool = False
    ) -> tuple[Sequence, Tensor]:
        """y, with something possible where it is missing; and what is observed of its rows."""
        y = self._as_sequence(value)
        observed = check_observed(observed, y, self.output)
        y = with_any(y, observed, self.output)
        y = in_support(y, self.process, self.batch_shape, beginning=beginning)
        return y, rows_of(observed, y)

    def _completed(self, y: Sequence, seen: Tensor, draws: int) -> tuple[Process, Sequence]:
        """The process of so many copies of y's rows, and these with draws for what is missing."""
        values, lengths = (v.expand(draws, *v.shape) for v in (y.values, y.lengths))
        process = self.expand((draws, *y.batch_shape)).process
        process = replace(process, observed=seen.repeat(draws, *(1,) * (seen.dim() - 1)))
        return process, completed(process, Sequence(values, lengths).flatten())

    def of_rows(self, values: Tensor, lengths: Tensor) -> Sequence:
        """Values ``(rows, T, *event)`` and lengths as a batch of this distribution's shape."""
        shape = self.batch_shape
        return Sequence(values.reshape(*shape, *values.shape[1:]), lengths.reshape(shape)).trim()
