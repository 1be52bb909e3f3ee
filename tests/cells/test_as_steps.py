"""The cells that are written as a step alone: each is its equations, and what is true of every cell
is true of them. They take turns where there are many wirings."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import throughtime as tt
from tests.gradients.test_full import assert_exact
from tests.graph.test_jacobians import Leaves, ancestors, positive
from tests.helpers.calls import counted
from tests.helpers.models import (
    AS_STEPS,
    VALID,
    WIRINGS,
    assert_same,
    gradients,
    leaves,
    make,
    problem,
)
from tests.helpers.recursion import bptt
from throughtime.cells import LSTM, Cell, Elman, MinGRU
from throughtime.engine import library
from throughtime.gradients import CheckpointedBPTT, FullBPTT, TruncatedBPTT
from throughtime.gradients.unroll import unroll
from throughtime.runs import choices
from throughtime.runs.kinds import BUILT_IN
from throughtime.tracing import cache
from throughtime.tracing.programs import Programs

needs_engine = pytest.mark.skipif(library.loaded() is None, reason="no engine is built here")


def made(name: str, size: int = 3) -> Any:
    """A cell of float64 whose parameters are all neither 0 nor 1."""
    cell = AS_STEPS[name](size).double()
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.uniform_(-0.9, 0.9)
    return cell


def rows_for(cell: Cell, steps: int = 1, rows: int = 2) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Random drives u(1) … u(T), and a state."""
    drive = torch.randn(steps, rows, cell.drive_size, dtype=torch.float64)
    return drive, tuple(torch.randn(rows, n, dtype=torch.float64) for n in cell.state_sizes)


# ---- the equations, number by number -----------------------------------------------------------

Numbers = list[float]
Parameters = dict[str, Any]


