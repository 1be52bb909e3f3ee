"""A picture of the lengths that the data have and that a model gives."""

from __future__ import annotations

from matplotlib.figure import Figure
from torch import Tensor


def draw(data: Tensor, model: Tensor) -> Figure:
    """The share of each length in the data as bars, and the model's P(τ) as a line over them.

    Args:
        data: how often each length 0 … N occurs, or its share, ``(N+1,)``.
        model: P(τ = 0 … N), ``(N+1,)``.

    Example:
        >>> figure = draw(torch.tensor([0.0, 3.0, 1.0]), torch.tensor([0.1, 0.6, 0.2]))
        >>> figure.axes[0].get_xlabel()
        'length τ'
    """
    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    axes = figure.subplots()
    lengths = range(len(data))
    axes.bar(lengths, (data / data.sum()).tolist(), color="#dce9f5", width=1.0, label="data")
    axes.plot(lengths, model.tolist(), color="#b03a3a", lw=1.5, label="model, P(τ)")
    axes.set(xlabel="length τ", ylabel="probability", xlim=(-0.5, len(data) - 0.5))
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
