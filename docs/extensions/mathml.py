"""Equations as MathML, which browsers draw by themselves: no script, and no network."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx


def inline(self: Any, node: nodes.math) -> None:
    """An equation within a line."""
    self.body.append(convert(node.astext()))
    raise nodes.SkipNode


def block(self: Any, node: nodes.math_block) -> None:
    """An equation of its own; its ``&`` stand below each other."""
    tex = node.astext()
    if "&" in tex or r"\\" in tex:
        tex = rf"\begin{{align*}}{tex}\end{{align*}}"
    self.body.append(f'<div class="equation">{convert(tex, display="block")}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx calls it."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
