"""What the tests compare with: the unfolded graph as the notes write it, and every sequence there
is. Slow, one sequence at a time, and sharing no code with what it checks."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

import torch
from hypothesis import settings
from scipy import stats
from torch import Tensor

import throughtime as tt
from tests.helpers import measures
from throughtime import Edge
from throughtime.lengths.length import Length
from throughtime.outputs.output import Output

quick = settings(max_examples=25, deadline=None, derandomize=True, database=None)
"""For Hypothesis: the same few examples every time."""

# ---- every model ---------------------------------------------------------------------------------

INPUT_SIZE, VECTOR_SIZE, HIDDEN_SIZE = 2, 2, 2


def _wirings() -> list[tt.Wiring]:
    """Of all sets of edges, those that make a model."""
    found = []
    for n in range(len(Edge) + 1):
        for edges in itertools.combinations(Edge, n):
            try:
                found.append(tt.Wiring(*edges))
            except ValueError:
                continue
    return found


WIRINGS = _wirings()
EMIT_EVERY_STEP = [w for w in WIRINGS if not w.emits_last]
EMIT_LAST = [w for w in WIRINGS if w.emits_last]


class Case(NamedTuple):
    """One choice of wiring, output and length."""

    wiring: tt.Wiring
    output: Output
    length: Length

    def model(
        self, *, layers: int = 1, seed: int = 0, scale: float = 1.0, **options: Any
    ) -> tt.RecurrentModel:
        """A tiny float64 model of Elman cells with weights far from zero, biases too."""
        return model(
            self.wiring, self.output, self.length, layers=layers, seed=seed, scale=scale, **options
        )

    def __str__(self) -> str:
        edges = " ".join(e.name.lower() for e in self.wiring if e is not Edge.EMIT)
        return f"{edges}-{type(self.output).__name__}-{type(self.length).__name__}"


def model(
    wiring: tt.Wiring,
    output: Output | None,
    length: Length | None = None,
    *,
    layers: int = 1,
    seed: int = 0,
    scale: float = 1.0,
    **options: Any,
) -> tt.RecurrentModel:
    """A tiny float64 model of Elman cells with weights far from zero, biases too."""
    if Edge.INPUT in wiring:
        options.setdefault("input_size", INPUT_SIZE)
    if Edge.VECTOR in wiring:
        options.setdefault("vector_size", VECTOR_SIZE)
    cells = [tt.cells.Elman(HIDDEN_SIZE) for _ in range(layers)]
    options.setdefault("initial_state", "learned" if any(wiring.directions) else "zeros")
    made = tt.RecurrentModel(cells, wiring, output, length, **options).double()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.normal_(std=scale, generator=generator)
    return made


def lengths_for(wiring: tt.Wiring, output: Output) -> list[Length]:
    """The lengths that go with a wiring and an output, by the notes' 1.4 and 2.1."""
    if Edge.INPUT in wiring:
        return [tt.lengths.SameAsInput()]
    own = [tt.lengths.Halt(), tt.lengths.PredictedLength(3), tt.lengths.Unending()]
    return [tt.lengths.EndOfSequence(), *own] if output.event_shape == () else own


def one_for_each_wiring(cases: Iterable[Case]) -> list[Case]:
    """Every wiring once, with the outputs and lengths taking turns."""
    by_wiring: dict[tt.Wiring, list[Case]] = {}
    for case in cases:
        by_wiring.setdefault(case.wiring, []).append(case)
    return [own[i % len(own)] for i, own in enumerate(by_wiring.values())]


DISCRETE = [tt.outputs.Categorical(2), tt.outputs.Bernoulli(2)]
CASES = [Case(w, o, n) for w in EMIT_EVERY_STEP for o in DISCRETE for n in lengths_for(w, o)]


