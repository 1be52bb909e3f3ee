"""What torch would make later is written out before the engine reads it, or refused."""

import pytest
import torch

import throughtime as tt
from tests.helpers.recursion import bptt
from throughtime.cells.drive import Drive
from throughtime.engine import library
from throughtime.engine.dense import dense, materialized

pytestmark = pytest.mark.skipif(library.loaded() is None, reason="no engine is built here")


def numbers(*shape: int) -> torch.Tensor:
    """A view whose memory has the numbers with the other sign."""
    found = torch.randn(*shape, dtype=torch.complex128).conj().imag
    assert found.is_neg()
    return found


def test_what_is_dense_stays_itself() -> None:
    whole = torch.randn(2, 3)
    assert dense(whole) is materialized(whole) is whole
    assert materialized(whole.T).data_ptr() == whole.data_ptr()
    assert torch.equal(dense(whole.T), whole.T)


@pytest.mark.parametrize("cell", [tt.cells.Elman(3), tt.cells.GRU(3), tt.cells.LSTM(3)])
def test_negative_views_are_read_as_their_numbers(cell: tt.cells.Cell) -> None:
    cell, drive = cell.double(), numbers(4, 2, cell.drive_size)
    state = tuple(numbers(2, size) for size in cell.state_sizes)
    found = bptt(cell, Drive(4, given=drive), state)
    expected = bptt(cell, Drive(4, given=drive + 0), tuple(s + 0 for s in state))
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)


def test_negative_gradients_arrive_as_their_numbers() -> None:
    module, x = tt.nn.GRU(2, 3).double(), torch.randn(4, 1, 2).double()
    arriving, grads = numbers(4, 1, 3), []
    for g in (arriving, arriving + 0):
        module.zero_grad()
        module(x)[0].backward(g)
        grads.append([p.grad.clone() for p in module.parameters()])
    assert all(map(torch.equal, *grads))


def test_zeros_without_memory_are_zeros() -> None:
    zeros = torch._efficientzerotensor((2, 3))
    assert torch.equal(materialized(zeros), torch.zeros(2, 3))


def test_memory_that_was_given_back_is_refused() -> None:
    module, x = tt.nn.LSTM(2, 3), torch.randn(4, 1, 2)
    x.untyped_storage().resize_(0)
    with pytest.raises(ValueError, match=r"shape \(4, 1, 2\) has no memory for all of its numbers"):
        module(x)


@pytest.mark.parametrize("left", [0, 1, 31])
def test_memory_that_was_given_back_in_part_is_refused(left: int) -> None:
    """Of 32 bytes: never is more read than there is."""
    room, live = torch.randn(8), tt.nn.Streaming(tt.nn.GRU(2, 2), 2)
    views = {
        "whole": room.view(4, 2),
        "the end": room[4:].view(2, 2),
        "turned": room.view(2, 4).T,
        "every other": room[1::2].view(2, 2),
        "again": room[7:].expand(2, 2),
    }
    before = {name: materialized(view) + 0 for name, view in views.items()}
    assert all(torch.equal(dense(view), before[name]) for name, view in views.items())
    nothing = room[8:]
    room.untyped_storage().resize_(left)
    for view in views.values():
        for read in (materialized, dense):
            with pytest.raises(ValueError, match="has no memory for all of its numbers"):
                read(view)
        if view.shape == (2, 2):
            with pytest.raises(ValueError, match="has no memory for all of its numbers"):
                live.step(view, live.zeros(), live.zeros())
    assert dense(nothing) is nothing
