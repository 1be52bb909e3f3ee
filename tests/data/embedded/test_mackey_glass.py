"""Mackey-Glass: the solver solves the equation."""

from collections.abc import Callable

import torch

from throughtime.data import Dataset
from throughtime.data.embedded.mackey_glass import series
from throughtime.sequence import Sequence


def test_the_error_falls_with_the_fourth_power_of_the_step() -> None:
    coarse, middle, fine = (
        torch.tensor(series(300, steps, skip=0), dtype=torch.float64) for steps in (5, 10, 20)
    )
    first, second = ((a - b).abs().max() for a, b in ((coarse, middle), (middle, fine)))
    assert first < 1e-6
    assert 12 < first / second < 20


def test_the_first_delay_is_known_in_closed_form() -> None:
    # Until t = 17 the delayed value is the constant 1.2, so x decays to f = feedback / 0.1.
    t = torch.arange(1, 18, dtype=torch.float64)
    f = 0.2 * 1.2 / (1 + 1.2**10) / 0.1
    exact = f + (1.2 - f) * torch.exp(-0.1 * t)
    assert torch.allclose(torch.tensor(series(17, skip=0), dtype=torch.float64), exact, atol=1e-7)


def test_skipping_is_leaving_out() -> None:
    assert series(50, skip=30) == series(80, skip=0)[30:]


def test_the_series_keeps_its_bounds_and_never_repeats() -> None:
    x = torch.tensor(series(5000, steps=2))
    assert x.min() > 0.2
    assert x.max() < 1.4
    assert x.std() > 0.2
    assert not any((x[lag:] - x[:-lag]).abs().max() < 0.1 for lag in range(5, 1000))


def test_units_are_those_of_training(loaded: Callable[[str], Dataset]) -> None:
    splits = loaded("mackey-glass").splits
    train, valid, test = (splits[part].y for part in ("train", "valid", "test"))
    assert isinstance(train, Sequence)
    assert isinstance(valid, Sequence)
    assert isinstance(test, Sequence)
    assert train.values.mean().abs() < 1e-5
    assert abs(train.values.std() - 1) < 1e-4
    whole = torch.cat([part.values.flatten() for part in (train, valid, test)])
    assert len(whole) == 20_000
    raw = torch.tensor(series(3000)[::6])
    assert torch.corrcoef(torch.stack([whole[:500], raw]))[0, 1] > 1 - 1e-6
