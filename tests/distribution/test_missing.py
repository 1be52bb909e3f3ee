"""log p of the values that are observed is the sum or integral over those that are missing."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

import throughtime as tt
from tests.helpers.models import WIRINGS, make
from throughtime.outputs import Bernoulli, Categorical, Mixture, Normal, Output
from throughtime.sequence import Sequence
from throughtime.wiring import Edge

SEQUENCES = [name for name, wiring in WIRINGS.items() if not wiring.emits_last]
DRAWS = 20_000


@pytest.fixture(params=[0, 10**9], ids=["in rounds", "step by step"])
def both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many values are missing, they are drawn in the same one of the two ways."""
    monkeypatch.setattr("throughtime.distribution.missing.STEPS_OF_A_ROUND", request.param)


def conditions(wiring: tt.Wiring, rows: int, steps: list[int]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if Edge.INPUT in wiring:
        x = torch.randn(rows, max(steps), 2, dtype=torch.float64)
        given["x"] = Sequence(x, steps)
    if Edge.VECTOR in wiring:
        given["vector"] = torch.randn(rows, 2, dtype=torch.float64)
    return given


def made(wiring: str, output: Output, length: tt.lengths.Length | None = None) -> tt.RecurrentModel:
    torch.manual_seed(3)
    model = make(wiring=WIRINGS[wiring], output=output, length=length)
    for parameter in model.parameters():  # so that y(t) says much of y(t+1)
        parameter.data *= 2
    return model


def sums(p: tt.SequenceDistribution, y: Sequence, seen: Tensor, values: list[Tensor]) -> Tensor:
    """log Σ p(y) over all values of what is missing, of each row, by enumeration."""
    found = []
    for row in range(len(y)):
        missing = [t for t in range(int(y.lengths[row])) if not seen[row, t]]
        log_p = []
        for chosen in itertools.product(values, repeat=len(missing)):
            every = y.values.clone()
            for t, value in zip(missing, chosen, strict=True):
                every[row, t] = value
            log_p.append(p.log_prob(Sequence(every, y.lengths))[row])
        found.append(torch.stack(log_p).logsumexp(0))
    return torch.stack(found)


@pytest.mark.usefixtures("both_ways")
@pytest.mark.parametrize("name", SEQUENCES)
@pytest.mark.parametrize("output", [Categorical(3), Bernoulli(1)], ids=repr)
def test_log_p_of_the_observed_is_the_sum_over_the_missing(name: str, output: Output) -> None:
    model, lengths = made(name, output), [4, 2, 3]
    p = model(**conditions(model.wiring, 3, lengths))
    values = list(torch.arange(3) if output.symbolic else torch.eye(2)[:, :1].double())
    y = Sequence(torch.stack([torch.stack([values[(r + t) % 2] for t in range(4)])
                              for r in range(3)]), lengths)  # fmt: skip
    seen = torch.tensor([[1, 0, 0, 1], [0, 1, 1, 1], [1, 1, 1, 1]]).bool()
    p = p if p.batch_shape else p.expand((3,))
    found = p.log_prob_of_observed(y, seen, draws=DRAWS)
    expected = sums(p, y, seen, values)
    carried = model.wiring.feedback is Edge.OBSERVED
    assert_close(found, expected, rtol=0, atol=0.02 if carried else 1e-9)
    assert_close(found[2], p.log_prob(y)[2], rtol=0, atol=1e-9)


@pytest.mark.usefixtures("both_ways")
@pytest.mark.parametrize(
    "length",
    [tt.lengths.EndOfSequence(), tt.lengths.Halt(), tt.lengths.PredictedLength(4)],
    ids=repr,
)
def test_the_length_is_known_where_values_are_missing(length: tt.lengths.Length) -> None:
    p = made("generator", Categorical(3), length)().expand((2,))
    y = Sequence(torch.tensor([[0, 1, 2], [2, 1, 0]]), [3, 1])
    seen = torch.tensor([[True, False, True], [False, True, True]])
    found = p.log_prob_of_observed(y, seen, draws=DRAWS)
    assert_close(found, sums(p, y, seen, list(torch.arange(3))), rtol=0, atol=0.02)


@pytest.mark.usefixtures("both_ways")
@pytest.mark.parametrize("output", [Normal(), Mixture(2)], ids=repr)
def test_log_p_of_the_observed_is_the_integral_over_the_missing(output: Output) -> None:
    torch.manual_seed(3)
    model = make(wiring=WIRINGS["generator"], output=output, length=tt.lengths.Unending())
    p, spacing = model(), 0.02
    y = torch.tensor([[0.5], [torch.nan], [1.0], [-0.5]], dtype=torch.float64)
    grid = torch.arange(-30, 30, spacing, dtype=torch.float64)
    every = y.expand(len(grid), 4, 1).clone()
    every[:, 1, 0] = grid
    expected = (p.log_prob(every).exp() * spacing).sum().log()
    assert_close(p.log_prob_of_observed(y, ~y.isnan(), draws=DRAWS), expected, rtol=0, atol=0.03)


@pytest.mark.usefixtures("both_ways")
def test_entries_of_a_vector_are_missing_one_by_one() -> None:
    p = made("generator", Bernoulli(2), tt.lengths.Unending())().expand((1,))
    y = torch.tensor([[[1.0, torch.nan], [torch.nan, 0.0], [1.0, 1.0]]], dtype=torch.float64)
    log_p = []
    for first, second in itertools.product((0.0, 1.0), repeat=2):
        every = y.clone()
        every[0, 0, 1], every[0, 1, 0] = first, second
        log_p.append(p.log_prob(every))
    expected = torch.stack(log_p).logsumexp(0)
    found = p.log_prob_of_observed(y, ~y.isnan(), draws=DRAWS)
    assert_close(found, expected, rtol=0, atol=0.02)


@pytest.mark.usefixtures("both_ways")
def test_the_estimate_is_unbiased_with_a_single_draw() -> None:
    p = made("generator", Categorical(3), tt.lengths.Unending())().expand((1,))
    y, seen = torch.tensor([[0, 0, 2, 1]]), torch.tensor([[True, False, True, True]])
    exact = sums(p, Sequence(y, [4]), seen, list(torch.arange(3))).exp()
    every = y.expand(DRAWS, 1, 4), seen.expand(DRAWS, 1, 4)
    each, exact = p.log_prob_of_observed(*every, draws=1).exp().detach(), exact.detach()
    error = each.std() / DRAWS**0.5
    assert float((each.mean() - exact).abs() / error) < 4


@pytest.mark.usefixtures("both_ways")
@pytest.mark.parametrize("length", [tt.lengths.Unending(), tt.lengths.Halt()], ids=repr)
def test_a_beginning_that_is_given_is_not_counted(length: tt.lengths.Length) -> None:
    p = made("generator", Categorical(3), length)().expand((2,))
    y, seen = torch.tensor([[0, 1, 2, 0], [1, 1, 0, 2]]), torch.ones(2, 4, dtype=torch.bool)
    seen[0, 1] = seen[0, 2] = seen[1, 3] = False
    start = torch.tensor([2, 3])
    values = list(torch.arange(3))
    whole = sums(p, Sequence(y, [4, 4]), seen, values)
    log_p = []
    for row, s in enumerate(start.tolist()):  # of the beginning: as if all after it were missing
        steps = seen[row : row + 1].clone()
        beginning = Sequence(y[row : row + 1, :s], [s])
        one = made("generator", Categorical(3), length)()
        chosen = [
            one.observe(Sequence(torch.where(steps[0, :s], beginning.values[0], other), s))[0]
            for other in map(torch.stack, itertools.product(values, repeat=s))
            if bool((other[steps[0, :s]] == 0).all())
        ]
        log_p.append(torch.stack(chosen).logsumexp(0))
    found = p.log_prob_of_observed(y, seen, draws=DRAWS, given=start)
    assert_close(found, whole - torch.stack(log_p), rtol=0, atol=0.02)


def test_training_sees_the_same_terms() -> None:
    p = made("generator", Normal(2), tt.lengths.Unending())().expand((2,))
    y = torch.randn(2, 4, 2, dtype=torch.float64)
    y[0, 1], y[1, 2, 0] = torch.nan, torch.nan
    torch.manual_seed(0)
    expected = p.log_prob_of_observed(y, ~y.isnan(), draws=1)
    torch.manual_seed(0)
    seeing, filled = p.seeing(y, ~y.isnan())
    assert_close(tt.forcing.TeacherForcing().objective(seeing, filled), expected)
    assert bool(filled.values.isfinite().all())
    assert torch.equal(filled.values[~y.isnan()], y[~y.isnan()])
    assert seeing.observe(filled)[1].process.observed is None


def test_what_stands_where_y_is_missing_changes_nothing() -> None:
    model = made("hidden-and-output-to-hidden", Normal(2))
    p = model(**conditions(model.wiring, 2, [3, 3]))
    y = torch.randn(2, 3, 2, dtype=torch.float64)
    seen = torch.tensor([[True, False, True], [False, False, False]])
    found = []
    for value in (torch.nan, torch.inf, 7.0):
        torch.manual_seed(0)
        other = torch.where(seen[..., None], y, value)
        found.append(p.log_prob_of_observed(other, seen, draws=5))
    assert torch.equal(found[0], found[1])
    assert torch.equal(found[0], found[2])
    assert float(found[0][1].detach()) == 0.0, "nothing is observed, which is certain"


def test_gradients_are_finite_and_nothing_flows_from_what_is_missing() -> None:
    model = made("hidden-and-output-to-hidden", Normal(2))
    p = model(**conditions(model.wiring, 1, [3]))
    y = torch.randn(1, 3, 2, dtype=torch.float64)
    y[0, 1] = torch.nan
    y.requires_grad_()
    p.log_prob_of_observed(y, ~y.isnan(), draws=4).sum().backward()
    assert all(q.grad is not None and bool(q.grad.isfinite().all()) for q in model.parameters())
    assert y.grad is not None
    assert not bool(y.grad[0, 1].any())


@pytest.mark.parametrize(
    ("observed", "output", "message"),
    [
        (torch.ones(1, 3), Normal(2), "a tensor of true and false"),
        (torch.ones(1, 4, dtype=torch.bool), Normal(2), r"shape \(1, 4\); expected \(1, 3\)"),
        (torch.eye(2)[[0, 1, 1]][None].bool(), Mixture(2, 2), "entries depend on each other"),
    ],
)
def test_what_is_observed_is_checked(observed: Tensor, output: Output, message: str) -> None:
    p = made("generator", output, tt.lengths.Unending())().expand((1,))
    y = torch.zeros(1, 3, 2, dtype=torch.float64)
    with pytest.raises(ValueError, match=message):
        p.log_prob_of_observed(y, observed)


def test_an_observed_value_has_to_be_possible() -> None:
    p = made("generator", Bernoulli(1), tt.lengths.Unending())().expand((1,))
    y = torch.tensor([[[0.5], [0.5]]], dtype=torch.float64)
    with pytest.raises(ValueError, match=re.escape("y(2) of row [0] is [0.5]")):
        p.log_prob_of_observed(y, torch.tensor([[False, True]]))


@pytest.mark.parametrize(
    "gradient",
    [tt.gradients.TruncatedBPTT(2), tt.gradients.CheckpointedBPTT(8)],
    ids=repr,
)
def test_the_gradient_method_takes_what_is_observed_along(gradient: tt.gradients.Gradient) -> None:
    torch.manual_seed(0)
    whole = make(wiring=tt.wirings.HIDDEN_TO_HIDDEN, output=Normal(2))
    other = make(wiring=tt.wirings.HIDDEN_TO_HIDDEN, output=Normal(2), gradient=gradient)
    other.load_state_dict(whole.state_dict())
    x = Sequence(torch.randn(2, 5, 2, dtype=torch.float64), [5, 4])
    y = torch.randn(2, 5, 2, dtype=torch.float64)
    y[0, 2, 0] = torch.nan
    found = [m(x).log_prob_of_observed(Sequence(y, [5, 4]), ~y.isnan()) for m in (whole, other)]
    assert_close(*found)
