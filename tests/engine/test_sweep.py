"""The engine computes what the plain loop does, on every instruction set that is here."""

from __future__ import annotations

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

import throughtime as tt
from tests.helpers.header import fields
from tests.helpers.recursion import bptt
from throughtime.cells import Cell
from throughtime.cells.drive import Drive, Entering
from throughtime.engine import sweep
from throughtime.gradients import Autograd, FullBPTT
from throughtime.gradients.backends.engine import has
from throughtime.gradients.recursion import Recursion
from throughtime.gradients.unroll import unroll

CELLS = {
    "tanh": tt.cells.Elman,
    "relu": lambda size: tt.cells.Elman(size, "relu"),
    "GRU": tt.cells.GRU,
    "LSTM": tt.cells.LSTM,
}
DTYPES = {torch.float32: 2e-5, torch.float64: 1e-12}

pytestmark = pytest.mark.usefixtures("instructions")


def drives(what: str, cell: Cell, steps: int, rows: int, dtype: torch.dtype) -> Drive:
    """A drive that is added up already, or one of all kinds of parts."""

    def some(*shape: int) -> Tensor:
        return torch.randn(*shape, dtype=dtype, requires_grad=True)

    D = cell.drive_size
    if what == "given":
        return Drive.of(some(steps, rows, D))
    symbols = torch.randint(-1, 5, (steps, rows))
    edges = (
        Entering(some(steps, rows, 3), some(D, 3)),
        Entering(symbols, some(D, 5)),
        Entering(torch.randn(steps, rows, 70, dtype=dtype), some(D, 70)),
    )
    if what == "edges":
        return Drive(steps, edges)
    return Drive(steps, edges, some(steps, rows, D), some(rows, D), some(rows, D))


def assert_engine_is_the_loop(
    cell: Cell,
    steps: int,
    rows: int,
    dtype: torch.dtype,
    lengths: list[int] | None,
    enters: str = "all",
) -> None:
    """States, and the gradients of the drive, the first state and the parameters."""
    cell = cell.to(dtype)
    drive = drives(enters, cell, steps, rows, dtype)
    state = tuple(torch.randn(rows, n, dtype=dtype, requires_grad=True) for n in cell.state_sizes)
    alive = None
    if lengths is not None:
        alive = torch.arange(steps)[:, None] < torch.tensor(lengths, dtype=torch.int64)
    assert has(Recursion(cell, drive, state))
    wanted = [v for v in (*drive.tensors(), *state, *cell.parameters()) if v.requires_grad]
    expected = unroll(cell, drive.sum(), state, alive)
    actual = bptt(cell, drive, state, alive)
    if not steps:
        for a, b in zip(actual, expected, strict=True):
            close(a, b, 0)
        nothing = torch.autograd.grad(actual[0].sum(), wanted, allow_unused=True)
        assert not any(bool(g.any()) for g in nothing if g is not None)
        return
    arriving = tuple(torch.randn_like(s) for s in expected)
    for grads in (arriving, (arriving[0], *(None for _ in arriving[1:]))):
        some = [i for i, g in enumerate(grads) if g is not None]
        expected_grads, actual_grads = (
            torch.autograd.grad(
                [states[i] for i in some], wanted, [grads[i] for i in some],
                retain_graph=True, allow_unused=True, materialize_grads=True,
            )
            for states in (expected, actual)
        )  # fmt: skip
        for a, b in zip((*actual, *actual_grads), (*expected, *expected_grads), strict=True):
            close(a, b, DTYPES[dtype])


def close(actual: Tensor, expected: Tensor, tolerance: float) -> None:
    """Equal to rounding, next to the largest number."""
    assert bool(actual.isfinite().all())
    largest = float(expected.detach().abs().max()) if expected.numel() else 0.0
    torch.testing.assert_close(actual, expected, rtol=0, atol=tolerance * max(largest, 1.0))


def test_the_fields_are_those_of_the_header() -> None:
    names: list[str] = []
    for field in fields("engine.h", "Sweep"):
        stem, array, _ = field.partition("[")
        if stem == "edges":
            names += [
                f"{name}_{e}" for e in range(sweep.EDGES) for name in fields("engine.h", "Edge")
            ]
        else:  # the parts of a state: h and c
            prefix = "" if stem == "state" else stem.replace("grad_state", "grad") + "_"
            names += [prefix + part for part in "hc"] if array else [stem]
    assert tuple(names) == sweep.FIELDS


MEETING = [
    *(
        (7, "ragged", "all", 1),
        (7, None, "all", 1),
        (130, "ragged", "all", 2),
        (33, None, "all", 2),
    ),
    *((33, "ragged", "edges", 5), (1, None, "edges", 5)),
    *((1, "ragged", "given", 2), (130, None, "given", 2)),
]
"""Sizes, lengths, what enters, and threads: each thing that enters meets ragged rows and others."""


