"""A distribution over ragged batches: padding, rows and shapes never change a probability; its
terms, conditionals and entropy are those of theory."""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close

import throughtime as tt
from tests.helpers import oracle
from tests.helpers.models import unchecked
from tests.helpers.oracle import CASES, Case
from throughtime import Edge

LENGTHS = [3, 0, 1]
CONTINUOUS = [
    Case(w, o, oracle.lengths_for(w, o)[0])
    for w in (tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN, tt.wirings.VECTOR_TO_SEQUENCE)
    for o in (tt.outputs.Normal(2), tt.outputs.Mixture(2, 2))
]
EVERY = CASES + CONTINUOUS
SOME = [*oracle.one_for_each_wiring(CASES), *CONTINUOUS]
GIVEN = [c for c in EVERY if c.wiring.edges & {Edge.INPUT, Edge.VECTOR}]
"""Those whose input says how many rows there are."""
SOME_GIVEN = [c for c in SOME if c in GIVEN]


def _values(output: tt.outputs.Output, lengths: list[int], seed: int = 0) -> tt.Sequence:
    """Values that the output can produce, drawn without a model."""
    values = oracle.drawn(output, len(lengths), max(lengths, default=0), seed=seed)
    return tt.Sequence(values, lengths)


def _problem(
    case: Case, lengths: list[int] = LENGTHS
) -> tuple[tt.RecurrentModel, dict[str, Any], tt.Sequence]:
    return case.model(), oracle.inputs(case.wiring, lengths), _values(case.output, lengths)


def _gradients(model: tt.RecurrentModel, log_p: Tensor) -> tuple[Tensor, ...]:
    return torch.autograd.grad(log_p.sum(), list(model.parameters()), allow_unused=True)


def _mode(p: tt.SequenceDistribution) -> tt.Sequence:
    return p.mode(max_length=3)


def assert_same(a: tt.Sequence, b: tt.Sequence) -> None:
    """Equal values and lengths, whatever the padding."""
    assert a.lengths.tolist() == b.lengths.tolist()
    assert torch.equal(a.trim().values, b.trim().values)


# ---- padding -------------------------------------------------------------------------------------


def _padded(y: tt.Sequence, more: int, garbage: float) -> tt.Sequence:
    """The same sequences with more padding, made from a tensor with garbage in it."""
    room = torch.zeros(*y.batch_shape, more, *y.event_shape, dtype=y.dtype)
    values = torch.cat([y.values, room], len(y.batch_shape))
    mask = torch.arange(values.shape[1]) < y.lengths[:, None]
    values[~mask] = garbage if y.dtype.is_floating_point else 10**6
    return tt.Sequence(values, y.lengths)


@oracle.quick
@given(
    st.sampled_from(GIVEN),
    st.lists(st.integers(0, 3), min_size=1, max_size=4),
    st.integers(0, 3),
    st.sampled_from([math.nan, math.inf, -1e300, 3.0]),
)
def test_padding_never_changes_a_result(
    case: Case, lengths: list[int], more: int, garbage: float
) -> None:
    model, inputs, y = _problem(case, lengths)
    padded = {k: _padded(v, more, garbage) if k == "x" else v for k, v in inputs.items()}
    p, q = model(**inputs), model(**padded)
    expected, actual = p.log_prob(y), q.log_prob(_padded(y, more, garbage))
    assert torch.equal(actual, expected)
    for a, b in zip(_gradients(model, actual), _gradients(model, expected), strict=True):
        assert_close(a, b)
    assert_same(_mode(q), _mode(p))
    if case.wiring.independent and Edge.INPUT in case.wiring and case.output.discrete:
        assert_close(q.entropy(), p.entropy())


# ---- rows ----------------------------------------------------------------------------------------


def _rows(inputs: dict[str, Any], index: Any) -> dict[str, Any]:
    return {k: v[index] for k, v in inputs.items()}


@pytest.mark.parametrize("case", SOME_GIVEN, ids=str)
def test_a_row_of_a_batch_is_a_batch_of_one(case: Case) -> None:
    model, inputs, y = _problem(case)
    p = model(**inputs)
    log_p, mode = p.log_prob(y), _mode(p)
    for i in range(len(y)):
        one, alone = model(**_rows(inputs, slice(i, i + 1))), model(**_rows(inputs, i))
        assert one.batch_shape == (1,)
        assert alone.batch_shape == ()
        assert_close(one.log_prob(y[i : i + 1]), log_p[i : i + 1])
        assert_close(alone.log_prob(y[i]), log_p[i])
        assert_same(_mode(one)[0], mode[i])
        assert_same(_mode(alone), mode[i])


