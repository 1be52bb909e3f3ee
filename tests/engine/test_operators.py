"""The engine's sweeps as operators of torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.library import opcheck

import throughtime as tt
from tests.helpers.alone import assert_passes_alone
from tests.helpers.models import CELLS
from tests.helpers.recursion import bptt
from throughtime.cells import Cell
from throughtime.cells.drive import Drive, Entering
from throughtime.engine import library, operators, sweep

pytestmark = pytest.mark.skipif(library.loaded() is None, reason="no engine is built here")

T, ROWS, H = 5, 3, 4
LENGTHS = torch.tensor([2, 5, 0])
FORWARD = torch.ops.throughtime.forward.default
BUILT_IN = ("tanh", "relu", "GRU", "LSTM")


def setting(name: str, enters: str) -> tuple[Cell, Drive, tuple[Tensor, ...]]:
    """A cell, what enters it and its first state, in float64 and with gradients to take."""
    cell = CELLS[name](H).double()
    D = cell.drive_size

    def some(*shape: int) -> Tensor:
        return torch.randn(*shape, dtype=torch.float64, requires_grad=True)

    state = tuple(some(ROWS, size) for size in cell.state_sizes)
    if enters == "given":
        return cell, Drive(T, given=some(T, ROWS, D)), state
    edges = (
        Entering(some(T, ROWS, 3), some(D, 3)),
        Entering(torch.randint(-1, 6, (T, ROWS)), some(D, 6)),
    )
    if enters == "edges":
        return cell, Drive(T, edges), state
    return cell, Drive(T, edges, None, some(ROWS, D), some(ROWS, D)), state


@pytest.mark.parametrize("ragged", [False, True], ids=["whole", "ragged"])
@pytest.mark.parametrize(("name", "enters"), [("relu", "edges"), ("GRU", "all"), ("LSTM", "given")])
def test_torchs_own_checks_of_an_operator(name: str, enters: str, ragged: bool) -> None:
    """Of the schema, of the shapes, and of the gradient, eager and compiled."""
    cell, drive, state = setting(name, enters)
    # rows that all have T steps: what is saved of steps after a row's end is any numbers
    lengths = torch.full((ROWS,), T)
    rows = sweep.Ragged(lengths, lengths.argsort()) if ragged else None
    assert cell.kernel is not None
    inputs = operators.Inputs.of(
        sweep.Sweep(cell.kernel, tuple(cell.parameters()), drive, state, rows)
    )
    opcheck(FORWARD, (*inputs, True))
    with torch.no_grad():
        opcheck(FORWARD, (*inputs, False))
        states, saved = FORWARD(*inputs, True)
        for learning in (True, False):
            wanted = [v.requires_grad for v in drive.tensors()]
            for _ in range(2):
                arriving = [torch.randn_like(states[0]), *(None for _ in states[1:])]
                arguments = (*inputs, states, saved, arriving, wanted, learning)
                opcheck(torch.ops.throughtime.reverse.default, arguments)
                wanted = [False for _ in wanted]


@pytest.mark.parametrize(
    ("lengths", "order", "reason"),
    [
        ([2, 5, 0], [10**9, 1, 0], "each of 3 rows once"),
        ([2, 5, 0], [1, 1, 0], "each of 3 rows once"),
        ([2, 5, 0], [0, 1, 2], "from the longest row to the shortest"),
        ([2, 6, 0], [1, 0, 2], r"lengths are \[2, 6, 0\]; expected 0 to 5"),
        ([-1, 5, 0], [1, 2, 0], r"expected 0 to 5"),
        ([5, 2], [0, 1], r"of shape \(2,\) on cpu; expected int64 of shape \(3,\)"),
    ],
)
def test_lengths_and_orders_that_cannot_be_are_refused(
    lengths: list[int], order: list[int], reason: str
) -> None:
    cell, drive, state = setting("GRU", "given")
    inputs = operators.Inputs.of(sweep.Sweep("gru", tuple(cell.parameters()), drive, state))
    given = inputs._replace(lengths=torch.tensor(lengths), order=torch.tensor(order))
    with pytest.raises(ValueError, match=reason):
        FORWARD(*given, False)
    with pytest.raises(ValueError, match=r"order is torch\.float64"):
        FORWARD(*given._replace(lengths=LENGTHS, order=LENGTHS.double()), False)


def test_no_gradient_of_what_was_not_kept() -> None:
    cell, drive, state = setting("GRU", "given")
    once = sweep.Sweep("gru", tuple(cell.parameters()), drive, state)
    (h,) = operators.forward(once, keep=False)
    with pytest.raises(RuntimeError, match="nothing was kept of the steps for a gradient"):
        h.sum().backward()


def test_tensors_without_memory_have_shapes_and_gradients() -> None:
    with FakeTensorMode():
        cell, x, U = tt.cells.LSTM(H), torch.randn(T, ROWS, 3), torch.randn(4 * H, 3)
        drive = Drive(T, (Entering(x, U.requires_grad_()),))
        states = bptt(cell, drive, cell.initial_state(ROWS))
        sum(s.sum() for s in states).backward()
    assert [s.shape for s in states] == [(T, ROWS, H)] * 2
    assert [v.grad.shape for v in (U, cell.W, cell.b)] == [v.shape for v in (U, cell.W, cell.b)]


def test_other_recorders_see_the_operator_too() -> None:
    cell, drive, state = setting("GRU", "given")
    recorded = make_fx(lambda given: bptt(cell, Drive(T, given=given), state)[0])(drive.given)
    other = torch.randn(T, ROWS, 3 * H, dtype=torch.float64)
    torch.testing.assert_close(recorded(other), bptt(cell, other, state)[0])


@pytest.mark.filterwarnings("ignore:The tensor attributes self._flat_weights")  # torch.nn's
def test_what_is_exported_does_without_this_library() -> None:
    """It may be run where there is none, as torch.nn's would."""
    ours = tt.nn.GRU(2, H, 2, bidirectional=True)
    x = torch.randn(T, ROWS, 2)
    exported = torch.export.export(ours, (x,))
    assert "throughtime" not in str(exported.graph)
    torch.testing.assert_close(exported.module()(2 * x)[0], ours(2 * x)[0])


