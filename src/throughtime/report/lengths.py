"""Draw the lengths of sequences: the data's and the model's."""

from __future__ import annotations

from matplotlib.figure import Figure
from torch import Tensor

from throughtime.report.style import ORANGE, PALE, figure, plain


def draw(data: Tensor, model: Tensor, name: str) -> Figure:
    """Draw the histogram of τ in the data as bars, and the model's P(τ) as a line.

    Args:
        data: the share of each τ = 0, 1, … among the examples.
        model: P(τ) of the model, for the same τ, marginalised over y.
        name: the name of the data, for the title.
    """
    result = figure(5.4, 4.2)
    axes = result.add_subplot()
    shown = min(int(data.nonzero().max()) + 5, len(data))
    plain(axes, f"{name}: how long the sequences are", "length τ", "P(τ)")
    steps = range(shown)
    axes.bar(steps, data[:shown].tolist(), width=1.0, color=PALE, alpha=0.6, label="held-out data")
    axes.step(
        steps, model[:shown].tolist(), where="mid", color=ORANGE, linewidth=1.8, label="model"
    )
    axes.set_xlim(-0.5, shown - 0.5)
    axes.legend(frameon=False, loc="upper right")
    return result
