"""What is refused is refused in torch.nn's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn, zeros
from torch.nn.utils.rnn import pack_sequence

import throughtime as tt
from tests.helpers.models import unchecked

Call = Callable[[Callable[..., Any]], tuple[Any, ...]]

CALLS: dict[str, Call] = {
    "a number": lambda hx: (zeros(()),),
    "a vector": lambda hx: (zeros(3),),
    "four dimensions": lambda hx: (zeros(2, 2, 2, 3),),
    "float64": lambda hx: (zeros(2, 2, 3).double(),),
    "integers": lambda hx: (zeros(2, 2, 3).long(),),
    "another size": lambda hx: (zeros(2, 2, 4),),
    "another size, one sequence": lambda hx: (zeros(2, 4),),
    "a batch of states for one sequence": lambda hx: (zeros(2, 3), hx(1, 1, 4)),
    "one state for a batch": lambda hx: (zeros(2, 2, 3), hx(1, 4)),
    "a state with no layers": lambda hx: (zeros(2, 3), hx(4)),
    "other units": lambda hx: (zeros(2, 2, 3), hx(1, 2, 5)),
    "other rows": lambda hx: (zeros(2, 2, 3), hx(1, 3, 4)),
    "other layers": lambda hx: (zeros(2, 2, 3), hx(2, 2, 4)),
    "other units of one sequence": lambda hx: (zeros(2, 3), hx(1, 5)),
}
OF_LSTM: dict[str, Call] = {
    "another c_0": lambda hx: (zeros(2, 2, 3), (zeros(1, 2, 4), zeros(1, 2, 5))),
    "one c_0 for a batch": lambda hx: (zeros(2, 2, 3), (zeros(1, 2, 4), zeros(2, 4))),
}
PACKED: dict[str, Call] = {  # which torch's LSTM does not look at
    "another size, packed": lambda hx: (pack_sequence([zeros(2, 4)]),),
    "other rows, packed": lambda hx: (pack_sequence([zeros(2, 3)]), hx(1, 2, 4)),
    "float64, packed": lambda hx: (pack_sequence([zeros(2, 3).double()]),),
}
CASES = [
    *((name, call) for name in ("RNN", "GRU") for call in (CALLS | PACKED).items()),
    *(("LSTM", call) for call in (CALLS | OF_LSTM).items()),
]


@pytest.mark.parametrize(("name", "call"), CASES, ids=lambda v: v if isinstance(v, str) else v[0])
def test_a_bad_call_is_refused_in_torchs_words(name: str, call: tuple[str, Call]) -> None:
    def hx(*shape: int) -> Tensor | tuple[Tensor, Tensor]:
        return (zeros(shape), zeros(shape)) if name == "LSTM" else zeros(shape)

    arguments = call[1](hx)
    with pytest.raises((ValueError, RuntimeError)) as theirs:
        getattr(nn, name)(3, 4)(*arguments)
    with unchecked(), pytest.raises(type(theirs.value)) as ours:
        getattr(tt.nn, name)(3, 4)(*arguments)
    assert str(theirs.value).split(". Convert")[0] in str(ours.value)
    assert "\n" not in str(ours.value)


@pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM"])
def test_another_dtype_of_the_state_is_refused(name: str) -> None:
    h = zeros(1, 2, 4, dtype=torch.float64)
    with pytest.raises(RuntimeError, match=r"hidden\[0\] is torch\.float64 .* use \.to\(torch\.fl"):
        getattr(tt.nn, name)(3, 4)(zeros(2, 2, 3), (h, h) if name == "LSTM" else h)


def test_a_state_of_another_kind_is_refused() -> None:
    h = zeros(1, 2, 4)
    with pytest.raises(RuntimeError, match=r"hx is one tuple; expected a tensor, h_0"):
        tt.nn.GRU(3, 4)(zeros(2, 2, 3), (h, h))
    with pytest.raises(RuntimeError, match=r"hx is one Tensor; expected \(h_0, c_0\)"):
        tt.nn.LSTM(3, 4)(zeros(2, 2, 3), h)
