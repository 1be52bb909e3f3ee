"""Memory that is let go is used again, and no memory is used twice at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from throughtime.engine import memory

LIKE = torch.zeros(0)


@pytest.fixture(autouse=True)
def _none_waits() -> Iterator[None]:
    memory._waiting.clear()
    yield
    memory._waiting.clear()


def large(rows: int = 1 << 10) -> torch.Tensor:
    return memory.empty((rows, 1 << 10), LIKE)


def test_what_is_let_go_is_used_again() -> None:
    first = large()
    address = first.data_ptr()
    assert address % memory.ALIGNED == 0
    view = first[3:]
    del first
    other = large()  # as long as anybody looks at the first, it is not free
    assert other.data_ptr() != address
    del view
    again = large()
    assert again.data_ptr() == address


def test_another_size_lets_all_go() -> None:
    del_me = [large() for _ in range(3)]
    del_me.clear()
    assert len(memory._waiting) == 3
    kept = large(1 << 11)
    assert not memory._waiting
    assert kept.shape == (1 << 11, 1 << 10)


def test_only_so_much_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST", 5 << 22)
    many = [large() for _ in range(7)]
    assert len({v.data_ptr() for v in many}) == len(many)
    many.clear()
    assert len(memory._waiting) == 4  # each has a little more than 4 MiB
    memory.release()
    assert not memory._waiting


def test_what_is_small_is_torchs_own() -> None:
    assert memory.empty((3,), LIKE).untyped_storage().resizable()
    assert not memory._waiting
