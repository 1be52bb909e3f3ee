"""A picture of a wiring: the graph folded, and unfolded over three steps."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch

from throughtime.wiring import FEEDBACK, Edge, Wiring

Point = tuple[float, float]

_COLOURS = {"x": "#dce9f5", "h": "#fdebc8", "o": "#d9efd9", "y": "#f3dcea"}
_ROW = {"x": 0.0, "h": 1.0, "o": 2.0, "y": 2.95}
_RADIUS = 0.3
_SPACING = 1.45


def draw(wiring: Wiring) -> Figure:
    """The folded graph, where a black square is a delay of one step, and beside it the unfolded.

    Green arrows lead out of the model, red ones back into it from its output; a dotted line joins
    o(t) with the y(t) that it describes.

    Example:
        >>> from throughtime.wiring import HIDDEN_TO_HIDDEN
        >>> figure = draw(HIDDEN_TO_HIDDEN)
        >>> figure.savefig("/dev/null", format="svg")
    """
    figure = Figure(figsize=(6.6, 3.1), layout="constrained")
    folded, unfolded = figure.subplots(1, 2, width_ratios=[1.0, 2.6])
    _folded(folded, wiring)
    _unfolded(unfolded, wiring)
    for axes, left, right in ((folded, -1.0, 1.0), (unfolded, -1.0, 2 * _SPACING + 1.0)):
        axes.set(xlim=(left, right), ylim=(-0.5, 3.4), aspect="equal")
        axes.axis("off")
    return figure


def _folded(axes: Axes, wiring: Wiring) -> None:
    at = {name: (0.0, row) for name, row in _ROW.items()}
    for name in _nodes(wiring):
        _node(axes, at[name], f"${name}$", name)
    if Edge.INPUT in wiring or Edge.VECTOR in wiring:
        _arrow(axes, at["x"], at["h"])
    _arrow(axes, at["h"], at["o"], "#3a8a3a")
    if "y" in _nodes(wiring):
        _joined(axes, at["o"], at["y"])
    if Edge.HIDDEN in wiring:
        _loop(axes, at["h"], at["h"], 0.75, "black")
    if Edge.BACKWARD in wiring:
        _loop(axes, at["h"], at["h"], -0.75, "#777777")
    if wiring.feedback:
        source = at["y"] if wiring.feedback is Edge.OBSERVED else at["o"]
        _loop(axes, source, at["h"], -0.75, "#b03a3a")


def _unfolded(axes: Axes, wiring: Wiring) -> None:
    times = ["t-1", "t", "t+1"] if Edge.EMIT in wiring else ["1", "…", "τ"]
    columns = [i * _SPACING for i in range(3)]
    vector = (columns[1], _ROW["x"])
    for i, (time, x) in enumerate(zip(times, columns, strict=True)):
        at = {name: (x, row) for name, row in _ROW.items()}
        emits = Edge.EMIT in wiring or i == 2
        for name in _nodes(wiring):
            if name == "x" and Edge.INPUT not in wiring:
                continue
            if name == "h" or name == "x" or emits:
                _node(axes, at[name], f"${name}^{{({time})}}$", name)
        if Edge.INPUT in wiring:
            _arrow(axes, at["x"], at["h"])
        if Edge.VECTOR in wiring:
            _arrow(axes, vector, at["h"])
        if emits:
            _arrow(axes, at["h"], at["o"], "#3a8a3a")
            if "y" in _nodes(wiring):
                _joined(axes, at["o"], at["y"])
    if Edge.VECTOR in wiring:
        _node(axes, vector, "$x$", "x")
    edges = [*((x, x + _SPACING) for x in columns[:-1])]
    ends = [(columns[0] - 0.95, columns[0]), (columns[-1], columns[-1] + 0.95)]
    if wiring.emits_last and Edge.BACKWARD not in wiring:
        ends.pop()  # nothing comes after τ
    for number, (start, end) in enumerate([*edges, *ends]):
        fade = 1.0 if number < len(edges) else 0.35
        before, after = (start, end), (end, start)
        if Edge.HIDDEN in wiring:
            bend = 0.25 if Edge.BACKWARD in wiring else 0.0
            _arrow(axes, (before[0], 1), (before[1], 1), bend=bend, fade=fade)
        if Edge.BACKWARD in wiring:
            _arrow(axes, (after[0], 1), (after[1], 1), "#777777", bend=0.25, fade=fade)
        if wiring.feedback:
            row = _ROW["y"] if wiring.feedback is Edge.OBSERVED else _ROW["o"]
            inner = number < len(edges)
            tail = (start, row) if inner or number == 3 else (start, (row + 1) / 2)
            head = (end, 1.0) if inner or number == 2 else (end, (row + 1) / 2)
            _arrow(axes, tail, head, "#b03a3a", fade=fade)


def _nodes(wiring: Wiring) -> list[str]:
    """The rows of the picture; y has one where its value is fed back."""
    inputs = ["x"] if Edge.INPUT in wiring or Edge.VECTOR in wiring else []
    return [*inputs, "h", "o", *(["y"] if wiring.edges & FEEDBACK == {Edge.OBSERVED} else [])]


def _node(axes: Axes, at: Point, text: str, kind: str) -> None:
    axes.add_patch(Circle(at, _RADIUS, facecolor=_COLOURS[kind], edgecolor="black", zorder=3))
    axes.text(*at, text, ha="center", va="center", fontsize=9, zorder=4)


def _arrow(
    axes: Axes,
    tail: Point,
    head: Point,
    colour: str = "black",
    bend: float = 0.0,
    fade: float = 1.0,
) -> None:
    """An arrow between the rims of two nodes."""
    (x0, y0), (x1, y1) = tail, head
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    dx, dy = (x1 - x0) / length * _RADIUS, (y1 - y0) / length * _RADIUS
    style = f"arc3,rad={bend}"
    axes.add_patch(
        FancyArrowPatch(
            (x0 + dx, y0 + dy), (x1 - dx, y1 - dy), arrowstyle="-|>", mutation_scale=10,
            connectionstyle=style, color=colour, alpha=fade, shrinkA=0, shrinkB=0, linewidth=1.1,
        )
    )  # fmt: skip


def _loop(axes: Axes, tail: Point, head: Point, side: float, colour: str) -> None:
    """An arrow with the black square of a delay, out at one side and back in."""
    (_, y0), (_, y1) = tail, head
    rise = 0.18 if y0 == y1 else 0.0
    sign = 1 if side > 0 else -1
    start = (sign * _RADIUS * 0.85, y0 + rise)
    end = (sign * _RADIUS * 0.95, y1 - rise)
    axes.plot([start[0], side, side], [start[1], start[1], end[1]], color=colour, linewidth=1.1)
    axes.add_patch(
        FancyArrowPatch(
            (side, end[1]), end, arrowstyle="-|>", mutation_scale=10, color=colour,
            shrinkA=0, shrinkB=0, linewidth=1.1,
        )
    )  # fmt: skip
    axes.plot([side], [(start[1] + end[1]) / 2], marker="s", color=colour, markersize=7)


def _joined(axes: Axes, o: Point, y: Point) -> None:
    axes.plot([o[0], y[0]], [o[1] + _RADIUS, y[1] - _RADIUS], color="black", ls=":", lw=1.1)