def sigma(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def normal(v: Numbers) -> Numbers:
    """Mean 0 and variance 1, with torch's ε."""
    mean = sum(v) / len(v)
    variance = sum((x - mean) ** 2 for x in v) / len(v)
    return [(x - mean) / math.sqrt(variance + 1e-5) for x in v]


def times(W: list[Numbers], h: Numbers) -> Numbers:
    return [sum(w * x for w, x in zip(row, h, strict=True)) for row in W]


def weighted(alpha: Numbers, v: Numbers) -> Numbers:
    return [a * x for a, x in zip(alpha, v, strict=True)]


def ind_rnn(p: Parameters, u: Numbers, h: Numbers) -> tuple[Numbers, ...]:
    return ([max(0.0, x + b + w * y) for x, b, w, y in zip(u, p["b"], p["w"], h, strict=True)],)


def min_gru(p: Parameters, u: Numbers, h: Numbers) -> tuple[Numbers, ...]:
    H, a = len(h), [x + b for x, b in zip(u, p["b"], strict=True)]
    return ([(1 - sigma(a[j])) * h[j] + sigma(a[j]) * a[H + j] for j in range(H)],)


def min_lstm(p: Parameters, u: Numbers, h: Numbers) -> tuple[Numbers, ...]:
    H, a, new = len(h), [x + b for x, b in zip(u, p["b"], strict=True)], []
    for j in range(H):
        i, f, n = sigma(a[j]), sigma(a[H + j]), a[2 * H + j]
        new.append(f / (i + f) * h[j] + i / (i + f) * n)
    return (new,)


def peephole_lstm(p: Parameters, u: Numbers, h: Numbers, c: Numbers) -> tuple[Numbers, ...]:
    H, v, new_h, new_c = len(h), times(p["W"], h), [], []
    a = [x + b + y for x, b, y in zip(u, p["b"], v, strict=True)]
    for j in range(H):
        i, f = sigma(a[j] + p["p"][j] * c[j]), sigma(a[H + j] + p["p"][H + j] * c[j])
        new_c.append(f * c[j] + i * math.tanh(a[2 * H + j]))
        o = sigma(a[3 * H + j] + p["p"][2 * H + j] * new_c[j])
        new_h.append(o * math.tanh(new_c[j]))
    return new_h, new_c


def layer_norm_lstm(p: Parameters, u: Numbers, h: Numbers, c: Numbers) -> tuple[Numbers, ...]:
    H = len(h)
    of_u = weighted(p["alpha_u"], normal(u))
    of_v = weighted(p["alpha_v"], normal(times(p["W"], h)))
    a = [x + y + b for x, y, b in zip(of_u, of_v, p["b"], strict=True)]
    new_c = [sigma(a[H + j]) * c[j] + sigma(a[j]) * math.tanh(a[2 * H + j]) for j in range(H)]
    read = [x + b for x, b in zip(weighted(p["alpha_c"], normal(new_c)), p["beta_c"], strict=True)]
    return [sigma(a[3 * H + j]) * math.tanh(read[j]) for j in range(H)], new_c


def layer_norm_gru(p: Parameters, u: Numbers, h: Numbers) -> tuple[Numbers, ...]:
    H, v, new = len(h), times(p["W"], h), []
    of_u = weighted(p["alpha_u"], normal(u[: 2 * H]) + normal(u[2 * H :]))
    of_v = weighted(p["alpha_v"], normal(v[: 2 * H]) + normal(v[2 * H :]))
    for j in range(H):
        r, z = (sigma(of_u[k] + of_v[k] + p["b"][k]) for k in (j, H + j))
        k = 2 * H + j
        n = math.tanh(of_u[k] + p["b"][k] + r * (of_v[k] + p["m"][j]))
        new.append((1 - z) * n + z * h[j])
    return (new,)


EQUATIONS: dict[str, Callable[..., tuple[Numbers, ...]]] = {
    "IndRNN": ind_rnn,
    "layer-norm GRU": layer_norm_gru,
    "layer-norm LSTM": layer_norm_lstm,
    "minGRU": min_gru,
    "minLSTM": min_lstm,
    "peephole LSTM": peephole_lstm,
}


@pytest.mark.parametrize("name", AS_STEPS)
def test_the_step_is_the_equations(name: str) -> None:
    torch.manual_seed(0)
    cell = made(name)
    (drive,), state = rows_for(cell)
    parameters = {key: p.tolist() for key, p in cell.named_parameters()}
    new = cell.step(drive, state)
    for row in range(len(drive)):
        expected = EQUATIONS[name](
            parameters, drive[row].tolist(), *(s[row].tolist() for s in state)
        )
        for found, right in zip(new, expected, strict=True):
            assert found[row].tolist() == pytest.approx(right, rel=1e-12, abs=1e-12)


# ---- what follows from them --------------------------------------------------------------------


def test_without_peepholes_it_is_an_lstm() -> None:
    cell, plain = made("peephole LSTM"), LSTM(3).double()
    plain.load_state_dict({"W": cell.W, "b": cell.b})
    drive, state = rows_for(cell, 5)
    assert not torch.equal(unroll(cell, drive, state)[0], unroll(plain, drive, state)[0])
    with torch.no_grad():
        cell.p.zero_()
    torch.testing.assert_close(unroll(cell, drive, state), unroll(plain, drive, state))


def test_units_that_are_independent_are_a_layer_with_a_diagonal_matrix() -> None:
    cell, full = made("IndRNN"), Elman(3, "relu").double()
    full.load_state_dict({"W": cell.w.diag(), "b": cell.b})
    drive, state = rows_for(cell, 5)
    torch.testing.assert_close(unroll(cell, drive, state), unroll(full, drive, state))


def test_however_long_the_sequence_is_no_unit_explodes() -> None:
    """A weight beyond 1 counts as 1, and what has no effect has no gradient."""
    cell = made("IndRNN")
    with torch.no_grad():
        cell.w.copy_(torch.tensor([1.5, -1.5, 0.5]))
        cell.b.zero_()
    (h,) = unroll(cell, torch.zeros(1000, 1, 3, dtype=torch.float64), (torch.ones(1, 3),))
    assert h[-1].tolist() == [[1.0, 0.0, pytest.approx(0, abs=1e-200)]]
    (grad,) = torch.autograd.grad(h[0].sum(), cell.w)
    assert grad.tolist() == [0.0, 0.0, 1.0]


@pytest.mark.parametrize("name", ["minGRU", "minLSTM"])
def test_the_recurrence_is_linear_and_its_shares_are_one(name: str) -> None:
    """Given the drive, h(T) is a weighted mean of h(0) and what is proposed at each step."""
    cell = made(name)
    drive, (h,) = rows_for(cell, 6)
    other = torch.randn_like(h)
    of = [unroll(cell, drive, (v,))[0][-1] for v in (h, other, 0.3 * h + 0.7 * other)]
    torch.testing.assert_close(of[2], 0.3 * of[0] + 0.7 * of[1])
    with torch.no_grad():  # where all are the same, so is their mean
        drive[..., -3:], cell.b[-3:] = 2.0, 0.5
    (states,) = unroll(cell, drive, (torch.full_like(h, 2.5),))
    torch.testing.assert_close(states, torch.full_like(states, 2.5))


@pytest.mark.parametrize("size", [1e2, 1e4, 1e30])
def test_gates_that_are_both_shut_still_share(size: float) -> None:
    """i / (i + f) where both are too small for a float."""
    cell = AS_STEPS["minLSTM"](1)
    drive = torch.tensor([[-size, -size, 4.0], [-size, -2 * size, 4.0], [size, size, 4.0]])
    with torch.no_grad():
        cell.b.zero_()
    (h,) = cell.step(drive.requires_grad_(), (torch.zeros(3, 1),))
    assert h.flatten().tolist() == [2.0, 4.0, 2.0]
    (grad,) = torch.autograd.grad(h.sum(), drive)
    assert bool(grad.isfinite().all())


@pytest.mark.parametrize("name", ["layer-norm LSTM", "layer-norm GRU"])
def test_the_size_and_the_mean_of_what_is_normalized_make_no_difference(name: str) -> None:
    cell = made(name)
    drive, state = rows_for(cell, 5)
    drive, with_W = 100 * drive, unroll(cell, 100 * drive, state)
    torch.testing.assert_close(unroll(cell, 3 * drive + 7, state), with_W, rtol=1e-5, atol=1e-5)
    with torch.no_grad():
        cell.W.mul_(1000)
        much = unroll(cell, drive, state)
        cell.W.mul_(2)
    torch.testing.assert_close(unroll(cell, drive, state), much, rtol=1e-5, atol=1e-5)


# ---- what is true of every cell ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "wiring"), list(zip(cycle(AS_STEPS), [*WIRINGS, *WIRINGS], strict=False))
)
def test_gradients_are_exact_in_every_wiring(name: str, wiring: str) -> None:
    torch.manual_seed(0)
    assert_exact(make(name, WIRINGS[wiring], layers=1 + (wiring in tt.wirings.NAMED)))


