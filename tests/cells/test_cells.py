"""A cell is one step of the recurrence; its gradient equations are those of its step."""

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import throughtime as tt
from tests.helpers.models import CELLS, quick, torch_like, unchecked
from throughtime import Sequence
from throughtime.cells import GRU, LSTM, Cell, Elman
from throughtime.gradients import FullBPTT
from throughtime.graph.steps import Steps

KINDS = {
    "RNN tanh": (nn.RNN, {"nonlinearity": "tanh"}),
    "RNN relu": (nn.RNN, {"nonlinearity": "relu"}),
    "GRU": (nn.GRU, {}),
    "LSTM": (nn.LSTM, {}),
}
LENGTHS = [5, 2, 1, 4]


@pytest.mark.parametrize("bidirectional", [False, True], ids=["forward", "both ways"])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_with_its_weights_a_model_is_that_of_torch_nn(
    kind: str, layers: int, bidirectional: bool
) -> None:
    make, options = KINDS[kind]
    reference = make(
        3, 4, num_layers=layers, bidirectional=bidirectional, batch_first=True, **options
    ).double()
    for parameter in reference.parameters():  # neither almost linear nor saturated
        nn.init.uniform_(parameter, -0.8, 0.8)
    model = torch_like(reference)
    x = torch.randn(4, 5, 3, dtype=torch.float64, requires_grad=True)
    packed = pack_padded_sequence(x, torch.tensor(LENGTHS), batch_first=True, enforce_sorted=False)
    output, last = reference(packed)
    expected, _ = pad_packed_sequence(output, batch_first=True)

    ragged = Sequence(x, LENGTHS)
    steps = Steps(ragged.mask.T, x=ragged.values.transpose(0, 1))
    read, state = model.graph.unfold(model.graph.initial_state(4), steps, FullBPTT())
    assert read is not None
    h = Sequence(read.o.transpose(0, 1), LENGTHS).values
    torch.testing.assert_close(h, expected, rtol=1e-12, atol=1e-12)
    last = last if isinstance(last, tuple) else (last,)
    for part, expected_part in enumerate(last):
        ends = torch.stack([cell_state[part] for cell_state in state.cells])
        torch.testing.assert_close(ends, expected_part, rtol=1e-12, atol=1e-12)

    # and so is its gradient
    weights = torch.randn_like(h)
    names = [n for n, _ in reference.named_parameters() if n.startswith("weight_hh")]
    theirs = torch.autograd.grad(
        (weights * expected).sum(), [x, *(getattr(reference, n) for n in names)]
    )
    recurrent: list[Any] = [r.cell.W for r in model.graph.recurrences]
    ours = torch.autograd.grad((weights * h).sum(), [x, *recurrent])
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-11, atol=1e-11)


sizes = st.integers(1, 5)


@pytest.mark.parametrize("name", ["tanh", "relu", "GRU", "LSTM"])
@quick
@given(hidden=sizes, rows=st.integers(0, 5), seed=st.integers(0, 2**16))
def test_the_gradient_equations_are_those_of_the_step(
    name: str, hidden: int, rows: int, seed: int
) -> None:
    torch.manual_seed(seed)
    cell = CELLS[name](hidden).double()
    drive = torch.randn(rows, cell.drive_size, dtype=torch.float64)
    state = tuple(torch.randn(rows, s, dtype=torch.float64) for s in cell.state_sizes)
    grad = tuple(torch.randn(rows, s, dtype=torch.float64) for s in cell.state_sizes)
    with torch.no_grad():
        new = cell.step(drive, state)
        grad_drive, grad_state = cell.reverse_step(drive, state, new, grad)
        learned = cell.parameter_gradients(drive, state, grad, grad_drive)
    expected_drive, expected_state = Cell.reverse_step(cell, drive, state, new, grad)
    expected_learned = Cell.parameter_gradients(cell, drive, state, grad, expected_drive)
    assert len(learned) == len(list(cell.parameters()))
    for a, b in zip(
        (grad_drive, *grad_state, *learned),
        (expected_drive, *expected_state, *expected_learned),
        strict=True,
    ):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", CELLS)
