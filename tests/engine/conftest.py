"""Tests that have this fixture are those of the engine on every instruction set that is here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from throughtime.engine import library, use


@pytest.fixture(params=library.processor())
def instructions(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Each instruction set; two threads for the smallest of work; NaN in all fresh memory."""
    if library.loaded() is None:
        pytest.skip("no engine is built here")
    monkeypatch.setattr(library, "ENOUGH", 0)
    threads = torch.get_num_threads()
    before = torch.are_deterministic_algorithms_enabled()  # --poison
    torch.use_deterministic_algorithms(True)
    with use(request.param):
        yield request.param
    torch.use_deterministic_algorithms(before, warn_only=before)
    torch.set_num_threads(threads)
