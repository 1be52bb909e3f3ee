"""Draw the graph of a wiring, folded and unfolded in time (Goodfellow et al. 2016, 10.2)."""

from __future__ import annotations

from collections.abc import Sequence as ListOf

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle
from matplotlib.path import Path

from throughtime.report.style import BLUE, INK, MUTED, ORANGE, PALE, figure
from throughtime.wiring import Edge, Wiring

HEIGHTS = {"x": 0.0, "h": 1.45, "o": 2.9, "y": 4.1}
COLORS = {"x": "#dfe6ec", "h": "#bcd6f2", "o": "#fbd9b5", "y": "#c9e8d2"}
SPACING, RADIUS = 2.2, 0.4
BOTTOM, TOP = -0.6, 4.6
LEFT_OF_ALL = (-1.45, 0.7)
"""The position of the vector x, if there are also x(t)."""

Point = tuple[float, float]


def draw(wiring: Wiring) -> Figure:
    """Draw the folded graph, and three steps of the unfolded one.

    The nodes are the input x, the hidden units h, the output o, and y, whose distribution has the
    parameters o. In the folded graph, a black square is a delay of one step.

    Example:
        >>> from throughtime.wiring import SEQUENCE_TO_VECTOR
        >>> [axes.get_title(loc="left") for axes in draw(SEQUENCE_TO_VECTOR).axes]
        ['folded', 'unfolded in time']
    """
    folded, unfolded = (-2.0, 2.0), (-1.9, 2 * SPACING + 1.6)
    widths = [right - left for left, right in (folded, unfolded)]
    result = figure(0.6 * sum(widths), 0.6 * (TOP - BOTTOM) + 0.7)
    result.suptitle(",   ".join(edge.value for edge in wiring), color=INK, fontsize=9)
    left, right = result.subplots(1, 2, width_ratios=widths)
    _Graph(left, "folded", folded).fold(wiring)
    _Graph(right, "unfolded in time", unfolded).unfold(wiring)
    return result


