"""torch.fx and torch.jit.script take a module that holds one of ours, as they do torch.nn's."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.fx import symbolic_trace
from torch.nn.utils.rnn import PackedSequence, pack_sequence
from torch.testing import assert_close

import throughtime as tt
from tests.helpers.models import WIRINGS, make, unchecked

pytestmark = [
    pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated"),  # torch's own
    pytest.mark.filterwarnings("ignore:torch.jit.script puts"),  # of which one test asks
]

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "RNN": ("RNN", {"nonlinearity": "relu"}),
    "GRU": ("GRU", {"bias": False}),
    "both ways": ("GRU", {"num_layers": 2, "bidirectional": True, "batch_first": True}),
    "LSTM": ("LSTM", {}),
    "projections": ("LSTM", {"proj_size": 2}),
}


class Padded(nn.Module):
    """A module that holds one."""

    def __init__(self, rnn: nn.RNNBase) -> None:
        super().__init__()
        self.rnn = rnn

    def forward(self, x: Tensor) -> Tensor:
        return self.rnn(x)[0].relu()


class Packed(Padded):
    """The same, of packed input."""

    def forward(self, x: PackedSequence) -> Tensor:  # type: ignore[override]
        return self.rnn(x)[0].data


def of(kind: str) -> nn.RNNBase:
    name, options = KINDS[kind]
    module: nn.RNNBase = getattr(tt.nn, name)(3, 4, **options)
    return module


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize("kind", KINDS)
def test_a_module_that_holds_one_is_scripted_with_the_same_parameters(kind: str) -> None:
    ours, x = of(kind), torch.randn(5, 2, 3)
    packed = pack_sequence([torch.randn(5, 3), torch.randn(2, 3)])
    for holder, value in (
        (Padded(ours), x),
        (nn.Sequential(Padded(ours)), x),
        (Packed(ours), packed),
    ):
        expected, names = holder(value), list(holder.state_dict())
        scripted = torch.jit.script(holder)
        assert_close(scripted(value), expected)
        assert list(scripted.state_dict()) == names
    mine, its = ours.weight_hh_l0, Padded(ours)
    with torch.no_grad():
        mine.mul_(2)  # the parameters are shared
    assert_close(torch.jit.script(copy.copy(its))(x), Padded(ours)(x))
    assert_close(scripted(packed), Packed(ours)(packed))


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize("kind", KINDS)
def test_a_module_that_holds_one_is_traced_with_one_node_for_it(kind: str) -> None:
    ours, x = of(kind), torch.randn(5, 2, 3)
    holder = nn.Sequential(Padded(ours))
    traced = symbolic_trace(holder)
    assert [n.target for n in traced.graph.nodes if n.op == "call_module"] == ["0.rnn"]
    assert torch.equal(traced(x), holder(x))
    traced.graph.lint()
    again = copy.deepcopy(traced)
    assert torch.equal(again(x), holder(x))


def test_a_state_is_traced_too() -> None:
    class WithState(Padded):
        def forward(self, x: Tensor, h: Tensor) -> Tensor:  # type: ignore[override]
            return self.rnn(x, h)[1]

    holder, x, h = WithState(of("GRU")), torch.randn(5, 2, 3), torch.randn(1, 2, 4)
    assert torch.equal(symbolic_trace(holder)(x, h), holder(x, h))


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
def test_what_scripting_puts_in_its_place_is_said_and_how_to_keep_it(kind: str) -> None:
    ours, x = Padded(of(kind)), torch.randn(5, 2, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        scripted = torch.jit.script(tt.nn.as_torch(ours))
    assert type(ours.rnn) is getattr(tt.nn, kind)
    assert_close(scripted(x), ours(x))
    with pytest.warns(UserWarning, match=rf"puts a torch\.nn\.{kind} in .* tt\.nn\.as_torch\(m"):
        torch.jit.script(ours)
    assert type(ours.rnn) is getattr(nn, kind)


def test_training_is_not_forgotten() -> None:
    rnn = tt.nn.GRU(3, 4, 2, dropout=0.5).eval()
    x = torch.randn(5, 2, 3)
    assert_close(torch.jit.script(Padded(rnn))(x), Padded(rnn)(x))


def test_what_cannot_be_recorded_is_refused_in_one_sentence() -> None:
    with unchecked(), pytest.raises(TypeError, match="records a module that holds a GRU, as one"):
        symbolic_trace(tt.nn.GRU(3, 4))

    class Own(tt.nn.GRU):
        pass

    with pytest.raises(TypeError, match=r"no module of torch\.nn stands for Own, a subclass"):
        torch.jit.script(Padded(Own(3, 4)))


@pytest.mark.parametrize(
    "record", [torch.jit.script, symbolic_trace], ids=["script", "symbolic_trace"]
)
def test_a_model_is_refused_in_one_sentence(record: Callable[[nn.Module], Any]) -> None:
    class Loss(nn.Module):
        def __init__(self, wiring: str) -> None:
            super().__init__()
            self.model = make("GRU", WIRINGS[wiring])
            self.input = wiring == "hidden-to-hidden"

        def forward(self, x: Tensor, y: Tensor) -> Tensor:
            return self.model(tt.Sequence(x) if self.input else x).log_prob(y)

    for wiring in ("hidden-to-hidden", "vector-to-sequence"):
        message = "record tensors alone, and neither a tt.Sequence nor a distribution"
        with unchecked(), pytest.raises(TypeError, match=message):
            record(Loss(wiring))
