"""Draws have the model's probabilities, bent as asked; a beam as wide as the space finds the most
probable sequence, and a beam of one is greedy."""

from __future__ import annotations

import itertools
import math
import re
import warnings
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

import throughtime as tt
from tests.helpers import oracle
from tests.helpers.oracle import CASES, Case, Unfolded
from throughtime import Edge

pytestmark = pytest.mark.usefixtures("each_way")

LIMIT = 2
END = -1
"""Stands for the decision to stop, among the values of a step."""


def _by_row(v: Tensor, p: tt.SequenceDistribution) -> Tensor:
    """``(N, *batch)`` as ``(rows, N)``."""
    return v.reshape(len(v), p.batch_shape.numel()).T


# ---- exact draws ---------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:.*were cut")
@pytest.mark.parametrize("case", CASES, ids=str)
@torch.no_grad()
def test_draws_have_the_probabilities_of_the_model(case: Case) -> None:
    torch.manual_seed(0)
    p = case.model(scale=0.7)(**oracle.inputs(case.wiring, [2, 0, 1]))
    y, once = oracle.support(p, LIMIT)
    probabilities = torch.where(once, p.log_prob(y).exp(), 0.0)
    outcomes = torch.where(once, oracle.codes(case.output, y), END)
    # sequences of more than LIMIT values are all the same here, whether they were cut or not
    draws = p.sample((2000,), max_length=LIMIT + case.length.stops)
    drawn = oracle.codes(case.output, draws)
    for row in zip(*(_by_row(v, p) for v in (drawn, outcomes, probabilities)), strict=True):
        oracle.assert_drawn_from(*row)


@pytest.mark.parametrize("output", [tt.outputs.Normal(), tt.outputs.Mixture(2)], ids=repr)
@torch.no_grad()
def test_real_draws_have_the_density_of_the_model(output: tt.outputs.Output) -> None:
    """Where p(y ≤ v) is the share of draws below v, at every v: Kolmogorov and Smirnov."""
    torch.manual_seed(0)
    wiring = tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN
    p = oracle.model(wiring, output, scale=0.5)(**oracle.inputs(wiring, [2]))
    axis = torch.arange(-12, 12, 0.1, dtype=torch.float64)
    grid = torch.cartesian_prod(axis, axis).view(-1, 1, 2, 1)
    density = p.log_prob(grid).exp().view(len(axis), len(axis)) * 0.1**2
    draws = p.sample((4000,)).values[:, 0, :, 0]
    for at, marginal in ((0, density.sum(1)), (1, density.sum(0))):
        below = (draws[:, at, None] < axis + 0.05).double().mean(0)
        # the largest distance is above 2.6/√n once in 10⁶ times
        assert (below - marginal.cumsum(0)).abs().max() < 2.6 / math.sqrt(4000) + 1e-3


@pytest.mark.parametrize("options", [{}, {"temperature": 0.5}, {"top_k": 1}, {"top_p": 0.5}])
def test_the_same_seed_gives_the_same_draws_and_no_gradient(options: dict[str, Any]) -> None:
    case = Case(tt.wirings.VECTOR_TO_SEQUENCE, tt.outputs.Categorical(4), tt.lengths.Unending())
    p = case.model()(**oracle.inputs(case.wiring))
    draws = []
    for _ in range(2):
        torch.manual_seed(0)
        draws.append(p.sample((3,), max_length=5, **options).values)
    assert torch.equal(*draws)
    assert not draws[0].requires_grad


# ---- after a beginning ---------------------------------------------------------------------------

CONTINUED = oracle.one_for_each_wiring(
    c
    for c in CASES
    if Edge.BACKWARD not in c.wiring and not isinstance(c.length, tt.lengths.PredictedLength)
)


