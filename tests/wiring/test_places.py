"""In a drawing nothing lies on anything else, whatever is drawn."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
import pytest

import throughtime as tt
from tests.helpers.models import VALID
from tests.wiring.graphs import BOTH_LAST
from throughtime.wiring.drawing.diagram import Diagram, box
from throughtime.wiring.drawing.net import Net
from throughtime.wiring.drawing.sheet import sheet
from throughtime.wiring.drawing.svg import svg


def check(diagram: Diagram) -> None:
    """Nothing overlaps."""
    nodes = [box(n.at, n.half) for n in diagram.nodes]
    squares = [box(s.at, s.half) for s in diagram.squares]
    marks = [box(m.at, m.half) for a in diagram.arrows for m in a.marks if m.at]
    words = [w.box for w in diagram.words]
    assert len(marks) == sum(len(a.marks) for a in diagram.arrows)
    boxes = np.array([*nodes, *squares, *marks, *words])
    low, high = boxes[:, :2], boxes[:, 2:]
    apart = np.maximum(low[:, None] - high, low - high[:, None]).max(-1)
    np.fill_diagonal(apart, 1)
    assert apart.min() > -0.01, boxes[apart.min(1).argmin()]
    low, high = (np.array([*marks, *words])[:, part] for part in (slice(2), slice(2, 4)))
    at, half = (np.array([getattr(n, name) for n in diagram.nodes]) for name in ("at", "half"))
    round_ = half[:, 0] == half[:, 1]
    for arrow in diagram.arrows:
        points = np.array(arrow.curve.samples)[:, None]
        written = np.maximum(low - points, points - high).max(-1)
        assert written.min() > 0.5, arrow
        away = np.abs(points - at)
        gap = np.where(round_, np.hypot(*away.T).T - half[:, 0], (away - half).max(-1)).min(0)
        ends = np.array([n.key in (arrow.source, arrow.target) for n in diagram.nodes])
        assert gap[ends].min(initial=9) > 1, arrow
        assert gap[~ends].min(initial=9) > 4, arrow
    check_inside(diagram)


def check_inside(diagram: Diagram) -> None:
    """All is inside of the picture."""
    root = ET.fromstring(svg(diagram, "", ""))
    left, top, wide, high = map(float, root.attrib["viewBox"].split())
    assert (wide, high) == (float(root.attrib["width"]), float(root.attrib["height"]))
    right, bottom = left + wide, top + high
    for circle in root.iter("{http://www.w3.org/2000/svg}circle"):
        x, y, r = (float(circle.attrib[name]) for name in ("cx", "cy", "r"))
        assert left < x - r and x + r < right and top < y - r and y + r < bottom  # noqa: PT018
    for path in root.iter("{http://www.w3.org/2000/svg}path"):
        numbers = [float(word) for word in path.attrib["d"].split() if word not in "MLC"]
        if "C" not in path.attrib["d"]:  # what steers a curve may be outside
            assert left < min(numbers[::2]) and max(numbers[::2]) < right  # noqa: PT018
            assert top < min(numbers[1::2]) and max(numbers[1::2]) < bottom  # noqa: PT018
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        assert left < float(text.attrib["x"]) < right
        assert top < float(text.attrib["y"]) < bottom


@pytest.mark.parametrize("number", range(len(VALID)))
def test_nothing_lies_on_anything_else(number: int) -> None:
    wiring, layers = VALID[number], 1 + number % 4
    check(sheet(Net(wiring.edges)))
    names = tuple(f"cell {i}" for i in range(layers))
    net = Net(wiring.edges, names, "size 5", "size 6", "Categorical(symbols=20)", "Halt()")
    check(sheet(net, 2, "closed-loop" if wiring.feedback is None else None))


@pytest.mark.parametrize("countdown", [True, False])
@pytest.mark.parametrize(
    "encoder",
    [
        "PictureEncoder",
        *(
            Net(w.edges, ("GRU 64",) * n, x="size 28", output=None)
            for w in (tt.wirings.SEQUENCE_TO_VECTOR, BOTH_LAST)
            for n in (1, 2)
        ),
    ],
    ids=["picture", "one layer", "two layers", "both ways", "both ways, two layers"],
)
def test_nor_does_an_encoder(encoder: Net | str, countdown: bool) -> None:
    decoder = Net(
        tt.wirings.VECTOR_TO_SEQUENCE.edges,
        ("LSTM 64", "LSTM 32"),
        vector="size 64",
        output="Categorical(symbols=20)",
        length="PredictedLength(max_length=20)",
        countdown=countdown,
        encoder=encoder,
    )
    check(sheet(decoder, 2))
    if isinstance(encoder, Net):
        check(sheet(encoder))


@pytest.mark.parametrize("steps", [1, 2, 8, 13])
def test_the_edges_from_one_vector_reach_any_number_of_steps(steps: int) -> None:
    check(sheet(Net(tt.wirings.VECTOR_TO_SEQUENCE.edges), steps, "training"))
