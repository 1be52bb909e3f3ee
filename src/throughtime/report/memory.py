"""Draw how far a model remembers: the gradient through time, its decay, and truncation's bias."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from throughtime.analysis import Decay, Reach, Truncation
from throughtime.analysis.memory import FORGOTTEN
from throughtime.report.style import BLUE, INK, ORANGE, PALE, RED, figure, plain

NOTHING = 1e-6
"""What is smaller than so much of the largest is drawn as nothing."""


def draw_reach(reach: Reach, title: str = "Gradient through time") -> Figure:
    """Draw ‖∂L(t)/∂h(s)‖ as a heatmap, t down and s to the right: the mean over rows, logarithmic.

    Example:
        >>> import torch
        >>> there = torch.ones(1, 3, dtype=torch.bool)
        >>> len(draw_reach(Reach(torch.rand(1, 3, 3), there, there)).axes)
        2
    """
    result = figure(6, 4.6)
    axes = result.add_subplot()
    plain(axes, title, "s, the state's position", "t, the loss's position")
    axes.grid(visible=False)
    mean = reach.mean().numpy().astype(float)
    rows = ~np.isnan(mean).all(1)
    top = float(np.nanmax(mean)) if rows.any() else 1.0
    floor = max(top, 1e-300) * NOTHING
    logs = np.log10(np.where(mean > floor, mean, np.nan))
    extent = (0.5, mean.shape[1] + 0.5, mean.shape[0] + 0.5, 0.5)
    shown = axes.imshow(
        logs, cmap="viridis", extent=extent, interpolation="nearest", vmin=math.log10(floor)
    )
    bar = result.colorbar(shown, ax=axes, shrink=0.85)
    bar.set_label("log₁₀ ‖∂L(t)/∂h(s)‖, mean over rows", color=INK)
    bar.outline.set_visible(False)
    return result


def draw_decay(decay: Decay, title: str = "How the gradient decays") -> Figure:
    """Draw what is left of the gradient against the lag, with the fitted rate and the 1 % lag.

    Example:
        >>> import torch
        >>> share = torch.tensor([1.0, 0.1, 0.01])
        >>> len(draw_decay(Decay(share, None, None, -2.3, None, (0.0, 0, 2), None)).axes)
        1
    """
    result = figure(6, 4)
    axes = result.add_subplot()
    plain(axes, title, "lag, steps", "share of the gradient that is left")
    share = decay.share.numpy()
    seen = share > NOTHING
    lags = np.arange(len(share))
    axes.set_yscale("log")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if decay.low is not None and decay.high is not None:
        low = np.maximum(decay.low.numpy(), NOTHING)
        high = np.maximum(decay.high.numpy(), NOTHING)
        axes.fill_between(lags[seen], low[seen], high[seen], color=BLUE, alpha=0.18, linewidth=0)
    axes.plot(lags[seen], share[seen], color=BLUE, marker=".", linewidth=1, label="measured")
    a, first, last = decay.fitted
    if math.isfinite(decay.rate):
        fit = np.exp(a + decay.rate * lags[first : last + 1])
        axes.plot(
            lags[first : last + 1], fit, color=ORANGE, linewidth=2, zorder=3, label=_rate(decay)
        )
    axes.axhline(FORGOTTEN, color=PALE, linewidth=0.9, linestyle=":")
    axes.annotate("1 %", (1, FORGOTTEN), xycoords=("axes fraction", "data"), color=INK,
                  xytext=(-3, 3), textcoords="offset points", ha="right", fontsize=9)  # fmt: skip
    if decay.length is not None:
        axes.axvline(decay.length, color=RED, linewidth=0.9, label=f"below 1 %: lag {decay.length}")
    axes.legend(frameon=False)
    return result


def draw_truncation(found: Truncation, bias: float = 0.01, title: str | None = None) -> Figure:
    """Draw the error of the truncated gradient against k, and the k that keeps it below ``bias``.

    Example:
        >>> len(draw_truncation(Truncation((1, 2, 4), (0.3, 0.1, 0.0), 4)).axes)
        1
    """
    result = figure(6, 4)
    axes = result.add_subplot()
    plain(axes, title or "What truncation costs", "k, steps in a stretch", "‖g_k − g‖ / ‖g‖")
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    seen = [(k, e) for k, e in zip(found.k, found.errors, strict=True) if e > NOTHING]
    if seen:
        axes.plot(*zip(*seen, strict=True), color=BLUE, marker="o", markersize=4)
    bottom = min([*(e for _, e in seen), bias]) / 2
    none = [k for k, e in zip(found.k, found.errors, strict=True) if e <= NOTHING]
    if none:
        axes.plot(
            none, [bottom] * len(none), color=BLUE, marker="v", linestyle="", fillstyle="none"
        )
        axes.annotate("no error", (none[0], bottom), xytext=(-6, 0), ha="right", va="center",
                      textcoords="offset points", color=INK, fontsize=9)  # fmt: skip
    axes.axhline(bias, color=PALE, linewidth=0.9, linestyle=":")
    axes.annotate(_percent(bias), (0, bias), xycoords=("axes fraction", "data"), color=INK,
                  xytext=(3, 3), textcoords="offset points", fontsize=9)  # fmt: skip
    if (k := found.within(bias)) is not None:
        axes.axvline(k, color=RED, linewidth=0.9, label=f"within {_percent(bias)}: k = {k}")
        axes.legend(frameon=False)
    axes.set_xticks(found.k[:: max(1, len(found.k) // 8)])
    axes.xaxis.set_major_formatter("{x:.0f}")
    axes.xaxis.set_minor_locator(NullLocator())
    return result


def answer(decay: Decay, found: Truncation, bias: float = 0.01) -> str:
    """One sentence: does the model remember, how far, and which k keeps the bias below an amount.

    Example:
        >>> import torch
        >>> decay = Decay(torch.tensor([1.0, 0.5, 0.008]), None, None, -0.69, None, (0.0, 0, 2), 2)
        >>> answer(decay, Truncation((1, 2, 4), (0.3, 0.005, 0.0), 4))
        'It remembers about 2 steps: the gradient loses 50 % a step, and of the loss at t less than
        1 % reaches the state 2 steps before; truncation at k = 2 keeps the gradient within 1 % of
        the exact one.'
    """
    if decay.rate == -math.inf and not bool(decay.share[1:].any()):
        remembers = "It remembers nothing by its state: no gradient passes from step to step"
    else:
        change = math.expm1(decay.rate)
        a_step = f"loses {-change:.0%} a step" if change < 0 else f"grows by {change:.0%} a step"
        a_step = a_step.replace("%", " %")
        if decay.length is None:
            far = len(decay.share) - 1
            remembers = (
                f"It remembers further than these examples show: the gradient {a_step}, and "
                f"{_percent(float(decay.share[-1]))} of it is left after {_steps(far)}"
            )
        else:
            remembers = (
                f"It remembers about {_steps(decay.length)}: the gradient {a_step}, and of the "
                f"loss at t less than 1 % reaches the state {_steps(decay.length)} before"
            )
    return f"{remembers}; {_enough(found, bias)}."


def _enough(found: Truncation, bias: float) -> str:
    """Which k is enough; if none that cuts is, how much the largest of them costs."""
    k, cutting = found.within(bias), [i for i, k in enumerate(found.k) if k < found.steps]
    if k is not None and (k < found.steps or not cutting):
        return f"truncation at k = {k} keeps the gradient within {_percent(bias)} of the exact one"
    said = f"no k below the whole length, {_steps(found.steps)}, keeps the gradient within"
    last = f", and k = {found.k[cutting[-1]]} within {_percent(found.errors[cutting[-1]])}"
    return f"{said} {_percent(bias)} of the exact one{last}"


def _rate(decay: Decay) -> str:
    said = f"{decay.rate:+.3f} nats a step".replace("-", "−")
    if decay.rates is None:
        return said
    low, high = (f"{v:+.3f}".replace("-", "−") for v in decay.rates)
    return f"{said} [{low}, {high}]"


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"


def _percent(share: float) -> str:
    number = 100 * share
    return f"{number:.0f} %" if number >= 10 else f"{number:.2g} %"
