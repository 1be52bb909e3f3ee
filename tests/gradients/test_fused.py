"""torch's own kernels, which run off the CPU, give on the CPU what the others give."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

import throughtime as tt
from tests.helpers.models import CELLS, RAGGED, VALID, make, problem
from throughtime.cells.cell import State
from throughtime.gradients.backends import choice, fused
from throughtime.gradients.backends.fused import Fused
from throughtime.gradients.recursion import Recursion

OURS = [name for name in CELLS if name != "own"]
OPEN = [w for w in VALID if w.feedback not in (tt.Edge.EXPECTED, tt.Edge.OUTPUT)]
METHODS = (
    *(tt.gradients.FullBPTT(), tt.gradients.TruncatedBPTT(2), tt.gradients.CheckpointedBPTT(5)),
    *(tt.gradients.FullBPTT(), tt.gradients.TruncatedBPTT(2)),
)
LENGTHS = (RAGGED, RAGGED, RAGGED, (3, 3), (0, 0))


@pytest.fixture(autouse=True)
def _by() -> None:
    """Once is enough: these do not ask whether there is an engine."""


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Recursion]]:
    """From the call on, torch's kernels come first; a list fills with what they compute."""

    def switch() -> list[Recursion]:
        seen: list[Recursion] = []
        unfold = Fused.unfold

        def watched(self: Fused, recursion: Recursion) -> tuple[Tensor, State]:
            seen.append(recursion)
            return unfold(self, recursion)

        monkeypatch.setattr(Fused, "unfold", watched)
        monkeypatch.setattr(fused, "elsewhere", lambda state: True)
        monkeypatch.setattr(choice, "BACKENDS", (Fused, *choice.BACKENDS))
        return seen

    return switch


def test_they_are_chosen_where_the_engine_is_not() -> None:
    recursion = Recursion(tt.cells.LSTM(2), torch.zeros(1, 1, 8), (torch.zeros(1, 2),) * 2)
    on_meta = recursion.like(tuple(v.to("meta") for v in recursion.tensors()))
    assert not isinstance(choice.chosen(recursion), Fused)
    assert isinstance(choice.chosen(on_meta), Fused)


TURNS = [
    (n, layers, method) for layers in (1, 2) for n, method in zip(LENGTHS, METHODS, strict=True)
]


@pytest.mark.parametrize("wiring", OPEN, ids=str)
@pytest.mark.parametrize("half", [0, 1])
def test_probabilities_and_gradients_are_the_same(
    half: int, wiring: tt.Wiring, elsewhere: Callable[[], list[Recursion]]
) -> None:
    turn = OPEN.index(wiring) + 2 * half  # two of the cells in turn, each with other lengths
    cell = OURS[turn % len(OURS)]
    lengths, layers, gradient = TURNS[turn % len(TURNS)]
    torch.manual_seed(0)
    model = make(cell, wiring, layers=layers, gradient=gradient)
    given = problem(model, lengths)
    leaves = [v for v in (*model.parameters(), given.x, given.vector) if v is not None]

    def gradients() -> list[Tensor]:
        found = torch.autograd.grad(given.loss(model), leaves, materialize_grads=True)
        return [given.log_prob(model), *found]

    expected = gradients()
    seen = elsewhere()
    assert_close(gradients(), expected, rtol=1e-11, atol=1e-12)
    assert bool(seen) == any(wiring.directions)


@pytest.mark.parametrize("cell", OURS)
def test_carried_states_are_the_same(cell: str, elsewhere: Callable[[], list[Recursion]]) -> None:
    model = make(cell, tt.wirings.HIDDEN_TO_HIDDEN, layers=2)
    x, y = torch.randn(3, 6, 2, dtype=torch.float64), torch.randint(3, (3, 6))

    def carried() -> tuple[Tensor, ...]:
        log_p, rest = model(tt.Sequence(x, [2, 3, 6])).observe(tt.Sequence(y[:, :4], [1, 0, 4]))
        return log_p, *rest.state.tensors()

    expected = carried()
    assert elsewhere() == []
    assert_close(carried(), expected)


def test_what_alone_enters_by_a_matrix_is_multiplied_once(
    elsewhere: Callable[[], list[Recursion]], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = make("GRU", tt.wirings.HIDDEN_TO_HIDDEN, layers=2)
    given, U = problem(model), model.graph.first.U.weight
    (expected,) = torch.autograd.grad(given.loss(model), U)
    seen = elsewhere()
    monkeypatch.setattr(torch, "eye", None)  # there is no identity
    (found,) = torch.autograd.grad(given.loss(model), U)
    assert_close(found, expected)
    assert len(seen) == 2  # a call for each layer


@pytest.mark.parametrize("cell", OURS)
def test_gradients_can_be_differentiated_again(
    cell: str, elsewhere: Callable[[], list[Recursion]]
) -> None:
    model = make(cell, tt.Wiring("x(t) -> h(t)", "h(t-1) -> h(t)", "h(t) -> o(t)"))
    given = problem(model)

    def again() -> Tensor:
        assert given.x is not None
        (first,) = torch.autograd.grad(given.loss(model), given.x, create_graph=True)
        return torch.autograd.grad((first**2).sum(), model.graph.V)[0]

    expected = again()
    elsewhere()
    assert_close(again(), expected)


@pytest.mark.parametrize("cell", OURS)
def test_under_autocast_the_probabilities_are_float32(
    cell: str, elsewhere: Callable[[], list[Recursion]]
) -> None:
    model = make(cell, hidden=8).float()
    x, y = tt.Sequence(torch.randn(2, 5, 2), [5, 3]), tt.Sequence(torch.randint(3, (2, 5)), [5, 3])
    expected = model(x).log_prob(y)
    seen = elsewhere()
    with torch.autocast("cpu", torch.bfloat16):
        log_p = model(x).log_prob(y)
    assert seen
    assert log_p.dtype == torch.float32
    assert_close(log_p, expected, rtol=0.05, atol=0.05)
    log_p.sum().backward()
