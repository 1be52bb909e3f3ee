"""A picture of how a model learned."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as ListOf

from matplotlib.figure import Figure


def draw(
    epochs: ListOf[float],
    curves: Mapping[str, ListOf[float]],
    floors: Mapping[str, float] | None = None,
    unit: str = "nats per symbol",
) -> Figure:
    """Each curve over the epochs, and simple baselines as dashed lines.

    Args:
        epochs: the epochs.
        curves: for each name, a number for each epoch.
        floors: for each baseline, its number.
        unit: what the numbers are.

    Example:
        >>> figure = draw([1, 2], {"training": [2.0, 1.5]}, floors={"2-gram": 1.6})
        >>> [line.get_label() for line in figure.axes[0].lines]
        ['training', '2-gram']
    """
    figure = Figure(figsize=(6.4, 3.8), layout="constrained")
    axes = figure.subplots()
    for name, values in curves.items():
        axes.plot(epochs, values, marker="o", markersize=3, label=name)
    for i, (name, value) in enumerate((floors or {}).items()):
        axes.axhline(value, ls="--", lw=1, color=f"{0.2 + 0.15 * i:.2f}", label=name)
    axes.set(xlabel="epoch", ylabel=unit)
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