GIVEN: dict[str, Any] = {
    "kernel": "gru",
    "parameters": [torch.randn(12, 4), torch.randn(12), torch.randn(4)],
    "steps": 5,
    "edges": [torch.randn(5, 2, 3), torch.randn(12, 3)],
    "given": None,
    "constant": None,
    "start": None,
    "state": [torch.randn(2, 4)],
    "lengths": None,
    "order": None,
    "recurrent": True,
}
"""The arguments of both operators, as they should be: T = 5, two rows, H = 4."""


@pytest.mark.parametrize(
    "wrong",
    [
        {"kernel": "none"},
        {"kernel": "lstm"},
        {"steps": 2**62, "edges": []},
        {"steps": -1},
        {"edges": [torch.randn(5, 2, 3)]},
        {"edges": GIVEN["edges"] * 4},
        {"edges": [torch.randn(5, 2, 3), torch.ones(12, 3, dtype=torch.int64)]},
        {"edges": [torch.randn(5, 2, 3), torch.tensor(1.0)]},
        {"given": torch.ones(5, 2, 12, dtype=torch.int64)},
        {"parameters": [v.half() for v in GIVEN["parameters"]]},
        {"state": []},
        {"state": [torch.tensor(1.0)]},
        {"lengths": torch.tensor([5, 2])},
        {"lengths": torch.tensor([5, 2]), "order": torch.tensor([10**9, 1])},
    ],
    ids=" and ".join,
)
def test_arguments_that_the_engine_would_believe_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(
        ValueError, match=r"expected|at most|at least|one is missing|no matrix|more"
    ):
        torch.ops.throughtime.forward(**GIVEN | wrong, keep=False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"saved": torch.empty(0)},
        {"states": [torch.empty(1)]},
        {"grad_states": [torch.ones(1)]},
        {"grad_states": [torch.ones(5, 2, 4, dtype=torch.int64)]},
        {"edges": [torch.zeros(5, 2, dtype=torch.int64), torch.randn(12, 3)]},
        {"steps": 100, "edges": [], "wanted": []},
        {"state": [torch.randn(500, 4)], "edges": [], "wanted": []},
    ],
    ids=" and ".join,
)
def test_what_a_reverse_would_read_or_write_beyond_is_refused(wrong: dict[str, Any]) -> None:
    states, saved = torch.ops.throughtime.forward(**GIVEN, keep=True)
    rest = {"states": states, "saved": saved, "grad_states": [torch.ones(5, 2, 4)]}
    rest |= {"wanted": [True, True], "learning": True}
    torch.ops.throughtime.reverse(**GIVEN | rest)
    with pytest.raises(ValueError, match="expected"):
        torch.ops.throughtime.reverse(**GIVEN | rest | wrong)


def test_graphs(thorough: bool) -> None:
    """Those of graphs.py, which says why they run by themselves."""
    assert_passes_alone(Path(__file__).with_name("graphs.py"), thorough=thorough)