def test_the_generic_gradients_are_those_of_autograd(name: str) -> None:
    """Cell's own two parts, against one call of autograd for everything at once."""
    cell = CELLS[name](3).double()
    drive = torch.randn(4, cell.drive_size, dtype=torch.float64, requires_grad=True)
    state = tuple(
        torch.randn(4, s, dtype=torch.float64, requires_grad=True) for s in cell.state_sizes
    )
    new = cell.step(drive, state)
    grad = tuple(torch.randn_like(n) for n in new)
    parameters = list(cell.parameters())
    expected = torch.autograd.grad(new, [drive, *state, *parameters], grad, allow_unused=True)
    grad_drive, grad_state = Cell.reverse_step(cell, drive, state, new, grad)
    learned = Cell.parameter_gradients(cell, drive, state, grad, grad_drive)
    for a, b in zip((grad_drive, *grad_state, *learned), expected, strict=True):
        torch.testing.assert_close(a, torch.zeros_like(a) if b is None else b)


@pytest.mark.parametrize("name", CELLS)
def test_rows_are_independent_of_each_other(name: str) -> None:
    cell = CELLS[name](3).double()
    drive = torch.randn(4, cell.drive_size, dtype=torch.float64)
    state = tuple(torch.randn(4, s, dtype=torch.float64) for s in cell.state_sizes)
    whole = cell.step(drive, state)
    for row in range(4):
        alone = cell.step(drive[row : row + 1], tuple(s[row : row + 1] for s in state))
        for w, a in zip(whole, alone, strict=True):
            torch.testing.assert_close(w[row : row + 1], a, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("name", CELLS)
def test_the_initial_state_is_zero_of_the_cells_sizes(name: str) -> None:
    cell = CELLS[name](3)
    state = cell.initial_state(5, torch.zeros(1, dtype=torch.float64))
    assert [s.shape for s in state] == [(5, size) for size in cell.state_sizes]
    assert all(s.dtype == torch.float64 and not s.any() for s in state)


def test_a_new_lstm_remembers() -> None:
    """Its forget gates start near one, and no other gate does."""
    bias = LSTM(16).b.detach().view(4, 16)
    assert bool((bias[1] == 1).all())
    assert float(bias[[0, 2, 3]].abs().max()) <= 1 / 4


@pytest.mark.parametrize("make", [Elman, GRU, LSTM])
def test_parameters_start_within_one_over_the_root_of_the_hidden_size(make: type[Cell]) -> None:
    cell = make(25)
    assert 0.15 < float(cell.W.detach().abs().max()) <= 0.2


class Residual(Elman):
    """A child with a step of its own."""

    def step(self, drive: torch.Tensor, state: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor]:
        return (super().step(drive, state)[0] + 0.5 * state[0],)


class _Halved:
    def step(self, drive: torch.Tensor, state: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor]:
        return (0.5 * super().step(drive, state)[0],)  # type: ignore[misc]


class Mixed(_Halved, Elman):
    """A step from a class that is no cell."""


class Renamed(Residual):
    """A grandchild that changes nothing."""


@pytest.mark.parametrize("make", [Residual, Mixed, Renamed])
def test_a_child_with_another_step_does_not_inherit_the_equations(make: type[Elman]) -> None:
    cell = make(3).double()
    drive, h, grad = torch.randn(3, 4, 3, dtype=torch.float64)
    _, (expected,) = Cell.reverse_step(cell, drive, (h,), cell.step(drive, (h,)), (grad,))
    _, (actual,) = cell.reverse_step(drive, (h,), cell.step(drive, (h,)), (grad,))
    torch.testing.assert_close(actual, expected)


def test_a_child_that_only_adds_a_method_keeps_the_equations() -> None:
    class Named(Elman):
        def name(self) -> str:
            return "Elman, 1990"

    assert Named.reverse_step is Elman.reverse_step
    assert Named.parameter_gradients is Elman.parameter_gradients


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"hidden_size": 0}, "hidden_size must be a whole number, at least 1; got 0"),
        ({"hidden_size": 3, "gates": 0}, "gates must be a whole number, at least 1; got 0"),
        ({"hidden_size": 3, "state_sizes": (3, 0)}, "a size of the state must be a whole number"),
        ({"hidden_size": 3, "state_sizes": (2, 3)}, "first tensor is h"),
        ({"hidden_size": 3, "state_sizes": ()}, "first tensor is h"),
    ],
)
def test_a_cell_of_impossible_sizes_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Cell(**arguments)


def test_an_unknown_nonlinearity_is_refused() -> None:
    with unchecked(), pytest.raises(ValueError, match="'tanh' or 'relu'; got 'gelu'"):
        Elman(3, "gelu")  # type: ignore[arg-type]


def test_a_cell_without_a_step_says_what_to_write() -> None:
    model = tt.RecurrentModel(
        Cell(3), tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Categorical(2), input_size=1
    )
    with pytest.raises(NotImplementedError, match="def step"):
        model(Sequence(torch.zeros(1, 2, 1))).log_prob(torch.zeros(1, 2, dtype=torch.int64))
