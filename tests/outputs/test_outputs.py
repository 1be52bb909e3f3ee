"""Outputs against their textbook formulas and against brute force."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close

import throughtime as tt
from tests.helpers import measures, oracle
from throughtime.outputs import (
    Bernoulli,
    Beta,
    Categorical,
    Gamma,
    LogNormal,
    Mixture,
    MultivariateNormal,
    NegativeBinomial,
    Normal,
    Output,
    Poisson,
    StudentT,
    ZeroInflated,
)

DISCRETE = [Categorical(1), Categorical(4), Bernoulli(1), Bernoulli(3)]
CONTINUOUS = [Normal(), Normal(3), Mixture(1), Mixture(3), Mixture(2, 2), *measures.CONTINUOUS]
ALL = DISCRETE + measures.COUNTS + CONTINUOUS
SEEDS = st.integers(0, 10**6)


def _o(output: Output, *shape: int, seed: int = 0, scale: float = 2.0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(*shape, output.size, dtype=torch.float64, generator=generator)


# ---- probabilities -------------------------------------------------------------------------------


@pytest.mark.parametrize("output", ALL, ids=repr)
@oracle.quick
@given(seed=SEEDS)
def test_log_prob_is_the_textbook_formula(output: Output, seed: int) -> None:
    o, y = _o(output, 2, 3, seed=seed), oracle.drawn(output, 2, 3, seed=seed + 1)
    actual = output.distribution(o).log_prob(y)
    expected = [oracle.log_density(output, o[i, j], y[i, j]) for i in range(2) for j in range(3)]
    assert_close(actual, torch.stack(expected).view(2, 3))


@pytest.mark.parametrize("output", DISCRETE, ids=repr)
@oracle.quick
@given(seed=SEEDS)
def test_the_probabilities_of_all_values_sum_to_one_and_their_mean_is_the_expected_value(
    output: Output, seed: int
) -> None:
    o, y = _o(output, seed=seed), oracle.every_value(output)
    p = output.distribution(o).log_prob(y).exp()
    assert_close(p.sum(), torch.ones((), dtype=torch.float64))
    vectors = y if output.event_shape else torch.eye(len(y), dtype=torch.float64)
    assert_close(output.expected(o), p @ vectors)


@pytest.mark.parametrize("output", [Normal(), Mixture(1), Mixture(3)], ids=repr)
@oracle.quick
@given(seed=SEEDS)
def test_densities_integrate_to_one_and_their_mean_is_the_expected_value(
    output: Output, seed: int
) -> None:
    o, spacing = _o(output, seed=seed, scale=0.7), 0.02
    y = torch.arange(-20, 20, spacing, dtype=torch.float64)[:, None]
    p = output.distribution(o).log_prob(y).exp() * spacing
    assert_close(p.sum(), torch.ones((), dtype=torch.float64))
    assert_close(output.expected(o), p @ y)


def test_the_expected_value_of_a_mixture_weighs_the_components_means() -> None:
    o = torch.tensor([0.0, math.log(3), 1.0, 2.0, 5.0, 6.0, 0.0, 0.0, 0.0, 0.0])
    assert_close(Mixture(2, 2).expected(o), torch.tensor([0.25 + 3.75, 0.5 + 4.5]))


@pytest.mark.parametrize("output", ALL, ids=repr)
def test_sizes_are_those_of_o_and_of_y(output: Output) -> None:
    draws = output.distribution(_o(output, 2, 3)).sample()
    assert draws.shape == (2, 3, *output.event_shape)
    assert output.expected(_o(output, 2, 3)).shape == (2, 3, output.value_size)
    output.check(tt.Sequence(draws))


@pytest.mark.parametrize("output", ALL, ids=repr)
def test_no_steps_have_no_log_probs(output: Output) -> None:
    for shape in ((0, 2), (2, 0)):
        distribution = output.distribution(_o(output, *shape))
        assert distribution.log_prob(oracle.drawn(output, *shape)).shape == shape
        assert output.best(_o(output, *shape), 1)[1].shape == (*shape, 1)
        if not isinstance(output, Mixture) and not output.counts:
            assert distribution.entropy().shape == shape


# ---- temperature ---------------------------------------------------------------------------------


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("output", DISCRETE, ids=repr)
def test_a_temperature_raises_probabilities_to_its_inverse_power(
    output: Output, temperature: float
) -> None:
    o, y = _o(output), oracle.every_value(output)
    powers = output.distribution(o).log_prob(y) / temperature
    assert_close(output.distribution(o, temperature).log_prob(y), powers.log_softmax(0))


@pytest.mark.parametrize("temperature", [0.3, 4.0])
def test_a_temperature_raises_a_normal_density_to_its_inverse_power(temperature: float) -> None:
    # N(μ, σ²) to the power 1/T is N(μ, T σ²), up to a constant
    o, y = _o(Normal(2)), oracle.drawn(Normal(2), 5)
    difference = Normal(2).distribution(o, temperature).log_prob(y) - (
        Normal(2).distribution(o).log_prob(y) / temperature
    )
    assert_close(difference, difference[:1].expand(5))


def test_a_temperature_flattens_a_mixtures_shares_and_widens_its_components() -> None:
    o = _o(Mixture(3, 2))
    cold, hot = Mixture(3, 2).distribution(o), Mixture(3, 2).distribution(o, 4.0)
    shares = cold.mixture_distribution.probs ** (1 / 4)
    assert_close(hot.mixture_distribution.probs, shares / shares.sum())
    assert_close(hot.component_distribution.mean, cold.component_distribution.mean)
    assert_close(hot.component_distribution.stddev, 2 * cold.component_distribution.stddev)


# ---- the best values -----------------------------------------------------------------------------


@pytest.mark.parametrize("output", DISCRETE, ids=repr)
@oracle.quick
@given(seed=SEEDS, k=st.integers(1, 10), ties=st.booleans())
def test_the_best_values_are_those_of_brute_force(
    output: Output, seed: int, k: int, ties: bool
) -> None:
    o = _o(output, 2, 3, seed=seed)
    o = o.round() if ties else o
    values, log_p = output.best(o, k)
    every = oracle.every_value(output)
    n = min(k, len(every))
    assert values.shape == (2, 3, n, *output.event_shape)
    each = output.distribution(o[..., None, :].expand(2, 3, len(every), -1))
    all_of_them = each.log_prob(every.expand(2, 3, *every.shape))
    assert_close(log_p, all_of_them.topk(n).values)
    each = output.distribution(o[..., None, :].expand(2, 3, n, -1))
    assert_close(each.log_prob(values), log_p)
    for own in values.reshape(6, n, -1):
        assert len({tuple(v) for v in own.tolist()}) == n


def test_the_best_real_vector_is_the_mean_and_of_a_mixture_the_densest_mean() -> None:
    o = _o(Normal(2), 3)
    values, density = Normal(2).best(o, 1)
    assert_close(values[:, 0], o[:, :2])
    assert_close(density[:, 0], Normal(2).distribution(o).log_prob(o[:, :2]))
    # two components close together are denser than one that has more weight than either
    o = torch.tensor([0.0, 0.1, 0.5, 0.0, 0.1, 9.0, 0.0, 0.0, 0.0])
    values, density = Mixture(3).best(o, 1)
    assert values.item() == pytest.approx(0.1)
    of_the_means = Mixture(3).distribution(o).log_prob(torch.tensor([[0.0], [0.1], [9.0]]))
    assert_close(density[0], of_the_means.max())


@pytest.mark.parametrize("output", CONTINUOUS, ids=repr)
def test_real_vectors_have_no_second_best(output: Output) -> None:
    with pytest.raises(ValueError, match="continuous values, which have no 2 best"):
        output.best(_o(output), 2)


@pytest.mark.parametrize("output", measures.COUNTS, ids=repr)
def test_of_counts_one_is_found(output: Output) -> None:
    with pytest.raises(ValueError, match="counts without an end, of which one is found, not the 2"):
        output.best(_o(output), 2)


# ---- what an output cannot produce ---------------------------------------------------------------

BAD = [
    (Categorical(3), 3, "a symbol from 0 to 2"),
    (Categorical(3), -1, "a symbol from 0 to 2"),
    (Bernoulli(2), 0.5, "2 numbers, each 0 or 1"),
    (Bernoulli(2), math.nan, "2 numbers, each 0 or 1"),
    (Normal(2), math.inf, "2 finite numbers"),
    (Normal(2), math.nan, "2 finite numbers"),
    (Mixture(3, 2), -math.inf, "2 finite numbers"),
    (Poisson(2), -1.0, "2 whole numbers, each 0 or more"),
    (NegativeBinomial(), 0.5, "1 whole numbers, each 0 or more"),
    (NegativeBinomial(), math.inf, "1 whole numbers, each 0 or more"),
    (ZeroInflated(Poisson(2)), 1.5, "2 whole numbers, each 0 or more"),
    (Gamma(2), 0.0, "2 positive numbers .*"),
    (Gamma(2), math.inf, "2 positive numbers .*"),
    (LogNormal(), -1.0, "1 positive numbers .*"),
    (Beta(2), 0.0, "2 numbers strictly between 0 and 1, .*"),
    (Beta(2), 1.0, "2 numbers strictly between 0 and 1, .*"),
    (StudentT(), math.nan, "1 finite numbers"),
    (MultivariateNormal(2), math.inf, "2 finite numbers"),
]


@pytest.mark.parametrize(("output", "value", "expected"), BAD, ids=str)
def test_a_value_that_cannot_be_is_named_with_its_row_and_step(
    output: Output, value: Any, expected: str
) -> None:
    values = oracle.drawn(output, 2, 2, 4)
    values[1, 0, 2] = value
    message = rf"^y\(3\) of row \[1, 0\] is .*, which {re.escape(repr(output))} .*{expected}$"
    with pytest.raises(ValueError, match=message):
        output.check(tt.Sequence(values, torch.tensor([[4, 4], [3, 4]])))
    output.check(tt.Sequence(values, torch.tensor([[4, 4], [2, 4]])))  # where it is padding


@pytest.mark.parametrize("output", ALL, ids=repr)
def test_values_of_another_shape_are_refused_with_both_shapes(output: Output) -> None:
    values = torch.zeros(2, 5, *output.event_shape, 7, dtype=oracle.drawn(output).dtype)
    with pytest.raises(ValueError, match=r"produces values of shape .* got event shape .*7,?\)"):
        output.check(tt.Sequence(values))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: Categorical(0), "symbols must be a whole number, at least 1; got 0"),
        (lambda: Bernoulli(0), "bits must be a whole number, at least 1; got 0"),
        (lambda: Normal(0), "dim must be a whole number, at least 1; got 0"),
        (lambda: Mixture(0), "components must be a whole number, at least 1; got 0"),
        (lambda: Mixture(2, -1), "dim must be a whole number, at least 1; got -1"),
        (lambda: Poisson(0), "dim must be a whole number, at least 1; got 0"),
        (lambda: Beta(0), "dim must be a whole number, at least 1; got 0"),
        (lambda: MultivariateNormal(0), "dim must be a whole number, at least 1; got 0"),
        (lambda: MultivariateNormal(2, 0), "rank must be a whole number, at least 1; got 0"),
        (
            lambda: ZeroInflated(Normal()),
            r"of must be an output of counts, .*; got Normal\(dim=1\)",
        ),
        (lambda: ZeroInflated(ZeroInflated(Poisson())), "of must be an output of counts"),
    ],
)
def test_outputs_without_values_are_refused(make: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        make()


def test_outputs_are_values() -> None:
    assert Mixture(2, 3) == Mixture(components=2, dim=3) != Mixture(3, 2)
    assert len({Categorical(2), Categorical(2), Categorical(3)}) == 2


# ---- an output of one's own ----------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting(Output):
    """A vector of independent exponential waiting times; none of them is zero."""

    dim: int

    @property
    def size(self) -> int:
        return self.dim

    @property
    def value_size(self) -> int:
        return self.dim

    def distribution(
        self, o: Tensor, temperature: float = 1.0, validate: bool = False
    ) -> torch.distributions.Distribution:
        times = torch.distributions.Exponential(o.exp(), validate_args=False)
        return torch.distributions.Independent(times, 1, validate_args=False)

    def impossible(self, values: Tensor) -> Tensor:
        return (values <= 0).any(-1)

    def expects(self) -> str:
        return f"{self.dim} positive numbers"


def test_an_output_of_ones_own_needs_a_distribution_and_little_more() -> None:
    wiring = tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN
    model = oracle.model(wiring, Waiting(1), scale=0.5)
    p = model(**oracle.inputs(wiring, [2, 1]))
    assert p.log_prob(p.sample((3,))).shape == (3, 2)  # the padding is zero, and not looked at
    alone, spacing = model(**oracle.inputs(wiring, [1])), 0.01
    grid = torch.arange(spacing / 2, 60, spacing, dtype=torch.float64).view(-1, 1, 1, 1)
    total = alone.log_prob(grid).exp().sum(0) * spacing
    assert_close(total, torch.ones_like(total), rtol=1e-4, atol=1e-4)
    with pytest.raises(ValueError, match=r"y\(2\) of row \[0\] is \[0.0\].*1 positive numbers"):
        p.log_prob(torch.tensor([[[0.5], [0.0]], [[0.5], [0.5]]], dtype=torch.float64))
