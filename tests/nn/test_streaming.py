"""Step by step is the whole."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize
from torch.testing import assert_close

import throughtime as tt
from tests.helpers.models import unchecked
from throughtime.engine import library
from throughtime.nn.recurrent import Recurrent

pytestmark = pytest.mark.usefixtures("each_way")

KINDS: dict[str, Callable[..., Recurrent]] = {
    "tanh": tt.nn.RNN,
    "relu": lambda *sizes, **options: tt.nn.RNN(*sizes, nonlinearity="relu", **options),
    "GRU": tt.nn.GRU,
    "LSTM": tt.nn.LSTM,
}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
@pytest.mark.parametrize("rows", [1, 5])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_step_by_step_is_the_whole(
    kind: str, bias: bool, layers: int, rows: int, dtype: torch.dtype
) -> None:
    module = KINDS[kind](3, 18, num_layers=layers, bias=bias, dtype=dtype)
    x = torch.randn(6, rows, 3, dtype=dtype)
    live = tt.nn.Streaming(module, rows)
    state, new = live.zeros(), live.zeros()
    for part in state:
        part.normal_()
    start = state if kind == "LSTM" else state[0]
    with torch.no_grad():
        expected, end = module(x, tuple(s.clone() for s in start) if kind == "LSTM" else start + 0)
    for t in range(6):
        h = live.step(x[t], state, new)
        state, new = new, state
        # torch's own kernels round bfloat16 elsewhere
        rtol, atol = (0.0, 0.05) if dtype is torch.bfloat16 else (None, None)
        assert_close(h, expected[t], rtol=rtol, atol=atol)
    for s, e in zip(state, end if kind == "LSTM" else (end,), strict=True):
        assert_close(s, e, rtol=rtol, atol=atol)


def test_weights_that_have_changed_are_noticed() -> None:
    module = tt.nn.GRU(2, 4)
    live, x = tt.nn.Streaming(module), torch.randn(1, 2)
    state, new = live.zeros(), live.zeros()
    before = live.step(x, state, new).clone()
    with torch.no_grad():
        module.weight_ih_l0.mul_(2)
    after = live.step(x, state, new)
    assert not torch.equal(before, after)
    assert_close(after, module(x[None])[0][0].detach())


def test_a_step_allocates_no_memory_for_numbers() -> None:
    if library.loaded() is None:
        pytest.skip("it is the engine that needs none")
    live = tt.nn.Streaming(tt.nn.LSTM(8, 64, num_layers=2), 4)
    x, state, new = torch.randn(4, 8), live.zeros(), live.zeros()
    live.step(x, state, new)
    with torch.profiler.profile(profile_memory=True) as profile:
        for _ in range(10):
            live.step(x, state, new)
            state, new = new, state
    assert all(event.cpu_memory_usage <= 0 for event in profile.events())


def test_what_cannot_be_taken_step_by_step_is_refused() -> None:
    with pytest.raises(ValueError, match="expected one direction, and no proj_size"):
        tt.nn.Streaming(tt.nn.GRU(2, 3, bidirectional=True))
    with pytest.raises(ValueError, match="expected one direction, and no proj_size"):
        tt.nn.Streaming(tt.nn.LSTM(2, 3, proj_size=1))
    with pytest.raises(ValueError, match="rows must be a whole number, at least 1; got 0"):
        tt.nn.Streaming(tt.nn.GRU(2, 3), 0)


def test_what_does_not_fit_is_refused() -> None:
    live = tt.nn.Streaming(tt.nn.LSTM(2, 3), 4)
    x, state, new = torch.zeros(4, 2), live.zeros(), live.zeros()
    with pytest.raises(ValueError, match=r"x has shape \(4, 3\).*expected \(4, 2\)"):
        live.step(torch.zeros(4, 3), state, new)
    with pytest.raises(ValueError, match=r"x has .* torch.float64 on cpu; expected"):
        live.step(x.double(), state, new)
    with pytest.raises(ValueError, match=r"state has shape \(1, 4, 4\)"):
        live.step(x, (state[0], torch.zeros(1, 4, 4)), new)
    with pytest.raises(ValueError, match="have 1 and 2 tensors; expected 2"):
        live.step(x, state[:1], new)
    with pytest.raises(ValueError, match="the new state must not be the old one"):
        live.step(x, state, state)
    with pytest.raises(ValueError, match="the new state must be contiguous"):
        live.step(x, state, (new[0], torch.zeros(1, 3, 4).mT))


def test_memory_that_is_shared_is_refused() -> None:
    live = tt.nn.Streaming(tt.nn.LSTM(3, 3), 2)
    x, (h, c), room = torch.zeros(2, 3), live.zeros(), torch.zeros(20)
    for state, new in (
        ((room[0:6].view(1, 2, 3), c), (room[3:9].view(1, 2, 3), torch.zeros(1, 2, 3))),  # in part
        ((h, c), (room[:6].view(1, 2, 3), room[:6].view(1, 2, 3))),  # both parts are one
        ((h, c), (c, torch.zeros(1, 2, 3))),  # the new h is the old c
        ((h, c), (x[None], torch.zeros(1, 2, 3))),  # or x
    ):
        with pytest.raises(ValueError, match="must not be the old one, or share memory with it"):
            live.step(x, state, new)
    live.step(x, (h, c), (room[:6].view(1, 2, 3), room[6:12].view(1, 2, 3)))  # side by side
    negative = torch.zeros(1, 2, 3, dtype=torch.complex64).conj().imag
    with pytest.raises(ValueError, match="the new state must be contiguous"):
        live.step(x, (h, c), (negative, torch.zeros(1, 2, 3)))


def test_weights_that_were_replaced_are_noticed() -> None:
    module = tt.nn.GRU(2, 4)
    live, x = tt.nn.Streaming(module), torch.randn(1, 2)
    for replace in (
        lambda: torch.nn.utils.vector_to_parameters(torch.randn(24 + 48 + 24), module.parameters()),
        lambda: module.double(),
        lambda: setattr(module, "weight_hh_l0", torch.nn.Parameter(torch.randn(12, 4).double())),
    ):
        live.step(x, live.zeros(), live.zeros())
        replace()
        x = x.to(next(module.parameters()).dtype)
        expected = module(x[None])[0][0].detach()
        assert_close(live.step(x, live.zeros(), live.zeros()), expected)


def test_negative_views_are_read_as_their_numbers() -> None:
    module = tt.nn.LSTM(2, 3)
    live, numbers = tt.nn.Streaming(module), torch.randn(1, 1, 3, dtype=torch.complex64)
    x = torch.randn(1, 2, dtype=torch.complex64).conj().imag
    h, c = numbers.conj().imag, numbers.imag
    assert x.is_neg()
    assert h.is_neg()
    found = live.step(x, (h, c), live.zeros())
    assert_close(found, module(x[None] + 0, (h + 0, c + 0))[0][0].detach())


def test_weights_changed_behind_autograds_back_are_taken_when_asked() -> None:
    module = tt.nn.RNN(2, 4)
    live, x = tt.nn.Streaming(module), torch.randn(1, 2)
    live.step(x, live.zeros(), live.zeros())
    module.weight_ih_l0.data.mul_(5.0)
    live.refresh()
    assert_close(live.step(x, live.zeros(), live.zeros()), module(x[None])[0][0].detach())


def test_what_autograd_has_kept_is_not_silently_overwritten() -> None:
    live, x = tt.nn.Streaming(tt.nn.GRU(2, 4)), torch.randn(1, 2)
    state, new, w = live.zeros(), live.zeros(), torch.ones(4, requires_grad=True)
    loss = (live.step(x, state, new) * w).sum()
    live.step(x, new, state)
    live.step(x, state, new)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_it_is_copied_and_made_in_inference_mode() -> None:
    with torch.inference_mode():
        live, x = tt.nn.Streaming(tt.nn.LSTM(2, 4)), torch.randn(1, 2)
        first = live.step(x, live.zeros(), live.zeros())
        again = copy.deepcopy(live)
        assert_close(again.step(x, again.zeros(), again.zeros()), first)


def test_an_input_that_is_elsewhere_is_refused() -> None:
    live = tt.nn.Streaming(tt.nn.GRU(2, 4))
    with pytest.raises(ValueError, match=r"x has .* on meta; expected .* on cpu"):
        live.step(torch.zeros(1, 2, device="meta"), live.zeros(), live.zeros())


def test_a_parametrized_modules_weights_are_its_present_ones() -> None:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.by = torch.tensor(1.0)

        def forward(self, W: Tensor) -> Tensor:
            return self.by * W

    module, scaled = tt.nn.GRU(3, 4), Scaled()
    parametrize.register_parametrization(module, "weight_hh_l0", scaled)
    live = tt.nn.Streaming(module)
    x, state, new = torch.randn(1, 3), (torch.randn(1, 1, 4),), live.zeros()
    for _ in range(2):
        expected, _ = module(x[None], state[0])
        torch.testing.assert_close(live.step(x, state, new), expected[0])
        scaled.by.mul_(3)


def test_weights_are_not_written_to() -> None:
    module = tt.nn.GRU(3, 4)
    live = tt.nn.Streaming(module, 2)
    with pytest.raises(ValueError, match="share memory with it, with x, the weights"):
        live.step(
            torch.randn(2, 3), live.zeros(), (module.all_weights[0][1].data[:2].view(1, 2, 4),)
        )


def test_what_is_no_module_of_ours_and_no_tensor_is_refused() -> None:
    theirs: Any = torch.nn.GRU(3, 4)
    listed: Any = [[1.0] * 3]
    with unchecked():
        with pytest.raises(ValueError, match=r"torch\.nn\..*GRU; expected a tt\.nn\.RNN"):
            tt.nn.Streaming(theirs)
        live = tt.nn.Streaming(tt.nn.GRU(3, 4))
        with pytest.raises(ValueError, match="x is a list; expected a tensor"):
            live.step(listed, live.zeros(), live.zeros())
        x: Any = torch.zeros(1, 3)
        others: list[Any] = [None, 3, live.zeros()[0]]
        for wrong in others:
            for state, new, name in (
                (wrong, live.zeros(), "state"),
                (live.zeros(), wrong, "new"),
            ):
                with pytest.raises(ValueError, match=rf"^{name} is a .*; expected a tuple, as zer"):
                    live.step(x, state, new)
