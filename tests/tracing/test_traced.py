"""A user's step in the engine, by its trace, is the step itself; or it is not used."""

from __future__ import annotations

import contextlib
import math
from threading import Thread
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from tests.helpers.calls import counted
from tests.helpers.own_cells import NOT_TRACED, TRACED, LayerNormGRU, Leaky, Peephole, Written
from tests.helpers.recursion import bptt
from throughtime.cells.cell import Cell, State
from throughtime.engine.library import loaded
from throughtime.gradients.unroll import unroll
from throughtime.tracing import cache
from throughtime.tracing.capture import NotTraced
from throughtime.tracing.programs import Programs


@pytest.fixture
def each_way() -> None:
    """By the engine alone: without it, there is no trace."""
    if loaded() is None:
        pytest.skip("no engine is built here")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "ENOUGH", 0)


def assert_exact(
    cell: Cell, steps: int = 10, rows: int = 12, *, ragged: bool = True, scale: float = 1.0
) -> None:
    """States and all gradients are those of the plain loop."""
    cell.double()
    options: dict[str, Any] = {"dtype": torch.float64, "requires_grad": True}
    drive = scale * torch.randn(steps, rows, cell.drive_size, dtype=torch.float64)
    drive.requires_grad_()
    state = tuple(torch.randn(rows, n, **options) for n in cell.state_sizes)
    alive = torch.arange(steps)[:, None] < torch.randint(0, steps + 1, (rows,))
    wanted = [drive, *state, *cell.parameters()]
    expected, actual = (
        run(cell, drive, state, alive if ragged else None) for run in (unroll, bptt)
    )
    arriving = tuple(torch.randn_like(s) for s in expected)
    a, b = (
        torch.autograd.grad(s, wanted, arriving, allow_unused=True, materialize_grads=True)
        for s in (actual, expected)
    )
    for x, y in zip((*actual, *a), (*expected, *b), strict=True):
        torch.testing.assert_close(x, y, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("ragged", [True, False])
@pytest.mark.parametrize("name", TRACED)
def test_gradients_are_exact_by_the_trace(name: str, ragged: bool) -> None:
    torch.manual_seed(0)
    cell = TRACED[name](4)
    assert_exact(cell, ragged=ragged)
    (traced,) = cache._cells[cell].programs.values()
    assert traced is not None
    assert_exact(cell, steps=11, rows=1, ragged=ragged)  # other sizes, by the same trace
    assert_exact(cell, steps=20, rows=70, ragged=ragged)
    assert cache._cells[cell].programs == {next(iter(cache._cells[cell].programs)): traced}


@pytest.mark.parametrize("name", NOT_TRACED)
def test_gradients_are_exact_where_there_can_be_no_trace(name: str) -> None:
    torch.manual_seed(0)
    cell = NOT_TRACED[name](5 if name == "turned" else 4)  # as many as there are rows in a trace
    assert_exact(cell)
    assert cache._cells[cell].programs == {next(iter(cache._cells[cell].programs)): None}


def test_rows_that_know_how_many_they_are_are_not_traced() -> None:
    class Counting(LayerNormGRU):
        def step(self, drive: Tensor, state: State) -> State:
            (h,) = super().step(drive, state)
            return (h / len(h),)

    cell = Counting(3)
    with pytest.raises(NotTraced, match="how many rows"):
        Programs(cell, torch.zeros(2, 9), cell.initial_state(2))


def test_what_is_read_again_must_not_be_overwritten() -> None:
    class Overwriting(LayerNormGRU):
        def step(self, drive: Tensor, state: State) -> State:
            v = torch.sin(drive[:, :3])
            same = v.detach()
            v.mul_(0.5)
            return (same + self.W(state[0])[:, :3] + v,)

    cell = Overwriting(3)
    with pytest.raises(NotTraced, match="read again"):
        Programs(cell, torch.zeros(2, 9), cell.initial_state(2))


def test_a_loss_may_use_a_part_of_the_state_alone() -> None:
    cell = Peephole(3).double()
    drive = torch.randn(6, 2, 12, dtype=torch.float64, requires_grad=True)
    state = cell.initial_state(2, drive)
    for part in range(2):
        expected, actual = (
            torch.autograd.grad(run(cell, drive, state)[part].sum(), [drive, *cell.parameters()])
            for run in (unroll, bptt)
        )
        for a, b in zip(actual, expected, strict=True):
            torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-9)


