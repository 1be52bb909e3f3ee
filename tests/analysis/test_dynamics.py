"""Truncation, eigenvalues, Lyapunov exponents and saturation, where theory says what they are."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import nn

import throughtime as tt
from tests.analysis.helpers import GENERATOR, linear, make, rotation, rows_for
from tests.helpers.models import AS_STEPS, CELLS, WIRINGS
from throughtime.analysis import lyapunov, saturation, spectrum, truncation
from throughtime.analysis.jacobians import jacobians
from throughtime.analysis.nodes import unfolded
from throughtime.cells import Elman
from throughtime.data import Examples

# ---- truncation --------------------------------------------------------------------------------


@pytest.mark.parametrize("wiring", ["hidden-to-hidden", "bidirectional", "sequence-to-vector"])
def test_there_is_no_bias_where_nothing_is_cut(wiring: str) -> None:
    model = make("GRU", WIRINGS[wiring])
    found = truncation(model, rows_for(model, (6, 3, 5)))
    assert found.k == (1, 2, 3, 4, 6)
    assert found.errors[-1] < 1e-12
    assert min(found.errors[:-1]) > 1e-3


def test_decoupled_steps_have_no_bias() -> None:
    model = make("LSTM", tt.wirings.OUTPUT_TO_HIDDEN)
    assert max(truncation(model, rows_for(model, (6, 3)), ks=[1, 2]).errors) < 1e-12


def test_the_bias_is_that_of_the_gradient_of_a_cut_net() -> None:
    """Of two steps with k = 1, W's gradient lacks the path by h(1), and nothing else is missing."""
    model = make("tanh", tt.wirings.HIDDEN_TO_HIDDEN)
    rows = rows_for(model, (2, 2, 2))
    assert isinstance(rows.x, tt.Sequence)
    assert isinstance(rows.y, tt.Sequence)
    parameters = list(model.parameters())
    x, y = rows.x.values, rows.y.values

    def gradient(cut: bool) -> torch.Tensor:
        graph: Any = model.graph
        cell = graph.first.cell
        h = graph.initial_state(3).cells[0][0]
        loss = torch.zeros((), dtype=torch.float64)
        for t in range(2):
            (h,) = cell.step(graph.first.U(x[:, t]), (h.detach() if cut and t else h,))
            o = h @ graph.V.T + graph.c
            loss = loss + nn.functional.cross_entropy(o, y[:, t], reduction="sum")
        return torch.cat([g.flatten() for g in torch.autograd.grad(loss, parameters)])

    exact = gradient(False)
    expected = float((gradient(True) - exact).norm() / exact.norm())
    assert truncation(model, rows, ks=[1]).errors[0] == pytest.approx(expected)


def test_a_gradient_of_zero_has_no_relative_error() -> None:
    model = make("tanh", tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Categorical(1))
    with pytest.raises(ValueError, match="is zero"):
        truncation(model, rows_for(model, (2,)))


# ---- Jacobians, eigenvalues --------------------------------------------------------------------


@pytest.mark.parametrize("cell", [*CELLS, *AS_STEPS])
def test_jacobians_are_what_torch_says(cell: str) -> None:
    model = make(cell, GENERATOR, tt.outputs.Normal(1))
    (line,) = unfolded(model, rows_for(model, (3, 2))).lines
    t, row = 1, 0
    state = torch.cat([s[t, row] for s in line.before])

    def step(flat: torch.Tensor) -> torch.Tensor:
        parts = flat[None].split(list(line.cell.state_sizes), 1)
        return torch.cat(line.cell.step(line.drive[t, row][None], parts), 1)[0]

    expected = torch.autograd.functional.jacobian(step, state)
    torch.testing.assert_close(list(jacobians(line))[t][0][row], expected)


def test_of_a_linear_net_the_mean_jacobian_is_its_matrix() -> None:
    W = torch.tensor([[0.5, 2.0], [0.0, -0.25]], dtype=torch.float64)
    found = spectrum(model := linear(W), rows_for(model, (4, 2)))
    for values in (found.matrices["W"], found.jacobian[0]):
        assert sorted(values.real.tolist()) == pytest.approx([-0.25, 0.5])
    assert found.radius == pytest.approx(0.5)


def test_each_gate_has_its_matrix() -> None:
    model = make("LSTM", GENERATOR, layers=2)
    found = spectrum(model, rows_for(model, (3,)))
    assert list(found.matrices) == [f"{i} W_{gate}" for i in (1, 2) for gate in "ifgo"]
    cell: Any = model.graph.layers[1][0].cell
    expected = torch.linalg.eigvals(cell.W[3:6])
    assert sorted(found.matrices["2 W_f"].abs().tolist()) == pytest.approx(
        sorted(expected.abs().tolist())
    )


def test_a_unit_for_itself_has_its_weight() -> None:
    model = make("IndRNN", GENERATOR)
    model.graph.first.cell.w.data = torch.tensor([0.5, -3.0, 0.25], dtype=torch.float64)
    found = spectrum(model, rows_for(model, (3,))).matrices["w"]
    assert sorted(found.real.tolist()) == [-1.0, 0.25, 0.5]


def test_without_a_recurrence_there_are_none() -> None:
    model = make("GRU", tt.wirings.OUTPUT_TO_HIDDEN)
    for function in (spectrum, lyapunov):
        with pytest.raises(ValueError, match="no step is given the state of another"):
            function(model, rows_for(model, (3,)))


# ---- Lyapunov exponents ------------------------------------------------------------------------