@pytest.mark.parametrize("case", SOME_GIVEN, ids=str)
def test_rows_know_nothing_of_each_other(case: Case) -> None:
    model, inputs, y = _problem(case)
    order = torch.tensor([2, 0, 1])
    p, q = model(**inputs), model(**_rows(inputs, order))
    assert_close(q.log_prob(y[order]), p.log_prob(y)[order])
    assert_same(_mode(q), _mode(p)[order])


@pytest.mark.parametrize("case", SOME_GIVEN, ids=str)
def test_a_batch_of_any_shape_is_the_flat_batch_in_that_shape(case: Case) -> None:
    model, inputs, y = _problem(case, [3, 0, 1, 2, 2, 1])

    def shaped(v: Any) -> Any:
        if isinstance(v, tt.Sequence):
            return tt.Sequence(v.values.view(3, 2, *v.values.shape[1:]), v.lengths.view(3, 2))
        return v.view(3, 2, *v.shape[1:])

    p, q = model(**inputs), model(**{k: shaped(v) for k, v in inputs.items()})
    assert q.batch_shape == (3, 2)
    assert_close(q.log_prob(shaped(y)), p.log_prob(y).view(3, 2))
    assert_same(_mode(q), shaped(_mode(p)))


# ---- shapes --------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:.*were cut")
@pytest.mark.parametrize("case", SOME, ids=str)
def test_shapes_are_those_of_torch_distributions(case: Case) -> None:
    model, inputs, _ = _problem(case)
    p = model(**inputs)
    batch = (3,) if inputs else ()
    assert p.batch_shape == batch
    assert p.event_shape == case.output.event_shape
    for sample in ((), (0,), (4,), (2, 5)):
        y = p.sample(sample, max_length=3)
        assert y.batch_shape == (*sample, *batch)
        assert y.event_shape == p.event_shape
        assert p.log_prob(y).shape == (*sample, *batch)
        assert p.predictive(y).batch_shape == (*sample, *batch, y.steps)
    assert _mode(p).batch_shape == batch
    assert p.expand((5, *batch)).log_prob(p.sample((5,), max_length=3)).shape == (5, *batch)


@pytest.mark.parametrize("case", SOME_GIVEN, ids=str)
def test_expanding_repeats_the_distribution(case: Case) -> None:
    model, inputs, y = _problem(case)
    p = model(**inputs)
    q = p.expand((2, 3))
    twice = tt.Sequence(torch.stack([y.values, y.values]), torch.stack([y.lengths, y.lengths]))
    assert q.batch_shape == (2, 3)
    assert_close(q.log_prob(twice), p.log_prob(y).expand(2, 3))
    assert_close(p.log_prob(twice), p.log_prob(y).expand(2, 3))
    for batch_shape in ((3, 2), (2,), ()):
        with pytest.raises(ValueError, match="cannot expand"):
            p.expand(batch_shape)


@pytest.mark.filterwarnings("ignore:.*were cut")
@pytest.mark.parametrize("case", SOME_GIVEN, ids=str)
def test_no_rows_and_no_steps_are_legal(case: Case) -> None:
    model = case.model()
    for lengths in ([], [0, 0]):
        p, y = model(**oracle.inputs(case.wiring, lengths)), _values(case.output, lengths)
        assert p.log_prob(y).shape == (len(lengths),)
        assert p.sample((2,), max_length=3).batch_shape == (2, len(lengths))
        assert _mode(p).batch_shape == (len(lengths),)
        if isinstance(case.length, tt.lengths.SameAsInput):
            assert torch.equal(p.log_prob(y), torch.zeros_like(p.log_prob(y)))
        if not isinstance(case.length, tt.lengths.Unending):
            assert p.length_marginal(2, samples=2).shape == (len(lengths), 3)


def test_a_tensor_is_a_batch_of_sequences_of_equal_length() -> None:
    model, inputs, _ = _problem(CASES[0], [2, 2])
    p, values = model(**inputs), torch.tensor([[0, 1], [1, 1]])
    assert_close(p.log_prob(values), p.log_prob(tt.Sequence(values)))


# ---- terms and conditionals ----------------------------------------------------------------------


@pytest.mark.parametrize("case", EVERY, ids=str)
@torch.no_grad()
def test_log_prob_is_the_sum_of_its_terms_and_padding_has_none(case: Case) -> None:
    model, inputs, y = _problem(case)
    p = model(**inputs)
    terms = p.terms(y)
    assert_close(terms.values.sum(-1) + terms.decisions.sum(-1) + terms.length, p.log_prob(y))
    assert not terms.values[~y.mask].any()
    stops = torch.arange(terms.decisions.shape[-1]) <= y.lengths[:, None]
    if case.length.stops:
        assert (terms.decisions[stops] < 0).all()
        assert not terms.decisions[~stops].any()
    else:
        assert not terms.decisions.any()
    predicted = isinstance(case.length, tt.lengths.PredictedLength)
    assert bool((terms.length < 0).all()) is predicted