def inputs(wiring: tt.Wiring, lengths: Iterable[int] = (0, 1, 3), seed: int = 0) -> dict[str, Any]:
    """What a model of this wiring is called with: a ragged batch of x, a batch of vectors."""
    lengths = list(lengths)
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, dtype=torch.float64, generator=generator)

    given: dict[str, tt.Sequence | Tensor] = {}
    if Edge.INPUT in wiring:
        given["x"] = tt.Sequence(normal(len(lengths), max(lengths, default=0), INPUT_SIZE), lengths)
    if Edge.VECTOR in wiring:
        given["vector"] = normal(len(lengths), VECTOR_SIZE)
    return given


def row_of(given: dict[str, tt.Sequence | Tensor], row: int) -> dict[str, Any]:
    """The inputs of one row, without padding, as :class:`Unfolded` takes them."""
    return {k: v[row].values if isinstance(v, tt.Sequence) else v[row] for k, v in given.items()}


# ---- every sequence ------------------------------------------------------------------------------


def every_value(output: Output) -> Tensor:
    """All values of one y(t)."""
    if isinstance(output, tt.outputs.Categorical):
        return torch.arange(output.symbols)
    bits = itertools.product([0.0, 1.0], repeat=output.value_size)
    return torch.tensor(list(bits), dtype=torch.float64)


def drawn(output: Output, *shape: int, seed: int = 0) -> Tensor:
    """Values that the output can produce, drawn without a model: ``(*shape, *event)``."""
    generator = torch.Generator().manual_seed(seed)
    if output.discrete:
        every = every_value(output)
        return every[torch.randint(len(every), shape, generator=generator)]
    return measures.drawn(output, *shape, generator=generator)


def every_sequence(output: Output, steps: int) -> Tensor:
    """All sequences of this many steps, ``(N, steps, *event)``."""
    values = every_value(output)
    which = list(itertools.product(range(len(values)), repeat=steps))
    return values[torch.tensor(which, dtype=torch.int64).reshape(len(which), steps)]


def every_sequence_up_to(output: Output, steps: int) -> tt.Sequence:
    """All sequences of no more than this many steps, as a batch ``(N,)``."""
    return tt.Sequence.from_list(y for n in range(steps + 1) for y in every_sequence(output, n))


def support(p: tt.SequenceDistribution, limit: int) -> tuple[tt.Sequence, Tensor]:
    """All sequences that p can produce, up to ``limit`` steps where it decides how many.

    Returns:
        A batch ``(N, *batch_shape)``, and a mask of the same shape that is false where a row has
        fewer sequences than others and repeats itself.
    """
    output, batch = p.output, p.batch_shape
    if isinstance(p.length, tt.lengths.SameAsInput):
        rows = [list(every_sequence(output, n)) for n in p.x.lengths.tolist()]
    elif isinstance(p.length, tt.lengths.Unending):
        rows = [list(every_sequence(output, limit))] * batch.numel()
    else:
        if isinstance(p.length, tt.lengths.PredictedLength):
            limit = p.length.max_length
        rows = [every_sequence_up_to(output, limit).to_list()] * batch.numel()
    most = max(len(row) for row in rows)
    flat = tt.Sequence.from_list(row[i % len(row)] for i in range(most) for row in rows)
    once = torch.tensor([[i < len(row) for row in rows] for i in range(most)])
    shape = (most, *batch)
    y = tt.Sequence(flat.values.reshape(*shape, *flat.values.shape[1:]), flat.lengths.view(shape))
    return y, once.view(shape)


def beginnings(p: tt.SequenceDistribution, steps: int) -> tt.Sequence:
    """All beginnings of this many steps, ``(N, *batch_shape)``."""
    values = every_sequence(p.output, steps)
    one_batch = values.reshape(len(values), *(1,) * len(p.batch_shape), *values.shape[1:])
    values = one_batch.expand(len(values), *p.batch_shape, *values.shape[1:])
    return tt.Sequence(values, torch.full((len(values), *p.batch_shape), steps))


# ---- the unfolded graph --------------------------------------------------------------------------