def test_tensors_need_not_be_dense() -> None:
    cell = Peephole(4).double()
    drive = torch.randn(16, 3, 6, dtype=torch.float64).transpose(0, 2).requires_grad_()
    state = (torch.randn(4, 1, dtype=torch.float64).expand(4, 3).T,) * 2
    arriving = torch.randn(4, 3, 6, dtype=torch.float64).transpose(0, 2)
    expected, actual = (
        torch.autograd.grad(run(cell, drive, state)[0], [drive, *cell.parameters()], arriving)
        for run in (unroll, bptt)
    )
    for a, b in zip(actual, expected, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-9)


def test_a_wrong_shape_is_refused() -> None:
    cell = Peephole(3)
    traced = cache.programs_of(cell, torch.zeros(9, 2, 12), cell.initial_state(2))
    assert traced is not None
    for drive, rows in (((9, 2, 11), 2), ((9, 2, 12), 3)):
        with pytest.raises(ValueError, match="expected"):
            traced.forward(torch.zeros(drive), cell.initial_state(rows), None, keep=False)


def test_what_only_looks_takes_the_engine_too(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = LayerNormGRU(3)
    drive, state = torch.randn(20, 2, 9), cell.initial_state(2)
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            expected = unroll(cell, drive, state)
            calls = counted(monkeypatch, LayerNormGRU, "step")
            torch.testing.assert_close(bptt(cell, drive, state), expected)
            monkeypatch.undo()
            monkeypatch.setattr(cache, "ENOUGH", 0)
            assert len(calls) < len(drive)


def test_parameters_of_another_size_are_traced_anew() -> None:
    cell = Peephole(3)
    assert_exact(cell)
    other = Peephole(5).double()
    cell.W, cell.p, cell.drive_size, cell.state_sizes = other.W, other.p, 20, (5, 5)
    assert_exact(cell)
    assert len(cache._cells[cell].programs) == 2


def test_changed_parameters_are_the_traces_too() -> None:
    cell = LayerNormGRU(3)
    assert_exact(cell)
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.add_(0.3)
    assert_exact(cell)
    assert len(cache._cells[cell].programs) == 1


def test_a_step_that_python_has_changed_is_traced_again() -> None:
    """Also where no trial would notice."""
    cell = LayerNormGRU(3)
    assert_exact(cell)
    cell.gain = 2.0
    assert_exact(cell)
    assert len(cache._cells[cell].programs) == 2
    written = Written(3, lambda s, u, h: (u + h).clamp(-s.most, s.most), 1)
    for most in (100.0, 200.0):
        vars(written)["most"] = most
        assert_exact(written, scale=150.0)


def test_a_change_that_cannot_be_seen_is_noticed_by_the_trial() -> None:
    gain = [1.0]
    cell = Written(3, lambda s, u, h: torch.tanh(gain[0] * u + s.W(h)), 1)
    assert_exact(cell)
    gain[0] = 2.0
    assert_exact(cell)  # one by one, since the trace did not fit
    assert not cache._cells[cell].programs
    assert_exact(cell)
    assert cache._cells[cell].programs


def test_a_cell_that_changes_all_the_time_is_not_traced_all_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cache, "ENOUGH", 30)
    cell, made = LayerNormGRU(3), counted(monkeypatch, Programs, "__init__")
    for i in range(40):
        cell.gain = 1 + i / 40
        assert_exact(cell, steps=10)
    assert len(made) == 3  # after 30, 60 more and 120 more steps; the next would be after 450
    assert len(cache._cells[cell].programs) <= cache.MOST


