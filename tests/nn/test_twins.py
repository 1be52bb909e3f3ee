"""torch.nn's own modules in place of ours."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import nn
from torch.ao.quantization import quantize_dynamic
from torch.nn.utils.parametrizations import weight_norm
from torch.nn.utils.parametrize import remove_parametrizations

import throughtime as tt

pytestmark = [  # torch's own: torchao takes its place
    pytest.mark.filterwarnings("ignore:torch.ao.quantization is deprecated"),
    pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor"),
]
QUANTIZED = torch.ao.nn.quantized.dynamic
BOTH: dict[str, Any] = {"num_layers": 2, "bidirectional": True}


class Holder(nn.Module):
    """A module that holds the same one in two places, and one in a list."""

    def __init__(self, library: Any, kind: str) -> None:
        super().__init__()
        self.first = getattr(library, kind)(3, 4, **BOTH)
        self.again = self.first
        self.more: Any = nn.ModuleList([getattr(library, kind)(8, 4), nn.Linear(4, 2)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for module in (self.first, self.more[0]):
            x = module(x)[0]
        y: torch.Tensor = self.more[1](x)
        return y


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
def test_the_copy_has_torchs_modules_and_the_same_parameters(kind: str) -> None:
    ours = Holder(tt.nn, kind).eval()
    made: Any = tt.nn.as_torch(ours)
    x = torch.randn(5, 2, 3)
    own = getattr(nn, kind)
    assert type(made.first) is type(made.more[0]) is own
    assert made.first is made.again
    assert not made.first.training
    torch.testing.assert_close(made(x), ours(x))
    assert list(made.state_dict()) == list(ours.state_dict())
    assert type(ours.first) is type(ours.more[0]) is getattr(tt.nn, kind)
    made.first.weight_hh_l0.data.zero_()  # it is a copy
    assert bool(ours.first.weight_hh_l0.any())
    copy.deepcopy(made).double()


@pytest.mark.parametrize("spec", ["default", "types"])
@pytest.mark.parametrize("dtype", [torch.qint8, torch.float16])
@pytest.mark.parametrize("kind", ["GRU", "LSTM"])
def test_it_is_quantized_as_torchs(kind: str, dtype: torch.dtype, spec: str) -> None:
    ours, theirs = Holder(tt.nn, kind), Holder(nn, kind)
    theirs.load_state_dict(ours.state_dict())
    asked = None if spec == "default" else {getattr(nn, kind)}
    found, expected = (
        quantize_dynamic(m, asked, dtype=dtype) for m in (tt.nn.as_torch(ours), theirs)
    )
    assert type(found.first) is type(expected.first) is getattr(QUANTIZED, kind)
    x = torch.randn(5, 2, 3)
    assert torch.equal(found(x), expected(x))


@pytest.mark.parametrize("kind", ["GRU", "LSTM"])
def test_what_is_left_in_float_is_said(kind: str) -> None:
    with pytest.warns(UserWarning, match=rf"leaves a tt\.nn\.{kind} in float; .* tt\.nn\.as_torch"):
        left = quantize_dynamic(Holder(tt.nn, kind), {getattr(nn, kind)})
    assert type(left.first) is getattr(tt.nn, kind)


def test_what_torch_does_not_quantize_is_no_other() -> None:
    """torch has no quantised RNN, nor one without biases."""
    assert type(quantize_dynamic(tt.nn.as_torch(Holder(tt.nn, "RNN"))).first) is nn.RNN
    with pytest.raises(AssertionError, match=r"bias must be True"):
        quantize_dynamic(tt.nn.as_torch(nn.Sequential(tt.nn.GRU(2, 3, bias=False))))


def test_a_parametrized_module_has_no_twin_until_its_weights_are_its_own() -> None:
    ours: Any = tt.nn.GRU(2, 3)
    weight_norm(ours, "weight_hh_l0")
    with pytest.raises(TypeError, match=r"stands for ParametrizedGRU, whose weights are computed"):
        tt.nn.as_torch(nn.Sequential(ours))
    x, expected = torch.randn(5, 1, 2), ours.weight_hh_l0.clone()
    remove_parametrizations(ours, "weight_hh_l0")
    made: Any = tt.nn.as_torch(ours)
    assert type(made) is nn.GRU
    assert torch.equal(made.get_parameter("weight_hh_l0"), expected)
    torch.testing.assert_close(made(x)[0], ours(x)[0])


def test_a_subclass_has_no_twin() -> None:
    class Own(tt.nn.GRU):
        pass

    class Mixed(tt.nn.GRU, nn.GRU):
        pass

    for kind in (Own, Mixed):
        message = rf"no module of torch\.nn stands for {kind.__name__}, a subclass"
        with pytest.raises(TypeError, match=message):
            tt.nn.as_torch(nn.Sequential(kind(2, 3)))