class Unfolded:
    """The unfolded graph of one sequence as a recursive definition: h(t), o(t), and log p(y, τ).

    Args:
        model: a model of Elman cells.
        y: y(1) … y(τ), the target.
        x: x(1) … x(τ).
        vector: the vector x.
        fed: what the output edge carries instead of y.
    """

    def __init__(
        self,
        model: tt.RecurrentModel,
        y: Tensor,
        x: Tensor | None = None,
        vector: Tensor | None = None,
        fed: Tensor | None = None,
    ) -> None:
        self.model, self.y, self.x, self.vector = model, y, x, vector
        self.fed = y if fed is None else fed
        self.h, self.o = cache(self._h), cache(self._o)  # each node of the graph exists once

    def _h(self, layer: int, direction: int, t: int) -> Tensor:
        """h(t) = tanh(b + W h(t-1) + u(t)); for the other direction h(t+1) in place of h(t-1)."""
        r = self._recurrence(layer, direction)
        steps = len(self.y) if self.x is None else len(self.x)
        if t == 0 or (direction < 0 and t == steps + 1):
            return r.initial[0] if len(r.initial) else torch.zeros_like(r.cell.b)
        a = r.cell.b + self._drive(layer, direction, t)
        if direction:
            a = a + r.cell.W @ self.h(layer, direction, t - direction)
        return torch.tanh(a)

    def _drive(self, layer: int, direction: int, t: int) -> Tensor:
        """u(t) = U x(t) + Rᵀx + S y(t-1) + C φ(τ - t + 1); above the lowest layer U h(t)."""
        r = self._recurrence(layer, direction)
        if layer:
            return r.U.weight @ self._all_directions(layer - 1, t)
        u = torch.zeros_like(r.cell.b)
        if self.x is not None:
            u = u + _times(r.U.weight, self.x[t - 1])
        if self.vector is not None:
            u = u + _times(r.R.weight, self.vector)
        if self.model.wiring.feedback:
            u = u + _times(r.S.weight, r.start if t == 1 else self._carried(t - 1))
        if isinstance(self.model.length, tt.lengths.PredictedLength):
            remaining = len(self.y) - t + 1
            features = [math.exp(-(remaining - 1) / 2**j) for j in range(r.C.weight.shape[1])]
            u = u + r.C.weight @ torch.tensor(features, dtype=u.dtype)
        return u

    def _carried(self, t: int) -> Tensor:
        """What the output edge carries away from step t."""
        if self.model.wiring.feedback is Edge.OBSERVED:
            return self.fed[t - 1]
        own = self.o(t)[: self.model.output.size]
        if self.model.wiring.feedback is Edge.OUTPUT:
            return own
        if isinstance(self.model.output, tt.outputs.Categorical):
            return own.exp() / own.exp().sum()
        return 1 / (1 + torch.exp(-own))

    def _o(self, t: int) -> Tensor:
        """o(t) = c + V h(t)."""
        graph = self.model.graph
        return graph.c + graph.V @ self._all_directions(len(graph.layers) - 1, t)

    def _all_directions(self, layer: int, t: int) -> Tensor:
        return torch.cat([self.h(layer, d, t) for d in self.model.wiring.directions])

    def _recurrence(self, layer: int, direction: int) -> Any:
        return self.model.graph.layers[layer][self.model.wiring.directions.index(direction)]

    def log_prob(self) -> Tensor:
        """log p(y(1) … y(τ), τ given x)."""
        output, length, tau = self.model.output, self.model.length, len(self.y)
        assert output is not None
        log_p = torch.zeros((), dtype=torch.float64)
        for t in range(1, tau + 1):
            if isinstance(length, tt.lengths.EndOfSequence):  # one softmax over symbols and end
                log_p = log_p + self.o(t).log_softmax(-1)[self.y[t - 1]]
            else:
                log_p = log_p + log_density(output, self.o(t)[: output.size], self.y[t - 1])
            if isinstance(length, tt.lengths.Halt):
                log_p = log_p + torch.log(1 - torch.sigmoid(self.o(t)[-1]))
        if isinstance(length, tt.lengths.EndOfSequence):
            log_p = log_p + self.o(tau + 1).log_softmax(-1)[-1]
        if isinstance(length, tt.lengths.Halt):
            log_p = log_p + torch.log(torch.sigmoid(self.o(tau + 1)[-1]))
        if isinstance(length, tt.lengths.PredictedLength):
            logits: Tensor = self.model.length_bias
            if self.vector is not None:
                logits = logits + _times(self.model.length_edge.weight, self.vector)
            log_p = log_p + logits.log_softmax(-1)[tau]
        return log_p