def test_tracing_leaves_the_cell_alone() -> None:
    """Its parameters, their hooks, and threads that use it meanwhile."""
    cell = Written(3, lambda s, u, h: torch.tanh(u + s.W(h)), 1)
    seen: list[Tensor] = []
    cell.W.weight.register_hook(seen.append)
    parameters = list(map(id, cell.parameters()))
    drive = torch.randn(20, 2, 3)

    def go_on() -> None:
        for _ in range(3):
            bptt(cell, drive, cell.initial_state(2))

    threads = [Thread(target=go_on) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(map(id, cell.parameters())) == parameters
    assert not seen
    bptt(cell, drive, cell.initial_state(2))[0].sum().backward()
    assert len(seen) == 1


class Caching(LayerNormGRU):
    cache: Tensor | None = None

    def step(self, drive: Tensor, state: State) -> State:
        if self.cache is None:
            self.cache = torch.eye(3, dtype=drive.dtype)
        (h,) = super().step(drive, state)
        return (h @ self.cache,)


def test_what_a_step_keeps_it_keeps_itself() -> None:
    cell = Caching(3)
    with contextlib.suppress(NotTraced):
        Programs(cell, torch.zeros(2, 9), cell.initial_state(2))
    assert cell.cache is None
    assert_exact(cell)


def test_hooks_are_called_at_every_step() -> None:
    cell, calls = LayerNormGRU(3), []
    cell.W.register_forward_hook(lambda *_: calls.append(1))
    bptt(cell, torch.randn(20, 2, 9), cell.initial_state(2))
    assert len(calls) == 20


def test_what_is_made_again_later_is_the_same() -> None:
    """Activation checkpointing runs the steps twice, and compares what is saved."""
    cell = Written(4, lambda s, u, h: torch.tanh(torch.sin(u + s.W(h))), 1)
    drive, state = torch.randn(20, 2, 4, requires_grad=True), (torch.zeros(2, 4),)
    again = checkpoint(lambda d: bptt(cell, d, state)[0], drive, use_reentrant=False)
    wanted = (drive, cell.W.weight)
    actual = torch.autograd.grad(again.sum() + bptt(cell, drive, state)[0].sum(), wanted)
    expected = torch.autograd.grad(2 * unroll(cell, drive, state)[0].sum(), wanted)
    torch.testing.assert_close(actual, expected)


def test_a_trace_made_where_nothing_is_learned_serves_to_learn() -> None:
    cell = Written(4, lambda s, u, h: torch.tanh(u + s.W(h)), 1)
    with torch.inference_mode():
        bptt(cell, torch.randn(20, 2, 4), (torch.zeros(2, 4),))
    drive, state = torch.randn(20, 2, 4, requires_grad=True), (torch.zeros(2, 4),)
    actual, expected = (
        torch.autograd.grad(run(cell, drive, state)[0].sum(), (drive, cell.W.weight))
        for run in (bptt, unroll)
    )
    torch.testing.assert_close(actual, expected)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_is_none_in_the_engine_either(value: float) -> None:
    cell = Written(4, lambda s, u, h: torch.tanh(u * s.a), 1)
    with torch.no_grad():
        cell.a[1] = value
    drive, state = torch.rand(20, 2, 4) + 1, (torch.zeros(2, 4),)
    torch.testing.assert_close(bptt(cell, drive, state), unroll(cell, drive, state), equal_nan=True)


def test_many_small_steps_in_one_are_traced_in_no_time() -> None:
    def euler(s: Written, u: Tensor, h: Tensor) -> Tensor:
        for _ in range(40):
            h = h + 0.1 * (u - h)
        return torch.sin(h)

    assert_exact(Written(4, euler, 1))


def test_the_truth_of_a_number_is_not_its_size() -> None:
    cell = Written(4, lambda s, u, h: torch.where(torch.logical_or(h, u), u + 1, s.W(h)), 1)
    with pytest.raises(NotTraced, match="truth"):
        Programs(cell, torch.zeros(2, 4), cell.initial_state(2))


def test_a_change_that_h_does_not_carry_on_is_noticed_too() -> None:
    cell = Leaky(3)
    assert_exact(cell)
    cell.gain = 3.0
    assert_exact(cell)


def test_a_trace_is_made_when_it_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "ENOUGH", 100)
    cell = Peephole(3)
    for i in range(4):
        assert_exact(cell, steps=30)
        assert bool(cache._cells[cell].programs) == (i == 3)


def test_tracing_draws_no_random_numbers() -> None:
    cell = Peephole(3)
    before = torch.random.get_rng_state()
    Programs(cell, torch.zeros(2, 12), cell.initial_state(2))
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_cell_that_is_gone_is_forgotten() -> None:
    cell = LayerNormGRU(3)
    assert_exact(cell)
    count = len(cache._cells)
    del cell
    assert len(cache._cells) < count
