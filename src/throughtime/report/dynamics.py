"""Draw the spectrum of W and of the mean Jacobian, Lyapunov exponents, and saturation."""

from __future__ import annotations

import math
from collections.abc import Sequence as ListOf

import numpy as np
from matplotlib.figure import Figure

from throughtime.analysis import Exponents, Spectrum, Squashed
from throughtime.report.style import BLUE, GREEN, INK, ORANGE, PALE, RED, figure, plain

SATURATION = "Saturation: shut or at −1 (from below), open or at 1 (from above)"

COLOURS, MARKERS = (BLUE, ORANGE, GREEN, RED), "osD^"


def draw_spectrum(found: Spectrum, title: str = "Eigenvalues") -> Figure:
    """Draw the eigenvalues of each W and of the mean Jacobian in the complex plane, with the unit
    circle: within it what a step changes decays, outside it grows.

    Example:
        >>> import torch
        >>> values = torch.tensor([0.5 + 0.5j, 0.5 - 0.5j])
        >>> len(draw_spectrum(Spectrum({"W": values}, (values,))).axes)
        1
    """
    result = figure(6.4, 4.6)
    axes = result.add_subplot()
    plain(axes, title, "real part", "imaginary part")
    angle = np.linspace(0, 2 * math.pi, 200)
    axes.plot(np.cos(angle), np.sin(angle), color=PALE, linewidth=1)
    for i, (name, values) in enumerate(found.matrices.items()):
        axes.plot(
            values.real.numpy(), values.imag.numpy(), linestyle="", fillstyle="none", markersize=5,
            marker=MARKERS[i // len(COLOURS) % len(MARKERS)], color=COLOURS[i % len(COLOURS)],
            label=name, alpha=0.8,
        )  # fmt: skip
    for i, values in enumerate(found.jacobian, 1):
        which = "" if len(found.jacobian) == 1 else f" {i}"
        axes.plot(
            values.real.numpy(), values.imag.numpy(), linestyle="", color=INK, markersize=3.5,
            marker=MARKERS[(i - 1) % len(MARKERS)], label=f"mean Jacobian{which}",
        )  # fmt: skip
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.08)
    result.legend(loc="outside right upper", frameon=False)
    axes.annotate(f"mean Jacobian: spectral radius {found.radius:.2f}", (0.02, 0.02),
                  xycoords="axes fraction", color=INK, fontsize=9)  # fmt: skip
    return result


def draw_exponents(found: Exponents, title: str = "Lyapunov exponents") -> Figure:
    """Draw the leading exponents with their intervals; above zero, neighbouring states part.

    Example:
        >>> import torch
        >>> len(draw_exponents(Exponents(torch.tensor([-0.1, -0.5]), None, None, 10)).axes)
        1
    """
    result = figure(6, 4)
    axes = result.add_subplot()
    plain(axes, title, "rank", "λ, nats a step")
    there = np.isfinite(found.values.numpy())
    ranks = np.arange(1, len(there) + 1)[there]
    values = found.values.numpy()[there]
    if found.low is not None and found.high is not None:
        low, high = found.low.numpy()[there], found.high.numpy()[there]
        axes.vlines(ranks, low, high, color=BLUE, linewidth=2.5, alpha=0.5)
    axes.plot(ranks, values, color=BLUE, marker="o", linestyle="", markersize=5)
    axes.axhline(0, color=RED, linewidth=0.9)
    axes.annotate("above: neighbours part", (1, 0), xycoords=("axes fraction", "data"), color=RED,
                  xytext=(0, 3), textcoords="offset points", ha="right", fontsize=9)  # fmt: skip
    axes.set_xticks(ranks)
    if len(values):
        first = values[0]
        said = f"λ₁ = {first:+.3f}".replace("-", "−")
        if first < 0:
            said += f": a change shrinks to 1/e in {-1 / first:.1f} steps"
        axes.annotate(said, (0.02, 0.04), xycoords="axes fraction", color=INK, fontsize=9)
        axes.set_ylim(
            min(0, *values) * 1.15 - 0.02,
            max(0.0, *values) * 1.3 + 0.08 * np.ptp([0, *values]) + 0.02,
        )
    return result


def draw_saturation(found: ListOf[Squashed], title: str | None = None) -> Figure:
    """Draw for each gate and layer of units the share that is shut (from below) and open (from
    above), by position; what is white between them lets gradients pass.

    Example:
        >>> import torch
        >>> gate = Squashed("f", "gate", torch.tensor([0.1]), torch.tensor([0.5]), (0.1, 0.5))
        >>> len(draw_saturation([gate]).axes)
        1
    """
    columns = 1 if len(found) <= 6 else 2
    rows = math.ceil(len(found) / columns)
    result = figure(6 * (1 if columns == 1 else 1.5), 0.75 * rows + 1.1)
    result.suptitle(title or SATURATION, x=0.01, ha="left", color=INK, fontsize=11)
    grid = result.subplots(rows, columns, squeeze=False, sharex=True)
    for i, (axes, of) in enumerate(zip(grid.T.flat, found, strict=False)):
        at = np.arange(1, len(of.low) + 1)
        low, high = of.low.numpy(), of.high.numpy()
        for bottom, top, colour in ((0 * low, low, BLUE), (1 - high, 0 * high + 1, ORANGE)):
            axes.fill_between(at, bottom, top, step="mid", color=colour, linewidth=0)
        axes.set_ylim(0, 1)
        axes.set_xlim(0.5, len(at) + 0.5)
        axes.set_yticks([])
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(PALE)
        axes.tick_params(colors=INK)
        axes.set_ylabel(of.name, rotation=0, ha="right", va="center", color=INK)
        names = {"gate": ("shut", "open"), "tanh": ("at −1", "at 1"), "relu": ("off", "")}[of.kind]
        said = [
            f"{100 * share:.0f} % {name}"
            for name, share in zip(names, of.shares, strict=True)
            if name
        ]
        axes.set_title(", ".join(said), loc="right", fontsize=8, color=INK, pad=2)
        if (i + 1) % rows == 0 or i + 1 == len(found):
            axes.set_xlabel("position t", color=INK)
    for axes in grid.T.flat[len(found) :]:
        axes.set_visible(False)
    return result
