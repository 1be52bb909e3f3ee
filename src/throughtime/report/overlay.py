"""Draw the learning curves of several runs over each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from throughtime.report.style import BLUE, GREEN, INK, MUTED, ORANGE, RED, figure, literal, plain

Row = Mapping[str, float | None]

STYLES = tuple((color, line) for line in ("-", "--") for color in (BLUE, ORANGE, GREEN, RED, MUTED))
"""The colours and lines of the runs; the eleventh is drawn as the first."""


def draw(runs: Mapping[str, Sequence[Row]], of: str = "valid nats") -> Figure:
    """Draw nats per symbol on validation of several runs, over the updates.

    Args:
        runs: ``run.metrics`` by the name of the run.
        of: which of the metrics is drawn.

    Example:
        >>> rows = [{"step": 1.0, "valid nats": 2.0}, {"step": 2.0, "valid nats": 1.5}]
        >>> [line.get_label() for line in draw({"a": rows, "b": rows}).axes[0].lines]
        ['a', 'b']
    """
    result = figure(7, 4)
    axes = result.add_subplot()
    plain(axes, "validation, nats per symbol", "updates", "−log p per symbol, nats")
    for number, (name, rows) in enumerate(runs.items()):
        color, line = STYLES[number % len(STYLES)]
        points = [(row["step"], row.get(of)) for row in rows]
        steps, values = zip(*[(s, v) for s, v in points if v is not None], strict=True)
        axes.plot(steps, values, color=color, linestyle=line, marker=".", label=literal(name))
    axes.legend(frameon=False, labelcolor=INK)
    return result
