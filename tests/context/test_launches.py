"""Kernels that are launched together: the same numbers, of the parameters of the moment."""

from __future__ import annotations

import gc
import weakref

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close

import throughtime as tt
from tests.helpers.elsewhere import Again, elsewhere, moved
from throughtime.context import launches
from throughtime.context.launches import Launched, stretches
from throughtime.gradients.backends import stepwise


class Scaled(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([2.0, 3.0]), requires_grad=False)
        self.power = 1


def _scale(module: Scaled, x: Tensor, more: tuple[Tensor | None, int]) -> tuple[Tensor, None]:
    other, number = more
    return x * module.weight**module.power + number + (0 if other is None else other), None


def test_a_recording_gives_what_the_function_gives_now() -> None:
    module, x = Scaled(), torch.tensor([1.0, 1.0])
    with elsewhere(), torch.no_grad():
        there, made = moved(module), Again.made

        def results(*given: Tensor) -> list[list[float]]:
            call = Launched(there, _scale)
            return [call(moved(v), (None, 1))[0].tolist() for v in given]

        assert results(x, 2 * x, 3 * x) == [[3, 4], [5, 7], [7, 10]]
        assert Again.made == made + 1
        there.weight.mul_(10)  # as an optimiser does: what is recorded reads it
        assert results(x) == [[21, 31]]
        assert Again.made == made + 1
        there.power = 2  # another function: seen once, then recorded
        assert results(x, x) == [[401, 901], [401, 901]]
        assert Again.made == made + 2
        there.weight = nn.Parameter(moved(torch.tensor([1.0, 1.0])), requires_grad=False)
        assert results(x) == [[2, 2]]  # in another place
        call = Launched(there, _scale)
        assert call(moved(x), (moved(x), 1))[0].tolist() == [3, 3]
        assert call(moved(x), (moved(x), 2))[0].tolist() == [4, 4]  # no argument is forgotten
        assert call(moved(x[:1]), (None, 1))[0].tolist() == [2, 2]


def test_results_are_ones_own_and_so_are_arguments() -> None:
    with elsewhere(), torch.no_grad():
        there, x = moved(Scaled()), moved(torch.tensor([1.0, 1.0]))
        call = Launched(there, _scale)
        first, second, third = (call(v, (None, 0))[0] for v in (x, x, 2 * x))
        assert [v.tolist() for v in (first, second, third, x)] == [[2, 3], [2, 3], [4, 6], [1, 1]]


def test_recordings_are_kept_no_longer_than_their_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launches, "MOST", 3)
    with elsewhere(), torch.no_grad():
        there = moved(Scaled())
        for number in range(9):
            Launched(there, _scale)(moved(torch.ones(2)), (None, number))
        assert len(launches._kept[there]) == 3
        seen = weakref.ref(there)
        del there
        gc.collect()
        assert seen() is None


def test_what_waits_for_a_value_is_said_and_right() -> None:
    def looks(module: nn.Module, x: Tensor) -> Tensor:
        return x + 1 if bool(x.sum() > 0) else x

    with elsewhere(), torch.no_grad():
        call = Launched(moved(Scaled()), looks)
        assert call(moved(torch.ones(2))).tolist() == [2, 2]
        with pytest.warns(UserWarning, match="kernels of Scaled are launched one by one"):
            assert call(moved(-torch.ones(2))).tolist() == [-1, -1]
        del launches.RECORDERS["meta"]
        try:
            with pytest.warns(UserWarning, match="torch does not record them on meta"):
                call(moved(torch.ones(2)))
        finally:
            launches.RECORDERS["meta"] = Again


@pytest.mark.parametrize("feedback", [tt.Edge.EXPECTED, tt.Edge.OUTPUT], ids=lambda e: e.name)
def test_a_closed_loop_is_launched_in_stretches(
    feedback: tt.Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """11 steps are 4 + 4 + 2 + 1, forward and in reverse; ragged rows too."""
    monkeypatch.setattr(stepwise, "LONGEST", 4)
    torch.manual_seed(0)
    model = tt.RecurrentModel(
        [tt.cells.GRU(3), tt.cells.LSTM(2)],
        tt.Wiring(tt.Edge.INPUT, tt.Edge.HIDDEN, feedback, tt.Edge.EMIT),
        tt.outputs.Categorical(4), input_size=2, initial_state="learned",
    ).double()  # fmt: skip
    x = tt.Sequence(torch.randn(3, 11, 2).double(), [11, 7, 0])
    y = tt.Sequence(torch.randint(4, (3, 11)), [11, 7, 0])
    expected = torch.autograd.grad(model(x).log_prob(y).sum(), list(model.parameters()))
    with elsewhere():
        there, given, wanted = moved(model), moved(x), moved(y)
        for _ in range(3):
            before, launched = Again.made, Again.launched
            there.zero_grad()
            there(given).log_prob(wanted).sum().backward()
            for e, p in zip(expected, there.parameters(), strict=True):
                assert_close(p.grad.here, e)
    assert (Again.made - before, Again.launched - launched) == (0, 8)


@pytest.mark.parametrize("length", [tt.lengths.Unending(), tt.lengths.Halt()], ids=str)
def test_draws_are_launched_in_stretches(length: tt.lengths.Length) -> None:
    """From the same seed they are the CPU's, though some are drawn in vain after the ends."""
    torch.manual_seed(0)
    model = tt.RecurrentModel(
        tt.cells.Elman(3), tt.Wiring(tt.Edge.HIDDEN, tt.Edge.OBSERVED, tt.Edge.EMIT),
        tt.outputs.Normal(2), length,
    ).double()  # fmt: skip
    torch.manual_seed(1)
    expected = model().sample((5,), max_length=50)
    with elsewhere():
        there = moved(model)
        for _ in range(3):
            launched = Again.launched
            torch.manual_seed(1)
            drawn = there().sample((5,), max_length=50)
            assert torch.equal(drawn.lengths.here, expected.lengths)
            assert_close(drawn.values.here, expected.values)
    assert Again.launched - launched <= len(stretches(51, 16))
