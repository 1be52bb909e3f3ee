"""Drawings of wirings and models as SVG, without any other package."""

from throughtime.wiring.drawing.drawing import Drawing, Drawn
from throughtime.wiring.drawing.net import Mode, Net

__all__ = ["Drawing", "Drawn", "Mode", "Net"]