@pytest.mark.parametrize("case", SOME, ids=str)
@torch.no_grad()
def test_the_predictive_distributions_at_y_are_the_terms_of_log_prob(case: Case) -> None:
    model, inputs, y = _problem(case)
    p = model(**inputs)
    at_y = p.predictive(y).log_prob(y.values)
    assert_close(torch.where(y.mask, at_y, 0.0), p.terms(y).values)


@pytest.mark.parametrize("case", CASES, ids=str)
@torch.no_grad()
def test_the_predictive_distribution_is_the_conditional_by_enumeration(case: Case) -> None:
    """p(y(2) | y(1), x, τ = 2) from the joint table, for every y(1)."""
    p = case.model()(**oracle.inputs(case.wiring, [2]))
    y = oracle.beginnings(p, 2)
    k = len(oracle.every_value(case.output))
    joint = p.terms(y).values.sum(-1).exp().view(k, k)
    second = p.predictive(y).log_prob(y.values)[..., 1].exp().view(k, k)
    assert_close(second, joint / joint.sum(1, keepdim=True))
    assert_close(joint.sum(), torch.ones((), dtype=torch.float64))


# ---- entropy -------------------------------------------------------------------------------------


def _has_entropy(case: Case) -> bool:
    return case.wiring.independent and isinstance(case.length, tt.lengths.SameAsInput)


@pytest.mark.parametrize("case", [c for c in CASES if _has_entropy(c)], ids=str)
@torch.no_grad()
def test_the_entropy_is_that_of_the_enumerated_distribution(case: Case) -> None:
    p = case.model()(**oracle.inputs(case.wiring, [3, 0, 1]))
    y, once = oracle.support(p, 3)
    log_p = p.log_prob(y)
    assert_close(p.entropy(), -torch.where(once, log_p.exp() * log_p, 0.0).sum(0))


@pytest.mark.parametrize(
    "case",
    [c for c in EVERY if not _has_entropy(c)]
    + [Case(tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Mixture(2), tt.lengths.SameAsInput())],
    ids=str,
)
def test_where_the_entropy_is_not_exact_the_reason_says_how_to_estimate_it(case: Case) -> None:
    p = case.model()(**oracle.inputs(case.wiring))
    with pytest.raises(NotImplementedError, match=r"estimate it from draws: -p.log_prob\(p.sample"):
        p.entropy()


# ---- the state -----------------------------------------------------------------------------------


def test_a_detached_distribution_has_the_same_values_and_no_history() -> None:
    case = Case(tt.wirings.VECTOR_TO_SEQUENCE, tt.outputs.Categorical(3), tt.lengths.Unending())
    model, inputs, y = _problem(case, [2, 1])
    _, rest = model(**inputs).observe(y)
    assert_close(rest.detach().log_prob(y), rest.log_prob(y))
    initial = model.graph.first.initial[0]
    assert torch.autograd.grad(rest.log_prob(y).sum(), initial)[0].any()
    (none,) = torch.autograd.grad(rest.detach().log_prob(y).sum(), initial, allow_unused=True)
    assert none is None


@pytest.mark.parametrize("again", [copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))])
def test_a_distribution_can_be_copied_and_pickled(again: Any) -> None:
    model, inputs, y = _problem(CASES[0], [2, 1])
    with torch.no_grad():
        p = model(**inputs)
        assert torch.equal(again(p).log_prob(y), p.log_prob(y))


# ---- what is refused -----------------------------------------------------------------------------

METHODS = ["log_prob", "terms", "predictive", "observe", "hidden_states"]
ONE_STEP = tt.Sequence(torch.zeros(1, 1, dtype=torch.int64))
REFUSED = [
    (tt.Sequence(torch.tensor([[2]])), r"y\(1\) of row \[0\] is 2"),
    (tt.Sequence(torch.tensor([[[0]]])), "got event shape"),
    (tt.Sequence(torch.tensor([[0.0]])), r"y is torch\.float32; expected integers, as symbols are"),
    (tt.Sequence(torch.tensor([[True]])), r"y is torch\.bool; expected integers, as symbols are"),
    (tt.Sequence(torch.tensor([[0, 0]])), "row .0. has length 2; expected the input's 1"),
    (tt.Sequence(torch.tensor([[0]]), [0]), "row .0. has length 0; expected the input's 1"),
    (tt.Sequence(torch.zeros(2, 1).long()), "batch shape .2,. do not fit"),
    (tt.Sequence(torch.zeros(1).long(), 1), r"batch shape \(\) do not fit"),
    (torch.tensor(0), "is no sequence of values"),
]