@pytest.mark.parametrize("name", AS_STEPS)
def test_checkpointed_is_full_and_truncated_is_it_within_a_stretch(name: str) -> None:
    torch.manual_seed(0)
    model = make(name, tt.wirings.HIDDEN_AND_OUTPUT_TO_HIDDEN, layers=2)
    task, found = problem(model, (12, 0, 7)), []
    for gradient in (FullBPTT(), CheckpointedBPTT(8), TruncatedBPTT(12), TruncatedBPTT(3)):
        model.gradient = gradient
        found.append(gradients(task.loss(model), leaves(model, task)))
    assert_same(found[1], found[0])
    assert_same(found[2], found[0])
    own = [key for key in found[0] if ".cell." in key]
    assert own
    assert not all(torch.allclose(found[3][key], found[0][key]) for key in own)


@pytest.mark.parametrize(("name", "wiring"), list(zip(cycle(AS_STEPS), VALID[::2], strict=False)))
def test_what_has_no_edge_has_no_gradient(name: str, wiring: tt.Wiring) -> None:
    torch.manual_seed(0)
    model = positive(name, wiring)
    leaves_, paths = Leaves(model), ancestors(wiring)
    for node, o in leaves_.outputs(model).items():
        for leaf, felt in leaves_.felt(o).items():
            assert felt == [leaf in paths[node]] * len(felt), f"∂{node}/∂{leaf}: {felt}"


@needs_engine
@pytest.mark.parametrize("name", AS_STEPS)
def test_the_engine_takes_them_and_tries_them_but_once(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "ENOUGH", 0)
    tried = counted(monkeypatch, Programs, "still_right")
    torch.manual_seed(0)
    for size, rows in ((5, 3), (37, 6)):
        cell, tried[:] = made(name, size), []
        for steps in (20, 9):
            drive, state = rows_for(cell, steps, rows)
            drive.requires_grad_()
            alive = torch.arange(steps)[:, None] < torch.tensor([20, 0, 5, 9, 20, 1][:rows])
            wanted = [drive, *cell.parameters()]
            arriving = tuple(torch.randn(steps, *s.shape, dtype=torch.float64) for s in state)
            (h, g), (expected, right) = (
                (s, torch.autograd.grad(s, wanted, arriving))
                for s in (run(cell, drive, state, alive) for run in (bptt, unroll))
            )
            torch.testing.assert_close((h, g), (expected, right), rtol=1e-8, atol=1e-9)
        assert tried == ["still_right"]
        assert None not in cache._cells[cell].programs.values()


def test_another_step_is_not_taken_for_granted() -> None:
    class Halved(MinGRU):
        def step(self, drive: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
            return (0.5 * super().step(drive, state)[0],)

    class Named(MinGRU):
        pass

    assert (MinGRU.pure, Named.pure, Halved.pure, Cell.pure) == (True, True, False, False)


# ---- at the keyboard ---------------------------------------------------------------------------


def test_the_names_at_the_keyboard_are_the_cells() -> None:
    assert tuple(choices.CELLS) == BUILT_IN
    kinds = {type(make_(3)) for make_ in choices.CELLS.values()}
    public = {getattr(tt.cells, name) for name in tt.cells.__all__}
    assert kinds == {k for k in public if isinstance(k, type) and k is not Cell}


@pytest.mark.parametrize("name", [n for n in BUILT_IN if "-" in n and n != "elman-relu"])
def test_each_is_trained_saved_loaded_and_drawn_from(name: str, tmp_path: Path) -> None:
    data = tt.data.read([f"{i:b}".translate({48: "a", 49: "b"}) for i in range(60)])
    trained = tt.train(data, cell=name, hidden_size=8, max_steps=4, threads=1, out=tmp_path / "run")
    assert json.loads((tmp_path / "run/config.json").read_text())["cell"] == name
    run = tt.load(tmp_path / "run")
    assert type(run.model.graph.first.cell) is type(choices.CELLS[name](8))
    assert run.score(["ab"])[0].log_prob == trained.score(["ab"])[0].log_prob
    assert len({str(s.value) for s in run.sample(20, seed=0)}) > 10
