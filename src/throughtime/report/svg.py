"""A figure as SVG: a file by itself, or a part of a page whose colours it then has."""

from __future__ import annotations

import re
import warnings
from io import BytesIO

from matplotlib import rc_context
from matplotlib.figure import Figure

from throughtime.report.style import BLUE, DARK, INK, MUTED, ORANGE, RED, WHITE

FONT = re.compile(r"""(?:'[^']*'|"[^"]*"|&quot;.*?&quot;)(?:, *(?:'[^']*'|[\w-]+))*""")
"""The fonts of a style, which matplotlib lists all."""

FONTS = "system-ui, sans-serif"

COLOR = re.compile(r"#[0-9a-f]{6}\b")
"""A colour of a tag; what the data say between tags stays as it is."""

NAMES = {color: f"--c{number}" for number, color in enumerate(DARK)}
"""The variable of a page that stands for each colour of the pictures."""


def standalone(figure: Figure, name: str) -> str:
    """A figure as an SVG file, the same each time; its text stays text.

    Args:
        figure: the figure.
        name: makes the names within it different from those of other figures.
    """
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": name}), warnings.catch_warnings():
        # who looks at the file has other fonts than matplotlib, which measures with its own
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        content = BytesIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(content, format="svg", metadata=nothing)
        figure.set_layout_engine("none")  # laid out again, all would move by a hair
    return _with_own_fonts(content.getvalue().decode())


def inline(text: str, name: str) -> str:
    """A figure as an element of a page, in the colours that the page gives its variables.

    Args:
        text: the figure as a file, from :func:`standalone`.
        name: its name there, which no other figure of the page has.

    Example:
        >>> from throughtime.report.style import figure
        >>> drawn = inline(standalone(figure(2, 1), "empty"), "empty")
        >>> drawn.startswith("<svg"), "var(--c4)" in drawn, "#ffffff" in drawn
        (True, True, False)
    """
    text = text[text.index("<svg") :]
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.S)
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', text))
    text = re.sub(r' id="([^"]*)"', lambda m: m[0] if m[1] in used else "", text)
    text = re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{name}-", text)
    text = re.sub(r"<[^>]*>", lambda tag: re.sub(COLOR, lambda m: _variable(m[0]), tag[0]), text)
    _, _, width, height = map(float, re.findall(r'viewBox="([^"]+)"', text)[0].split())
    opening = (
        f'<svg viewBox="0 0 {width:g} {height:g}" style="--w:{width:.0f}" role="img" '
        f'aria-labelledby="{name}-said" xmlns:xlink="http://www.w3.org/1999/xlink" '
        'xmlns="http://www.w3.org/2000/svg">'
    )
    return _shorter(opening + text[text.index(">") + 1 :])


def _variable(color: str) -> str:
    """Black is what matplotlib takes where nothing is said."""
    color = INK if color == "#000000" else color
    return f"var({NAMES[color]})" if color in NAMES else color


def _with_own_fonts(text: str) -> str:
    """Fonts that every machine has, in place of matplotlib's list."""

    def renamed(style: re.Match[str]) -> str:
        return FONT.sub(FONTS, style[0], count=1)

    return re.sub(r"font(?:-family)?: [^;]*DejaVu[^;]*", renamed, text)


def _shorter(text: str) -> str:
    """Without comments and the spaces between elements, which are a fifth of the file."""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    return re.sub(r">\s+<(?!/?tspan)", "><", text)


def variables(*, dark: bool) -> dict[str, str]:
    """The colour of each variable on a light page, or on a dark one.

    Example:
        >>> variables(dark=False)["--c0"], variables(dark=True)["--c0"]
        ('#22303c', '#e3e7eb')
    """
    return {name: DARK[color] if dark else color for color, name in NAMES.items()}


PAGE = {
    name: NAMES[color]
    for name, color in (
        *(("ink", INK), ("muted", MUTED), ("paper", WHITE)),
        *(("blue", BLUE), ("orange", ORANGE), ("red", RED)),
    )
}
"""The variables that the page itself uses, by what they are for."""
