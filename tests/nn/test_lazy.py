"""Tensors that are not their memory: computed as torch computes them, or refused, never read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.functional_tensor import FunctionalTensor, FunctionalTensorMode
from torch.testing import assert_close
from torch.utils._pytree import tree_map

import throughtime as tt
from tests.helpers.models import unchecked
from throughtime.engine.library import loaded

pytestmark = [
    pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor"),
    pytest.mark.filterwarnings("ignore:The PyTorch API of"),  # nested tensors, compressed rows
    pytest.mark.filterwarnings("ignore:Sparse"),
]
MODULES = [tt.nn.RNN(3, 4), tt.nn.GRU(3, 4), tt.nn.LSTM(3, 4)]
each_module = pytest.mark.parametrize("module", MODULES, ids=repr)


class Own(Tensor):
    """A user's subclass without behaviour of its own."""


class Halved(Tensor):
    """Its memory has half of each number: its class says so, to torch."""

    memory: Tensor

    @staticmethod
    def of(numbers: Tensor) -> Halved:
        halved = Tensor._make_subclass(Halved, numbers / 2)
        halved.memory = numbers / 2
        return halved

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]
        cls, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        def numbers(v: Any) -> Any:
            return v.memory * 2 if isinstance(v, Halved) else v

        return function(*tree_map(numbers, args), **tree_map(numbers, kwargs or {}))


def every_second(numbers: Tensor) -> Tensor:
    """A view of NumPy's memory, of every second number of each dimension."""
    wide = np.zeros([2 * n for n in numbers.shape], dtype=np.float32)
    wide[tuple(slice(None, None, 2) for _ in numbers.shape)] = numbers.numpy()
    return torch.from_numpy(wide)[tuple(slice(None, None, 2) for _ in numbers.shape)]


SAME: dict[str, Callable[[Tensor], Tensor]] = {
    "NumPy's": every_second,
    "a subclass": lambda v: v.as_subclass(Own),
    "a buffer": nn.Buffer,
    "halved": Halved.of,
    "turned": lambda v: v.mT.contiguous().mT,
}
REFUSED: dict[str, tuple[Callable[[Tensor], Any], str]] = {
    "sparse": (Tensor.to_sparse, r"layout torch\.sparse_coo; .* use \.to_dense\(\)"),
    "oneDNN's": (Tensor.to_mkldnn, r"layout torch\._mkldnn; .* use \.to_dense\(\)"),
    "quantized": (
        lambda v: torch.quantize_per_tensor(v, 0.1, 0, torch.quint8),
        r"is quantized, torch\.quint8; use \.dequantize\(\)",
    ),
    "nested": (lambda v: torch.nested.nested_tensor([v, v[:1]]), "is nested; expected a dense"),
    "jagged": (
        lambda v: torch.nested.nested_tensor([v[0], v[0, :1]], layout=torch.jagged),
        "is nested; expected a dense",
    ),
}


@pytest.mark.parametrize("kind", SAME)
@each_module
def test_they_are_computed_as_their_numbers(module: nn.RNNBase, kind: str) -> None:
    make, x, like = SAME[kind], torch.randn(5, 2, 3), torch.Tensor
    h = tuple(torch.randn(1, 2, 4) for _ in range(2 if module.mode == "LSTM" else 1))
    expected = module(x, h if len(h) == 2 else h[0])[0]
    lazy = tuple(map(make, h))
    found = module(make(x), lazy if len(h) == 2 else lazy[0])[0]
    assert_close(found.as_subclass(like), expected)
    grads = []
    for g in (torch.ones(5, 2, 4), make(torch.ones(5, 2, 4))):
        module.zero_grad()
        module(x)[0].backward(g)
        grads.append(module.weight_hh_l0.grad.clone())
    assert_close(grads[0], grads[1])


