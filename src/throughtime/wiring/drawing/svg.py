"""A diagram as SVG, which is a picture by itself: in a paper, on a page, light or dark."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from throughtime.wiring.drawing.curve import Curve, Point
from throughtime.wiring.drawing.diagram import (
    SIZE,
    SMALLER,
    Arrow,
    Diagram,
    Inner,
    Node,
    Square,
    Symbol,
    Unit,
    Words,
    wide,
)
from throughtime.wiring.edge import FEEDBACK

MARGIN = 14.0
HEAD, HALF = 9.0, 3.6
"""The length of an arrow's head, and half its width."""

FONT = "'STIX Two Text', 'Latin Modern Roman', Cambria, Georgia, 'Times New Roman', serif"

COLOURS = {
    "ink": ("#1f2328", "#e6e8eb"),
    "muted": ("#5d6670", "#a3abb5"),
    "fed": ("#b34a00", "#ff9e5e"),
    "blank": ("#ffffff", "#15181c"),
    "x": ("#e8ecf1", "#39424d"),
    "h": ("#cfe1f7", "#1f4773"),
    "g": ("#dcd6f5", "#463b80"),
    "o": ("#fde3c4", "#6d4413"),
    "L": ("#f7d4d4", "#722f35"),
    "y": ("#d3ecd5", "#245c33"),
}
"""Each colour on a light and on a dark ground."""

FILLS = {
    Unit.X: "x",
    Unit.VECTOR: "x",
    Unit.COUNTDOWN: "x",
    Unit.SUMMARY: "x",
    Unit.ENCODER: "x",
    Unit.H: "h",
    Unit.G: "g",
    Unit.O: "o",
    Unit.L: "L",
    Unit.Y: "y",
}


def svg(diagram: Diagram, title: str, description: str) -> str:
    """The text of an SVG.

    Colours are attributes, so that programs which read no style sheets have them too; the style
    sheet changes them where the reader's ground is dark. Nothing has an id: many drawings can
    stand on one page.
    """
    left, top, right, bottom = diagram.box
    across, down = right - left + 2 * MARGIN, bottom - top + 2 * MARGIN
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "throughtime",
            "role": "img",
            "width": _n(across),
            "height": _n(down),
            "viewBox": f"{_n(left - MARGIN)} {_n(top - MARGIN)} {_n(across)} {_n(down)}",
            "font-family": FONT,
        },
    )
    ET.SubElement(root, "title").text = title
    ET.SubElement(root, "desc").text = description
    ET.SubElement(root, "style").text = _style()
    for arrow in diagram.arrows:
        _arrow(root, arrow)
    for square in diagram.squares:
        _square(root, square)
    for node in diagram.nodes:
        _node(root, node)
    for words in diagram.words:
        _words(root, words)
    for child in root:  # a line each; inside a text, space would be seen
        child.tail = "\n"
    root.text = "\n"
    return ET.tostring(root, encoding="unicode") + "\n"