@pytest.mark.filterwarnings("ignore:.*were cut")
@pytest.mark.parametrize("case", CONTINUED, ids=str)
@torch.no_grad()
def test_what_follows_a_beginning_is_drawn_and_decoded_given_the_beginning(case: Case) -> None:
    torch.manual_seed(0)
    p = case.model()(**oracle.inputs(case.wiring, [3]))
    beginning = oracle.beginnings(p, 1)[-1]
    log_p, rest = p.observe(beginning)
    y, _ = oracle.support(rest, LIMIT)
    whole = torch.cat(
        [beginning.values.expand(len(y), *beginning.values.shape), y.values],
        -1 - len(p.event_shape),
    )
    conditional = p.log_prob(tt.Sequence(whole, y.lengths + 1)) - log_p
    drawn = rest.sample((2000,), max_length=LIMIT + case.length.stops)
    outcomes = oracle.codes(case.output, y)
    oracle.assert_drawn_from(
        oracle.codes(case.output, drawn), outcomes.flatten(), conditional.exp().flatten()
    )
    best = conditional.flatten().argmax()
    mode = oracle.codes(case.output, rest.mode(beam=100, max_length=LIMIT))
    assert mode.flatten().tolist() == [int(outcomes.flatten()[best])]


# ---- bent distributions --------------------------------------------------------------------------


