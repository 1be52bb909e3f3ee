"""Count how often something is called, which a test of speed must not measure by time."""

from __future__ import annotations

from typing import Any

import pytest


def counted(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> list[str]:
    """A list that gets the name at every call of the owner's function from now on."""
    calls: list[str] = []
    function = getattr(owner, name)

    def call(*arguments: Any, **options: Any) -> Any:
        calls.append(name)
        return function(*arguments, **options)

    monkeypatch.setattr(owner, name, call)
    return calls