def _style() -> str:
    """Colours by names that a page may set (``--throughtime-ink``), or by the reader's ground."""
    rules = []
    for name in COLOURS:
        rules.append(f".throughtime .tt-{name}{{fill:var(--throughtime-{name})}}")
        rules.append(f".throughtime .tt-{name}-line{{stroke:var(--throughtime-{name})}}")
    dark = ";".join(f"--throughtime-{name}:{dark}" for name, (_, dark) in COLOURS.items())
    light = ";".join(f"--throughtime-{name}:{light}" for name, (light, _) in COLOURS.items())
    return (
        f"@supports (color:var(--a)){{:root{{{light}}}{''.join(rules)}}}"
        f"@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    )


def _arrow(root: ET.Element, arrow: Arrow) -> None:
    group = ET.SubElement(root, "g")
    name = "fed" if arrow.edge in FEEDBACK else "ink"
    drawn = arrow.edge is Inner.DRAWN
    course = arrow.curve.shortened(HEAD * 0.8) if arrow.target else arrow.curve
    path = ET.SubElement(group, "path", {"d": _d(course), "fill": "none", **_stroke(name)})
    path.set("stroke-width", "1.4")
    if not arrow.whole or drawn:
        path.set("stroke-dasharray", "2 3.4" if drawn else "5 4")
    if arrow.target:
        tip, (right, down) = arrow.curve.end, arrow.curve.heading
        back = tip[0] - HEAD * right, tip[1] - HEAD * down
        corners = [tip] + [
            (back[0] + side * HALF * down, back[1] - side * HALF * right) for side in (1, -1)
        ]
        points = " ".join(f"{_n(x)},{_n(y)}" for x, y in corners)
        ET.SubElement(group, "polygon", {"points": points, **_fill(name)})
    for mark in arrow.marks:
        assert mark.at is not None
        _symbol(group, mark.symbol, mark.at, mark.size, name)


def _square(root: ET.Element, square: Square) -> None:
    (x, y), (wide, high) = square.at, square.half
    fill = _fill("ink" if square.steps > 0 else "blank")
    place = {"x": _n(x - wide), "y": _n(y - high), "width": _n(2 * wide), "height": _n(2 * high)}
    fill["class"] += " tt-ink-line"
    ET.SubElement(
        root, "rect", {**place, "stroke": COLOURS["ink"][0], "stroke-width": "1.4", **fill}
    )


def _node(root: ET.Element, node: Node) -> None:
    (x, y), (half, high) = node.at, node.half
    group = ET.SubElement(root, "g")
    fill = _fill(FILLS[node.key.unit])
    look = {**fill, "stroke": COLOURS["ink"][0], "stroke-width": "1.4"}
    look["class"] += " tt-ink-line"
    if node.key.unit is Unit.ENCODER:
        place = {"x": _n(x - half), "y": _n(y - high), "width": _n(2 * half)}
        ET.SubElement(group, "rect", {**place, "height": _n(2 * high), "rx": "5", **look})
        _text(group, (x, y + 4.5), node.symbol.letter, 13, "ink", "middle")
        return
    ET.SubElement(group, "circle", {"cx": _n(x), "cy": _n(y), "r": _n(half), **look})
    _symbol(group, node.symbol, node.at, SIZE, "ink")


def _symbol(root: ET.Element, symbol: Symbol, at: Point, size: float, colour: str) -> None:
    """A letter with its middle at a place, and its indices, one over the other."""
    base = at[1] + 0.31 * size
    small = {"font-size": _n(size * SMALLER)}
    upright = len(symbol.letter.rstrip("′")) > 1 or symbol.letter == "~"
    if not (symbol.above or symbol.below):
        text = _text(root, (at[0], base), symbol.letter, size, colour, "middle")
        text.set("font-style", "normal" if upright else "italic")
        return
    joint = at[0] - symbol.width(size) / 2 + wide(symbol.letter, size)
    text = _text(root, (joint, base), "", size, colour, "end")
    ET.SubElement(text, "tspan", {"font-style": "italic"}).text = symbol.letter
    for index, rise in ((symbol.above, -0.36), (symbol.below, 0.24)):
        if index:
            place = {"x": _n(joint + 0.06 * size), "y": _n(base + rise * size)}
            span = ET.SubElement(text, "tspan", {**place, "text-anchor": "start", **small})
            for word in re.findall(r"[^\W\d]+|[\W\d]+", index):
                style = "italic" if word.isalpha() else "normal"
                ET.SubElement(span, "tspan", {"font-style": style}).text = word


def _words(root: ET.Element, words: Words) -> None:
    size = {"title": 15.0, "dots": 17.0}.get(words.kind, 13.0)
    colour = "ink" if words.kind == "title" else "muted"
    text = _text(root, words.at, words.text, size, colour, words.anchor)
    if words.kind == "title":
        text.set("font-weight", "bold")


def _text(
    root: ET.Element, at: Point, text: str, size: float, colour: str, anchor: str
) -> ET.Element:
    attributes = {"x": _n(at[0]), "y": _n(at[1]), "font-size": _n(size), "text-anchor": anchor}
    found = ET.SubElement(root, "text", {**attributes, **_fill(colour)})
    found.text = text or None
    return found


def _fill(name: str) -> dict[str, str]:
    return {"fill": COLOURS[name][0], "class": f"tt-{name}"}


def _stroke(name: str) -> dict[str, str]:
    return {"stroke": COLOURS[name][0], "class": f"tt-{name}-line"}


def _d(curve: Curve) -> str:
    """The course as SVG writes it: a line where a curve is one."""
    words = ["M", _at(curve.points[0])]
    for i in range(0, len(curve.points) - 1, 3):
        a, b, c, d = curve.points[i : i + 4]
        flat = all(
            abs((p[0] - a[0]) * (d[1] - a[1]) - (p[1] - a[1]) * (d[0] - a[0])) < 0.01
            for p in (b, c)
        )
        words += ["L", _at(d)] if flat else ["C", _at(b), _at(c), _at(d)]
    return " ".join(words)


def _at(point: Point) -> str:
    return f"{_n(point[0])} {_n(point[1])}"


def _n(number: float) -> str:
    """A number to a hundredth, without a zero that says nothing."""
    return f"{number:.2f}".rstrip("0").rstrip(".").replace("-0", "0", number > -0.005)