def _bend(
    probabilities: dict[Any, float],
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> dict[Any, float]:
    """The definition: powers 1/T, then the k best, then the fewest best that have p; each time
    scaled to one again."""
    bent = {v: p ** (1 / temperature) for v, p in probabilities.items()}
    best = sorted(bent, key=lambda v: -bent[v])[:top_k]
    total = sum(bent[v] for v in best)
    nucleus, reached = [], 0.0
    for v in best:
        if top_p is None or reached < top_p:
            nucleus.append(v)
        reached += bent[v] / total
    total = sum(bent[v] for v in nucleus)
    return {v: bent[v] / total for v in nucleus}


def _step(model: tt.RecurrentModel, o: Tensor, options: dict[str, Any]) -> dict[Any, float]:
    """Probabilities of the values (by their place in ``every_value``) and of END, after bending."""
    output, length = model.output, model.length
    assert output is not None
    values = oracle.every_value(output)
    own = {
        i: math.exp(oracle.log_density(output, o[: output.size], v)) for i, v in enumerate(values)
    }
    if isinstance(length, tt.lengths.EndOfSequence):
        joint = o.softmax(-1).tolist()
        return _bend({**dict(enumerate(joint[:-1])), END: joint[-1]}, **options)
    own = _bend(own, **options)
    if isinstance(length, tt.lengths.Halt):
        stop = torch.sigmoid(o[-1]).item()
        decision = _bend({END: stop, 0: 1 - stop}, options.get("temperature", 1.0))
        return {END: decision[END], **{v: decision[0] * q for v, q in own.items()}}
    return own


def _bent(
    model: tt.RecurrentModel, options: dict[str, Any], row: dict[str, Any]
) -> dict[tuple[int, ...], float]:
    """The probability of each sequence of at most LIMIT values, step by step by hand."""
    assert model.output is not None
    values = oracle.every_value(model.output)
    if isinstance(model.length, tt.lengths.PredictedLength):
        logits = model.length_bias + model.length_edge.weight @ row["vector"]
        of_length = logits.softmax(-1).tolist()  # is no step, and is not bent
    elif model.length.stops:
        of_length = [1.0] * (LIMIT + 1)
    else:
        of_length = [0.0] * LIMIT + [1.0]
    found = {}
    for tau, given in enumerate(of_length):
        for y in itertools.product(range(len(values)), repeat=tau):
            graph = Unfolded(model, values[list(y)], **row)
            p = given
            for t, v in enumerate(y, start=1):
                p *= _step(model, graph.o(t), options).get(v, 0.0)
            if model.length.stops:
                p *= _step(model, graph.o(tau + 1), options).get(END, 0.0)
            found[y] = p
    return found


SYMBOLS = tt.outputs.Categorical(4)
BENT = [
    Case(tt.wirings.HIDDEN_TO_HIDDEN, SYMBOLS, tt.lengths.SameAsInput()),
    Case(tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN, SYMBOLS, tt.lengths.SameAsInput()),
    Case(tt.wirings.VECTOR_TO_SEQUENCE, SYMBOLS, tt.lengths.EndOfSequence()),
    Case(tt.wirings.VECTOR_TO_SEQUENCE, SYMBOLS, tt.lengths.Halt()),
    Case(tt.wirings.VECTOR_TO_SEQUENCE, SYMBOLS, tt.lengths.PredictedLength(LIMIT)),
    Case(tt.wirings.VECTOR_TO_SEQUENCE, SYMBOLS, tt.lengths.Unending()),
]
BITS = [
    Case(tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Bernoulli(2), tt.lengths.SameAsInput()),
    Case(tt.wirings.OUTPUT_TO_HIDDEN, tt.outputs.Bernoulli(2), tt.lengths.SameAsInput()),
    Case(tt.wirings.VECTOR_TO_SEQUENCE, tt.outputs.Bernoulli(2), tt.lengths.Halt()),
]
HOTTER, COLDER = {"temperature": 2.0}, {"temperature": 0.5}
OPTIONS = [
    HOTTER,
    COLDER,
    {"top_k": 1},
    {"top_k": 2},
    {"top_p": 0.4},
    {"top_p": 0.8},
    {"temperature": 1.5, "top_k": 3, "top_p": 0.7},
]


@pytest.mark.filterwarnings("ignore:.*were cut")
@pytest.mark.parametrize(
    ("case", "options"),
    [*itertools.product(BENT, OPTIONS), *itertools.product(BITS, [HOTTER, COLDER])],
    ids=str,
)
@torch.no_grad()
def test_bent_draws_have_the_probabilities_of_the_bent_steps(
    case: Case, options: dict[str, Any]
) -> None:
    torch.manual_seed(0)
    model, inputs = case.model(scale=0.7), oracle.inputs(case.wiring, [2])
    bent = _bent(model, options, oracle.row_of(inputs, 0))
    values = oracle.every_value(case.output)
    outcomes = tt.Sequence.from_list(values[list(y)] for y in bent)
    drawn = model(**inputs).sample((4000,), max_length=LIMIT + case.length.stops, **options)
    oracle.assert_drawn_from(
        oracle.codes(case.output, drawn),
        oracle.codes(case.output, outcomes),
        torch.tensor(list(bent.values()), dtype=torch.float64),
    )


@pytest.mark.parametrize(("odds", "lengths"), [(5.0, {0}), (-5.0, {6})])
def test_the_end_is_one_of_the_symbols_that_top_k_chooses_among(
    odds: float, lengths: set[int]
) -> None:
    case = Case(tt.wirings.VECTOR_TO_SEQUENCE, SYMBOLS, tt.lengths.EndOfSequence())
    model = case.model(scale=0.0)
    with torch.no_grad():
        model.graph.c.copy_(torch.tensor([1.0, 2.0, 3.0, 4.0, odds]))
    p = model(**oracle.inputs(case.wiring, [1]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert set(p.sample((50,), top_k=1, max_length=6).lengths.flatten().tolist()) == lengths
        assert set(p.sample((50,), top_p=0.1, max_length=6).lengths.flatten().tolist()) == lengths


def test_sequences_that_have_not_ended_are_cut_and_counted() -> None:
    model = Case(tt.wirings.VECTOR_TO_SEQUENCE, SYMBOLS, tt.lengths.Halt()).model(scale=0.0)
    with torch.no_grad():
        model.graph.c[-1] = -40.0  # never halts
    p = model(**oracle.inputs(model.wiring, [1, 1]))
    with pytest.warns(UserWarning, match="6 of 6 sequences had not ended after max_length=4"):
        y = p.sample((3,), max_length=4)
    assert y.lengths.unique().tolist() == [4]
    with torch.no_grad():
        model.graph.c[-1] = 40.0  # halts at once
    assert model(**oracle.inputs(model.wiring, [1])).sample(max_length=0).lengths.tolist() == [0]


# ---- the most probable ---------------------------------------------------------------------------


def _assert_most_probable(p: tt.SequenceDistribution, mode: tt.Sequence) -> None:
    y, once = oracle.support(p, LIMIT)
    log_p = torch.where(once, p.log_prob(y), -torch.inf)
    assert_close(p.log_prob(mode), log_p.amax(0))
    best = oracle.codes(p.output, y).gather(0, log_p.argmax(0, keepdim=True))[0]
    assert torch.equal(oracle.codes(p.output, mode), best)


@pytest.mark.parametrize("case", CASES, ids=str)
@torch.no_grad()
def test_a_beam_as_wide_as_the_space_finds_the_most_probable_sequence(case: Case) -> None:
    p = case.model(seed=1)(**oracle.inputs(case.wiring, [2, 0, 1]))
    _assert_most_probable(p, p.mode(beam=100, max_length=LIMIT))


@pytest.mark.parametrize(
    "case", [c for c in CASES if Edge.INPUT in c.wiring and c.wiring.independent], ids=str
)
@torch.no_grad()
def test_every_beam_is_exact_where_the_input_decides_τ_and_no_value_is_fed_back(
    case: Case,
) -> None:
    p = case.model(seed=2)(**oracle.inputs(case.wiring, [2, 0, 1]))
    for beam in (1, 3):
        _assert_most_probable(p, p.mode(beam))


def _best_value(output: tt.outputs.Output, o: Tensor) -> tuple[Tensor, Tensor]:
    """The most probable y(t), and its log-probability; a density counts as one."""
    if not output.discrete:
        return o[: output.value_size], torch.zeros(())
    values = oracle.every_value(output)
    log_p = torch.stack([oracle.log_density(output, o[: output.size], v) for v in values])
    return values[log_p.argmax()], log_p.max()


def _greedy(model: tt.RecurrentModel, limit: int, **row: Any) -> Tensor:
    """The loop that everybody writes first: the best choice of each step, fed to the next."""
    output, length = model.output, model.length
    assert output is not None
    tau = len(row["x"]) if "x" in row else limit
    if isinstance(length, tt.lengths.PredictedLength):
        logits = model.length_bias
        if "vector" in row:
            logits = logits + model.length_edge.weight @ row["vector"]
        tau = int(logits.argmax())
    dtype = torch.float64 if output.event_shape else torch.int64
    y = torch.zeros(tau, *output.event_shape, dtype=dtype)
    for t in range(1, tau + 1):
        o = Unfolded(model, y, **row).o(t)
        value, log_p = _best_value(output, o)
        if isinstance(length, tt.lengths.EndOfSequence):
            if o.argmax() == output.size:
                return y[: t - 1]
        elif length.stops and log_p + torch.log(1 - o[-1].sigmoid()) < torch.log(o[-1].sigmoid()):
            return y[: t - 1]
        y[t - 1] = value
    return y


REAL = [
    Case(w, tt.outputs.Normal(2), oracle.lengths_for(w, tt.outputs.Normal(2))[0])
    for w in tt.wirings.NAMED.values()
    if not w.emits_last
]


@pytest.mark.parametrize("case", CASES + REAL, ids=str)
@torch.no_grad()
def test_a_beam_of_one_is_greedy(case: Case) -> None:
    model, inputs = case.model(seed=2), oracle.inputs(case.wiring, [3, 0, 1])
    mode = model(**inputs).mode(max_length=3)
    for i, y in enumerate(mode.to_list()):
        assert_close(y, _greedy(model, 3, **oracle.row_of(inputs, i)))


@torch.no_grad()
def test_greed_misses_the_most_probable_sequence_and_a_beam_of_two_finds_it() -> None:
    """y(1) is 0 or 1 with 0.6 and 0.4; after 0 anything may come, after 1 only 2."""
    case = Case(
        tt.Wiring(Edge.OBSERVED, Edge.EMIT), tt.outputs.Categorical(3), tt.lengths.Unending()
    )
    model = case.model(scale=0.0)
    first = torch.tensor([0.6, 0.4, 1e-9], dtype=torch.float64).log()
    model.graph.c.copy_(first)
    model.graph.first.S.weight.copy_(torch.tensor([[40.0, 0.0, 0.0], [0.0, 40.0, 0.0]]))
    model.graph.V[:, 0] = -first
    model.graph.V[:, 1] = torch.tensor([0.0, 0.0, 40.0], dtype=torch.float64) - first
    p = model()
    assert_close(p.log_prob(p.mode(max_length=2)).exp().item(), 0.6 / 3)
    for beam in (2, 9):
        assert p.mode(beam, max_length=2).values.tolist() == [1, 2]
        assert_close(p.log_prob(p.mode(beam, max_length=2)).exp().item(), 0.4)


@pytest.mark.parametrize("beam", [1, 2, 50])
def test_the_mode_of_a_length_that_stops_is_no_longer_than_asked(beam: int) -> None:
    model = Case(tt.wirings.VECTOR_TO_SEQUENCE, SYMBOLS, tt.lengths.Halt()).model(scale=0.0)
    with torch.no_grad():
        model.graph.c.copy_(torch.tensor([9.0, 0.0, 0.0, 0.0, -9.0]))
    p = model(**oracle.inputs(model.wiring, [1]))
    for limit in (0, 1, 4):
        assert p.mode(beam, max_length=limit).lengths.tolist() == ([0] if beam > 1 else [limit])


@pytest.mark.parametrize("beam", [1, 3, 50])
def test_the_mode_is_no_longer_than_asked_where_the_end_is_impossible(beam: int) -> None:
    case = Case(tt.wirings.VECTOR_TO_SEQUENCE, SYMBOLS, tt.lengths.EndOfSequence())
    model = case.model(scale=0.0)
    with torch.no_grad():
        model.graph.c[-1] = -math.inf
    y = model(**oracle.inputs(model.wiring, [1])).mode(beam, max_length=3)
    assert y.lengths.tolist() == [3]


# ---- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"temperature": 0.0}, "temperature must be positive; got 0.0"),
        ({"temperature": -1.0}, "temperature must be positive"),
        ({"temperature": math.nan}, "temperature must be positive"),
        ({"temperature": math.inf}, "temperature must be positive"),
        ({"top_k": 0}, "top_k must be at least 1; got 0"),
        ({"top_p": 0.0}, "top_p is a probability above 0; got 0.0"),
        ({"top_p": 1.5}, "top_p is a probability above 0; got 1.5"),
        ({"top_p": math.nan}, "top_p is a probability above 0"),
        ({"max_length": -1}, "max_length must not be negative; got -1"),
        ({"max_length": None}, "never ends by itself; give max_length"),
    ],
    ids=str,
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], reason: str) -> None:
    p = Case(tt.wirings.VECTOR_TO_SEQUENCE, SYMBOLS, tt.lengths.Unending()).model()(
        **oracle.inputs(tt.wirings.VECTOR_TO_SEQUENCE, [1])
    )
    with pytest.raises(ValueError, match=re.escape(reason)):
        p.sample(**{"max_length": 2, **options})


