"""The benchmark of a device compares before it times."""

from __future__ import annotations

import pytest
import torch

from benchmarks.gpu import checks, times
from benchmarks.gpu.checks import CELLS, KINDS, WIRINGS, model_of
from throughtime.cells import GRU
from throughtime.wiring import Edge

CPU = torch.device("cpu")


def test_a_wrong_number_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of(CELLS["gru"], WIRINGS["2.5"], *KINDS[1])
    assert checks._difference(model, CPU) < checks.TOLERANCE
    right = checks._to
    monkeypatch.setattr(checks, "_to", lambda value, device: right(value, device).reverse())
    assert checks._difference(model, CPU) > checks.TOLERANCE


def test_draws_that_are_not_the_models_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks._draws(GRU, CPU, draws=2_000) < 5
    multinomial = torch.Tensor.bincount
    monkeypatch.setattr(
        torch.Tensor, "bincount", lambda v, minlength: multinomial(v // 2, minlength=minlength)
    )
    assert checks._draws(GRU, CPU, draws=2_000) > 5


def test_contestants_do_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "TURNS", 1)
    monkeypatch.setattr(times, "SECONDS", 0.0)
    for contestants in (
        times._taggers("lstm", 4, 3, 5, False, CPU, ragged=True),
        times._taggers("gru", 4, 3, 5, False, CPU),
        times._words("gru", 4, 3, 5, 20, CPU),
        times._closed(Edge.EXPECTED, "gru", 4, 3, 5, CPU),
        times._closed(Edge.OUTPUT, "own cell", 4, 3, 5, CPU),
        times._sampling("lstm", 4, 3, 5, CPU),
    ):
        assert all(ms > 0 for ms in times._medians(contestants, CPU).values())
    wrong = times._taggers("tanh", 4, 3, 5, False, CPU) | {"other": lambda: torch.tensor(9.0)}
    with pytest.raises(RuntimeError, match="losses of ours, torch"):
        times._medians(wrong, CPU)