def _times(weight: Tensor, value: Tensor) -> Tensor:
    """The product with a vector; a symbol stands for its one-hot vector."""
    if not value.dtype.is_floating_point:
        value = torch.eye(weight.shape[1], dtype=weight.dtype)[value]
    return weight @ value


def log_density(output: Output, o: Tensor, y: Tensor) -> Tensor:
    """log p(y(t) given o(t)), each as its textbook formula."""
    if isinstance(output, tt.outputs.Categorical):
        return torch.log(o.exp()[y] / o.exp().sum())
    if isinstance(output, tt.outputs.Bernoulli):
        p = 1 / (1 + torch.exp(-o))
        return (y * torch.log(p) + (1 - y) * torch.log(1 - p)).sum()
    if isinstance(output, tt.outputs.Normal):
        mean, s = o[: output.dim], o[output.dim :]
        return _log_normal(y, mean, torch.log(1 + torch.exp(s)) + 1e-4).sum()
    if not isinstance(output, tt.outputs.Mixture):
        return measures.log_density(output, o, y)
    k, d = output.components, output.dim
    log_shares = o[:k] - torch.log(o[:k].exp().sum())
    mean, s = o[k : k + k * d].view(k, d), o[k + k * d :].view(k, d)
    log_densities = _log_normal(y, mean, torch.log(1 + torch.exp(s)) + 1e-4).sum(-1)
    return (log_shares + log_densities).logsumexp(0)


def _log_normal(y: Tensor, mean: Tensor, scale: Tensor) -> Tensor:
    return -((y - mean) ** 2) / (2 * scale**2) - torch.log(scale) - math.log(2 * math.pi) / 2


# ---- draws ---------------------------------------------------------------------------------------


def codes(output: Output, y: tt.Sequence) -> Tensor:
    """A number for each sequence, different for different ones."""
    digits = y.values
    if output.event_shape:
        digits = (digits * 2.0 ** torch.arange(output.value_size)).sum(-1).long()
    base = len(every_value(output)) + 1
    return ((digits + 1) * y.mask * base ** torch.arange(y.steps)).sum(-1)


def assert_drawn_from(draws: Tensor, outcomes: Tensor, probabilities: Tensor) -> None:
    """That draws have these probabilities: a χ² test that a right sampler fails once in 10⁶ times.

    What ``probabilities`` lack to one is that of any other outcome. Outcomes that are expected
    less than ten times count as one.
    """
    n = draws.numel()
    assert probabilities.sum() < 1 + 1e-9
    observed = (draws.flatten() == outcomes[:, None]).sum(-1).double()
    assert not observed[probabilities == 0].any(), "an impossible outcome was drawn"
    often = n * probabilities >= 10
    expected = torch.cat([n * probabilities[often], n * (1 - probabilities[often].sum())[None]])
    observed = torch.cat([observed[often], n - observed[often].sum()[None]])
    if expected[-1] < 1e-6:
        assert observed[-1] == 0, "an impossible outcome was drawn"
        expected, observed = expected[:-1], observed[:-1]
    if len(expected) == 1:
        return  # one outcome is certain, and all draws were that one
    statistic = float(((observed - expected) ** 2 / expected.clamp(min=1)).sum())
    assert stats.chi2.sf(statistic, len(expected) - 1) > 1e-6, (observed, expected)