@pytest.mark.parametrize("output", [tt.outputs.Bernoulli(2), tt.outputs.Normal()], ids=repr)
@pytest.mark.parametrize("options", [{"top_k": 1}, {"top_p": 0.5}], ids=str)
def test_top_k_and_top_p_choose_among_symbols_only(
    output: tt.outputs.Output, options: dict[str, Any]
) -> None:
    wiring = tt.wirings.HIDDEN_TO_HIDDEN
    with pytest.raises(ValueError, match="choose among symbols, which"):
        oracle.model(wiring, output)(**oracle.inputs(wiring)).sample(**options)


@pytest.mark.parametrize(
    ("output", "beam", "options", "reason"),
    [
        (SYMBOLS, 0, {"max_length": 1}, "a beam keeps at least one hypothesis; got beam=0"),
        (SYMBOLS, 1, {"max_length": -1}, "max_length must not be negative"),
        (SYMBOLS, 1, {}, "never ends by itself; give max_length"),
        (tt.outputs.Normal(), 2, {"max_length": 1}, "continuous values, which have no 2 best"),
        (tt.outputs.Mixture(2), 3, {"max_length": 1}, "continuous values, which have no 3 best"),
    ],
)
def test_beams_that_make_no_sense_are_refused(
    output: tt.outputs.Output, beam: int, options: dict[str, Any], reason: str
) -> None:
    p = Case(tt.wirings.VECTOR_TO_SEQUENCE, output, tt.lengths.Unending()).model()(
        **oracle.inputs(tt.wirings.VECTOR_TO_SEQUENCE, [1])
    )
    with pytest.raises(ValueError, match=re.escape(reason)):
        p.mode(beam, **options)
