"""Every gradient both ways: by the engine in C, where it has the cell, and in Python."""

import pytest

from throughtime.kernels import sweep


@pytest.fixture(params=["engine", "python"], autouse=True)
def _by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "python":
        monkeypatch.setattr(sweep, "loaded", lambda: None)
