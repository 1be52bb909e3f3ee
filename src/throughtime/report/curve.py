"""Draw the learning curve."""

from __future__ import annotations

from matplotlib.figure import Figure

from throughtime.report.style import BLUE, INK, ORANGE, PALE, figure, plain
from throughtime.runs.metrics import standing


def draw(rows: list[dict[str, float | None]], name: str) -> Figure:
    """Draw the learning curve: nats per symbol on training and validation, from metrics.csv.

    Example:
        >>> row = {"step": 10.0, "train nats": 2.0, "valid nats": 2.1}
        >>> len(draw([row], "a run").axes)
        1
    """
    result = figure(5.6, 3.6)
    axes = result.add_subplot()
    steps = [row["step"] or 0.0 for row in rows]
    train = [row["train nats"] or 0.0 for row in rows]
    valid = [row["valid nats"] or 0.0 for row in rows]
    plain(axes, f"{name}: nats per symbol", "updates", "−log p per symbol, nats")
    axes.plot(steps, train, color=BLUE, marker=".", label="training (mean over the epoch)")
    axes.plot(steps, valid, color=ORANGE, marker=".", label="validation")
    best = min(range(len(rows)), key=lambda i: standing(rows[i]))
    axes.axhline(valid[best], color=PALE, linewidth=0.8, linestyle=":")
    axes.margins(y=0.12)  # room below the lowest point for what is said of it
    right = rows[best].get("valid accuracy")
    axes.annotate(
        f"best: {valid[best]:.3f}" + ("" if right is None else f", {right:.1%} right"),
        (steps[best], valid[best]),
        xytext=(0, -8),
        textcoords="offset points",
        ha="right" if steps[best] > sum(steps) / len(steps) else "left",
        va="top",
        color=INK,
    )
    axes.legend(frameon=False, loc="upper right")
    return result
