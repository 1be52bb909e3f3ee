"""What is drawn on a page: numbers that are what they say, in colours that can be read."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from scipy.stats import binomtest
from sklearn.decomposition import PCA

import throughtime as tt
from throughtime.report import calibration, confusion, hazard, states, style
from throughtime.report.calibration import wilson
from throughtime.report.influence import gradient_times_input
from throughtime.report.section import LEVELS
from throughtime.report.svg import inline, standalone, variables


def test_the_intervals_are_wilsons() -> None:
    for hits, count in ((0, 5), (3, 7), (50, 50), (1, 1000)):
        expected = binomtest(hits, count).proportion_ci(method="wilson")
        (low,), (high,) = wilson(np.array([float(hits)]), np.array([count]))
        assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_what_happens_as_often_as_said_is_on_the_line() -> None:
    rng = np.random.default_rng(0)
    said = rng.uniform(size=200_000)
    found = calibration.calibration(said, rng.uniform(size=said.size) < said)
    np.testing.assert_allclose(found.happened, found.said, atol=0.01)
    assert found.error < 0.01
    assert found.counts.sum() == said.size
    surer = calibration.calibration(said, rng.uniform(size=said.size) < said / 2)
    assert surer.error == pytest.approx(0.25, abs=0.01)
    ends = calibration.calibration(np.array([0.0, 1.0]), np.array([False, True]))
    assert ends.said.tolist() == ends.happened.tolist() == [0, 1]


def test_hazards_give_the_lengths_back() -> None:
    rng = np.random.default_rng(0)
    taus = rng.integers(0, 6, 300)
    said = np.where(np.arange(6) <= taus[:, None], 0.25, np.nan)
    mean, share, count = hazard.by_step(said, taus)
    assert mean.tolist() == [0.25] * 6
    going_on = np.concatenate([[1], np.cumprod(1 - share)[:-1]])
    np.testing.assert_allclose(going_on * share, np.bincount(taus) / 300)
    assert count[0] == 300


def test_the_components_are_principal() -> None:
    h = np.random.default_rng(0).normal(size=(50, 7)) @ np.diag(np.arange(1.0, 8))
    mean, axes, share = states.components(h)
    expected = PCA(2).fit(h)
    np.testing.assert_allclose(np.abs(axes @ expected.components_.T), np.eye(2), atol=1e-6)
    np.testing.assert_allclose(share, expected.explained_variance_ratio_)
    np.testing.assert_allclose(mean, h.mean(0))


@pytest.mark.parametrize("symbols", [True, False])
def test_gradient_times_input_is_what_a_small_change_does(symbols: bool) -> None:
    torch.manual_seed(0)
    model = tt.RecurrentModel(
        tt.cells.GRU(4), tt.wirings.SEQUENCE_TO_VECTOR, tt.outputs.Categorical(3), input_size=5
    ).double()
    lengths, y = torch.tensor([6, 3]), torch.tensor([0, 2])
    numbers = torch.randint(5, (2, 6))
    vectors = torch.nn.functional.one_hot(numbers, 5).double()
    x = tt.Sequence(numbers if symbols else vectors, lengths)
    found = gradient_times_input(model, x, y)
    found = found if symbols else found.sum(-1)
    step = 1e-6
    for t in range(6):
        more, less = vectors.clone(), vectors.clone()
        more[:, t] *= 1 + step
        less[:, t] *= 1 - step
        up, down = (model(tt.Sequence(v, lengths)).log_prob(y) for v in (more, less))
        torch.testing.assert_close(found[:, t], (up - down).detach() / (2 * step),
                                   atol=1e-6, rtol=1e-4)  # fmt: skip


def luminance(color: str) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return float(np.dot(parts, (0.2126, 0.7152, 0.0722)))


def contrast(one: str, other: str) -> float:
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def mixed(color: str, paper: str, much: float) -> str:
    parts = much * np.array(to_rgb(color)) + (1 - much) * np.array(to_rgb(paper))
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts)


@pytest.mark.parametrize("dark", [False, True])
def test_text_can_be_read(dark: bool) -> None:
    """By WCAG 2.1, text needs a contrast of 4.5."""

    def now(color: str) -> str:
        return style.DARK[color] if dark else color

    paper, ink = now(style.WHITE), now(style.INK)
    for color in style.OF_TEXT:
        assert contrast(now(color), paper) >= 4.5, color
    for color in (style.ORANGE, style.BLUE):
        assert contrast(ink, mixed(now(color), paper, len(LEVELS) * style.TINT)) >= 4.5
    for color in (style.BLUE, style.RED):  # in the confusion matrix, the same on both pages
        assert contrast(ink, mixed(color, paper, confusion.STRONGEST)) >= 4.5
    nodes = ("#dfe6ec", "#bcd6f2", "#fbd9b5", "#c9e8d2")
    assert all(contrast(ink, now(node)) >= 4.5 for node in nodes)
    assert {*variables(dark=dark).values()} >= {paper, ink}


def test_svg_has_text_and_the_colours_of_the_page() -> None:
    def drawn() -> Figure:
        made = style.figure(3, 2)
        axes = made.add_subplot()
        style.plain(axes, style.literal("<a> & $b$"), "x", "y")
        axes.plot([1, 2], color=style.BLUE, marker="o")
        return made

    figure = drawn()
    alone = standalone(figure, "one")
    assert standalone(figure, "one") == standalone(drawn(), "one") == alone
    assert "&lt;a&gt; &amp; $b$" in alone
    assert style.BLUE in alone
    assert "DejaVu" not in alone
    inner, other = inline(alone, "one"), inline(standalone(figure, "two"), "two")
    assert style.BLUE not in inner
    assert "var(--c3)" in inner
    ids = {name: set(re.findall(r' id="([^"]+)"', text))
           for name, text in (("one", inner), ("two", other))}  # fmt: skip
    assert ids["one"]
    assert not ids["one"] & ids["two"]