@pytest.mark.parametrize("kind", REFUSED)
@each_module
def test_what_is_not_dense_is_refused(module: nn.RNNBase, kind: str) -> None:
    make, reason = REFUSED[kind]
    x = torch.randn(5, 2, 3)
    with (
        unchecked(),
        pytest.raises(ValueError, match=f"^the input {reason}|^the input is a tensor of {reason}"),
    ):
        module(make(x))
    if kind in ("nested", "jagged"):
        return
    h = make(torch.randn(1, 2, 4))
    with unchecked(), pytest.raises(ValueError, match=rf"^hidden\[0\] (is a tensor of )?{reason}"):
        module(x, (h, h) if module.mode == "LSTM" else h)


@pytest.mark.parametrize("kind", REFUSED)
def test_a_model_refuses_them_too(kind: str) -> None:
    make, reason = REFUSED[kind]
    model = tt.RecurrentModel(
        tt.cells.GRU(4), tt.wirings.VECTOR_TO_SEQUENCE, tt.outputs.Normal(3), tt.lengths.Halt(),
        vector_size=3,
    )  # fmt: skip
    vector, y = torch.randn(2, 3), torch.randn(2, 5, 3)
    for call in (
        lambda: tt.Sequence(make(y)),
        lambda: model(vector).log_prob(make(y)),
        lambda: model(make(vector)),
    ):
        with unchecked(), pytest.raises(ValueError, match=rf"^[^\n]*{reason}[^\n]*$"):
            call()


@pytest.mark.parametrize("kind", [*SAME, *REFUSED, "zero", "functional"])
def test_a_step_of_a_stream_computes_or_refuses_them(kind: str) -> None:
    module = tt.nn.GRU(3, 4)
    live, x, h = tt.nn.Streaming(module, 2), torch.randn(2, 3), torch.randn(1, 2, 4)
    others: dict[str, Callable[[Tensor], Any]] = {
        "zero": lambda v: torch._efficientzerotensor(v.shape),
        "functional": torch._to_functional_tensor,
    }
    make = SAME.get(kind) or others.get(kind) or REFUSED[kind][0]
    if kind in REFUSED or kind in ("halved", "functional"):
        for arguments in (
            (make(x), (h,), live.zeros()),
            (x, (make(h),), live.zeros()),
            (x, (h,), (make(h),)),
        ):
            with unchecked(), pytest.raises(ValueError, match=r"^(x|state|new) [^\n]*$"):
                live.step(*arguments)
        return
    if kind == "zero":
        x, h = torch.zeros(2, 3), torch.zeros(1, 2, 4)
        with unchecked(), pytest.raises(ValueError, match="the new state must be contiguous"):
            live.step(x, (h,), (make(h),))
    expected = module(x[None], h)[0][0].detach()
    found = live.step(make(x).detach(), (make(h).detach(),), live.zeros())
    assert_close(found.as_subclass(Tensor), expected)


@each_module
def test_functional_tensors_are_computed_or_refused(module: nn.RNNBase) -> None:
    x = torch.randn(5, 2, 3)
    expected = module(x)[0]
    assert_close(torch.func.functionalize(lambda v: module(v)[0])(x), expected)
    with FunctionalTensorMode():
        found = module(FunctionalTensor.to_functional(x))[0]
        assert_close(FunctionalTensor.from_functional(found), expected)
    if loaded() is not None:
        with (
            unchecked(),
            pytest.raises(ValueError, match="it is not memory that says the numbers of this Ten"),
        ):
            module(torch._to_functional_tensor(x))


@pytest.mark.parametrize("transform", ["functionalize", "vmap", "grad"])
def test_a_stream_is_refused_inside_of_a_transform(transform: str) -> None:
    """There a tensor's memory is nobody's, and to write to it a crash."""
    live, x = tt.nn.Streaming(tt.nn.LSTM(3, 4), 2), torch.randn(2, 3)
    step = getattr(torch.func, transform)(lambda v: live.step(v, live.zeros(), live.zeros()).sum())
    with unchecked(), pytest.raises(ValueError, match="is a tensor without memory of its own"):
        step(x[None] if transform == "vmap" else x)
