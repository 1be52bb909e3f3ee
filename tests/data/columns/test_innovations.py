"""Innovations: what a linear model leaves of a series, and back; and how that model is chosen."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from throughtime.data.columns.innovations import Innovations
from throughtime.data.columns.linear import chosen, enough, fitted

RNG = np.random.default_rng


def seasonal(steps: int = 120, seed: int = 0) -> NDArray[np.float64]:
    """Grows, by months, in proportion to its size."""
    rng, t = RNG(seed), np.arange(steps)
    season = np.tile(RNG(1).normal(0, 0.2, 12), steps // 12 + 1)[:steps]
    return np.exp(4 + 0.01 * t + season + rng.normal(0, 0.03, steps).cumsum())


def learned(y: NDArray[np.float64], season: int = 1) -> Innovations:
    shape = chosen([y], season)
    assert shape is not None
    return fitted(y, shape)


@pytest.mark.parametrize("missing", [False, True])
def test_paths_of_innovations_are_paths_of_values(missing: bool) -> None:
    """What follows a history gives innovations that give it back, step for step."""
    y = seasonal()
    history = y[:96].copy()
    if missing:
        history[[40, 95]] = np.nan
    found = learned(history, 12)
    z = found.into(np.concatenate([history, y[96:]]))[96:]
    assert found.back(history, z[None])[0] == pytest.approx(y[96:], rel=1e-9)


def test_innovations_rise_with_the_value() -> None:
    history = seasonal()[:96]
    found = learned(history, 12)
    z = [found.into(np.append(history, v))[-1] for v in (-5.0, 0.0, 1.0, 50.0, 500.0)]
    assert z == sorted(z)
    assert len(set(z)) == 5


def test_of_an_autoregression_they_are_its_noise() -> None:
    rng, y = RNG(0), [0.0, 0.0]
    noise = rng.normal(0, 3, 2000)
    for e in noise[2:]:
        y.append(1.2 * y[-1] - 0.6 * y[-2] + e)
    found = learned(np.array(y))
    assert found.weights[1:3] == pytest.approx([1.2, -0.6], abs=0.06)
    assert found.unit == pytest.approx(3, rel=0.05)
    z = found.into(np.array(y))
    assert np.corrcoef(z[10:], noise[10:])[0, 1] > 0.99


def test_what_grows_in_proportion_is_bent_and_has_its_season() -> None:
    found = learned(seasonal(), 12)
    assert found.bend < seasonal().mean() / 5
    assert len(found.season) == 12
    assert found.into(seasonal()).std() == pytest.approx(1, abs=0.1)


def test_what_may_be_below_zero_is_not_bent() -> None:
    assert learned(RNG(0).normal(size=100)).bend == math.inf


def test_a_walk_is_followed_and_noise_is_not() -> None:
    """Its last value says all of a walk, and its mean all of noise: forecasts far ahead say so."""
    walk, noise = RNG(0).normal(size=400).cumsum(), RNG(1).normal(size=400)
    still = np.zeros((1, 50))
    assert learned(noise).back(noise, still)[0, -1] == pytest.approx(noise.mean(), abs=0.2)
    ahead = learned(walk).back(walk, still)[0, 5]
    assert abs(ahead - walk[-1]) < abs(ahead - walk.mean())


def test_missing_values_are_missing_and_hardly_change_what_is_learned() -> None:
    y = seasonal()
    some = y.copy()
    some[RNG(0).random(len(y)) < 0.1] = np.nan
    found = learned(some, 12)
    assert np.array_equal(np.isnan(found.into(some)), np.isnan(some))
    assert found.unit == pytest.approx(learned(y, 12).unit, rel=0.3)


def test_missing_values_hardly_change_what_comes() -> None:
    """All goes on as if what is missing had been what is usual."""
    y, still = seasonal()[:103], np.zeros((1, 12))
    found = learned(y, 12)
    usual = found.back(y[:100], still[:, :3])[0]
    gone, filled = np.append(y[:100], [np.nan] * 3), np.append(y[:100], usual)
    assert found.back(gone, still) == pytest.approx(found.back(filled, still), rel=1e-9)


def test_noise_of_one_size_is_not_bent() -> None:
    """A logarithm makes all numbers smaller, which would look like less noise."""
    assert learned(100 + RNG(0).normal(0, 20, 300)).bend > 100


def test_too_few_values_or_equal_ones_choose_nothing() -> None:
    assert chosen([np.ones(100)], 1) is None
    assert not enough(np.arange(23.0))
    assert enough(np.arange(24.0))


def test_they_are_restored_from_what_json_keeps() -> None:
    for found in (learned(seasonal(), 12), learned(RNG(0).normal(size=100))):
        again = Innovations.restored(json.loads(json.dumps(found.state())))
        assert again.alike(found)
        assert np.array_equal(again.into(seasonal()), found.into(seasonal()))
    with pytest.raises(ValueError, match="a linear part"):
        Innovations.restored({**found.state(), "unit": 0.0})


@pytest.mark.parametrize("season", [1, 12])
@pytest.mark.parametrize("missing", [0.0, 0.5, 0.8])
def test_no_path_explodes(season: int, missing: float) -> None:
    """What few values seem to say of the last ones is no reason to grow without end."""
    draw = np.random.default_rng(0)
    y = np.where(draw.random(120) < missing, np.nan, draw.normal(size=120))
    shape = chosen([y], season)
    assert shape is not None
    paths = fitted(y, shape).back(y, draw.normal(size=(100, 200)))
    assert np.abs(paths).max() < 20


@pytest.mark.parametrize(
    "y",
    [
        2.0 * np.arange(100),
        np.sin(np.arange(100) / 3),
        np.exp(np.arange(100) / 9),
        np.where(np.arange(100) < 50, 0.0, 1e3),
    ],
)
def test_of_what_has_no_noise_z_is_no_larger(y: NDArray[np.float64]) -> None:
    """Else the first values, of which nothing is known, would be millions of deviations away."""
    shape = chosen([y], 1)
    assert shape is not None
    z = fitted(y, shape).into(y)
    assert float((z**2).mean()) == pytest.approx(1)
    assert np.abs(z).max() <= 10.0 + 1e-6