def test_of_a_linear_net_they_are_the_logarithms_of_its_eigenvalues() -> None:
    W = torch.tensor([[0.9, 3.0, 0], [0, -0.3, 1.0], [0, 0, 0.05]], dtype=torch.float64)
    model = linear(W)
    found = lyapunov(model, rows_for(model, (120,) * 5))
    expected = [math.log(v) for v in (0.9, 0.3, 0.05)]
    assert found.values.tolist() == pytest.approx(expected, abs=1e-6)
    assert found.low is not None
    assert found.low.tolist() == pytest.approx(expected, abs=1e-6)
    assert found.steps == 5 * 96


def test_layers_have_all_of_theirs() -> None:
    model = linear(rotation(2, 0.5), layers=2)
    with torch.no_grad():
        model.graph.layers[1][0].cell.W.mul_(1.5)
    found = lyapunov(model, rows_for(model, (8, 5)), leading=3).values
    assert found.tolist() == pytest.approx([math.log(v) for v in (0.75, 0.75, 0.5)])


def test_at_a_fixed_point_it_is_the_logarithm_of_the_slope() -> None:
    """h = tanh(2 h) has h* = 0.9575, where the slope is 2 (1 - h*²)."""
    model = tt.RecurrentModel(
        Elman(1), tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Categorical(2), input_size=1,
        initial_state="learned",
    ).double()  # fmt: skip
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.graph.first.cell.W.fill_(2.0)
        model.graph.first.initial[0].fill_(0.5)
    rows = Examples(
        tt.Sequence(torch.zeros(1, 400, 1).double()),
        tt.Sequence(torch.zeros(1, 400, dtype=torch.int64)),
    )
    fixed = 0.5
    for _ in range(200):
        fixed = math.tanh(2 * fixed)
    assert lyapunov(model, rows).values.tolist() == pytest.approx([math.log(2 * (1 - fixed**2))])


# ---- saturation --------------------------------------------------------------------------------


def test_an_lstm_s_gates_are_its_equations() -> None:
    model = make("LSTM", tt.wirings.HIDDEN_TO_HIDDEN, hidden=4)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(6)
    rows = rows_for(model, (3, 3, 1))
    cell = model.graph.first.cell
    (line,) = unfolded(model, rows).lines
    found = {s.name: s for s in saturation(model, rows)}
    assert list(found) == ["i", "f", "g", "o", "tanh c"]
    h, c = line.before
    i, f, g, o = cell._gates(line.drive.flatten(0, 1), h.flatten(0, 1))
    new = f * c.flatten(0, 1) + i * g
    mask = line.alive[..., None]
    for name, value, low in [("i", i, 0.03), ("f", f, 0.03), ("g", g, -0.97), ("o", o, 0.03),
                             ("tanh c", torch.tanh(new), -0.97)]:  # fmt: skip
        value = value.unflatten(0, (3, 3)).detach()
        by_t = ((value < low) & mask).sum((1, 2)) / (4 * mask.sum((1, 2)))
        torch.testing.assert_close(found[name].low, by_t.double())
        share = float(((value > 0.97) & mask).sum() / (4 * mask.sum()))
        assert found[name].shares[1] == pytest.approx(share)
    assert any(s.shares[0] > 0 for s in found.values())


@pytest.mark.parametrize("cell", [*CELLS, *AS_STEPS])
def test_each_cell_names_what_it_squashes(cell: str) -> None:
    model = make(cell, GENERATOR, tt.outputs.Normal(1))
    found = saturation(model, rows_for(model, (3, 2)))
    names = [s.name for s in found]
    assert names == list(model.graph.first.cell.squashed) or cell == "own"
    if cell == "own":
        assert names == ["gate 1", "tanh 2", "tanh 3"]


@pytest.mark.parametrize("cell", ["layer-norm LSTM", "peephole LSTM", "GRU", "layer-norm GRU"])
def test_the_names_are_in_the_order_of_the_step(cell: str) -> None:
    """A bias of 50 opens one gate, and no other."""
    for i, name in enumerate(CELLS.get(cell, AS_STEPS.get(cell))(3).gates):  # type: ignore[misc]
        model = make(cell, tt.wirings.HIDDEN_TO_HIDDEN)
        with torch.no_grad():
            model.graph.first.cell.b[3 * i : 3 * i + 3] = 50.0
        found = saturation(model, rows_for(model, (1,)))
        opened = {s.name for s in found if s.shares[1] == 1}
        assert opened - {"tanh c"} == {name}


def test_a_backward_row_is_read_in_the_order_of_time() -> None:
    """Of 4 steps the last two x are large: a net that reads from there is saturated there."""
    model = tt.RecurrentModel(
        Elman(2), WIRINGS["backward only"], tt.outputs.Categorical(2), input_size=1
    ).double()
    with torch.no_grad():
        model.graph.first.cell.W.zero_()
        model.graph.first.U.weight.fill_(1.0)
    x = torch.tensor([[0.0, 0.0, 50.0, 50.0], [50.0, 0.0, 0.0, 0.0]])[..., None].double()
    rows = Examples(
        tt.Sequence(x, [4, 2]), tt.Sequence(torch.zeros(2, 4, dtype=torch.int64), [4, 2])
    )
    assert saturation(model, rows)[0].high.tolist() == [0.5, 0, 1, 1]


def test_a_loop_has_the_names_of_its_cells() -> None:
    model = make("GRU", WIRINGS["expected and hidden"], tt.outputs.Normal(1), layers=2)
    assert [s.name for s in saturation(model, rows_for(model, (3,)))] == [
        f"{i} {gate}" for i in (1, 2) for gate in "rzn"
    ]
