"""Pictures and words of what a model does through time: they say what was measured."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from tests.analysis.helpers import GENERATOR, linear, make, rotation, rows_for
from tests.helpers.models import WIRINGS
from throughtime import analysis as found
from throughtime.outputs import Normal
from throughtime.report.dynamics import draw_exponents, draw_saturation, draw_spectrum
from throughtime.report.free_running import draw_drift, draw_gap
from throughtime.report.memory import answer, draw_decay, draw_reach, draw_truncation


def labels(drawn: Figure) -> str:
    return " | ".join(str(line.get_label()) for axes in drawn.axes for line in axes.lines)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "wiring", ["bidirectional summary", "output-to-hidden", "backward only", "generator"]
)
def test_models_of_every_kind_are_drawn(wiring: str) -> None:
    model = make("GRU", WIRINGS[wiring], layers=2)
    rows = rows_for(model, (4, 2))
    reach = found.reach(model, rows)
    drawn = [
        draw_reach(reach),
        draw_decay(reach.decay()),
        draw_truncation(found.truncation(model, rows)),
        draw_saturation(found.saturation(model, rows)),
    ]
    if any(model.wiring.directions):
        drawn += [
            draw_spectrum(found.spectrum(model, rows)),
            draw_exponents(found.lyapunov(model, rows)),
        ]
    if not model.wiring.emits_last:
        drawn += [
            draw_gap(found.gap(model, rows, 1, draws=2)),
            draw_drift(found.drift(model, rows, 1, draws=2)),
        ]
    assert all(axes.has_data() for figure in drawn for axes in figure.axes)


@pytest.mark.filterwarnings("error")
def test_what_is_dead_is_drawn_too() -> None:
    """Units that are off have no slope at all: exponents of -inf, and shares of zero."""
    model = make("relu", GENERATOR, Normal(1))
    with torch.no_grad():
        model.graph.first.cell.b.fill_(-100.0)
    rows = rows_for(model, (4, 4))
    exponents = found.lyapunov(model, rows)
    assert bool(exponents.values.isneginf().all())
    draw_exponents(exponents).draw_without_rendering()
    (units,) = found.saturation(model, rows)
    assert (units.kind, units.shares) == ("relu", (1.0, 0.0))
    draw_decay(decay := found.reach(model, rows).decay()).draw_without_rendering()
    assert decay.share.tolist() == [1, *[0] * 4]


def test_the_heatmap_has_t_down_and_s_to_the_right() -> None:
    norms = torch.zeros(1, 3, 3)
    norms[0, 2, 0] = 100.0
    there = torch.ones(1, 3, dtype=torch.bool)
    shown = draw_reach(found.Reach(norms, there, there)).axes[0].images[0]
    values: np.ndarray = np.ma.filled(np.ma.asarray(shown.get_array()), np.nan)
    assert values[2, 0] == 2
    assert np.isnan(values).sum() == 8
    assert tuple(shown.get_extent()) == (0.5, 3.5, 3.5, 0.5)


def test_the_fit_is_on_the_curve_and_said() -> None:
    model = linear(rotation(3, 0.3))
    drawn = draw_decay(found.reach(model, rows_for(model, (7,) * 5)).decay())
    measured, fit = drawn.axes[0].lines[:2]
    at = np.asarray(fit.get_xdata()).astype(int)
    on_curve = np.asarray(measured.get_ydata(), float)[at]
    np.testing.assert_allclose(np.asarray(fit.get_ydata(), float), on_curve, rtol=1e-6)
    assert "−1.204 nats a step [−1.204, −1.204]" in labels(drawn)
    assert "below 1 %: lag 4" in labels(drawn)


def test_the_chosen_k_is_said() -> None:
    kept = found.Truncation((1, 2, 4), (0.3, 0.04, 0.0), 4)
    assert "within 5 %: k = 2" in labels(draw_truncation(kept, 0.05))
    assert "k = 4" in labels(draw_truncation(kept, 0.01))
    assert kept.within(0.05) == 2
    assert found.Truncation((1, 2, 4), (0.01, 0.04, 0.0), 4).within(0.02) == 4
    assert found.Truncation((1, 2), (0.3, math.nan), 4).within(0.5) is None


def test_it_is_said_in_a_sentence() -> None:
    cut = found.Truncation((1, 2, 4), (0.3, 0.04, 0.0), 4)

    def said(scale: float, bias: float) -> str:
        model = linear(rotation(3, scale))
        return answer(found.reach(model, rows_for(model, (7, 7))).decay(), cut, bias)

    assert said(0.3, 0.05) == (
        "It remembers about 4 steps: the gradient loses 70 % a step, and of the loss at t less "
        "than 1 % reaches the state 4 steps before; truncation at k = 2 keeps the gradient within "
        "5 % of the exact one."
    )
    assert said(1.25, 0.01) == (
        "It remembers further than these examples show: the gradient grows by 25 % a step, and "
        "381 % of it is left after 6 steps; no k below the whole length, 4 steps, keeps the "
        "gradient within 1 % of the exact one, and k = 2 within 4 %."
    )
    model = make("GRU", WIRINGS["output-to-hidden"])
    decay = found.reach(model, rows_for(model, (4, 4))).decay()
    assert answer(decay, found.Truncation((1,), (0.0,), 4)) == (
        "It remembers nothing by its state: no gradient passes from step to step; truncation at "
        "k = 1 keeps the gradient within 1 % of the exact one."
    )