@pytest.mark.parametrize(
    ("size", "lengths", "enters", "threads"),
    [pytest.param(*v, id="-".join(map(str, v))) for v in MEETING],
)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("cell", CELLS)
def test_the_engine_is_the_loop(
    cell: str, dtype: torch.dtype, size: int, lengths: str | None, enters: str, threads: int
) -> None:
    torch.set_num_threads(threads)
    rows = [5, 0, 1, 9, 9, 3, 0, 8, 2, 4, 7, 6, 9]
    ragged = rows if lengths else None
    assert_engine_is_the_loop(CELLS[cell](size), 9, len(rows), dtype, ragged, enters)


@pytest.mark.parametrize("lengths", [None, "ragged"])
@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_threads_that_share_out_units_wait_for_each_other(
    cell: str, threads: int, lengths: str | None
) -> None:
    torch.set_num_threads(threads)
    for rows in (1, 2):  # too few for each thread to have its own
        ragged = [40, 25][:rows] if lengths else None
        assert_engine_is_the_loop(CELLS[cell](70), 40, rows, torch.float64, ragged)


@pytest.mark.parametrize("cell", CELLS)
def test_more_steps_than_are_summed_at_a_time(cell: str) -> None:
    assert_engine_is_the_loop(CELLS[cell](5), 301, 1, torch.float64, None)
    assert_engine_is_the_loop(CELLS[cell](5), 129, 3, torch.float64, [129, 0, 64])


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    cell=st.sampled_from(list(CELLS)),
    size=st.integers(1, 40),
    steps=st.integers(0, 6),
    lengths=st.lists(st.integers(0, 6), max_size=9),
    ragged=st.booleans(),
    enters=st.sampled_from(["given", "edges", "all"]),
)
def test_the_engine_is_the_loop_for_every_shape(
    cell: str, size: int, steps: int, lengths: list[int], ragged: bool, enters: str
) -> None:
    lengths = [min(n, steps) for n in lengths]
    made = CELLS[cell](size)
    rows = lengths if ragged else None
    assert_engine_is_the_loop(made, steps, len(lengths), torch.float64, rows, enters)


@pytest.mark.parametrize("cell", CELLS)
def test_the_same_numbers_from_run_to_run_and_nearly_so_from_thread_to_thread(cell: str) -> None:
    made, drive = CELLS[cell](20), None
    drive = torch.randn(30, 7, made.drive_size, requires_grad=True)
    results = []
    for threads in (1, 1, 2, 2):
        torch.set_num_threads(threads)
        states = bptt(made, drive, made.initial_state(7))
        grads = torch.autograd.grad(states[0].sum(), [drive, *made.parameters()])
        results.append((*states, *grads))
    for a, b, c, d in zip(*results, strict=True):
        assert torch.equal(a, b)
        assert torch.equal(c, d)
        close(a, c, 1e-6)