class _Graph:
    """A drawing of nodes and arrows."""

    def __init__(self, axes: Axes, title: str, across: Point) -> None:
        self.axes = axes
        axes.set_title(title, loc="left", color=MUTED, fontsize=9)
        axes.set_axis_off()
        axes.set_aspect("equal")
        axes.set_xlim(across)
        axes.set_ylim(BOTTOM, TOP)

    def fold(self, wiring: Wiring) -> None:
        nodes = self.column(wiring, 0.0, "(t)", emits=True)
        self.vector(wiring, 0.0, [nodes])
        height = HEIGHTS["h"]
        for edge, side in ((Edge.HIDDEN, 1), (Edge.BACKWARD, -1)):
            if edge in wiring:
                curve = [(0.3, 0.27), (1.7, 1.0), (1.7, -1.0), (0.3, -0.27)]
                points = [(side * x, height + y) for x, y in curve]
                self.delay(points, INK, (side * 1.35, height), edge.delay)
        if wiring.feedback:
            top = HEIGHTS["y" if wiring.feedback is Edge.OBSERVED else "o"]
            points = [(-0.38, top - 0.1), (-1.9, top - 0.3), (-1.9, height + 0.3), (-0.38, height)]
            self.delay(points, ORANGE, (-1.52, (top + height) / 2), 1)
            self.carried(wiring, (-1.3, (top + height) / 2))
        if wiring.emits_last:
            self.axes.text(0.15, 2.1, "after the last", fontsize=7, color=INK)

    def unfold(self, wiring: Wiring) -> None:
        last = wiring.emits_last
        times = [r"(\tau-2)", r"(\tau-1)", r"(\tau)"] if last else ["(t-1)", "(t)", "(t+1)"]
        columns = [
            self.column(wiring, i * SPACING, time, emits=i == 2 or not last)
            for i, time in enumerate(times)
        ]
        self.vector(wiring, SPACING, columns)
        both = Edge.HIDDEN in wiring and Edge.BACKWARD in wiring
        bend = -0.35 if both else 0.0  # one direction above, the other below
        if Edge.HIDDEN in wiring:
            self.chain([c["h"] for c in columns], [c["h"] for c in columns], INK, bend, not last)
        if Edge.BACKWARD in wiring:
            order = columns[::-1]
            self.chain([c["h"] for c in order], [c["h"] for c in order], INK, bend, True)
        if wiring.feedback:
            source = "y" if wiring.feedback is Edge.OBSERVED else "o"
            self.chain([c[source] for c in columns], [c["h"] for c in columns], ORANGE, 0.0, True)
            self.carried(wiring, (SPACING * 0.62, 2.35))

    # ---- parts ---------------------------------------------------------------------------------

    def column(self, wiring: Wiring, x: float, time: str, emits: bool) -> dict[str, Circle]:
        """The nodes of one step, and the edges between them."""
        nodes = {"h": self.node("h", (x, HEIGHTS["h"]), time)}
        if Edge.INPUT in wiring:
            nodes["x"] = self.node("x", (x, HEIGHTS["x"]), time)
            self.arrow(nodes["x"], nodes["h"], BLUE)
        if emits:
            time = "" if wiring.emits_last else time
            nodes |= {name: self.node(name, (x, HEIGHTS[name]), time) for name in "oy"}
            self.arrow(nodes["h"], nodes["o"], INK)
            self.arrow(nodes["o"], nodes["y"], PALE, style=":")
        return nodes

    def vector(self, wiring: Wiring, x: float, columns: ListOf[dict[str, Circle]]) -> None:
        if Edge.VECTOR in wiring:
            where = LEFT_OF_ALL if Edge.INPUT in wiring else (x, HEIGHTS["x"])
            node = self.node("x", where, "")
            for column in columns:
                self.arrow(node, column["h"], BLUE)

    def chain(
        self, sources: list[Circle], targets: list[Circle], color: str, bend: float, goes_on: bool
    ) -> None:
        """An edge from each step to the next, and half edges at both ends."""
        for source, target in zip(sources, targets[1:], strict=False):
            self.arrow(source, target, color, bend=bend)
        (x0, y0), (x1, y1) = sources[0].center, targets[1].center
        half = ((x1 - x0) * 0.48, (y1 - y0) * 0.48)
        (first_x, first_y), (last_x, last_y) = targets[0].center, sources[-1].center
        self.arrow((first_x - half[0], first_y - half[1]), targets[0], color, bend / 2, "--")
        if goes_on:
            end = (last_x + half[0], last_y + half[1])
            self.arrow(sources[-1], end, color, bend / 2, "--", head="-")

    def node(self, name: str, where: Point, time: str) -> Circle:
        circle = Circle(where, RADIUS, facecolor=COLORS[name], edgecolor=INK, zorder=3)
        self.axes.add_patch(circle)
        label = f"${name}^{{{time}}}$" if time else f"${name}$"
        self.axes.text(*where, label, ha="center", va="center", fontsize=8.5, color=INK, zorder=4)
        return circle

    def arrow(
        self,
        start: Circle | Point,
        end: Circle | Point,
        color: str,
        bend: float = 0.0,
        style: str = "-",
        head: str = "-|>",
    ) -> None:
        ends = [n.center if isinstance(n, Circle) else n for n in (start, end)]
        self.axes.add_patch(
            FancyArrowPatch(
                *ends,
                patchA=start if isinstance(start, Circle) else None,
                patchB=end if isinstance(end, Circle) else None,
                connectionstyle=f"arc3,rad={bend}",
                arrowstyle=head,
                linestyle=style,
                color=color,
                mutation_scale=11,
                shrinkA=0,
                shrinkB=1,
            )
        )

    def delay(self, points: list[Point], color: str, square: Point, steps: int) -> None:
        """An edge of the folded graph with a delay: a black square for +1 step, a white for -1."""
        curve = Path(points, [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
        self.axes.add_patch(
            FancyArrowPatch(path=curve, arrowstyle="-|>", color=color, mutation_scale=11)
        )
        corner = (square[0] - 0.13, square[1] - 0.13)
        fill = INK if steps > 0 else "white"
        self.axes.add_patch(Rectangle(corner, 0.26, 0.26, facecolor=fill, edgecolor=INK, zorder=3))

    def carried(self, wiring: Wiring, where: Point) -> None:
        """A label on the output edge, if it carries E[y] and not the value of its node."""
        if wiring.feedback is Edge.EXPECTED:
            self.axes.text(*where, "E[y]", fontsize=8, color=INK)
