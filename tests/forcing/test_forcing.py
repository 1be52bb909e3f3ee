"""What fills the output edge in training: observed values, the model's own, or each by chance."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
import torch
from torch.testing import assert_close

import throughtime as tt
from tests.helpers import oracle
from tests.helpers.models import unchecked
from tests.helpers.oracle import CASES, Case, Unfolded
from throughtime import Edge
from throughtime.forcing import (
    Both,
    Forcing,
    FreeRunning,
    ScheduledSampling,
    TeacherForcing,
    fill,
    free_running,
    scheduled_sampling,
)
from throughtime.forcing.schedules import (
    Constant,
    Exponential,
    InverseSigmoid,
    Linear,
    Schedule,
)

pytestmark = pytest.mark.usefixtures("each_way")

FED_BACK = [c for c in CASES if Edge.OBSERVED in c.wiring]
SOME = oracle.one_for_each_wiring(FED_BACK)


@pytest.fixture
def fillings(monkeypatch: pytest.MonkeyPatch) -> list[tt.Sequence]:
    """Whatever the output edge is filled with in the test."""
    seen: list[tt.Sequence] = []

    def watched(*args: Any) -> tt.Sequence:
        seen.append(fill(*args))
        return seen[-1]

    for way in (free_running, scheduled_sampling):
        monkeypatch.setattr(way, "fill", watched)
    return seen


def _parrot(length: tt.lengths.Length, wiring: tt.Wiring) -> tt.RecurrentModel:
    """A model whose own values are always 1, whatever is fed back."""
    model = oracle.model(wiring, tt.outputs.Categorical(2), length)
    with torch.no_grad():
        model.graph.c[:2] = torch.tensor([-40.0, 40.0])
    return model


def _zeros(lengths: list[int]) -> tt.Sequence:
    return tt.Sequence(torch.zeros(len(lengths), max(lengths), dtype=torch.int64), lengths)


PARROTS = [
    (tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN, tt.lengths.SameAsInput()),
    (tt.wirings.OUTPUT_TO_HIDDEN, tt.lengths.SameAsInput()),
    (tt.wirings.VECTOR_TO_SEQUENCE, tt.lengths.Halt()),
    (tt.wirings.VECTOR_TO_SEQUENCE, tt.lengths.EndOfSequence()),
    (tt.wirings.VECTOR_TO_SEQUENCE, tt.lengths.PredictedLength(4)),
    (tt.wirings.VECTOR_TO_SEQUENCE, tt.lengths.Unending()),
]
LENGTHS = [4, 0, 1, 3]


@pytest.fixture(params=PARROTS, ids=lambda p: type(p[1]).__name__)
def parrot(request: pytest.FixtureRequest) -> tt.SequenceDistribution:
    wiring, length = request.param
    return _parrot(length, wiring)(**oracle.inputs(wiring, LENGTHS))


# ---- which values are fed ------------------------------------------------------------------------


@pytest.mark.parametrize("case", SOME, ids=str)
def test_teacher_forcing_is_log_prob(case: Case) -> None:
    p = case.model()(**oracle.inputs(case.wiring, [2, 2]))
    y = oracle.beginnings(p, 2)
    assert torch.equal(TeacherForcing().objective(p, y), p.log_prob(y))


@pytest.mark.parametrize("argmax", [False, True])
def test_free_running_feeds_the_models_own_values_and_not_the_observed(
    parrot: tt.SequenceDistribution, argmax: bool
) -> None:
    y = _zeros(LENGTHS)
    own = tt.Sequence(torch.ones_like(y.values), y.lengths)
    objective = FreeRunning(argmax=argmax).objective(parrot, y)
    assert torch.equal(objective, parrot.terms(y, fed=own).total())
    # the last value of a sequence is fed to no further value, but where it stops, to the decision
    met = y.lengths + parrot.length.stops > 1
    assert torch.equal((objective - parrot.log_prob(y)).abs() > 1e-9, met)


@pytest.mark.parametrize("per", ["token", "sequence"])
def test_scheduled_sampling_goes_from_teacher_forcing_to_free_running(
    parrot: tt.SequenceDistribution, per: Any
) -> None:
    y = _zeros(LENGTHS)
    forced = ScheduledSampling(Constant(1.0), per=per).objective(parrot, y)
    free = ScheduledSampling(Constant(0.0), per=per).objective(parrot, y)
    assert torch.equal(forced, parrot.log_prob(y))
    assert torch.equal(free, FreeRunning().objective(parrot, y))


@pytest.mark.parametrize("case", SOME, ids=str)
def test_scheduled_sampling_at_zero_draws_what_free_running_draws(case: Case) -> None:
    p = case.model()(**oracle.inputs(case.wiring, [2, 2]))
    y = oracle.beginnings(p, 2)
    torch.manual_seed(0)
    scheduled = ScheduledSampling(Constant(0.0)).objective(p, y)
    torch.manual_seed(0)
    torch.rand(y.flatten().mask.shape)  # the coins
    assert torch.equal(FreeRunning().objective(p, y), scheduled)


def _zeros_often(n: int) -> tt.Sequence:
    """Sequences of zeros, each n times; torch draws from seed 0 on."""
    torch.manual_seed(0)
    y = _zeros(LENGTHS)
    return tt.Sequence(y.values.expand(n, *y.values.shape), y.lengths.expand(n, -1))


@pytest.mark.parametrize("ε", [0.2, 0.7])
def test_the_share_of_observed_values_is_ε(
    parrot: tt.SequenceDistribution, fillings: list[tt.Sequence], ε: float
) -> None:
    n, y = 2000, _zeros_often(2000)
    ScheduledSampling(Constant(ε)).objective(parrot, y)
    kept = (fillings[0].values == 0) & y.mask
    share = kept.sum(0)[y.mask[0]] / n
    deviation = math.sqrt(ε * (1 - ε) / n)
    assert ((share - ε).abs() < 5 * deviation).all()
    # one value's coin says nothing of the next one's
    pairs = kept[:, 0, :2].double()
    assert abs(pairs.prod(-1).mean() - ε**2) < 5 * math.sqrt(1 / (4 * n))


@pytest.mark.parametrize("ε", [0.2, 0.7])
def test_per_sequence_all_values_are_observed_or_none_is(
    parrot: tt.SequenceDistribution, fillings: list[tt.Sequence], ε: float
) -> None:
    n, y = 2000, _zeros_often(2000)
    ScheduledSampling(Constant(ε), per="sequence").objective(parrot, y)
    kept = ((fillings[0].values == 0) & y.mask).sum(-1)
    assert ((kept == 0) | (kept == y.lengths)).all()
    share = (kept == y.lengths).double().mean(0)[y.lengths[0] > 0]
    assert ((share - ε).abs() < 5 * math.sqrt(ε * (1 - ε) / n)).all()


@pytest.mark.parametrize("ε", [0.0, 0.4])
@pytest.mark.parametrize("per", ["token", "sequence"])
@pytest.mark.parametrize("case", SOME, ids=str)
def test_drawn_values_have_the_models_distribution_given_what_was_fed_before_them(
    case: Case, per: Any, ε: float, fillings: list[tt.Sequence]
) -> None:
    torch.manual_seed(0)
    n = 3000
    p = case.model(scale=0.7)(**oracle.inputs(case.wiring, [2]))
    two = oracle.beginnings(p, 2)
    k, codes = len(oracle.every_value(case.output)), oracle.codes(case.output, two).flatten()
    steps = p.terms(two).values.detach().exp().view(k, k, 2)  # p(a), and p(b | a)
    y = two[k]  # its values are the second and the first
    observed = torch.zeros(k, k, 2, dtype=torch.float64)
    observed[1, :, 0] = observed[:, 0, 1] = 1
    if per == "token":
        fed = (ε * observed + (1 - ε) * steps).prod(-1)
    else:
        fed = ε * observed.prod(-1) + (1 - ε) * steps.prod(-1)
    repeated = y.expand(torch.Size((n, *y.batch_shape)))
    ScheduledSampling(Constant(ε), per=per).objective(p, repeated)
    oracle.assert_drawn_from(oracle.codes(case.output, fillings[0]), codes, fed.flatten())


@pytest.mark.parametrize("case", SOME, ids=str)
@torch.no_grad()
def test_with_argmax_each_fed_value_is_the_most_probable_given_those_before_it(
    case: Case, fillings: list[tt.Sequence]
) -> None:
    model, inputs = case.model(), oracle.inputs(case.wiring, [2, 2])
    p = model(**inputs)
    y = oracle.beginnings(p, 2)[0]
    FreeRunning(argmax=True).objective(p, y)
    fed = fillings[0]
    for at in (0, 1):  # the best of all values at this step, those before it as they are
        best = p.predictive(fed).log_prob(fed.values)[..., at]
        for value in oracle.every_value(case.output):
            other = fed.values.clone()
            other[..., at, *[slice(None)] * len(p.event_shape)] = value
            assert (p.predictive(fed).log_prob(other)[..., at] <= best + 1e-12).all()


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_both_is_the_weighted_sum(parrot: tt.SequenceDistribution, weight: float) -> None:
    y = _zeros(LENGTHS)
    forced, free = parrot.log_prob(y), FreeRunning().objective(parrot, y)
    for argmax in (False, True):
        both = Both(weight, argmax=argmax).objective(parrot, y)
        assert_close(both, (1 - weight) * forced + weight * free)


# ---- gradients -----------------------------------------------------------------------------------


@pytest.mark.parametrize("case", SOME, ids=str)
@pytest.mark.parametrize(
    "how", [FreeRunning(), ScheduledSampling(Constant(0.5))], ids=lambda h: type(h).__name__
)
def test_the_gradient_is_that_of_the_loop_in_which_what_is_fed_is_constant(
    how: Forcing, case: Case, fillings: list[tt.Sequence]
) -> None:
    torch.manual_seed(0)
    model, inputs = case.model(layers=2), oracle.inputs(case.wiring, [2])
    p = model(**inputs)
    y = oracle.beginnings(p, 2)[1].flatten()
    y = y if inputs else y[0]
    objective = how.objective(p, y).sum()
    fed = fillings[0].flatten()[0].values
    row = oracle.row_of(inputs, 0)
    plain = Unfolded(model, y.flatten()[0].values, fed=fed, **row).log_prob()
    assert_close(objective, plain)
    parameters = list(model.parameters())
    for own, loop in zip(
        torch.autograd.grad(objective, parameters, allow_unused=True, materialize_grads=True),
        torch.autograd.grad(plain, parameters, allow_unused=True, materialize_grads=True),
        strict=True,
    ):
        assert_close(own, loop)


def test_draws_are_made_without_dropout_and_leave_the_model_in_training() -> None:
    wiring = tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN
    model = oracle.model(wiring, tt.outputs.Categorical(2), layers=2, dropout=0.9)
    p = model(**oracle.inputs(wiring, [3]))
    y, keep = _zeros([3]), torch.zeros(1, 3, dtype=torch.bool)
    model.eval()
    expected = fill(p, y, keep, True).values
    model.train()
    for _ in range(5):
        assert torch.equal(fill(p, y, keep, True).values, expected)
    assert all(m.training for m in model.modules())


# ---- schedules -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schedule", "values"),
    [
        (Constant(0.25), {0: 0.25, 10**6: 0.25}),
        (Linear(0.9, 0.1, steps=4), {0: 0.9, 1: 0.7, 2: 0.5, 4: 0.1, 10**6: 0.1}),
        (Linear(0.0, 1.0, steps=1), {0: 0.0, 1: 1.0, 2: 1.0}),
        (Exponential(0.5), {0: 1.0, 1: 0.5, 3: 0.125, 10**6: 0.0}),
        (InverseSigmoid(1.0), {0: 0.5, 1: 1 / (1 + math.e), 10**6: 0.0}),
        (InverseSigmoid(10.0), {0: 10 / 11, 30: 10 / (10 + math.exp(3)), 10**9: 0.0}),
    ],
    ids=repr,
)
def test_schedules_have_the_values_of_their_formulas(
    schedule: Schedule, values: dict[int, float]
) -> None:
    assert {i: schedule(i) for i in values} == pytest.approx(values, abs=1e-12)


@pytest.mark.parametrize(
    "schedule", [Constant(0.5), Linear(), Exponential(), InverseSigmoid()], ids=repr
)
def test_schedules_are_probabilities_that_never_rise(schedule: Schedule) -> None:
    values = [schedule(i) for i in [*range(0, 20_000, 100), 10**6, 10**9]]
    assert all(0 <= v <= 1 for v in values)
    assert all(b <= a for a, b in itertools.pairwise(values))


def test_an_inverse_sigmoid_is_one_half_at_k_log_k() -> None:
    assert InverseSigmoid(100.0)(round(100 * math.log(100))) == pytest.approx(0.5, abs=2e-3)


def test_scheduled_sampling_is_resumed_from_its_state() -> None:
    forcing_, resumed = (ScheduledSampling(Linear(1.0, 0.0, steps=10)) for _ in range(2))
    assert forcing_.probability == 1.0
    for _ in range(3):
        forcing_.advance()
    assert forcing_.probability == pytest.approx(0.7)
    resumed.load_state_dict(forcing_.state_dict())
    assert resumed.probability == forcing_.probability
    resumed.advance()
    assert resumed.probability == pytest.approx(0.6)


@pytest.mark.parametrize("how", [TeacherForcing(), FreeRunning(), Both()])
def test_what_does_not_change_in_training_has_no_state(how: Forcing) -> None:
    how.advance()
    assert how.state_dict() == {}
    how.load_state_dict({})


# ---- what is refused -----------------------------------------------------------------------------

ALL = [FreeRunning(), Both(), ScheduledSampling(Constant(0.5))]


@pytest.mark.parametrize("how", ALL, ids=lambda h: type(h).__name__)
def test_there_is_nothing_to_fill_where_no_value_is_fed_back(how: Forcing) -> None:
    for case in oracle.one_for_each_wiring(c for c in CASES if c not in FED_BACK):
        p = case.model()(**oracle.inputs(case.wiring, [1]))
        with pytest.raises(ValueError, match=r"carries a value that can be observed or drawn"):
            how.objective(p, oracle.beginnings(p, 1))


@pytest.mark.parametrize("how", ALL, ids=lambda h: type(h).__name__)
@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([[0, 0]], "has length 2; expected the input's 1"),
        ([[7]], "which Categorical"),
        ([[0], [0]], "do not fit a distribution of batch shape"),
    ],
    ids=str,
)
def test_targets_that_do_not_fit_are_refused(values: Any, reason: str, how: Forcing) -> None:
    wiring = tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN
    p = oracle.model(wiring, tt.outputs.Categorical(2))(**oracle.inputs(wiring, [1]))
    with pytest.raises(ValueError, match=reason):
        how.objective(p, tt.Sequence(torch.tensor(values)))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: Both(1.5), "weight is a share from 0 to 1; got 1.5"),
        (lambda: Both(-0.1), "weight is a share from 0 to 1; got -0.1"),
        (lambda: Both(math.nan), "weight is a share from 0 to 1; got nan"),
        (lambda: Constant(1.1), "value must be from 0 to 1; got 1.1"),
        (lambda: Linear(start=-1.0), "start must be from 0 to 1; got -1.0"),
        (lambda: Linear(end=2.0), "end must be from 0 to 1; got 2.0"),
        (lambda: Linear(steps=0), "steps must be from 1 to inf; got 0"),
        (lambda: Exponential(1.01), "k must be from 0 to 1; got 1.01"),
        (lambda: InverseSigmoid(0.5), "k must be from 1 to inf; got 0.5"),
        (lambda: InverseSigmoid(math.nan), "k must be from 1 to inf; got nan"),
    ],
)
def test_what_is_no_probability_is_refused(make: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        make()


def test_the_coin_is_flipped_per_token_or_per_sequence() -> None:
    with unchecked(), pytest.raises(ValueError, match="per 'sequence'; got 'word'"):
        ScheduledSampling(Constant(0.5), per="word")  # type: ignore[arg-type]


def test_a_number_is_no_schedule() -> None:
    with unchecked(), pytest.raises(TypeError, match=r"such as schedules.Constant\(0.5\)"):
        ScheduledSampling(0.5)  # type: ignore[arg-type]
