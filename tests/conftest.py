"""What has two ways of being computed is tested both ways."""

import pytest

from throughtime.kernels import sweep


@pytest.fixture(params=["engine", "python"])
def each_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the engine in C, where it has the cell, and in Python."""
    if request.param == "python":
        monkeypatch.setattr(sweep, "loaded", lambda: None)
