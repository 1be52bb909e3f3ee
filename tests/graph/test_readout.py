"""Part by part, what is made of o(1) … o(T) and its gradients are what they are of all at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

import throughtime as tt
from tests.helpers import oracle
from tests.helpers.oracle import Case, lengths_for
from throughtime.graph import readout
from throughtime.graph.readout import Readout
from throughtime.graph.steps import Steps

OUTPUTS = [
    tt.outputs.Categorical(5),
    tt.outputs.Bernoulli(3),
    tt.outputs.Normal(2),
    tt.outputs.Mixture(2),
]
WIRINGS = {w.feedback: w for w in oracle.EMIT_EVERY_STEP} | {"x": tt.wirings.HIDDEN_TO_HIDDEN}
KINDS = [
    Case(w, output, length)
    for w in WIRINGS.values()
    for output in OUTPUTS
    for length in lengths_for(w, output)
]


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Whether one or two o(t) at a time are in memory, or all."""

    def choose(parts: bool) -> None:
        monkeypatch.setattr(readout, "CHUNK", 7 if parts else 10**9)

    return choose


def _gradients(case: Case, gradient: tt.gradients.Gradient) -> list[Tensor]:
    model = case.model(gradient=gradient)
    p, values = model(**oracle.inputs(case.wiring)), oracle.drawn(case.output, 3, 3)
    y = tt.Sequence(values.requires_grad_(values.is_floating_point()), [0, 1, 3])
    log_p = p.log_prob(y)
    weights = torch.tensor([1.0, 2.0, 3.0])
    learned = [v for v in (*model.parameters(), values) if v.requires_grad]
    found = torch.autograd.grad((log_p * weights).sum(), learned, materialize_grads=True)
    return [log_p.detach(), *found]


METHODS = [
    *(tt.gradients.FullBPTT(), tt.gradients.TruncatedBPTT(2), tt.gradients.CheckpointedBPTT(3))
]


@pytest.mark.parametrize("case", KINDS, ids=str)
def test_probabilities_and_gradients_are_the_same(
    case: Case, in_parts: Callable[[bool], None]
) -> None:
    gradient = METHODS[KINDS.index(case) % len(METHODS)]
    in_parts(False)
    at_once = _gradients(case, gradient)
    in_parts(True)
    assert_close(_gradients(case, gradient), at_once, rtol=1e-10, atol=1e-12)


def _made(o: Tensor, steps: Steps) -> tuple[Tensor, ...]:
    assert steps.target is not None
    return (o.tanh() * steps.target).sum(-1), o[..., 0] ** 2


def _problem(requires_grad: bool = True) -> tuple[Tensor, ...]:
    torch.manual_seed(0)
    shapes = [(4, 2, 3), (5, 3), (5,), (4, 2, 5)]
    return tuple(torch.randn(s, dtype=torch.float64, requires_grad=requires_grad) for s in shapes)


def _each(h: Tensor, V: Tensor, c: Tensor, target: Tensor) -> tuple[Tensor, ...]:
    alive = torch.ones(4, 2, dtype=torch.bool)
    return Readout(h, V, c).each(_made, Steps(alive, target=target))


def test_it_can_be_differentiated_twice_and_in_batches(in_parts: Callable[[bool], None]) -> None:
    problem = _problem()
    in_parts(False)
    at_once = torch.stack(_each(*problem))
    jacobian = torch.autograd.functional.jacobian(lambda *v: torch.stack(_each(*v)), problem)
    in_parts(True)
    assert_close(torch.stack(_each(*problem)), at_once)
    torch.autograd.gradcheck(_each, problem, check_batched_grad=True)
    torch.autograd.gradgradcheck(_each, problem)
    parts = torch.autograd.functional.jacobian(lambda *v: torch.stack(_each(*v)), problem)
    assert_close(parts, jacobian)


def test_transforms_of_torch_take_all_at_once(in_parts: Callable[[bool], None]) -> None:
    h, V, c, target = _problem(requires_grad=False)

    def total(V: Tensor) -> Tensor:
        return torch.stack(_each(h, V, c, target)).sum()

    in_parts(False)
    expected = torch.func.grad(total)(V)
    in_parts(True)
    assert_close(torch.func.grad(total)(V), expected)
    assert_close(torch.func.vmap(torch.func.grad(total))(V[None])[0], expected)


def test_under_autocast_products_alone_are_in_half_precision(
    in_parts: Callable[[bool], None],
) -> None:
    problem = tuple(v.detach().float().requires_grad_() for v in _problem())
    found = []
    for parts in (False, True):
        in_parts(parts)
        with torch.autocast("cpu", torch.bfloat16):
            made = _each(*problem)
        assert all(v.dtype == torch.float32 for v in made)
        found.append(torch.autograd.grad(torch.stack(made).sum(), problem))
    assert_close(found[1], found[0], rtol=0.05, atol=0.05)
    assert all(v.dtype == torch.float32 for v in found[1])


def test_what_is_kept_does_not_grow_with_the_alphabet() -> None:
    def kept(symbols: int) -> int:
        model = tt.RecurrentModel(
            tt.cells.GRU(3),
            tt.wirings.HIDDEN_TO_HIDDEN,
            tt.outputs.Categorical(symbols),
            input_size=2,
        )
        p, sizes = model(tt.Sequence(torch.randn(4, 300, 2))), list[int]()

        def pack(v: Tensor) -> Tensor:
            sizes.append(0 if v.shape[0] == symbols else v.numel())  # V and c are there anyhow
            return v

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda v: v):
            p.log_prob(torch.randint(symbols, (4, 300)))
        return sum(sizes)

    assert readout.CHUNK < 4 * 300 * 1_000
    assert kept(2_000) == kept(1_000) < kept(800)
