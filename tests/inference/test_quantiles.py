"""Quantiles: those of theory where there is a closed form, and of the distribution function."""

import pytest
import scipy.stats
import torch

import throughtime as tt
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
