"""The gradient is taken at the parameters that the forward pass has used, or not at all."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.utils import parametrizations

import throughtime as tt
from tests.helpers.models import (
    CELLS,
    WIRINGS,
    assert_gradient,
    assert_same,
    gradients,
    leaves,
    make,
    problem,
)
from throughtime import Edge
from throughtime.cells import Elman
from throughtime.gradients import Autograd, CheckpointedBPTT, FullBPTT, TruncatedBPTT

METHODS = {
    "full": FullBPTT(),
    "truncated": TruncatedBPTT(2),
    "checkpointed": CheckpointedBPTT(),
    "autograd": Autograd(),
}
LENGTHS = (5, 0, 3, 1)
SOME = ["hidden-and-output-to-hidden", "expected and hidden", "bidirectional", "pointwise"]


class Loss(nn.Module):
    """A model with its loss on fixed data."""

    def __init__(self, model: tt.RecurrentModel) -> None:
        super().__init__()
        self.model, self.task = model, problem(model, LENGTHS)

    def forward(self) -> Tensor:
        return self.task.loss(self.model)


@pytest.mark.parametrize("create_graph", [False, True], ids=["once", "to be taken twice"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("wiring", SOME)
@pytest.mark.parametrize("cell", ["tanh", "own"])
def test_parameters_given_for_one_call_get_the_gradient_of_that_call(
    cell: str, wiring: str, method: str, create_graph: bool
) -> None:
    """When ``backward`` runs, the module has its own parameters again, and they are other ones."""
    module = Loss(make(cell, WIRINGS[wiring], gradient=METHODS[method]))
    others = {k: torch.randn_like(v).requires_grad_() for k, v in module.named_parameters()}
    found = gradients(functional_call(module, others), others, create_graph=create_graph)
    assert all(p.grad is None for p in module.parameters())

    twin = copy.deepcopy(module)
    twin.load_state_dict(others)
    expected = gradients(twin(), dict(twin.named_parameters()))
    assert_same(found, expected)
    own = gradients(module(), dict(module.named_parameters()))
    assert not all(torch.allclose(own[k], expected[k]) for k in own)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("wiring", ["hidden-and-output-to-hidden", "expected", "bidirectional"])
def test_a_parameter_changed_in_place_is_noticed(wiring: str, method: str) -> None:
    """Between forward and backward: an error, or the right gradient, but never a wrong one."""
    model = make("GRU", WIRINGS[wiring], gradient=METHODS[method])
    task = problem(model, LENGTHS)
    wanted = leaves(model, task)
    right = gradients(task.loss(model), wanted)
    noticed = set()
    for name, parameter in model.named_parameters():
        loss = task.loss(model)
        kept = parameter.detach().clone()
        with torch.no_grad():
            parameter.add_(1)
        try:
            assert_same(gradients(loss, wanted), right)
        except RuntimeError as error:
            if "modified by an inplace operation" not in str(error):
                raise
            noticed.add(name)
        parameter.data.copy_(kept)
    assert "graph.V" in noticed
    if Edge.EXPECTED not in model.wiring:  # there is no h(t-1) that W would multiply
        assert any(name.endswith("cell.W") for name in noticed)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("cell", CELLS)
def test_frozen_parameters_get_no_gradient_and_the_others_the_same(cell: str, method: str) -> None:
    model = make(cell, WIRINGS["hidden-and-output-to-hidden"], gradient=METHODS[method])
    task = problem(model, LENGTHS)
    task = task._replace(x=task.x.detach())
    everything = gradients(task.loss(model), dict(model.named_parameters()))
    names = list(everything)
    for frozen in (names[:1], names[::2], names[1::2], [n for n in names if "cell" in n]):
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(name not in frozen)
            parameter.grad = None
        task.loss(model).backward()
        for name, parameter in model.named_parameters():
            if name in frozen:
                assert parameter.grad is None
            elif parameter.grad is not None or "unused" not in name:
                torch.testing.assert_close(parameter.grad, everything[name])


@pytest.mark.parametrize("method", METHODS)
def test_with_all_parameters_frozen_the_input_still_gets_its_gradient(method: str) -> None:
    model = make("LSTM", WIRINGS["hidden-to-hidden"], gradient=METHODS[method])
    task = problem(model, LENGTHS)
    assert task.x is not None
    expected = gradients(task.loss(model), {"x": task.x})
    model.requires_grad_(False)
    assert_same(gradients(task.loss(model), {"x": task.x}), expected)
    task = task._replace(x=task.x.detach())
    assert not task.loss(model).requires_grad


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("wiring", SOME)
def test_a_graph_that_is_kept_gives_the_same_gradient_again(wiring: str, method: str) -> None:
    model = make("GRU", WIRINGS[wiring], gradient=METHODS[method])
    task = problem(model, LENGTHS)
    loss = task.loss(model)
    loss.backward(retain_graph=True)
    once = {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
    loss.backward()
    assert_same(
        {n: p.grad for n, p in model.named_parameters() if p.grad is not None},
        {n: 2 * g for n, g in once.items()},
    )
    with pytest.raises(RuntimeError, match="second time"):
        loss.backward()


# ---- cells that are not what the equations take them for ---------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("cell", ["tanh", "GRU", "LSTM", "own"])
def test_a_parametrized_cell_gets_the_gradient_of_its_original_parameters(
    cell: str, method: str
) -> None:
    """An orthogonal or a normalised W, say: its parameters are not those of the equations."""
    model = make(cell, WIRINGS["hidden-to-hidden"], gradient=METHODS[method])
    parametrizations.weight_norm(model.graph.first.cell, "W")
    task = problem(model, LENGTHS)
    wanted = dict(model.named_parameters())
    assert any("parametrizations.W.original" in name for name in wanted)
    found = gradients(task.loss(model), wanted)
    model.gradient = PlainLike(METHODS[method])
    assert_same(found, gradients(task.loss(model), wanted))


class PlainLike(tt.gradients.Gradient):
    """The stretches of another method, each differentiated by autograd."""

    def __init__(self, like: tt.gradients.Gradient) -> None:
        self.fold = like.fold  # type: ignore[method-assign]

    scan = Autograd.scan


def test_an_orthogonal_recurrence_learns() -> None:
    model = make("tanh", WIRINGS["hidden-to-hidden"])
    parametrizations.orthogonal(model.graph.first.cell, "W")
    task = problem(model, LENGTHS)
    wanted: dict[str, Any] = {"x": task.x, "V": model.graph.V, "b": model.graph.first.cell.b}
    assert_gradient(lambda: task.loss(model), wanted, gradients(task.loss(model), wanted))
    task.loss(model).backward()
    optimizer = torch.optim.SGD(model.parameters(), 1e-3)
    before = task.loss(model).item()
    optimizer.step()
    assert task.loss(model).item() < before
    W: Any = model.graph.first.cell.W
    torch.testing.assert_close(W @ W.T, torch.eye(3, dtype=W.dtype))


class Noisy(Elman):
    """A cell that drops units inside of its step."""

    def step(self, drive: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return super().step(drive, (nn.functional.dropout(state[0], 0.5),))


def noisy(gradient: tt.gradients.Gradient) -> tt.RecurrentModel:
    return tt.RecurrentModel(
        Noisy(4),
        tt.wirings.HIDDEN_TO_HIDDEN,
        tt.outputs.Categorical(3),
        input_size=2,
        gradient=gradient,
    ).double()


@pytest.mark.parametrize("method", ["full", "truncated", "checkpointed"])
def test_a_cell_that_draws_is_refused_where_its_step_would_run_again(method: str) -> None:
    model = noisy(METHODS[method])
    task = problem(model, LENGTHS)
    with pytest.raises(RuntimeError, match=r"Noisy.step drew random numbers.*gradients.Autograd"):
        task.loss(model).backward()
    with torch.no_grad():
        assert bool(task.loss(model).isfinite())


def test_a_cell_that_draws_is_differentiated_by_autograd() -> None:
    model = noisy(Autograd())
    task = problem(model, LENGTHS)
    wanted = leaves(model, task)

    def loss() -> Tensor:
        torch.manual_seed(3)
        return task.loss(model)

    assert_gradient(loss, wanted, gradients(loss(), wanted))


def test_nothing_is_kept_for_a_gradient_that_nobody_wants() -> None:
    model = make("GRU", gradient=CheckpointedBPTT())
    task = problem(model, LENGTHS)
    with torch.no_grad():
        assert task.loss(model).grad_fn is None
