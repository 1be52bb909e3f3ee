"""Where training computes, and in which precision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.testing import assert_close

import throughtime as tt
from tests.helpers.elsewhere import DEVICE, elsewhere
from throughtime.data import Dataset
from throughtime.runs import device
from throughtime.runs.errors import ConfigError
from throughtime.runs.folder import RunFolder
from throughtime.runs.options import Options
from throughtime.training import processes, state
from throughtime.training.prepare import prepare
from throughtime.training.train import fit

SMALL: dict[str, Any] = {"hidden_size": 4, "max_steps": 3, "dropout": 0.0}


class _NotFused(torch.optim.AdamW):
    """That of devices that torch has no fused one for."""

    def __init__(self, parameters: Any, *, fused: bool, **options: Any) -> None:
        super().__init__(parameters, foreach=False, **options)


class _Draws:
    """The random numbers of the device."""

    restored: torch.Tensor | None = None

    @staticmethod
    def get_rng_state() -> torch.Tensor:
        return torch.tensor([7, 1], dtype=torch.uint8)

    @classmethod
    def set_rng_state(cls, draws: torch.Tensor) -> None:
        cls.restored = draws


@pytest.mark.filterwarnings("ignore:for .*copying from a non-meta")
def test_training_elsewhere_is_that_of_the_cpu(
    words: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tt.train(words, out=tmp_path / "here", say=None, **SMALL)
    monkeypatch.setattr(processes, "device_of", lambda name: DEVICE)
    monkeypatch.setattr(torch.optim, "AdamW", _NotFused)
    monkeypatch.setattr(state, "draws_on", lambda device: _Draws)
    with elsewhere():
        run, _ = fit(prepare(Options(**SMALL), words, tmp_path / "there"), words)
        fit(RunFolder.load(run.path, "last"), words, resume={"max_steps": 5})
    assert _Draws.restored is not None
    assert _Draws.restored.tolist() == [7, 1]
    monkeypatch.undo()
    there = tt.load(tmp_path / "there")
    assert there.metrics[0]["valid nats"] == pytest.approx(here.metrics[0]["valid nats"], rel=1e-4)
    again = tt.train(resume=here.path, max_steps=5, say=None)
    assert_close(there.model.state_dict(), again.model.state_dict(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("precision", ["float64", "bfloat16"])
def test_other_precisions_train_much_the_same(
    precision: str, words: Dataset, tmp_path: Path
) -> None:
    usual = tt.train(words, out=tmp_path / "usual", say=None, **SMALL)
    run = tt.train(words, out=tmp_path / "run", precision=precision, say=None, **SMALL)
    again = tt.train(resume=run.path, max_steps=5, say=None)
    dtype = torch.float64 if precision == "float64" else torch.float32
    assert {v.dtype for v in again.model.parameters()} == {dtype}
    assert run.metrics[0]["valid nats"] != usual.metrics[0]["valid nats"]
    assert run.metrics[0]["valid nats"] == pytest.approx(usual.metrics[0]["valid nats"], rel=0.02)


def test_devices_that_are_not_there_are_refused(words: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"device is 'gpu'; expected auto, cpu, cuda"):
        tt.train(words, device="gpu", out=tmp_path / "run")
    assert device.device_of("auto").type in ("cpu", "cuda", "mps", "xpu")
    with pytest.raises(ConfigError, match=r"device is 'xpu:7', which torch does not find here; "):
        tt.train(words, device="xpu:7", out=tmp_path / "run", **SMALL)
    assert not (tmp_path / "run").exists()