@pytest.mark.parametrize(("y", "reason"), REFUSED)
@pytest.mark.parametrize("method", METHODS)
def test_values_that_cannot_come_from_it_are_refused(method: str, y: Any, reason: str) -> None:
    wiring, output = tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN, tt.outputs.Categorical(2)
    p = oracle.model(wiring, output)(**oracle.inputs(wiring, [1]))
    if method == "observe" and "has length 0" in reason:
        return  # a beginning may be shorter
    with pytest.raises(ValueError, match=reason.replace("the input's", "(at most )?the input's")):
        getattr(p, method)(y)


@pytest.mark.parametrize("dtype", [torch.float32, torch.int64, torch.bool])
@pytest.mark.parametrize("output", [tt.outputs.Bernoulli(2), tt.outputs.Normal(2)], ids=repr)
def test_vectors_of_another_dtype_are_refused(
    output: tt.outputs.Output, dtype: torch.dtype
) -> None:
    wiring = tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN
    p = oracle.model(wiring, output)(**oracle.inputs(wiring, [1]))
    with pytest.raises(ValueError, match=str(dtype)):
        p.log_prob(tt.Sequence(torch.zeros(1, 1, 2, dtype=dtype)))


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int8, torch.int16, torch.int32])
def test_symbols_may_be_integers_of_any_size(dtype: torch.dtype) -> None:
    wiring = tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN
    model = oracle.model(wiring, tt.outputs.Categorical(3), input_size=4)
    x, y = tt.Sequence(torch.tensor([[3, 0, 1]])), tt.Sequence(torch.tensor([[2, 0, 1]]))
    assert torch.equal(model(x.to(dtype)).log_prob(y.to(dtype)), model(x).log_prob(y))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("output", [tt.outputs.Categorical(3), tt.outputs.Normal(1)], ids=repr)
@oracle.quick
@given(
    shape=st.lists(st.integers(1, 3), min_size=1, max_size=4).map(tuple)
    | st.sampled_from([(3, 1, 2), (2, 3, 1, 2), (3, 1, 2, 1), (1, 3, 1, 2, 1), (3, 3, 2), (3, 2)])
)
def test_a_batch_of_sequences_fits_whole_or_is_refused(
    method: str, output: tt.outputs.Output, shape: tuple[int, ...]
) -> None:
    wiring, batch = tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN, (3, 1)
    lengths = torch.full(batch, 2)
    p = oracle.model(wiring, output)(tt.Sequence(torch.zeros(*batch, 2, 2).double(), lengths))
    inside = (*batch, 2, *output.event_shape)
    value = torch.zeros(shape, dtype=oracle.drawn(output).dtype)
    one_step = method == "observe" and shape == (3, 1, 1, *output.event_shape)
    if shape[max(len(shape) - len(inside), 0) :] == inside or one_step:
        getattr(p, method)(value)
        return
    with pytest.raises(ValueError, match=r"^[^\n]*$"):
        getattr(p, method)(value)


@pytest.mark.parametrize("output", [tt.outputs.Categorical(2), tt.outputs.Normal(1)], ids=repr)
def test_predictive_distributions_take_a_value_for_each_step(output: tt.outputs.Output) -> None:
    wiring = tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN
    p = oracle.model(wiring, output)(**oracle.inputs(wiring, [3, 1]))
    y = _values(output, [3, 1])
    predictive = p.predictive(y)
    assert_close(predictive.log_prob(y.values) * y.mask, p.terms(y).values)
    for wrong in (y.values[:, :1], y.values[:1, :, None], y.values[..., 0]):
        with pytest.raises(ValueError, match=r"the value has shape .* expected \(\*sample, 2, 3"):
            predictive.log_prob(wrong)


def test_what_is_fed_has_the_models_dtype() -> None:
    wiring, output = tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN, tt.outputs.Normal(1)
    p, y = oracle.model(wiring, output)(**oracle.inputs(wiring, [3])), _values(output, [3])
    with pytest.raises(
        ValueError, match=r"what is fed is torch\.float32 and the model torch\.float64"
    ):
        p.terms(y, fed=y.to(torch.float32))
    values: Any = y.values
    with (
        unchecked(),
        pytest.raises(ValueError, match=r"what is fed is a Tensor; expected a tt\.Seq"),
    ):
        p.terms(y, fed=values)


def test_a_list_is_no_value() -> None:
    model = tt.RecurrentModel(
        tt.cells.Elman(2), tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Normal(1), input_size=1
    )
    listed: Any = [[1.0]]
    with unchecked(), pytest.raises(ValueError, match=r"y is a list; expected a tt\.Sequence"):
        model(tt.Sequence(torch.zeros(1, 1, 1))).log_prob(listed)
