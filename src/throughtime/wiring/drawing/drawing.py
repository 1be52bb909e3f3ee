"""A drawing of a wiring or a model, as notebooks show it and files keep it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from throughtime.wiring.drawing.net import Mode, Net
from throughtime.wiring.edge import Edge


@dataclass(frozen=True)
class Drawing:
    """A picture as SVG: notebooks show it, ``print`` gives its text, and ``save`` writes a file.

    Args:
        svg: the text.

    Example:
        >>> from throughtime.wiring import HIDDEN_TO_HIDDEN
        >>> drawing = HIDDEN_TO_HIDDEN.draw(steps=2)
        >>> str(drawing).startswith("<svg "), drawing.svg.count("<circle ")
        (True, 15)
    """

    svg: str

    def __str__(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"Drawing(<{len(self.svg):,} characters of SVG>)"

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, file: str | Path) -> Path:
        """Write it into a file, and return its path.

        Raises:
            ValueError: if the name does not end in ``.svg``.
        """
        path = Path(file)
        if path.suffix.lower() != ".svg":
            raise ValueError(f"{path}: expected a name that ends in .svg")
        path.write_bytes(self.svg.encode())
        return path


class Drawn:
    """What has a graph to draw: a wiring, or a model."""

    def _net(self) -> Net:
        raise NotImplementedError

    def draw(self, steps: int = 3, mode: Mode | None = None) -> Drawing:
        """The graph as a picture: folded, and beside it unfolded in time.

        In the folded graph a black square is a delay of one step, and a white one a step back in
        time. The letters on the edges are the matrices; those with a prime are of the backward
        units g(t). In training the loss L(t) compares o(t) with y(t), which is given; in a closed
        loop y(t) is drawn from o(t).

        Args:
            steps: how many steps of the unfolded graph, 1 to 1,000.
            mode: ``"training"`` or ``"closed-loop"``; by default both, where what enters h(t)
                differs between them, and else training.

        Raises:
            ValueError: if there is no such mode, or ``steps`` is no such number.

        Example:
            >>> import throughtime as tt
            >>> drawing = tt.wirings.OUTPUT_TO_HIDDEN.draw(steps=4, mode="closed-loop")
            >>> "Closed loop" in str(drawing)
            True
        """
        # Most programs draw nothing, and need not load what draws.
        from throughtime.wiring.drawing.sheet import sheet
        from throughtime.wiring.drawing.svg import svg

        net = self._net()
        return Drawing(svg(sheet(net, steps, mode), "Graph of a recurrent net", _described(net)))

    def _repr_svg_(self) -> str:
        return self.draw().svg


def _described(net: Net) -> str:
    """What is drawn, for those who do not see it."""
    encoder = net.encoder
    edges = ", ".join(edge.value for edge in Edge if edge in net.edges)
    said = f"Edges: {edges}."
    if any(net.layers):
        said += f" Layers from below: {', '.join(net.layers)}."
    if isinstance(encoder, Net):
        said += f" The vector x is the summary of an encoder. {_described(encoder)}"
    elif encoder is not None:
        said += f" The vector x is the summary of an encoder, {encoder}."
    return said
