"""Parameters can be swapped for others, as torch does on conversion if it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch

import throughtime as tt
from tests.helpers.models import CELLS, make, problem

pytestmark = pytest.mark.usefixtures("each_way")


@pytest.fixture(autouse=True)
def _swapping() -> Iterator[None]:
    torch.__future__.set_swap_module_params_on_conversion(True)
    yield
    torch.__future__.set_swap_module_params_on_conversion(False)


@pytest.mark.parametrize("form", ["padded", "packed", "Sequence"])
@pytest.mark.parametrize("options", [{}, {"num_layers": 2, "bidirectional": True}], ids=str)
@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
def test_a_module_is_converted_while_its_outputs_are_there(
    kind: str, options: dict[str, Any], form: str
) -> None:
    module = getattr(tt.nn, kind)(3, 4, **options)
    x = tt.Sequence(torch.randn(2, 5, 3), [5, 2])
    given = {"padded": x.values, "packed": x.to_packed(), "Sequence": x}[form]
    output, _ = module(given)
    (
        output if form == "padded" else output[0] if form == "packed" else output.values
    ).sum().backward()
    weights = [p.detach().clone() for p in module.parameters()]
    module.to(torch.float64)  # as of torch.nn, of which the same is tested by torch
    for before, after in zip(weights, module.parameters(), strict=True):
        assert torch.equal(before.double(), after)
    assert module(x.to(torch.float64))[0].dtype is torch.float64


@pytest.mark.parametrize("cell", CELLS)
def test_a_model_is_converted_after_backward(cell: str) -> None:
    model = make(cell, tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN)
    loss = problem(model).loss(model)
    loss.backward()
    model.to(torch.float32)
    assert {p.dtype for p in model.parameters()} == {torch.float32}
