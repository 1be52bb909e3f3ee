"""A model is a function: ``torch.func`` differentiates it, maps it, and does both in any order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.autograd import forward_ad
from torch.func import functional_call, grad, hessian, jacrev, jvp, vmap

import throughtime as tt
from tests.helpers.models import (
    CELLS,
    VALID,
    WIRINGS,
    Problem,
    assert_same,
    gradients,
    make,
    problem,
)
from tests.helpers.recursion import bptt
from throughtime import RecurrentModel, Sequence, Wiring
from throughtime.context.transforms import transforming
from throughtime.gradients import Autograd, CheckpointedBPTT, FullBPTT, TruncatedBPTT
from throughtime.gradients.unroll import unroll

pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")  # torch's own

METHODS = {
    "full": FullBPTT(),
    "checkpointed": CheckpointedBPTT(),
    "truncated": TruncatedBPTT(31),
}
SOME = [
    "hidden-and-output-to-hidden",
    "vector-to-sequence",
    "sequence-to-vector",
    "expected",
    "bidirectional",
]
LENGTHS = (4, 0, 2, 1)
Parameters = dict[str, Tensor]


class LogProb(nn.Module):
    """log p(y given x) of a batch, as a function of plain tensors."""

    def __init__(self, model: RecurrentModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, given: Problem) -> Tensor:
        return given.log_prob(self.model)


def each(task: Problem, change: Callable[[Tensor], Any]) -> Problem:
    """A problem with every tensor of it changed."""
    changed: tuple[Any, ...] = tuple(None if v is None else change(v) for v in task)
    return Problem(*changed)


def setting(
    wiring: str | Wiring, cell: str = "GRU", method: str = "full"
) -> tuple[LogProb, Parameters, Problem]:
    """A module, parameters that are not its own, and data."""
    wiring = wiring if isinstance(wiring, Wiring) else WIRINGS[wiring]
    model = make(cell, wiring, gradient=METHODS[method])
    module = LogProb(model)
    others = {k: v.detach() + 0.3 for k, v in module.named_parameters()}
    task = problem(model, LENGTHS)
    return module, others, each(task, Tensor.detach)


def by_autograd(module: LogProb, parameters: Parameters, task: Problem) -> Parameters:
    """The gradient of the summed log-probability, by a plain backward pass of the plain loop."""
    leaves = {k: v.clone().requires_grad_() for k, v in parameters.items()}
    kept, module.model.gradient = module.model.gradient, Autograd()
    found = gradients(functional_call(module, leaves, (task,)).sum(), leaves)
    module.model.gradient = kept
    return found


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("wiring", SOME)
@pytest.mark.parametrize("cell", ["LSTM", "own"])
def test_grad_is_the_gradient(cell: str, wiring: str, method: str) -> None:
    module, parameters, task = setting(wiring, cell, method)

    def loss(parameters: Parameters) -> Tensor:
        return functional_call(module, parameters, (task,)).sum()

    assert_same(grad(loss)(parameters), by_autograd(module, parameters, task))


@pytest.mark.parametrize("wiring", VALID, ids=str)
def test_vmap_of_grad_gives_the_gradient_of_each_sample(wiring: Wiring) -> None:
    """Per-sample gradients, over a ragged batch, in every wiring."""
    module, parameters, task = setting(wiring, "tanh")

    def loss(parameters: Parameters, row: Problem) -> Tensor:
        return functional_call(module, parameters, (row,))

    at = each(task, lambda v: 0)
    found = vmap(grad(loss), in_dims=(None, at))(parameters, task)
    for row in range(len(LENGTHS)):
        one = each(task, lambda v: v[row : row + 1])  # noqa: B023
        expected = by_autograd(module, parameters, one)
        assert_same({k: v[row] for k, v in found.items()}, expected)


def test_per_sample_gradients_as_torchs_tutorial_writes_them() -> None:
    class Labeller(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = tt.RecurrentModel(
                tt.cells.GRU(4),
                tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN,
                tt.outputs.Categorical(3),
                input_size=2,
            )

        def forward(self, x: Tensor, y: Tensor) -> Tensor:
            return self.model(Sequence(x)).log_prob(y)

    module = Labeller()
    parameters = {k: v.detach() for k, v in module.named_parameters()}

    def loss(parameters: Parameters, x: Tensor, y: Tensor) -> Tensor:
        return -functional_call(module, parameters, (x[None], y[None])).squeeze(0)

    x, y = torch.randn(6, 5, 2), torch.randint(3, (6, 5))
    each = vmap(grad(loss), in_dims=(None, 0, 0))(parameters, x, y)
    for row in range(6):
        module.zero_grad()
        (-module(x[row : row + 1], y[row : row + 1])).sum().backward()
        for name, parameter in module.named_parameters():
            torch.testing.assert_close(each[name][row], parameter.grad, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_vmap_over_parameters_is_an_ensemble(cell: str) -> None:
    module, parameters, task = setting("hidden-and-output-to-hidden", cell)
    several = {k: torch.stack([v, v + 0.1, v - 0.2]) for k, v in parameters.items()}
    together = vmap(lambda p: functional_call(module, p, (task,)))(several)
    for i in range(3):
        alone = functional_call(module, {k: v[i] for k, v in several.items()}, (task,))
        torch.testing.assert_close(together[i], alone)


@pytest.mark.parametrize("wiring", SOME)
def test_jacrev_has_a_row_for_each_sample(wiring: str) -> None:
    module, parameters, task = setting(wiring)
    jacobian = jacrev(lambda p: functional_call(module, p, (task,)))(parameters)
    weights = torch.randn(len(LENGTHS), dtype=torch.float64)
    leaves = {k: v.clone().requires_grad_() for k, v in parameters.items()}
    expected = gradients((weights * functional_call(module, leaves, (task,))).sum(), leaves)
    assert_same({k: torch.tensordot(weights, v, 1) for k, v in jacobian.items()}, expected)


@pytest.mark.parametrize("wiring", SOME)
def test_jvp_goes_forward(wiring: str) -> None:
    module, parameters, task = setting(wiring)
    direction = {k: torch.randn_like(v) for k, v in parameters.items()}

    def loss(parameters: Parameters) -> Tensor:
        return functional_call(module, parameters, (task,)).sum()

    value, slope = jvp(loss, (parameters,), (direction,))[:2]
    torch.testing.assert_close(value, loss(parameters))
    reverse = by_autograd(module, parameters, task)
    torch.testing.assert_close(slope, sum((reverse[k] * v).sum() for k, v in direction.items()))


@pytest.mark.parametrize("wiring", ["hidden-and-output-to-hidden", "expected"])
def test_the_hessian_is_symmetric_and_the_gradients_jacobian(wiring: str) -> None:
    module, parameters, task = setting(wiring)
    names = [k for k in parameters if k.endswith(("graph.c", "cell.m", "start"))]

    def loss(some: Parameters) -> Tensor:
        return functional_call(module, {**parameters, **some}, (task,)).sum()

    found = hessian(loss)({k: parameters[k] for k in names})
    leaves = {k: parameters[k].clone().requires_grad_() for k in names}
    first = gradients(loss(leaves), leaves, create_graph=True)
    for a in names:
        for i in range(len(first[a])):
            row = gradients(first[a][i], leaves, retain_graph=True)
            assert_same({b: found[a][b][i] for b in names}, row)
            assert_same({b: found[b][a][:, i] for b in names}, row)
    assert any(float(found[a][a].abs().max()) > 1e-3 for a in names)


def test_a_transform_is_seen_while_it_runs_and_not_after() -> None:
    seen = []

    def f(v: Tensor) -> Tensor:
        seen.append(transforming())
        return v.sum()

    f(torch.ones(1))
    grad(f)(torch.ones(1))
    vmap(f)(torch.ones(1, 1))
    jvp(f, (torch.ones(1),), (torch.ones(1),))
    f(torch.ones(1))
    assert seen == [False, True, True, True, False]


@pytest.mark.parametrize("method", METHODS)
def test_gradients_are_taken_many_at_once(method: str) -> None:
    """As by ``torch.autograd.functional.jacobian(vectorize=True)``."""
    model = make("LSTM", WIRINGS["hidden-and-output-to-hidden"], gradient=METHODS[method])
    task, parameters = problem(model, (12, 4)), dict(model.named_parameters())
    log_prob = task.log_prob(model)
    rows = torch.eye(2, dtype=torch.float64)
    found = torch.autograd.grad(
        log_prob, list(parameters.values()), rows, is_grads_batched=True, retain_graph=True
    )
    for row in range(2):
        expected = gradients(log_prob[row], parameters, retain_graph=True)
        assert_same(dict(zip(parameters, (g[row] for g in found), strict=True)), expected)


@pytest.mark.parametrize("gradients", [True, False], ids=["grad", "no_grad"])
@pytest.mark.parametrize("cell", CELLS)
def test_dual_numbers_keep_their_tangent(cell: str, gradients: bool) -> None:
    """Forward mode without ``torch.func``: the engine would drop what it does not know of."""
    made = CELLS[cell](3).double()
    state = made.initial_state(2, torch.zeros(1, dtype=torch.float64))
    drive, direction = torch.randn(2, 4, 2, made.drive_size, dtype=torch.float64)
    expected = jvp(lambda d: unroll(made, d, state)[0], (drive,), (direction,))[1]
    with torch.set_grad_enabled(gradients), forward_ad.dual_level():
        h = bptt(made, forward_ad.make_dual(drive, direction), state)[0]
        tangent = forward_ad.unpack_dual(h).tangent
    torch.testing.assert_close(tangent, expected)


@pytest.mark.filterwarnings(
    "ignore::torch.jit.TracerWarning", "ignore:`torch.jit.trace", "ignore:Converting a tensor"
)
@pytest.mark.parametrize("cell", CELLS)
def test_a_traced_recursion_is_of_its_argument(cell: str) -> None:
    """The engine leaves nothing to record: its result would be a constant."""
    made = CELLS[cell](3).requires_grad_(False)
    state = made.initial_state(2)
    drive = torch.randn(4, 2, made.drive_size)
    traced = torch.jit.trace(lambda d: bptt(made, d, state)[0], (drive,))
    torch.testing.assert_close(traced(2 * drive), unroll(made, 2 * drive, state)[0])
