"""What torch compiles is one graph, with the same numbers and the same gradients.

``test_operators.py`` runs these tests, by themselves and without the type checker of all others,
whose wrappers no compiler can look into.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.func import grad, vmap
from torch.fx import GraphModule
from torch.nn.utils.rnn import pack_sequence

import throughtime as tt
from tests.engine.test_operators import BUILT_IN, FORWARD, LENGTHS, ROWS, H, T, setting
from tests.helpers.models import WIRINGS, Problem, assert_same, gradients, leaves, make, problem
from tests.helpers.recursion import bptt
from throughtime.cells.drive import Drive, Entering
from throughtime.engine import use

pytestmark = [
    pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf"),
    pytest.mark.filterwarnings("ignore:`torch.jit.script"),  # torch's own, as it loads inductor
]

SOME = [
    pytest.param("sequence-to-vector", marks=pytest.mark.thorough),
    "vector-to-sequence",
    pytest.param("hidden-and-output-to-hidden", marks=pytest.mark.thorough),
    pytest.param("bidirectional", marks=pytest.mark.thorough),
    "expected",
]


@pytest.fixture(autouse=True)
def afresh() -> Iterator[None]:
    """No test runs what another has compiled. torch.nn's recurrent classes, of which tt.nn's are
    children, are looked into only on request."""
    with torch._dynamo.config.patch(allow_rnn=True):
        yield
    torch._dynamo.reset()


class Graphs:
    """A backend that runs each graph as it is and counts its calls."""

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def __call__(self, graph: GraphModule, _: Any) -> Callable[..., Any]:
        self.calls += [node.target for node in graph.graph.nodes if node.op == "call_function"]
        return graph.forward


def whole(f: Callable[..., Any], backend: Any = "aot_eager", **options: Any) -> Callable[..., Any]:
    """f, compiled, in one graph."""
    compiled: Callable[..., Any] = torch.compile(f, backend=backend, fullgraph=True, **options)
    return compiled


def assert_same_compiled(
    f: Callable[..., Any], compiled: Callable[..., Any], arguments: list[Any], wanted: list[Tensor]
) -> None:
    """Both give the same tensors and the same gradients."""
    found = []
    for g in (f, compiled):
        outputs = [v for v in torch.utils._pytree.tree_leaves(g(*arguments)) if v.requires_grad]
        total = sum((k + 1) * v.square().sum() for k, v in enumerate(outputs))
        grads = torch.autograd.grad(total, wanted, allow_unused=True, materialize_grads=True)
        found.append((*outputs, *grads))
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(b, a, rtol=1e-5, atol=1e-5 if a.dtype is torch.float32 else 1e-9)


# ---- graphs --------------------------------------------------------------------------------------


CELLS = [
    pytest.param(name, ragged, marks=() if ragged == i % 2 else pytest.mark.thorough)
    for i, name in enumerate(BUILT_IN)
    for ragged in (False, True)
]
"""Each cell on whole rows or on ragged ones, unless all is tested."""


@pytest.mark.parametrize(("name", "ragged"), CELLS)
def test_a_compiled_cell_is_one_call_of_the_engine(name: str, ragged: bool) -> None:
    cell, drive, state = setting(name, "all")
    alive = torch.arange(T)[:, None] < LENGTHS if ragged else None

    def f(tensors: tuple[Tensor, ...], state: tuple[Tensor, ...], alive: Tensor | None) -> Any:
        return bptt(cell, drive.like(tensors), state, alive)

    graphs = Graphs()
    with torch.no_grad():
        whole(f, graphs)(drive.tensors(), state, alive)
    assert graphs.calls.count(FORWARD) == 1
    assert torch.matmul not in graphs.calls
    wanted = [v for v in (*drive.tensors(), *state, *cell.parameters()) if v.requires_grad]
    assert_same_compiled(f, whole(f), [drive.tensors(), state, alive], wanted)
    assert_same_compiled(
        f, whole(f), [drive.tensors(), tuple(s.detach() for s in state), alive], wanted[:1]
    )


def test_one_graph_for_all_lengths() -> None:
    cell = tt.cells.LSTM(H)
    compiled = whole(lambda drive: bptt(cell, drive, cell.initial_state(ROWS))[0], dynamic=True)
    for steps in (5, 9, 3):
        drive = torch.randn(steps, ROWS, cell.drive_size)
        with torch._dynamo.config.patch(error_on_recompile=steps != 5):
            torch.testing.assert_close(
                compiled(drive), bptt(cell, drive, cell.initial_state(ROWS))[0]
            )


def test_a_cell_that_the_engine_has_not_is_taken_step_by_step() -> None:
    own, drive, state = setting("own", "all")
    f = lambda *tensors: bptt(own, drive.like(tensors), state)  # noqa: E731
    wanted = [v for v in (*drive.tensors(), *state, *own.parameters()) if v.requires_grad]
    assert_same_compiled(f, whole(f), [*drive.tensors()], wanted)
    cell, drive, state = setting("GRU", "all")
    graphs = Graphs()
    with use(None):
        whole(lambda *tensors: bptt(cell, drive.like(tensors), state), graphs)(*drive.tensors())
    assert FORWARD not in graphs.calls


def test_gradients_of_each_sample_in_a_graph() -> None:
    cell = tt.cells.GRU(H)

    def each(drives: Tensor) -> Tensor:
        def loss(drive: Tensor) -> Tensor:
            return bptt(cell, drive, cell.initial_state(1))[0].square().sum()

        found: Tensor = vmap(grad(loss))(drives)
        return found

    drives = torch.randn(ROWS, T, 1, cell.drive_size)
    torch.testing.assert_close(whole(each)(drives), each(drives))


def test_what_torch_cannot_compile_is_an_error_and_no_number() -> None:
    cell, drive, state = setting("GRU", "given")
    f = whole(lambda given: bptt(cell, Drive(T, given=given), state)[0])
    assert drive.given is not None
    (once,) = torch.autograd.grad(f(drive.given).square().sum(), drive.given, create_graph=True)
    with pytest.raises(RuntimeError, match="does not currently support double backward"):
        once.sum().backward()


def test_what_the_engine_refuses_it_refuses_in_a_graph() -> None:
    cell = tt.cells.GRU(H)
    f = whole(lambda drive: bptt(cell, drive, cell.initial_state(ROWS))[0])
    with pytest.raises(ValueError, match=r"given has shape \(5, 3, 13\); expected \(5, 3, 12\)"):
        f(torch.zeros(T, ROWS, 3 * H + 1))
    U = torch.zeros(3 * H, 2)
    f = whole(lambda v: bptt(cell, Drive(T, (Entering(v, U),)), cell.initial_state(ROWS))[0])
    with pytest.raises(IndexError, match="a symbol is not below 2, the number of symbols"):
        f(torch.full((T, ROWS), 2))


# ---- modules and models --------------------------------------------------------------------------


def module(kind: str, **options: Any) -> torch.nn.RNNBase:
    return getattr(tt.nn, kind)(2, H, bidirectional=True, num_layers=2, **options)


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("RNN", "padded"),
        pytest.param("GRU", "padded", marks=pytest.mark.thorough),
        pytest.param("GRU", "sequence", marks=pytest.mark.thorough),
        ("LSTM", "batch first, given a state"),
        pytest.param("LSTM", "sequence", marks=pytest.mark.thorough),
    ],
)
def test_a_compiled_module_is_the_module(kind: str, form: str) -> None:
    ours = module(kind, batch_first=form != "padded")
    x, h = torch.randn(T, ROWS, 2, requires_grad=True), torch.randn(4, T, H, requires_grad=True)
    hx = (h, h.flip(0)) if kind == "LSTM" else h

    def f(x: Tensor, lengths: Tensor) -> Any:
        if form == "padded":
            return ours(x)
        if form == "sequence":
            output, hidden = ours(tt.Sequence(x, lengths), hx)
            return output.values, hidden
        return ours(x, hx)

    graphs = Graphs()
    lengths = torch.tensor([3, 0, 1, 2, 2])
    with torch.no_grad():
        whole(f, graphs)(x, lengths)
    assert graphs.calls.count(FORWARD) == 4
    wanted = [x, *ours.parameters(), *([] if form == "padded" else [h])]
    assert_same_compiled(f, whole(f), [x, lengths], wanted)


def test_by_default_a_graph_ends_at_a_module_and_nothing_else_changes() -> None:
    ours = module("LSTM")
    packed = pack_sequence([torch.randn(n, 2) for n in (2, 5, 1)], enforce_sorted=False)
    with torch._dynamo.config.patch(allow_rnn=False):
        compiled = torch.compile(lambda x: 2 * ours(x)[0], backend="aot_eager")
        x = torch.randn(T, ROWS, 2, requires_grad=True)
        assert_same_compiled(lambda x: 2 * ours(x)[0], compiled, [x], [x, *ours.parameters()])
        compiled = torch.compile(lambda x: ours(x)[0].data, backend="aot_eager")
        assert_same_compiled(lambda x: ours(x)[0].data, compiled, [packed], [*ours.parameters()])


@pytest.mark.parametrize("wiring", SOME)
def test_a_compiled_model_has_the_same_likelihood(wiring: str) -> None:
    model = make("GRU", WIRINGS[wiring], layers=1 + (wiring == "bidirectional"))
    task = problem(model)

    def f(task: Problem) -> Tensor:
        return task.log_prob(model)

    expected, actual = f(task), whole(f)(task)
    torch.testing.assert_close(actual, expected, rtol=1e-10, atol=1e-10)
    wanted = leaves(model, task)
    assert_same(gradients(actual.sum(), wanted), gradients(expected.sum(), wanted))


@pytest.mark.skipif(
    not any(map(shutil.which, ("c++", "g++", "clang++"))), reason="inductor needs a C++ compiler"
)
def test_by_inductor() -> None:
    """The operators alone: there is nothing to compile around them, which would take a while."""
    cell, drive, state = setting("LSTM", "given")
    f = whole(lambda given: bptt(cell, Drive(T, given=given), state), "inductor")
    expected = bptt(cell, drive, state)
    assert drive.given is not None
    wanted = [drive.given, *state, *cell.parameters()]
    arriving = [torch.randn_like(h) for h in expected]
    with torch._inductor.config.patch(compile_threads=1):
        found = [(s, torch.autograd.grad(s, wanted, arriving)) for s in (expected, f(drive.given))]
    torch.testing.assert_close(*found)