class Doubling(tt.cells.Elman):
    """A user's cell that changes the equations of one that the engine has."""

    def step(self, drive: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return (2 * super().step(drive, state)[0],)


def test_what_is_not_the_engines_is_left_to_the_loop() -> None:
    drive, cell = Drive.of(torch.zeros(2, 3, 4)), tt.cells.Elman(4)
    state = cell.initial_state(3)
    assert has(Recursion(cell, drive, state))
    assert not has(Recursion(Doubling(4), drive, state))
    assert not has(Recursion(cell, drive._replace(given=torch.zeros(2, 3, 4).double()), state))
    assert not has(Recursion(cell.half(), drive, (state[0].half(),)))
    assert not has(Recursion(tt.cells.Elman(4).to("meta"), drive, state))


def test_a_wrong_shape_is_refused_before_it_is_read() -> None:
    cell = tt.cells.GRU(4)
    with pytest.raises(ValueError, match=r"given has shape \(2, 3, 4\); expected \(2, 3, 12\)"):
        bptt(cell, torch.zeros(2, 3, 4), cell.initial_state(3))
    with pytest.raises(ValueError, match=r"first_h has shape \(3, 5\); expected \(3, 4\)"):
        bptt(cell, torch.zeros(2, 3, 12), (torch.zeros(3, 5),))
    symbols = Drive(2, (Entering(torch.tensor([[1, 0, 2], [0, 3, 0]]), torch.zeros(12, 3)),))
    with pytest.raises(IndexError, match="a symbol is not below 3, the number of symbols"):
        bptt(cell, symbols, cell.initial_state(3))


# ---- tanh and sigmoid ----------------------------------------------------------------------------

ULPS = 2
"""The engine's tanh and sigmoid are within so many units in the last place, everywhere."""


def arguments(dtype: torch.dtype) -> Tensor:
    """All magnitudes, both signs, and the numbers that are special."""
    limits = torch.finfo(dtype)
    low, high = (-126, 127) if dtype is torch.float32 else (-1022, 1023)
    exponents = torch.linspace(low, high, 4001, dtype=torch.float64)
    sizes = torch.cat([2.0**exponents, torch.linspace(0, 800, 40_001, dtype=torch.float64)])
    special = torch.tensor([0.0, limits.tiny, limits.smallest_normal / 8, limits.max, torch.inf])
    x = torch.cat([sizes.to(dtype), special.to(dtype)])
    return torch.cat([x, -x])


def by_engine(x: Tensor) -> tuple[Tensor, Tensor]:
    """tanh of x as Elman's state, and sigmoid of x as the input gate that LSTM saves."""
    n = 64
    x = torch.nn.functional.pad(x, (0, -len(x) % n)).view(-1, n)
    elman, lstm = tt.cells.Elman(n).to(x.dtype), tt.cells.LSTM(n).to(x.dtype)
    with torch.no_grad():
        for parameter in (*elman.parameters(), *lstm.parameters()):
            parameter.zero_()
        (h,) = bptt(elman, x[None], elman.initial_state(len(x), x))
        start = lstm.initial_state(len(x), x)
        drive = Drive.of(torch.cat([x, torch.zeros(len(x), 3 * n, dtype=x.dtype)], -1)[None])
        once = sweep.Sweep("lstm", tuple(lstm.parameters()), drive, start)
        saved = sweep.forward(once, keep=True)[1]
    assert saved is not None
    return h.flatten(), saved[0, :, :n].flatten()


def ulps(actual: Tensor, expected: Tensor) -> float:
    """The largest error in units of the last place of the expected value."""
    exact = expected.to(actual.dtype)
    unit = (exact.nextafter(torch.full_like(exact, torch.inf)) - exact).abs().double()
    return float(((actual.double() - expected).abs() / unit).nan_to_num(0, 0, 0).max())


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_tanh_and_sigmoid_are_right_to_a_few_units_in_the_last_place(dtype: torch.dtype) -> None:
    x = arguments(dtype)
    tanh, sigmoid = (v[: len(x)] for v in by_engine(x))
    assert bool(tanh.isfinite().all())
    assert bool(sigmoid.isfinite().all())
    assert torch.equal(tanh[: len(x) // 2], -tanh[len(x) // 2 :])
    assert bool((torch.signbit(tanh) == torch.signbit(x))[x != 0].all())  # -0 + b + W 0 is 0
    normal = x.double().sigmoid() > torch.finfo(dtype).smallest_normal
    assert ulps(tanh, x.double().tanh()) <= ULPS
    assert ulps(sigmoid[normal], x.double().sigmoid()[normal]) <= ULPS
    assert bool((sigmoid[~normal].double() <= torch.finfo(dtype).smallest_normal).all())


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_nan_stays_nan(dtype: torch.dtype) -> None:
    tanh, sigmoid = by_engine(torch.tensor([torch.nan, -torch.nan], dtype=dtype))
    assert bool(tanh[:2].isnan().all())
    assert bool(sigmoid[:2].isnan().all())
    assert bool(tanh[2:].isfinite().all())


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("enters", ["given", "edges", "all"])
@pytest.mark.parametrize("cell", CELLS)
def test_without_an_edge_from_h_every_step_starts_from_zeros(
    cell: str, enters: str, threads: int
) -> None:
    torch.set_num_threads(threads)
    made = CELLS[cell](19).double()
    drive = drives(enters, made, 6, 5, torch.float64)
    state = made.initial_state(5, torch.zeros(0, dtype=torch.float64))
    wanted = [v for v in (*drive.tensors(), *made.parameters()) if v.requires_grad]
    recursion, results = Recursion(made, drive, state, recurrent=False), []
    for gradient in (FullBPTT(), Autograd()):
        h, ends = gradient.scan(recursion)
        states = (h, *ends)
        grads = torch.autograd.grad(
            sum((s.sin().sum() for s in states), torch.zeros(())), wanted,
            allow_unused=True, materialize_grads=True,
        )  # fmt: skip
        results.append((*states, *grads))
    for a, b in zip(*results, strict=True):
        close(a, b, 1e-12)
    W = results[0][-len(list(made.parameters()))]
    assert W.shape == (made.drive_size, 19)
    assert not bool(W.any())


def test_the_default_device_is_not_the_engines() -> None:
    module, x = tt.nn.LSTM(3, 4), torch.randn(5, 2, 3)
    expected = module(x)[0]
    with torch.device("meta"):
        assert torch.equal(module(x)[0], expected)


def test_what_the_engine_cannot_read_is_refused() -> None:
    cell = tt.cells.Elman(4)
    drive, state = Drive.of(torch.zeros(2, 3, 4)), cell.initial_state(3)
    once = sweep.Sweep("elman_tanh", tuple(cell.parameters()), drive, state)
    call = sweep.Call(once, (torch.zeros(2, 3, 4),), None)
    with pytest.raises(ValueError, match=r"grad_h is torch.float64 on cpu; expected torch.float32"):
        call.point("grad_h", torch.zeros(2, 3, 4, dtype=torch.float64))
    with pytest.raises(ValueError, match=r"grad_h is torch.float32 on meta"):
        call.point("grad_h", torch.zeros(2, 3, 4, device="meta"))
