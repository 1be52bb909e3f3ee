"""Outputs of what is measured: sums and integrals over all values, draws, and extremes."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
import scipy.special
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from torch import Tensor
from torch.testing import assert_close

import throughtime as tt
from tests.helpers import measures, oracle
from throughtime.outputs import (
    Beta,
    Gamma,
    LogNormal,
    MultivariateNormal,
    NegativeBinomial,
    Normal,
    Output,
    Poisson,
    StudentT,
    ZeroInflated,
)
from throughtime.outputs.beta_function import betainc
from throughtime.outputs.counting import counts_at, stirling
from throughtime.outputs.strict import marginals

SEEDS = st.integers(0, 10**6)
ONE_COUNT = [
    Poisson(),
    NegativeBinomial(),
    ZeroInflated(Poisson()),
    ZeroInflated(NegativeBinomial()),
]
ONE_NUMBER: list[Output] = [StudentT(), Gamma(), LogNormal(), Beta(), MultivariateNormal(1)]
SPREAD_LAST = [NegativeBinomial(2), Gamma(2), LogNormal(2), Beta(2), StudentT(2)]


# ---- all values ----------------------------------------------------------------------------------


@pytest.mark.parametrize("output", ONE_COUNT, ids=repr)
@oracle.quick
@given(seed=SEEDS)
def test_counts_sum_to_what_the_cdf_says_and_have_the_moments_that_are_said(
    output: Output, seed: int
) -> None:
    o, n = (
        measures.units(output, seed=seed, scale=1.5),
        torch.arange(20_000, dtype=torch.float64)[:, None],
    )
    p = output.distribution(o)
    each = output.distribution(o.expand(len(n), -1)).log_prob(n).exp()
    for last in (0, 3, 50):
        assert_close(each[: last + 1].sum(), marginals(p).cdf(n[last])[0])
    mean = each @ n
    assert_close(each.sum(), torch.ones((), dtype=torch.float64))
    assert_close(output.expected(o), mean)
    assert_close(p.variance, each @ (n - mean).square())
    value, log_p = output.best(o, 1)
    assert_close(log_p[0], each.max().log())
    assert each[int(value)] == pytest.approx(float(each.max()))
    assert marginals(p).cdf(torch.tensor([-1.0, -0.5])).tolist() == [0, 0]


def _grid(output: Output, u: Tensor) -> tuple[Tensor, Tensor]:
    """Values all over the support, and how far each is from the next."""
    if isinstance(output, Gamma | LogNormal):
        return u.exp(), u.exp()
    if isinstance(output, Beta):
        return torch.sigmoid(u), torch.sigmoid(u) * torch.sigmoid(-u)
    return u.sinh(), u.cosh()


@pytest.mark.parametrize("output", ONE_NUMBER, ids=repr)
@oracle.quick
@given(seed=SEEDS)
def test_densities_integrate_to_what_the_cdf_says_and_have_the_moments_that_are_said(
    output: Output, seed: int
) -> None:
    o, step = measures.units(output, seed=seed), 0.005
    u = torch.arange(-30_000, 12_000, dtype=torch.float64)[:, None] * step
    y, width = _grid(output, u)
    p = output.distribution(o)
    each = output.distribution(o.expand(len(y), -1)).log_prob(y).exp() * width[:, 0] * step
    at = 30_000  # where u is 0
    below = each[:at].sum() + each[at] / 2
    assert_close(below, marginals(p).cdf(y[at])[0], rtol=1e-4, atol=1e-5)
    mean = each @ y
    assert_close(each.sum(), torch.ones((), dtype=torch.float64))
    assert_close(output.expected(o), mean)
    assert_close(p.variance, each @ (y - mean).square(), rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("output", [Gamma(2), LogNormal(2), Beta(2), StudentT(2)], ids=repr)
def test_the_most_probable_number_is_denser_than_its_neighbours(output: Output) -> None:
    o = measures.units(output, 50)
    if isinstance(output, Gamma):
        o[:, 2:] += 3  # above a concentration of 1
    if isinstance(output, Beta):
        o[:, 2:] += 30  # and for both exponents
    value, log_p = (v.squeeze(1) for v in output.best(o, 1))
    p = output.distribution(o)
    assert_close(log_p, p.log_prob(value))
    for factor in (0.999, 1.001):
        assert bool((p.log_prob(value * factor) < log_p).all())


@pytest.mark.parametrize(
    ("output", "o", "expected"),
    [
        (Gamma(), [1.0, -1.0], 1e-4 * math.e),  # concentration 0.31
        (Beta(), [-1.0, -1.0], 1e-4),
        (Beta(), [1.0, -1.0], 1 - 1e-4),
        (Beta(), [2.0, 2.0], 1 - 1e-4),  # only the lower exponent is above zero
        (NegativeBinomial(), [3.0, 2.0], 0.0),  # dispersion 2.1
        (ZeroInflated(Poisson()), [3.0, 3.0], 0.0),
        (ZeroInflated(Poisson()), [3.0, -3.0], 20.0),
    ],
)
def test_a_density_without_a_highest_point_gives_a_value_near_its_end(
    output: Output, o: list[float], expected: float
) -> None:
    value = output.most_probable(torch.tensor(o))
    assert value.item() == pytest.approx(expected)
    assert not bool(output.impossible(value))


# ---- draws ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("output", measures.MEASURED, ids=repr)
def test_draws_have_mean_and_variance_of_the_distribution_and_no_gradient(output: Output) -> None:
    torch.manual_seed(0)
    n, o = 40_000, measures.units(output, 2).requires_grad_()
    p = output.distribution(o)
    draws = p.sample((n,))
    assert not draws.requires_grad
    assert not bool(output.impossible(draws).any())
    mean, variance = p.mean.detach(), p.variance.detach()
    assert bool(((draws.mean(0) - mean).abs() < 5 * (variance / n).sqrt()).all())
    squares = (draws - mean).square()
    assert bool(((squares.mean(0) - variance).abs() < 5 * squares.std(0) / n**0.5).all())


@pytest.mark.parametrize("output", measures.CONTINUOUS, ids=repr)
@pytest.mark.parametrize("scale", [0.7, 1.2])
def test_the_cdf_of_draws_is_uniform(output: Output, scale: float) -> None:
    torch.manual_seed(0)
    p = marginals(output.distribution(measures.units(output, scale=scale)))
    for entry in p.cdf(output.distribution(measures.units(output, scale=scale)).sample((5_000,))).T:
        assert stats.kstest(entry.numpy(), "uniform").pvalue > 1e-5


@pytest.mark.parametrize("output", ONE_COUNT, ids=repr)
def test_drawn_counts_have_their_probabilities(output: Output) -> None:
    torch.manual_seed(0)
    o, n = measures.units(output), torch.arange(200, dtype=torch.float64)
    probabilities = output.distribution(o.expand(200, -1)).log_prob(n[:, None]).exp()
    draws = output.distribution(o).sample((20_000,))[:, 0]
    oracle.assert_drawn_from(draws, n, probabilities)


def test_entries_that_depend_on_each_other_are_drawn_together() -> None:
    torch.manual_seed(0)
    for output in (MultivariateNormal(3), MultivariateNormal(3, rank=1)):
        o = measures.units(output, scale=1.0)
        expected = torch.from_numpy(measures.covariance(output, o.numpy()))
        p: Any = output.distribution(o)
        assert_close(p.covariance_matrix, expected)
        found = torch.cov(p.sample((200_000,)).T)
        assert_close(found, expected, rtol=0.03, atol=0.03)


def test_large_rates_are_drawn_as_normals() -> None:
    torch.manual_seed(0)
    for rate in (1e6, 1e9, 1e15):
        draws = counts_at(torch.full((20_000,), rate, dtype=torch.float64))
        assert bool((draws == draws.round()).all())
        standard = (draws - rate) / rate**0.5
        assert abs(float(standard.mean())) < 5 / 20_000**0.5
        assert float(standard.var()) == pytest.approx(1, abs=0.05)


# ---- temperature ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "output",
    [*SPREAD_LAST, ZeroInflated(NegativeBinomial()), MultivariateNormal(2),
     MultivariateNormal(2, rank=1)], ids=repr,
)  # fmt: skip
def test_values_vary_less_where_it_is_cold_and_more_where_it_is_hot(output: Output) -> None:
    o = measures.units(output, 20)
    if isinstance(output, ZeroInflated):
        o[..., -1] = -400
    cold, one, hot = (output.distribution(o, t) for t in (0.3, 1.0, 4.0))
    assert bool(((cold.variance < one.variance) & (one.variance < hot.variance)).all())
    if not isinstance(output, LogNormal):
        assert_close(hot.mean, one.mean)
    if isinstance(output, Gamma | StudentT | MultivariateNormal):
        assert_close(hot.variance, 4 * one.variance)


def test_what_a_temperature_does_to_the_others() -> None:
    o = torch.tensor([1.0, 0.3], dtype=torch.float64)
    mean, dispersion = math.exp(1), math.log1p(math.exp(0.3)) + 1e-4
    p = NegativeBinomial().distribution(o, 0.25)
    assert_close(p.variance.item(), mean + 0.25 * dispersion * mean**2)
    assert_close(marginals(LogNormal().distribution(o, 4.0)).scale.item(), 2 * dispersion)  # type: ignore[attr-defined]
    concentration, share = dispersion, 1 / (1 + math.exp(-1))
    p = Beta().distribution(o, 2.0)
    assert_close(p.variance.item(), share * (1 - share) / (concentration / 2 + 1))
    p = ZeroInflated(NegativeBinomial()).distribution(torch.tensor([-40.0, 0.0, 1.0]), 2.0)
    assert_close(marginals(p).logits.item(), 0.5)  # type: ignore[attr-defined]


@pytest.mark.parametrize("output", [Poisson(), ZeroInflated(Poisson())], ids=repr)
def test_a_poisson_distribution_has_no_temperature(output: Output) -> None:
    with pytest.raises(ValueError, match=r"which a temperature of 0\.5 cannot"):
        output.distribution(measures.units(output), 0.5)


# ---- one is the other ----------------------------------------------------------------------------


@pytest.mark.parametrize("of", [Poisson(2), NegativeBinomial(2)], ids=repr)
def test_without_more_zeros_counts_are_those_of_the_output_inside(of: Output) -> None:
    o, y = measures.units(of, 5), oracle.drawn(of, 5)
    outside = torch.cat([o, torch.full((5, 2), -60.0, dtype=torch.float64)], -1)
    p, q = ZeroInflated(of).distribution(outside), of.distribution(o)
    for found, expected in ((p.log_prob(y), q.log_prob(y)), (p.mean, q.mean), (p.mode, q.mode)):
        assert_close(found, expected)
    # the first units are log E of the output inside: log 3 more is three times as much
    outside[:, :2] += math.log(3)
    assert ZeroInflated(of).counts
    assert_close(ZeroInflated(of).expected(outside), 3 * q.mean)
    assert_close(of.expected(outside[:, : of.size]), 3 * q.mean)


def test_counts_of_no_dispersion_are_poisson_counts() -> None:
    o, y = torch.tensor([1.5], dtype=torch.float64), torch.arange(20.0, dtype=torch.float64)
    cold = NegativeBinomial().distribution(torch.cat([o, o]).expand(20, 2), 1e-9)
    assert_close(
        cold.log_prob(y[:, None]), Poisson().distribution(o.expand(20, 1)).log_prob(y[:, None])
    )


@pytest.mark.parametrize("rank", [None, 2])
def test_without_dependence_entries_are_independent_normals(rank: int | None) -> None:
    output, o = MultivariateNormal(3, rank), measures.units(Normal(3), 4)
    dependent = torch.cat([o, torch.zeros(4, output.size - 6, dtype=torch.float64)], -1)
    y = oracle.drawn(output, 4)
    p, q = output.distribution(dependent), Normal(3).distribution(o)
    assert_close(p.log_prob(y), q.log_prob(y))
    assert_close(marginals(p).cdf(y), marginals(q).cdf(y))


def test_a_t_distribution_of_many_degrees_of_freedom_is_a_normal_one() -> None:
    o = torch.tensor([1.0, 0.5], dtype=torch.float64)
    y = torch.tensor([0.3], dtype=torch.float64)
    far = StudentT().distribution(torch.cat([o, o.new_tensor([1e7])]))
    assert_close(far.log_prob(y), Normal().distribution(o).log_prob(y), rtol=1e-5, atol=1e-5)


# ---- extremes ------------------------------------------------------------------------------------

FAR = (-30.0, 0.0, 30.0)


def _everywhere(output: Output) -> Tensor:
    """All o of -30, 0 and 30, or some where those are many."""
    if output.size <= 6:
        return torch.tensor(list(itertools.product(FAR, repeat=output.size)))
    which = torch.randint(3, (500, output.size), generator=torch.Generator().manual_seed(0))
    return torch.cat([torch.tensor(FAR)[which], torch.tensor(FAR)[:, None].expand(3, output.size)])


@pytest.mark.parametrize("output", measures.MEASURED, ids=repr)
def test_all_is_finite_at_extremes_in_single_precision(output: Output) -> None:
    torch.manual_seed(0)
    o = _everywhere(output).requires_grad_()
    p = output.distribution(o)
    draws = p.sample()
    assert not bool(output.impossible(draws).any())
    values = [draws, torch.zeros_like(draws)]  # which padding is
    values += [torch.full_like(draws, v) for v in (1.0, 7.0, 1e6) if not isinstance(output, Beta)]
    for y in values:
        log_p = p.log_prob(y)
        (gradient,) = torch.autograd.grad(log_p.sum(), o, retain_graph=True)
        assert bool(log_p.isfinite().all())
        assert bool(gradient.isfinite().all())
    best, density = output.best(o, 1)
    assert not bool(output.impossible(best).any())
    for found in (p.mean, p.variance, density, output.expected(o)):
        assert bool(found.isfinite().all())
    (gradient,) = torch.autograd.grad(output.expected(o).sum(), o)  # fed back
    assert bool(gradient.isfinite().all())


@pytest.mark.parametrize("output", [*measures.COUNTS, Gamma(2), Beta(2)], ids=repr)
@pytest.mark.parametrize("far", [-1e4, 1e4])
def test_a_mean_has_a_bound(output: Output, far: float) -> None:
    torch.manual_seed(0)
    o = torch.zeros(output.size)
    o[: output.value_size] = far
    o.requires_grad_()
    p = output.distribution(o)
    draws = p.sample()
    assert not bool(output.impossible(draws))
    assert bool(p.variance.isfinite().all())
    for found in (p.mean, p.log_prob(draws), p.log_prob(torch.zeros_like(draws))):
        (gradient,) = torch.autograd.grad(found.sum(), o, retain_graph=True)
        assert bool(found.isfinite().all())
        assert bool(gradient.isfinite().all())


@pytest.mark.parametrize("dispersion", [1e-4, 1e-2, 1.0, 30.0])
@pytest.mark.parametrize("log_mean", [-20.0, -3.0, 0.0, 5.0, 12.0, 20.0])
def test_counts_have_all_digits_in_single_precision(dispersion: float, log_mean: float) -> None:
    s = math.log(math.expm1(max(dispersion - 1e-4, 1e-9)))
    o = torch.tensor([log_mean, s])
    mean, a = math.exp(log_mean), float(torch.tensor(s).double().exp().log1p()) + 1e-4
    away = (mean + a * mean**2) ** 0.5
    y = torch.tensor([0.0, 1.0, 5.0, mean, mean + away, mean + 3 * away, 3 * mean]).round()
    wide = y.double().numpy()
    found = NegativeBinomial().distribution(o.expand(len(y), 2)).log_prob(y[:, None])
    expected = stats.nbinom.logpmf(wide, 1 / a, 1 / (1 + a * mean))
    np.testing.assert_allclose(found.numpy(), expected, rtol=3e-5, atol=3e-4)
    found = Poisson().distribution(o[:1].expand(len(y), 1)).log_prob(y[:, None])
    expected = stats.poisson.logpmf(wide, mean)
    np.testing.assert_allclose(found.numpy(), expected, rtol=3e-5, atol=3e-4)


@settings(oracle.quick, max_examples=5)
@given(seed=SEEDS)
def test_gradients_of_counts_are_those_of_differences(seed: int) -> None:
    for output in ONE_COUNT:
        o, y = (
            measures.units(output, 4, seed=seed, scale=2.0).requires_grad_(),
            oracle.drawn(output, 4),
        )
        assert torch.autograd.gradcheck(lambda o, y=y, of=output: of.distribution(o).log_prob(y), o)


def test_what_is_left_of_a_factorial() -> None:
    x = torch.cat([torch.linspace(0, 20, 100), torch.tensor([1e3, 1e6])]).double()
    wide = x.numpy()
    expected = scipy.special.gammaln(wide + 1) - scipy.special.xlogy(wide, wide) + wide
    assert_close(stirling(x), torch.from_numpy(expected), rtol=1e-9, atol=1e-8)


def _scipys_betainc(*arguments: Tensor) -> Tensor:
    return torch.as_tensor(scipy.special.betainc(*(v.numpy() for v in arguments)))


def test_the_incomplete_beta_function_is_that_of_scipy() -> None:
    sizes = torch.tensor([1e-3, 0.3, 1.0, 7.5, 200.0, 3e4], dtype=torch.float64)
    x = torch.tensor([0.0, 1e-9, 1e-3, 0.2, 0.5, 0.9, 1.0], dtype=torch.float64)
    a, b, x = (v.flatten() for v in torch.meshgrid(sizes, sizes, x, indexing="ij"))
    assert_close(betainc(a, b, x), _scipys_betainc(a, b, x), rtol=1e-8, atol=1e-9)
    a, b = torch.tensor([0.1, 5.0, 1e3]).double(), torch.tensor(1e8).double()
    for share in (0.5, 1.0, 1.1):
        x = share * a / (a + b)
        expected = _scipys_betainc(a, b, x)
        assert_close(betainc(a, b, x), expected, rtol=1e-6, atol=1e-6)
        assert_close(betainc(b, a, 1 - x), 1 - expected, rtol=1e-5, atol=1e-5)


# ---- in a model ----------------------------------------------------------------------------------


@pytest.mark.parametrize("output", measures.MEASURED, ids=repr)
def test_a_model_has_them_and_goes_on_from_what_was_observed(output: Output) -> None:
    torch.manual_seed(0)
    generator = tt.Wiring("h(t-1) -> h(t)", "y(t-1) -> h(t)", "h(t) -> o(t)")
    p = oracle.model(generator, output, tt.lengths.Unending(), scale=0.3)()
    y = p.sample(max_length=4)
    total = p.log_prob(y)
    seen, rest = (tt.Sequence(v, torch.tensor(2)) for v in y.values.split(2))
    log_p, after = p.observe(seen)
    assert_close(log_p + after.log_prob(rest), total)


@pytest.mark.parametrize("output", measures.MEASURED, ids=repr)
@pytest.mark.parametrize("fed", ["y(t-1) -> h(t)", "E[y(t-1)] -> h(t)"])
def test_padding_changes_nothing_and_has_a_gradient(output: Output, fed: str) -> None:
    wiring = tt.Wiring("x(t) -> h(t)", "h(t-1) -> h(t)", fed, "h(t) -> o(t)")
    model = oracle.model(wiring, output, scale=0.3)
    given = oracle.inputs(wiring, [3, 1])
    p = model(**given)
    y = p.sample()
    log_p = p.log_prob(y)
    log_p.sum().backward()
    assert all(bool(v.grad.isfinite().all()) for v in model.parameters() if v.grad is not None)
    alone = model(given["x"][1:])
    assert_close(alone.log_prob(tt.Sequence(y.values[1:, :1])), log_p[1:])
