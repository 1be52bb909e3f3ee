"""The gradient of every method is itself a function, and its derivative is right too."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call

import throughtime as tt
from tests.helpers.models import (
    CELLS,
    WIRINGS,
    Problem,
    assert_gradient,
    assert_same,
    gradients,
    leaves,
    make,
    problem,
)
from throughtime import RecurrentModel
from throughtime.cells import Cell
from throughtime.gradients import (
    Autograd,
    CheckpointedBPTT,
    FullBPTT,
    Gradient,
    TruncatedBPTT,
)


class PlainTruncated(TruncatedBPTT):
    """The same cuts, each stretch differentiated by autograd."""

    scan = Autograd.scan


LENGTHS = (11, 0, 3, 1)
EXACT = {
    "full": FullBPTT(),
    "checkpointed": CheckpointedBPTT(),
    "checkpointed twice": CheckpointedBPTT(7),
    "truncated after the end": TruncatedBPTT(12),
}
PAIRS = [*((cell, "full") for cell in CELLS), *(("own", m) for m in EXACT if m != "full")]
"""Every cell by the first method, and one cell by the others."""

SOME = ["hidden-and-output-to-hidden", "sequence-to-vector", "expected", "bidirectional"]


def slope(model: RecurrentModel, task: Problem, wanted: dict[str, Tensor]) -> Tensor:
    """The loss's derivative along a fixed direction, differentiable again."""
    generator = torch.Generator().manual_seed(5)
    found = gradients(task.loss(model), wanted, create_graph=True)
    directions = [torch.randn(g.shape, dtype=g.dtype, generator=generator) for g in found.values()]
    total: Any = sum((d * g).sum() for d, g in zip(directions, found.values(), strict=True))
    return total


def twice(
    model: RecurrentModel, task: Problem, gradient: Gradient
) -> tuple[Tensor, dict[str, Tensor]]:
    """The first derivative along a direction, and the gradient of that, by this method."""
    model.gradient = gradient
    wanted = leaves(model, task)
    first = slope(model, task, wanted)
    return first.detach(), gradients(first, wanted)


@pytest.mark.parametrize("wiring", SOME)
@pytest.mark.parametrize(("cell", "method"), PAIRS)
def test_the_gradients_gradient_is_that_of_the_plain_loop(
    cell: str, method: str, wiring: str
) -> None:
    model = make(cell, WIRINGS[wiring], layers=2)
    task = problem(model, LENGTHS)
    first, second = twice(model, task, EXACT[method])
    expected_first, expected_second = twice(model, task, Autograd())
    torch.testing.assert_close(first, expected_first)
    assert_same(second, expected_second)


def test_two_levels_of_checkpoints_are_among_these() -> None:
    assert CheckpointedBPTT(7).plan(11) == (1, 3, 4)
    assert CheckpointedBPTT(10).plan(30)[0] == 2


def test_through_two_levels_of_checkpoints_it_is_that_of_the_plain_loop() -> None:
    model = make("own", WIRINGS["hidden-and-output-to-hidden"])
    task = problem(model, (30, 4))
    _, second = twice(model, task, CheckpointedBPTT(10))
    assert_same(second, twice(model, task, Autograd())[1])


@pytest.mark.parametrize("wiring", SOME)
@pytest.mark.parametrize("cell", ["LSTM", "own"])
def test_of_a_truncated_gradient_too(cell: str, wiring: str) -> None:
    """What is constant for the first derivative is constant for the second."""
    model = make(cell, WIRINGS[wiring])
    task = problem(model, LENGTHS)
    first, second = twice(model, task, TruncatedBPTT(3))
    expected_first, expected_second = twice(model, task, PlainTruncated(3))
    torch.testing.assert_close(first, expected_first)
    assert_same(second, expected_second)


@pytest.mark.parametrize("method", EXACT)
@pytest.mark.parametrize("wiring", SOME)
def test_it_is_that_of_finite_differences(wiring: str, method: str) -> None:
    model = make("GRU", WIRINGS[wiring], gradient=EXACT[method])
    task = problem(model, (5, 0, 2))
    wanted = leaves(model, task)

    def value() -> Tensor:
        with torch.enable_grad():
            return slope(model, task, wanted).detach()

    assert_gradient(value, wanted, gradients(slope(model, task, wanted), wanted))


class LogProb(nn.Module):
    """A model's log-probability of fixed data, as a function of its parameters."""

    def __init__(self, model: RecurrentModel, task: Problem) -> None:
        super().__init__()
        self.model, self.task = model, task

    def forward(self) -> Tensor:
        return self.task.log_prob(self.model)


@pytest.mark.parametrize(("cell", "method"), PAIRS)
def test_torchs_own_checks_agree(cell: str, method: str) -> None:
    """``gradcheck`` and ``gradgradcheck`` over all parameters, which are given from outside: the
    gradient must be taken at them, and not at the module's own."""
    model = make(cell, WIRINGS["generator"], hidden=2, gradient=EXACT[method])
    module = LogProb(model, problem(model, (3, 1)))
    parameters = dict(module.named_parameters())
    unused = {n: p for n, p in parameters.items() if "unused" in n}
    names = [n for n in parameters if n not in unused]
    given = [parameters[n].detach().clone().requires_grad_() for n in names]
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(float("nan"))  # whoever looks at these will see

    def f(*parameters: Tensor) -> Tensor:
        return functional_call(module, {**unused, **dict(zip(names, parameters, strict=True))})

    torch.autograd.gradcheck(f, given, fast_mode=True)
    torch.autograd.gradgradcheck(f, given, fast_mode=True)


class Clock(Cell):
    """A cell whose second state is a count of steps, which nothing learned ever enters."""

    def __init__(self) -> None:
        super().__init__(3, state_sizes=(3, 1))
        self.W = nn.Parameter(torch.randn(3, 3))

    def step(self, drive: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        h, count = state
        return torch.tanh(drive + h @ self.W.T) / (1 + count), count + 1


@pytest.mark.parametrize("method", EXACT)
def test_a_state_that_nothing_learned_enters_has_no_gradient_and_does_no_harm(method: str) -> None:
    model = tt.RecurrentModel(
        Clock(), tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Categorical(3), input_size=2
    ).double()
    task = problem(model, LENGTHS)
    _, second = twice(model, task, EXACT[method])
    assert_same(second, twice(model, task, Autograd())[1])
