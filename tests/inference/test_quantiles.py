"""Quantiles: those of theory where there is a closed form, and of the distribution function."""

import pytest
import scipy.stats
import torch

import throughtime as tt
from tests.helpers import measures
from throughtime.evaluation.metrics.reals import marginal_cdf
from throughtime.inference.quantiles import LEVELS, quantile

EXTREME = (*LEVELS, 0.001, 0.3, 0.999)


@pytest.mark.parametrize("level", EXTREME)
def test_of_a_normal_they_are_those_of_scipy(level: float) -> None:
    torch.manual_seed(0)
    output = tt.outputs.Normal(3)
    p = output.distribution(torch.randn(4, output.size, dtype=torch.float64))
    expected = scipy.stats.norm.ppf(level, p.mean.numpy(), p.variance.sqrt().numpy())
    torch.testing.assert_close(quantile(p, level), torch.from_numpy(expected))


@pytest.mark.parametrize("level", EXTREME)
@pytest.mark.parametrize("spread", [1.0, 6.0])
def test_of_a_mixture_as_much_is_below_them_as_they_say(level: float, spread: float) -> None:
    torch.manual_seed(0)
    output = tt.outputs.Mixture(4, dim=2)
    p = output.distribution(spread * torch.randn(50, output.size, dtype=torch.float64))
    found = quantile(p, level)
    assert found.shape == (50, 2)
    below = marginal_cdf(p, found)
    torch.testing.assert_close(below, torch.full_like(below, level), rtol=0, atol=1e-9)


def test_they_rise_with_the_level() -> None:
    torch.manual_seed(0)
    output = tt.outputs.Mixture(2, dim=1)
    p = output.distribution(3 * torch.randn(20, output.size))
    low, middle, high = (quantile(p, level) for level in LEVELS)
    assert bool(((low < middle) & (middle < high)).all())


@pytest.mark.parametrize("level", EXTREME)
@pytest.mark.parametrize("output", measures.CONTINUOUS, ids=repr)
def test_of_what_is_measured_as_much_is_below_them_as_they_say(
    output: tt.outputs.Output, level: float
) -> None:
    p = output.distribution(measures.units(output, 50))
    below = marginal_cdf(p, quantile(p, level))
    torch.testing.assert_close(below, torch.full_like(below, level), rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("level", "dtype"), [(EXTREME[i], (torch.float32, torch.float64)[i % 2]) for i in range(6)]
)
@pytest.mark.parametrize("output", measures.COUNTS, ids=repr)
def test_of_counts_they_are_the_smallest_with_as_much_below(
    output: tt.outputs.Output, dtype: torch.dtype, level: float
) -> None:
    torch.manual_seed(0)
    p = output.distribution(2 * torch.randn(20, output.size, dtype=dtype))
    found = quantile(p, level)
    assert not bool(output.impossible(found).any())
    rounding = 1e-5 if dtype == torch.float32 else 1e-12
    assert bool((marginal_cdf(p, found) >= level - rounding).all())
    assert bool((marginal_cdf(p, found - 1) < level + rounding).all())
