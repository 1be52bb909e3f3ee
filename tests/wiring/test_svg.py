"""A drawing is an SVG that stands in a paper, on a page and in a notebook as it is."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import throughtime as tt
from tests.helpers.models import unchecked
from throughtime import Edge
from throughtime.wiring.drawing.net import Mode
from throughtime.wiring.drawing.svg import COLOURS, FILLS

SVG = "{http://www.w3.org/2000/svg}"
DRAWING = (tt.wirings.HIDDEN_TO_HIDDEN | Edge.BACKWARD).draw()


def test_it_is_one_picture_with_a_title_and_nothing_from_elsewhere() -> None:
    root = ET.fromstring(DRAWING.svg)
    assert [child.tag for child in root][:2] == [SVG + "title", SVG + "desc"]
    assert "h(t+1) -> h(t)" in root[1].text
    assert root.attrib["role"] == "img"
    assert not re.search(r"href|url\(|@import|<script|<image", DRAWING.svg)


def test_two_drawings_on_one_page_have_no_name_in_common_that_could_clash() -> None:
    for element in ET.fromstring(DRAWING.svg).iter():
        assert "id" not in element.attrib
    classes = set(re.findall(r'class="([^"]*)"', DRAWING.svg))
    assert classes
    assert all(
        name == "throughtime" or name.startswith("tt-") for c in classes for name in c.split()
    )
    style = ET.fromstring(DRAWING.svg).findtext(SVG + "style") or ""
    for selector in re.findall(r"([^{}]+)\{fill|([^{}]+)\{stroke", style):
        assert "".join(selector).startswith(".throughtime .tt-")


def test_letters_are_text_and_colours_need_no_style_sheet() -> None:
    root = ET.fromstring(DRAWING.svg)
    said = ["".join(text.itertext()) for text in root.iter(SVG + "text")]
    assert {"h(t)", "g(t)", "x(t−1)", "y(t+1)", "W", "W′", "unfolded in time"} <= set(said)
    shapes = [e for e in root.iter() if e.tag in [SVG + n for n in ("circle", "text", "polygon")]]
    assert all(re.fullmatch("#[0-9a-f]{6}", e.attrib["fill"]) for e in shapes)
    assert all("stroke" in e.attrib for e in root.iter() if e.tag in (SVG + "path", SVG + "circle"))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("ground", "which"), [("#ffffff", 0), ("#0d1117", 1)])
def test_it_can_be_read_on_a_light_and_on_a_dark_ground(ground: str, which: int) -> None:
    """A contrast of 4.5 is what WCAG 2 asks for."""
    colours = {name: pair[which] for name, pair in COLOURS.items()}
    pairs = [(colours[name], ground) for name in ("ink", "muted", "fed")]
    pairs += [(colours["ink"], colours[fill]) for fill in FILLS.values()]
    for a, b in pairs:
        low, high = sorted((luminance(a), luminance(b)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (a, b)


def test_the_same_wiring_is_the_same_picture_and_notebooks_show_it() -> None:
    wiring = tt.wirings.OUTPUT_TO_HIDDEN
    again = tt.Wiring(*reversed(list(wiring)))
    assert wiring.draw() == again.draw()
    assert wiring._repr_svg_() == str(wiring.draw()) == wiring.draw()._repr_svg_()
    assert wiring.draw() != wiring.draw(4)
    assert pickle.loads(pickle.dumps(wiring)) == wiring


def titles(wiring: tt.Wiring, mode: Mode | None = None) -> list[str | None]:
    root = ET.fromstring(wiring.draw(mode=mode).svg)
    return [t.text for t in root.iter(SVG + "text") if "font-weight" in t.attrib]


def test_modes_stand_side_by_side_where_they_differ_in_what_enters_h() -> None:
    two = tt.wirings.OUTPUT_TO_HIDDEN
    assert titles(two) == ["Training, teacher forcing", "Closed loop"]
    assert titles(two, "training") == ["Training, teacher forcing"]
    assert titles(two, "closed-loop") == ["Closed loop"]
    assert titles(tt.wirings.HIDDEN_TO_HIDDEN) == []
    assert titles(tt.Wiring(Edge.INPUT, Edge.OUTPUT, Edge.EMIT)) == []
    assert titles(tt.wirings.HIDDEN_TO_HIDDEN, "closed-loop") == ["Values drawn"]
    root = ET.fromstring(two.draw().svg)
    places = {t.text: t.attrib for t in root.iter(SVG + "text") if "font-weight" in t.attrib}
    left, right = places.values()
    assert left["y"] == right["y"]
    assert float(left["x"]) < float(right["x"])


@pytest.mark.parametrize("steps", [0, -1, 1.5, True, 10**9])
def test_steps_are_a_whole_number_that_can_be_drawn(steps: int) -> None:
    with unchecked(), pytest.raises(ValueError, match="steps must be"):
        tt.wirings.HIDDEN_TO_HIDDEN.draw(steps)


def test_an_unknown_mode_and_another_kind_of_file_are_refused(tmp_path: Path) -> None:
    with (
        unchecked(),
        pytest.raises(ValueError, match="mode is 'training' or 'closed-loop'; got 'test'"),
    ):
        tt.wirings.HIDDEN_TO_HIDDEN.draw(mode="test")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"ends in \.svg"):
        DRAWING.save(tmp_path / "a.png")
    file = DRAWING.save(tmp_path / "a.svg")
    assert file.read_bytes().decode() == DRAWING.svg
