"""All of a drawing: folded and unfolded, in training and in a closed loop."""

from __future__ import annotations

from throughtime.whole import whole
from throughtime.wiring.drawing.diagram import Diagram, Words
from throughtime.wiring.drawing.encoded import with_box, with_encoder
from throughtime.wiring.drawing.folded import folded
from throughtime.wiring.drawing.marks import with_marks
from throughtime.wiring.drawing.net import MODES, Mode, Net
from throughtime.wiring.drawing.step import Step
from throughtime.wiring.drawing.unfolded import fan, unfolded
from throughtime.wiring.edge import Edge

BESIDE, BELOW = 52.0, 60.0
"""Between pictures beside and below each other."""

WIDEST = 1400.0
"""Where the modes would be wider beside each other, they stand one below the other."""

MOST = 1000
"""Steps of a drawing."""


def sheet(net: Net, steps: int = 3, mode: Mode | None = None) -> Diagram:
    """A net folded and unfolded, in one mode or in all that differ.

    Raises:
        ValueError: if there is no such mode, or ``steps`` is no whole number from 1 to 1000.
    """
    whole("steps", steps, most=MOST)
    if mode is not None and mode not in MODES:
        raise ValueError(f"mode is 'training' or 'closed-loop'; got {mode!r}")
    modes = net.modes if mode is None else (mode,)
    pairs = [[graph(net, steps, m, folds=folds) for folds in (True, False)] for m in modes]
    across = sum(d.box[2] - d.box[0] + BESIDE for pair in pairs for d in pair) - BESIDE
    top = min(d.box[1] for pair in pairs for d in pair) if across <= WIDEST else None
    found = Diagram()
    for m, pair in zip(modes, pairs, strict=True):
        strip = _named(net, steps, pair, min(d.box[1] for d in pair) if top is None else top)
        if mode is not None or len(modes) > 1:
            strip += Diagram(words=(_title(net, m, strip),))
        if not found.nodes:
            found = strip
        elif top is None:
            down = found.box[3] - strip.box[1] + BELOW
            found += strip.moved(found.box[0] - strip.box[0], down)
        else:
            found += strip.moved(found.box[2] - strip.box[0] + BESIDE, 0.0)
    return found


def graph(net: Net, steps: int, mode: Mode, *, folds: bool) -> Diagram:
    """The folded or the unfolded graph, with its encoder and its marks."""
    step = Step(net, mode, fan(net, steps))
    found = folded(step) if folds else unfolded(step, steps)
    if isinstance(net.encoder, Net):
        encoding = Step(net.encoder, mode, of=1)
        encoder = folded(encoding) if folds else unfolded(encoding, steps)
        found = with_encoder(encoder, encoding, found)
    elif net.encoder is not None:
        found = with_box(net.encoder, found)
    return with_marks(found)


def _named(net: Net, steps: int, pair: list[Diagram], top: float) -> Diagram:
    """The folded graph, and beside it the unfolded one, with their names above."""
    found = Diagram()
    unfolding = f"unfolded, τ = {steps}" if net.from_the_first else "unfolded in time"
    for picture, name in zip(pair, ("folded", unfolding), strict=True):
        left = min(n.at[0] - n.half[0] for n in picture.nodes)
        named = picture + Diagram(words=(Words((left, top - 24), name),))
        found += named.moved(found.box[2] - named.box[0] + BESIDE if found.nodes else 0.0, 0.0)
    return found


def _title(net: Net, mode: Mode, strip: Diagram) -> Words:
    left, top, *_ = strip.box
    said = "Training, teacher forcing" if net.feedback is Edge.OBSERVED else "Training"
    if mode == "closed-loop":
        said = "Closed loop" if net.feedback else "Values drawn"
    return Words((left, top - 18), said, "title")
